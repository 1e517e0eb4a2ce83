"""Feedback: the customer says what became of a message."""

from typing import Literal, cast, get_args

from twilio_simulator.clock import rfc2822
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply

Outcome = Literal["confirmed", "unconfirmed"]


def create_feedback(call: Call) -> Reply:
    """Note the outcome; whether the message asked for feedback is not checked, as no source says so."""
    message = call.account.messages.get(call.path["MessageSid"])
    if message is None:
        raise call.missing()
    outcome = call.said("Outcome") or "confirmed"
    if outcome not in get_args(Outcome):
        raise RefusalError(20422, problem="Invalid Parameter: Outcome is one of confirmed, unconfirmed")
    message.feedback = cast("Outcome", outcome)
    now = rfc2822(call.now)
    return json_reply(
        200,
        {
            "account_sid": message.account_sid,
            "message_sid": message.sid,
            "outcome": outcome,
            "date_created": now,
            "date_updated": now,
            "uri": f"{message.path}/Feedback.json",
        },
    )


HANDLERS: dict[str, Handler] = {"api.CreateMessageFeedback": create_feedback}
