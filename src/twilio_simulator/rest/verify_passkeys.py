"""What a Verify service holds about passkeys: it is kept and shown, no passkey is ever made here."""

from typing import Any

from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call

STRENGTHS = ("", "required", "preferred", "discouraged")
CHOICES = {
    "AuthenticatorAttachment": ("authenticator_attachment", ("", "platform", "cross-platform", "any")),
    "DiscoverableCredentials": ("discoverable_credentials", STRENGTHS),
    "UserVerification": ("user_verification", STRENGTHS),
}
PARTY = {"Id": "id", "Name": "name"}


def check_passkeys(call: Call) -> None:
    """Hold the choices against what the specification lists.

    Raises:
        RefusalError: 60200.
    """
    for parameter, (_, allowed) in CHOICES.items():
        if call.one(f"Passkeys.{parameter}") not in (None, *allowed):
            raise RefusalError(60200, parameter=f"Passkeys.{parameter}")


def keep_passkeys(call: Call, passkeys: dict[str, Any]) -> None:
    """Take over what is given."""
    for parameter, (name, _) in CHOICES.items():
        passkeys[name] = _given(call, parameter, passkeys[name])
    party: dict[str, Any] = passkeys["relying_party"]
    for parameter, name in PARTY.items():
        party[name] = _given(call, f"RelyingParty.{parameter}", party[name])
    origins = call.one("Passkeys.RelyingParty.Origins")
    if origins is not None:
        party["origins"] = [one.strip() for one in origins.split(",") if one.strip()]


def _given(call: Call, parameter: str, present: object) -> object:
    value = call.one(f"Passkeys.{parameter}")
    return present if value is None else value
