"""Messaging Services and WhatsApp senders: enough to list whom an account can send from."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import meta_page


def list_services(call: Call) -> Reply:
    """Every Messaging Service."""
    rows = list(call.account.messaging_services.values())
    address = call.request.address
    return meta_page(call, "services", rows, lambda one: one.sid, lambda one: one.resource(address))


def fetch_service(call: Call) -> Reply:
    """One Messaging Service."""
    found = call.account.messaging_services.get(call.path["Sid"])
    if found is None:
        raise call.missing()
    return json_reply(200, found.resource(call.request.address))


def list_senders(call: Call) -> Reply:
    """The senders of one channel; only WhatsApp has any here."""
    channel = call.request.asked("Channel")
    if not channel:
        raise RefusalError(20422, problem="Missing required parameter Channel in the query string")
    rows = list(call.account.whatsapp_senders.values()) if channel == "whatsapp" else []
    address = call.request.address
    return meta_page(call, "senders", rows, lambda one: one.sid, lambda one: one.resource(address))


def fetch_sender(call: Call) -> Reply:
    """One WhatsApp sender."""
    for sender in call.account.whatsapp_senders.values():
        if sender.sid == call.path["Sid"]:
            return json_reply(200, sender.resource(call.request.address))
    raise call.missing()


HANDLERS: dict[str, Handler] = {
    "messaging.ListService": list_services,
    "messaging.FetchService": fetch_service,
    "messaging.ListChannelsSender": list_senders,
    "messaging.FetchChannelsSender": fetch_sender,
}
