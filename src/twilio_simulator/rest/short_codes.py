"""The account's short codes, leased when the account is made."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.short_codes import ShortCode

TEXTS = {
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
}


def list_codes(call: Call) -> Reply:
    """Filtered by name and by a part of the code."""
    name, part = call.request.asked("FriendlyName"), (call.request.asked("ShortCode") or "").strip("*")
    rows = [
        one
        for one in call.account.short_codes.values()
        if name in (None, "", one.friendly_name or one.short_code) and part in one.short_code
    ]
    return flat_page(call, "short_codes", rows, lambda one: one.sid, ShortCode.resource)


def _found(call: Call) -> ShortCode:
    for found in call.account.short_codes.values():
        if found.sid == call.path["Sid"]:
            return found
    raise call.missing()


def fetch_code(call: Call) -> Reply:
    """One short code."""
    return json_reply(200, _found(call).resource())


def update_code(call: Call) -> Reply:
    """Set its name, URLs and methods."""
    found = _found(call)
    for parameter in TEXTS:
        value = call.said(parameter)
        if value is not None and parameter.endswith("Url") and not is_webhook_url(value):
            raise RefusalError(21402, url=value)
        if value is not None and parameter.endswith("Method") and value not in ("GET", "POST"):
            raise RefusalError(21403, method=value)
    for parameter, name in TEXTS.items():
        value = call.one(parameter)
        if value is not None:
            found.settings.pop(name, None)
            found.settings |= {name: value} if value else {}
    found.friendly_name = call.said("FriendlyName") or found.friendly_name
    found.updated = call.now
    return json_reply(200, found.resource())


HANDLERS: dict[str, Handler] = {
    "api.ListShortCode": list_codes,
    "api.FetchShortCode": fetch_code,
    "api.UpdateShortCode": update_code,
}
