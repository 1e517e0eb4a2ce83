"""SendAt: when it is allowed, and how far ahead (Twilio docs, message-scheduling and errors/351xx)."""

from twilio_simulator.clock import moment
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call

FURTHEST = 35 * 24 * 3_600_000
"""35 days; the error pages count them as 3,024,000 seconds, inclusive."""
FIXED = "fixed"


def send_time(call: Call) -> int | None:
    """When the message shall go, None for now.

    Raises:
        RefusalError: 35111, 35114, 35118, 35125, 35126.
    """
    kind, text = call.said("ScheduleType"), call.said("SendAt")
    if kind is None and text is None:
        return None
    if kind is None and call.world.rules.send_at_alone == "ignore":
        return None
    if kind != FIXED:
        raise RefusalError(35126)
    if text is None:
        raise RefusalError(35111)
    if not call.said("MessagingServiceSid"):
        raise RefusalError(35118)
    return _checked(call, moment(text))


def _checked(call: Call, instant: int | None) -> int:
    nearest = call.now + call.world.rules.least_schedule_seconds * 1000
    if instant is None or not nearest <= instant <= call.now + FURTHEST:
        raise RefusalError(35114)
    scheduled = sum(one.status == "scheduled" for one in call.account.messages.values())
    if scheduled >= call.account.settings.most_scheduled:
        raise RefusalError(35125)
    return instant
