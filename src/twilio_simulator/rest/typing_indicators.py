"""The typing indicator: the person sees that somebody writes (Twilio's OpenAPI file, messaging v2)."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply


def create_indicator(call: Call) -> Reply:
    """Show it on the phone of who wrote the message; only WhatsApp has one."""
    channel, sid = call.said("channel"), call.said("messageId")
    if channel != "whatsapp":
        raise RefusalError(20422, problem="Invalid Parameter: channel")
    message = call.account.messages.get(sid or "")
    if message is None or message.direction != "inbound" or not message.to.startswith("whatsapp:"):
        raise RefusalError(20422, problem="Invalid Parameter: messageId is no inbound WhatsApp message")
    call.world.log.note("typing", call.account.sid, message.sid, handset=message.sender)
    return json_reply(200, {"success": True})


HANDLERS: dict[str, Handler] = {"messaging.CreateTypingIndicator": create_indicator}
