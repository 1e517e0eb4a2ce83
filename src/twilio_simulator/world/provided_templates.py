"""The templates that Twilio provides: all that the WhatsApp sandbox and trials may send first."""

from types import MappingProxyType

from twilio_simulator.world.content import Approval, Template

# Twilio docs, whatsapp/sandbox: the three texts. Their SIDs are ours, and show it.
_TEXTS = (
    ("appointment_reminders", "Your appointment is coming up on {{1}} at {{2}}", ("12/1", "3pm")),
    (
        "order_notifications",
        "Your {{1}} order of {{2}} has shipped and should be delivered on {{3}}. Details: {{4}}",
        ("Simulated", "1 pair of socks", "12/1", "https://example.org/orders/1"),
    ),
    ("verification_codes", "Your {{1}} code is {{2}}", ("Simulated", "123456")),
)


def _provided(index: int, name: str, body: str, samples: tuple[str, ...]) -> Template:
    return Template(
        sid=f"HX51a0{index:028x}",
        account_sid="AC51a0" + "0" * 28,
        friendly_name=name,
        language="en",
        created=0,
        updated=0,
        types={"twilio/text": {"body": body}},
        variables={str(place): sample for place, sample in enumerate(samples, 1)},
        approval=Approval(name, "UTILITY", "approved"),
    )


PROVIDED = MappingProxyType(
    {one.sid: one for one in (_provided(index, *text) for index, text in enumerate(_TEXTS, 1))}
)
