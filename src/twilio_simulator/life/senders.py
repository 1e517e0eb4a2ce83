"""Which sender of its pool a Messaging Service takes."""

from twilio_simulator.addresses import address
from twilio_simulator.world.account import Account
from twilio_simulator.world.numbers import MessagingService


def fitting(account: Account, service: MessagingService, to: str) -> list[str]:
    """The senders of the pool that could reach this recipient."""
    channel = address(to).channel
    if channel == "whatsapp":
        return [one for one in service.pool if one.startswith("whatsapp:")]
    return [one for one in service.pool if not one.startswith("whatsapp:") and _can_text(account, one)]


def _can_text(account: Account, sender: str) -> bool:
    number = account.numbers.get(sender)
    return number is None or "sms" in number.capabilities


def picked_sender(account: Account, service: MessagingService, to: str) -> str | None:
    """The sender this recipient is used to (sticky sender), or the next one in turn."""
    known = service.sticky.get(to)
    candidates = fitting(account, service, to)
    if known in candidates:
        return known
    if not candidates:
        return None
    chosen = candidates[len(service.sticky) % len(candidates)]
    service.sticky[to] = chosen
    return chosen
