"""WhatsApp senders: enough to list whom an account can send from."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import meta_page


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
    "messaging.ListChannelsSender": list_senders,
    "messaging.FetchChannelsSender": fetch_sender,
}
