"""Templates made and decided about by hand."""

from typing import cast, get_args

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.approvals import Approvals
from twilio_simulator.world.content import ApprovalStatus, Template

STATUSES: tuple[str, ...] = get_args(ApprovalStatus)
VERDICTS = ("approved", "rejected")


def _template(visit: Visit) -> Template:
    for account in visit.world.accounts.values():
        found = account.templates.get(visit.path["sid"])
        if found is not None:
            return found
    raise BadInputError.of(
        "sid",
        f"There is no template {visit.path['sid']}",
        "POST /v1/Content makes one; GET /_sim/accounts/{sid}/templates lists them.",
        404,
    )


def _shown(template: Template) -> Content:
    verdict = {"verdict": template.approval.verdict, "verdict_reason": template.approval.verdict_reason}
    return {**template.with_approval(), **verdict}


def list_templates(visit: Visit) -> Content:
    """The account's templates with their approvals."""
    return {"templates": [_shown(one) for one in visit.account().templates.values()]}


def decide(visit: Visit) -> Content:
    """Put the approval into a status at once, or decide what it will end as when its time comes."""
    template, fields = _template(visit), visit.fields()
    status = fields.choice("status", STATUSES, "")
    verdict = fields.choice("verdict", VERDICTS, "")
    reason = fields.text("reason") or ""
    if not status and not verdict:
        fields.wrong("status", "is missing", 'Send {"status": "approved"} or {"verdict": "rejected"}.')
    if reason and "rejected" not in (status, verdict):
        fields.wrong("reason", "is given for no rejection", 'Leave it out, or set "rejected".')
    fields.done()
    if verdict:
        template.approval.verdict = cast("ApprovalStatus", verdict)
        template.approval.verdict_reason = reason
    if status:
        Approvals(visit.world).settle(template, cast("ApprovalStatus", status), reason)
    return _shown(template)


ROUTES: dict[str, Handler] = {
    "GET /accounts/{sid}/templates": list_templates,
    "POST /content/{sid}/approval": decide,
}
