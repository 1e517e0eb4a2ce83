"""How faults of the book spoil a webhook: its parameters, its signature, its way."""

from twilio_simulator.faults.book import Action, Occasion
from twilio_simulator.webhooks.attempts import Tampering, Webhook

PADDING = "SimulatedPadding"


def occasion(webhook: Webhook) -> Occasion:
    """What the fault book goes by."""
    fields = dict(webhook.parameters)
    return Occasion(
        webhook.kind,
        "",
        webhook.account_sid,
        fields.get("To", ""),
        fields.get("From", ""),
        fields.get("Body", ""),
        status=webhook.status,
    )


def spoil(action: Action, webhook: Webhook) -> bool:
    """Apply it; always False, for the webhook still goes now."""
    name, value = action.name, action.value
    if action.kind == "unknown_parameter":
        webhook.parameters = [*webhook.parameters, (name or "SimulatedUnknown", value or "1")]
    elif action.kind == "missing_parameter":
        webhook.parameters = [pair for pair in webhook.parameters if pair[0] != name]
    elif action.kind == "huge_body":
        webhook.parameters = [*webhook.parameters, (PADDING, "x" * action.size)]
    else:
        webhook.tampering = _TAMPERINGS.get(action.kind, lambda _: None)(action)
    return False


_TAMPERINGS = {
    "bad_signature": lambda _: Tampering(bad_signature=True),
    "old_token": lambda _: Tampering(old_token=True),
    "wrong_port": lambda action: Tampering(signed_port=action.size),
    "unreachable": lambda action: Tampering(unreachable=action.times),
}
