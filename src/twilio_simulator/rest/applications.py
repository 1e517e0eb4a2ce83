"""TwiML applications: create, fetch, list, update, delete."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.application import TEXTS, TwimlApplication

SETTABLE = {"".join(part.capitalize() for part in name.split("_")): name for name in TEXTS}


def create_application(call: Call) -> Reply:
    """A new set of URLs."""
    _check(call)
    made = TwimlApplication(call.world.sids.new("AP"), call.account.sid, "", call.now, call.now)
    _apply(call, made)
    call.account.applications[made.sid] = made
    return json_reply(201, made.resource())


def _check(call: Call) -> None:
    for parameter, name in SETTABLE.items():
        value = call.said(parameter)
        if value is None:
            continue
        if name.endswith("_method") and value.upper() not in ("GET", "POST"):
            raise RefusalError(21403, method=value)
        if not name.endswith("_method") and not is_webhook_url(value):
            raise RefusalError(21402, url=value)


def _apply(call: Call, application: TwimlApplication) -> None:
    for parameter, name in SETTABLE.items():
        value = call.one(parameter)
        if value is not None:
            application.settings[name] = value.upper() if name.endswith("_method") else value
    application.friendly_name = call.said("FriendlyName") or application.friendly_name
    lookup, public = call.flag("VoiceCallerIdLookup"), call.flag("PublicApplicationConnectEnabled")
    application.caller_id_lookup = application.caller_id_lookup if lookup is None else lookup
    application.public = application.public if public is None else public
    application.updated = call.now


def _found(call: Call) -> TwimlApplication:
    found = call.account.applications.get(call.path["Sid"])
    if found is None:
        raise call.missing()
    return found


def fetch_application(call: Call) -> Reply:
    """One application."""
    return json_reply(200, _found(call).resource())


def update_application(call: Call) -> Reply:
    """Change what is given."""
    found = _found(call)
    _check(call)
    _apply(call, found)
    return json_reply(200, found.resource())


def delete_application(call: Call) -> Reply:
    """Remove it; numbers that name it fall back to their own URLs."""
    del call.account.applications[_found(call).sid]
    return no_content()


def list_applications(call: Call) -> Reply:
    """The newest first, filtered by name."""
    name = call.request.asked("FriendlyName")
    rows = [
        one for one in reversed(call.account.applications.values()) if name in (None, "", one.friendly_name)
    ]
    return flat_page(call, "applications", rows, lambda one: one.sid, lambda one: one.resource())


HANDLERS: dict[str, Handler] = {
    "api.CreateApplication": create_application,
    "api.FetchApplication": fetch_application,
    "api.UpdateApplication": update_application,
    "api.DeleteApplication": delete_application,
    "api.ListApplication": list_applications,
}
