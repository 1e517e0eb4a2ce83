"""The Monitor API's alerts: what the debugger shows (monitor.twilio.com/v1/Alerts)."""

from twilio_simulator.clock import moment
from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.world.alerts import Alert


def _own(call: Call) -> list[Alert]:
    """The account's alerts, the newest first."""
    return [one for one in reversed(call.world.alerts.kept) if one.incident.account_sid == call.account.sid]


def list_alerts(call: Call) -> Reply:
    """Filtered by level and time."""
    level = call.request.asked("LogLevel")
    start, end = (moment(call.request.asked(name) or "") for name in ("StartDate", "EndDate"))
    rows = [
        one
        for one in _own(call)
        if level in (None, "", one.level)
        and (start is None or one.at >= start)
        and (end is None or one.at <= end)
    ]
    address = call.request.address
    return meta_page(call, "alerts", rows, lambda one: one.sid, lambda one: one.resource(address))


def fetch_alert(call: Call) -> Reply:
    """One alert, with the request and the answer it is about."""
    for one in _own(call):
        if one.sid == call.path["Sid"]:
            return json_reply(200, one.whole(call.request.address))
    raise call.missing()


HANDLERS: dict[str, Handler] = {"monitor.ListAlert": list_alerts, "monitor.FetchAlert": fetch_alert}
