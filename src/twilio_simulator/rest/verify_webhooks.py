"""Verify webhooks: stored and shown; their events belong to push factors, which nobody has here."""

from typing import Any

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.rest.verify_services import found_service
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.verify_parts import VerifyWebhook

EVENTS = frozenset(
    {"*", "factor.deleted", "factor.created", "factor.verified", "challenge.approved", "challenge.denied"}
)
CHOICES = {"Status": ("status", ("enabled", "disabled")), "Version": ("version", ("v1", "v2"))}


def _checked(call: Call, *, fresh: bool) -> dict[str, Any]:
    """What is given, by attribute."""
    given: dict[str, Any] = {}
    events = [one for one in call.request.form.get("EventTypes", []) if one]
    if events or fresh:
        if not events or not set(events) <= EVENTS:
            raise RefusalError(60200, parameter="EventTypes")
        given["event_types"] = events
    for parameter, name in (("FriendlyName", "friendly_name"), ("WebhookUrl", "url")):
        text = call.said(parameter)
        if (text is None and fresh) or (text is not None and name == "url" and not is_webhook_url(text)):
            raise RefusalError(60200, parameter=parameter)
        if text is not None:
            given[name] = text
    for parameter, (name, allowed) in CHOICES.items():
        word = call.said(parameter)
        if word is not None and word not in allowed:
            raise RefusalError(60200, parameter=parameter)
        if word is not None:
            given[name] = word
    return given


def create_webhook(call: Call) -> Reply:
    """A new one."""
    service = found_service(call, call.path["ServiceSid"])
    given = _checked(call, fresh=True)
    webhook = VerifyWebhook(
        sid=call.world.sids.new("YW"),
        account_sid=call.account.sid,
        service_sid=service.sid,
        created=call.now,
        updated=call.now,
        **given,
    )
    service.webhooks[webhook.sid] = webhook
    return json_reply(201, webhook.resource(call.request.address))


def _found(call: Call) -> VerifyWebhook:
    webhook = found_service(call, call.path["ServiceSid"]).webhooks.get(call.path["Sid"])
    if webhook is None:
        raise call.missing()
    return webhook


def fetch_webhook(call: Call) -> Reply:
    """One webhook."""
    return json_reply(200, _found(call).resource(call.request.address))


def update_webhook(call: Call) -> Reply:
    """Change what is given."""
    webhook = _found(call)
    for name, value in _checked(call, fresh=False).items():
        setattr(webhook, name, value)
    webhook.updated = call.now
    return json_reply(200, webhook.resource(call.request.address))


def delete_webhook(call: Call) -> Reply:
    """Remove it."""
    webhook = _found(call)
    del found_service(call, call.path["ServiceSid"]).webhooks[webhook.sid]
    return no_content()


def list_webhooks(call: Call) -> Reply:
    """All of the service."""
    rows = list(found_service(call, call.path["ServiceSid"]).webhooks.values())
    address = call.request.address
    return meta_page(call, "webhooks", rows, lambda one: one.sid, lambda one: one.resource(address))


HANDLERS: dict[str, Handler] = {
    "verify.CreateWebhook": create_webhook,
    "verify.FetchWebhook": fetch_webhook,
    "verify.UpdateWebhook": update_webhook,
    "verify.DeleteWebhook": delete_webhook,
    "verify.ListWebhook": list_webhooks,
}
