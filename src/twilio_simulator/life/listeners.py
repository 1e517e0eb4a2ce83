"""Where the customer wants to hear of a text or call: the service's, number's or sandbox's URL."""

from twilio_simulator.addresses import SANDBOX, Address
from twilio_simulator.webhooks.attempts import Listener
from twilio_simulator.world.account import Account
from twilio_simulator.world.application import TwimlApplication
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.numbers import Number
from twilio_simulator.world.short_codes import ShortCode


def listener(
    account: Account, to: Address, handset: str, service: MessagingService | None
) -> Listener | None:
    """The URL for a text; a service's unless it defers to the number's own."""
    pair = (to.number, handset)
    if service is not None and service.inbound_request_url and not service.use_inbound_webhook_on_number:
        fallback = _turn(service.fallback_url, service.fallback_method)
        return Listener(service.inbound_request_url, service.inbound_method, fallback, pair)
    if to.channel == "sms" and to.number in account.short_codes:
        return of_settings(account.short_codes[to.number], "sms", pair)
    if to.channel == "sms":
        return of_number(account, account.numbers[to.number], "sms", pair)
    url = (
        account.sandbox.sms_url if to.number == SANDBOX else account.whatsapp_senders[to.number].callback_url
    )
    return Listener(url, "POST", None, pair) if url else None


def of_number(account: Account, number: Number, kind: str, pair: tuple[str, str]) -> Listener | None:
    """The number's URL for `sms` or `voice`: its application's, when it names one, or its own."""
    application = account.applications.get(number.setting(f"{kind}_application_sid"))
    return of_settings(number if application is None else application, kind, pair)


def of_settings(
    owner: Number | ShortCode | TwimlApplication, kind: str, pair: tuple[str, str]
) -> Listener | None:
    """The URL, method and fallback that a number, a short code or an application has set."""
    url = owner.setting(f"{kind}_url")
    if not url:
        return None
    fallback = _turn(owner.setting(f"{kind}_fallback_url"), owner.setting(f"{kind}_fallback_method"))
    return Listener(url, owner.setting(f"{kind}_method"), fallback, pair)


def _turn(url: str | None, method: str) -> tuple[str, str] | None:
    return (url, method) if url else None
