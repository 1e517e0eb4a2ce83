"""The parameters of requests about calls (Twilio docs, voice: TwiML requests and call progress events)."""

from twilio_simulator.clock import rfc2822
from twilio_simulator.webhooks.places import place
from twilio_simulator.webhooks.requests import API_VERSION
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.world.phone_call import PhoneCall

# What a SIP network would have answered.
_SIP = {"busy": "486", "no-answer": "487", "canceled": "487", "failed": "404", "completed": "200"}


def call_parameters(call: PhoneCall, status: str | None = None) -> Parameters:
    """What every request about a call carries."""
    fields: Parameters = [("Called", call.to), ("Caller", call.sender)]
    for number, sides in ((call.to, ("To", "Called")), (call.sender, ("From", "Caller"))):
        for side in sides:
            fields += place(number, side)
    fields += [("To", call.to), ("From", call.sender), ("CallSid", call.sid)]
    fields += [("AccountSid", call.account_sid), ("Direction", call.direction)]
    return [*fields, ("CallStatus", status or call.status), API_VERSION]


def progress_parameters(call: PhoneCall, status: str, now: int) -> Parameters:
    """A status callback of a call; its sequence number goes up."""
    fields = call_parameters(call, status)
    fields += [("Timestamp", rfc2822(now)), ("CallbackSource", "call-progress-events")]
    fields.append(("SequenceNumber", str(call.sequence)))
    call.sequence += 1
    if call.over:
        seconds = call.seconds(now)
        fields += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
        fields.append(("SipResponseCode", _SIP[call.status]))
    if call.answered_by is not None:
        fields.append(("AnsweredBy", call.answered_by))
    return fields


def machine_parameters(call: PhoneCall, after_ms: int) -> Parameters:
    """The callback of an answering machine detection that did not hold the call up."""
    return [
        ("CallSid", call.sid),
        ("AccountSid", call.account_sid),
        ("AnsweredBy", call.answered_by or "unknown"),
        ("MachineDetectionDuration", str(after_ms)),
    ]
