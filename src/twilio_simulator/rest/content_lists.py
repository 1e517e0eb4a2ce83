"""Lists of templates: plain ones, and the searches of Content v2."""

import re

from twilio_simulator.clock import moment
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.world.content import Template

KEY = "contents"


def _newest_first(call: Call) -> list[Template]:
    return list(reversed(call.account.templates.values()))


def list_contents(call: Call) -> Reply:
    """Every template."""
    address = call.request.address
    return meta_page(call, KEY, _newest_first(call), lambda one: one.sid, lambda one: one.resource(address))


def list_with_approvals(call: Call) -> Reply:
    """Every template with its approval request."""
    return meta_page(call, KEY, _newest_first(call), lambda one: one.sid, Template.with_approval)


def list_legacy(call: Call) -> Reply:
    """Every template with its name and words at WhatsApp."""
    rows = [one for one in _newest_first(call) if one.approval.status != "unsubmitted"]
    address = call.request.address
    return meta_page(call, KEY, rows, lambda one: one.sid, lambda one: one.legacy(address))


def search_contents(call: Call) -> Reply:
    """The templates that fit every filter."""
    address = call.request.address
    return meta_page(call, KEY, _searched(call), lambda one: one.sid, lambda one: one.resource(address))


def search_with_approvals(call: Call) -> Reply:
    """The same, with approval requests."""
    return meta_page(call, KEY, _searched(call), lambda one: one.sid, Template.with_approval)


def _searched(call: Call) -> list[Template]:
    rows = [one for one in _newest_first(call) if _fits(call, one)]
    by_name, by_date = call.request.asked("SortByContentName"), call.request.asked("SortByDate")
    if by_name:
        rows.sort(key=lambda one: one.friendly_name, reverse=by_name == "desc")
    elif by_date:
        rows.sort(key=lambda one: one.created, reverse=by_date == "desc")
    return rows


def _fits(call: Call, template: Template) -> bool:
    name = call.request.asked("ContentName")
    return (
        (not name or name.lower() in template.friendly_name.lower())
        and _words_fit(call, template)
        and _one_of(call, "Language", [template.language])
        and _one_of(call, "ContentType", list(template.types))
        and _one_of(call, "ChannelEligibility", [f"whatsapp:{template.approval.status}"])
        and _in_range(call, template)
    )


def _words_fit(call: Call, template: Template) -> bool:
    """`Content` is a regular expression for the words."""
    wanted = call.request.asked("Content")
    if not wanted:
        return True
    try:
        return re.search(wanted, template.text, re.IGNORECASE) is not None
    except re.error:
        raise RefusalError(20422, problem="Invalid Parameter: Content is no regular expression") from None


def _one_of(call: Call, name: str, values: list[str]) -> bool:
    wanted = [one for text in call.request.query.get(name, []) for one in text.split(",") if one]
    return not wanted or any(value in wanted for value in values)


def _in_range(call: Call, template: Template) -> bool:
    after = moment(call.request.asked("DateCreatedAfter") or "")
    before = moment(call.request.asked("DateCreatedBefore") or "")
    return (after is None or template.created >= after) and (before is None or template.created <= before)


HANDLERS: dict[str, Handler] = {
    "content.ListContent": list_contents,
    "content.ListContentAndApprovals": list_with_approvals,
    "content.ListLegacyContent": list_legacy,
    "content_v2.ListContent": search_contents,
    "content_v2.ListContentAndApprovals": search_with_approvals,
}
