"""Messages, looked for in the recipient's list.

By `To` alone: `DateSent` hides what is queued still (Twilio docs, messaging/api/message-resource).
"""

from collections.abc import AsyncIterator

from ringback.outbox.lookup.found import Found, Inputs, Lookup, Search, as_listed, made_since
from ringback.segments import smart_encode
from ringback.store.endings import Ending, MadeMessage
from ringback.store.rows import State
from ringback.twilio import resources

CLASSIC_PREFIX = "Sent from your Twilio trial account - "
"""Before every text of a trial account that is older than 2026 (recorded answers)."""

TRIAL_TEXTS = frozenset(
    {
        "sms_2fa",
        "sms_account_alerts",
        "sms_appointment_reminders",
        "sms_customer_support",
        "sms_delivery_updates",
        "sms_event_notifications",
        "sms_feedback_surveys",
        "sms_internal_alerts",
        "sms_marketing_promotions",
        "sms_order_confirmation",
    }
)
"""What a trial account of 2026 may give as a body: names of texts that Twilio keeps (docs, usage/trials)."""


def place(inputs: Inputs) -> tuple[str, ...]:
    """One listing for each recipient."""
    return (str(inputs["to"]),)


async def listed(search: Search) -> AsyncIterator[Found]:
    """The recipient's messages that were made since an instant."""
    async for found in made_since(search, resources.messages(), left="date_sent"):
        yield found


def fits(inputs: Inputs, found: Found) -> bool:
    """Whether the message says the same, from the same sender.

    What a Messaging Service sent carries the service and, once it has picked one, a sender of its pool.
    """
    facts = found.facts
    sender = inputs.get("sender")
    return (
        facts["direction"] == "outbound-api"
        and sender in (facts["from"], facts["messaging_service_sid"])
        and int(facts["num_media"] or 0) == _media(inputs)
        and (_says(inputs, facts["body"] or "") or _is_erased(found))
    )


def doubtful(inputs: Inputs, found: Found) -> bool:
    """Whether it is the job's only if its text was redacted since: it may have had any other, or none."""
    return _is_erased(found) and bool(inputs.get("body") or inputs.get("content_sid"))


def _is_erased(found: Found) -> bool:
    """Twilio takes nothing empty: this may have had a text, whichever, that was redacted since."""
    return not found.facts["body"]


def _media(inputs: Inputs) -> int:
    return len(inputs.get("media_urls") or ()) + (inputs.get("media_url") is not None)


def _says(inputs: Inputs, text: str) -> bool:
    """Whether Twilio may show the body as this text; what comes of a template only Twilio knows."""
    body = inputs.get("body") or ""
    if inputs.get("content_sid") is not None or body in TRIAL_TEXTS:
        return True
    # Twilio is reported to cut off line breaks at the end (message-segment-calculator issue 66).
    shown = {form.strip() for form in (body, smart_encode(body))}
    return text.removeprefix(CLASSIC_PREFIX).strip() in shown or text.strip() in shown


def ending(found: Found, result: str, now: int) -> Ending:
    """Done, with the message, whose status is asked for from now on."""
    facts = found.facts
    message = MadeMessage(
        sid=found.sid,
        status=facts["status"],
        watched="polling",
        poll_at=now,
        error_code=facts["error_code"],
        error_message=facts["error_message"],
    )
    return Ending(state=State.DONE, result=result, message=message)


MESSAGES = Lookup(
    what="message", place=place, listed=listed, fits=fits, doubtful=doubtful, told=as_listed, ending=ending
)
