"""Content templates: create, fetch, change, delete; their approval requests."""

import re
from typing import Any

import orjson

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.approvals import Approvals
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.content_shapes import (
    check_for_approval,
    checked_language,
    checked_types,
    checked_variables,
)
from twilio_simulator.world.content import Approval, Template

NAME = re.compile(r"[a-z0-9_]+")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")


def _body(call: Call) -> dict[str, Any]:
    """The JSON object that was sent; Content is the only product that takes JSON."""
    try:
        content = orjson.loads(call.request.body or b"{}")
    except orjson.JSONDecodeError:
        raise RefusalError(20422, problem="The body is not JSON") from None
    if not isinstance(content, dict):
        raise RefusalError(20422, problem="The body is not a JSON object")
    return content


def _found(call: Call, sid: str) -> Template:
    template = call.account.templates.get(sid)
    if template is None:
        raise call.missing()
    return template


def create_content(call: Call) -> Reply:
    """A new template, not submitted to anybody yet."""
    body = _body(call)
    types = checked_types(body.get("types"))
    template = Template(
        sid=call.world.sids.new("HX"),
        account_sid=call.account.sid,
        friendly_name=str(body.get("friendly_name") or ""),
        language=checked_language(body.get("language")),
        created=call.now,
        updated=call.now,
        types=types,
        variables=checked_variables(body.get("variables")),
    )
    call.account.templates[template.sid] = template
    call.world.log.note("content.created", call.account.sid, template.sid, name=template.friendly_name)
    return json_reply(201, template.resource(call.request.address))


def fetch_content(call: Call) -> Reply:
    """One template."""
    return json_reply(200, _found(call, call.path["Sid"]).resource(call.request.address))


def update_content(call: Call) -> Reply:
    """Change a template that is not approved."""
    template, body = _found(call, call.path["Sid"]), _body(call)
    if template.approval.status == "approved" and call.world.rules.approved_content_update == "refuse":
        raise RefusalError(20409, problem="An approved template cannot be changed; create a new one")
    types = checked_types(body.get("types"))
    language = checked_language(body.get("language", template.language))
    template.variables = checked_variables(body.get("variables", template.variables))
    template.types, template.language = types, language
    template.friendly_name = str(body.get("friendly_name", template.friendly_name) or "")
    template.updated = call.now
    return json_reply(200, template.resource(call.request.address))


def delete_content(call: Call) -> Reply:
    """Forget a template; messages that were accepted with it go on."""
    del call.account.templates[_found(call, call.path["Sid"]).sid]
    call.world.log.note("content.deleted", call.account.sid, call.path["Sid"])
    return no_content()


def create_approval(call: Call) -> Reply:
    """Submit a template to WhatsApp: received, then pending, then decided."""
    template, body = _found(call, call.path["ContentSid"]), _body(call)
    name, category = str(body.get("name") or ""), str(body.get("category") or "")
    if NAME.fullmatch(name) is None:
        raise RefusalError(20422, problem="Invalid Parameter: name takes lower case, digits and underscores")
    if category not in CATEGORIES:
        raise RefusalError(20422, problem=f"Invalid Parameter: category is one of {', '.join(CATEGORIES)}")
    if template.approval.status != "unsubmitted":
        raise RefusalError(20409, problem="This template was submitted before")
    check_for_approval(template.types)
    wish = body.get("allow_category_change", True) is not False
    before = template.approval
    template.approval = Approval(
        name,
        category,
        allow_category_change=wish,
        verdict=before.verdict,
        verdict_reason=before.verdict_reason,
    )
    Approvals(call.world).submit(template)
    return json_reply(201, template.request())


def fetch_approvals(call: Call) -> Reply:
    """Where the template's approval stands."""
    return json_reply(200, _found(call, call.path["Sid"]).approvals(call.request.address))


HANDLERS: dict[str, Handler] = {
    "content.CreateContent": create_content,
    "content.FetchContent": fetch_content,
    "content.UpdateContent": update_content,
    "content.DeleteContent": delete_content,
    "content.CreateApprovalCreate": create_approval,
    "content.FetchApprovalFetch": fetch_approvals,
}
