"""Twilio's message statuses and the one way they move.

Callbacks come late, twice and out of order, without a time of their own; the order below decides.
Source: Twilio docs, messaging/api/message-resource (message status values) and outbound-message-status.
"""

ORDER = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "partially_delivered": 4,
    "undelivered": 5,
    "failed": 5,
    "canceled": 5,
    "read": 5,
}

SETTLED = frozenset({"delivered", "partially_delivered", "undelivered", "failed", "canceled", "read"})
"""Statuses after which nothing but `read` can come."""

CALLBACK_WITHIN = 900_000
"""Milliseconds; what has not come by then may have been missed: Twilio repeats a callback once, and only
where it could not connect (Twilio docs, usage/webhooks/webhooks-connection-overrides)."""


def moves_forward(present: str, reported: str) -> bool:
    """Whether a reported status is news. A failure after `delivered` is not: the receipt stands.

    A word that Twilio adds one day is taken as news unless the message has come to rest.
    """
    if present in SETTLED:
        return present in ("delivered", "partially_delivered") and reported == "read"
    return ORDER.get(reported, 3) > ORDER.get(present, 0)
