"""Which sender of its pool a Messaging Service takes."""

from twilio_simulator.addresses import address, is_alphanumeric, is_short_code
from twilio_simulator.world.account import Account
from twilio_simulator.world.messaging_service import MessagingService

NORTH_AMERICA = "+1"
AREA = 5
"""Characters: `+1` and the area code."""


def fitting(account: Account, service: MessagingService, to: str) -> list[str]:
    """The senders of the pool that could reach this recipient."""
    channel = address(to).channel
    if channel == "whatsapp":
        return [one for one in service.pool if one.startswith("whatsapp:")]
    return [one for one in service.pool if not one.startswith("whatsapp:") and _can_text(account, one, to)]


def is_name(sender: str) -> bool:
    """Whether a sender is alphanumeric rather than a number."""
    return is_alphanumeric(sender) and not is_short_code(sender)


def _can_text(account: Account, sender: str, to: str) -> bool:
    if is_name(sender):
        # North America takes no alphanumeric senders.
        return not to.startswith(NORTH_AMERICA)
    if is_short_code(sender):
        # A short code reaches its own country only.
        return to.startswith(NORTH_AMERICA)
    number = account.numbers.get(sender)
    return number is None or "sms" in number.capabilities


def picked_sender(account: Account, service: MessagingService, to: str) -> str | None:
    """The sender this recipient is used to (sticky sender), else one nearby, else the next in turn."""
    known = service.sticky.get(to)
    candidates = fitting(account, service, to)
    if known in candidates and service.sticky_sender:
        return known
    if not candidates:
        return None
    nearby = [one for one in candidates if service.area_code_geomatch and one[:AREA] == to[:AREA]]
    turn = nearby or candidates
    chosen = turn[service.turns % len(turn)]
    service.turns += 1
    service.sticky[to] = chosen
    return chosen
