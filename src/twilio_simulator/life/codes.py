"""A verification code on its way to a handset or mailbox."""

from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.state import World
from twilio_simulator.world.verification import Attempt, Verification, VerifyService

# Twilio's default texts (OpenAPI, Verify templates and DoNotShareWarningEnabled).
TEXT = "Your {name} verification code is: {code}"
WARNING = ". Don't share this code with anyone; our employees will never ask for the code."
SENDER = "Verify"


def send_code(world: World, service: VerifyService, verification: Verification, name: str | None) -> None:
    """Note the attempt, and show the code where it arrives."""
    now = world.clock.now()
    verification.attempts.append(Attempt(world.sids.new("VL"), verification.channel, now))
    world.log.note(
        "verification.sent", verification.account_sid, verification.sid, channel=verification.channel
    )
    handset = world.handsets.get(verification.to)
    if not _arrives(handset, verification.channel):
        return
    text = TEXT.format(name=name or service.friendly_name, code=verification.code)
    if service.do_not_share_warning_enabled and verification.channel == "sms":
        text += WARNING
    if verification.channel == "call":
        text = TEXT.format(name=name or service.friendly_name, code=" ".join(verification.code))
    handset.screen.append(
        Shown(now, verification.channel, "in", SENDER, text, verification.account_sid, None)
    )


def _arrives(handset: Handset, channel: str) -> bool:
    if channel == "whatsapp" and not handset.whatsapp:
        return False
    return channel == "email" or handset.state == "reachable"
