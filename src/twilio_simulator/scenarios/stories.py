"""The stories themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twilio_simulator.clock import HOUR
from twilio_simulator.scenarios.stage import PERSON, Stage


@dataclass(frozen=True, slots=True)
class Scenario:
    """One demo: what it shows, and what to try when it has been played."""

    title: str
    description: str
    look: str
    play: Callable[[Stage], Awaitable[None]]


async def otp_login(stage: Stage) -> None:
    """A code is sent, a wrong one tried; the right one is left to the visitor."""
    service = f"/v2/Services/{stage.verify_service}"
    await stage.post("start a verification by text", f"{service}/Verifications", To=PERSON, Channel="sms")
    check = f"{service}/VerificationCheck"
    await stage.post("check a wrong code", check, To=PERSON, Code="000000")


async def order_update(stage: Stage) -> None:
    """A customer writes on WhatsApp and hears of her order; the same goes out as a text."""
    await stage.reply("Ada asks on WhatsApp", "Where is my order?", stage.whatsapp)
    person = f"whatsapp:{PERSON}"
    await stage.text("confirm the order", "Thanks, Ada! Order 1042 is packed.", person, stage.whatsapp)
    picture = "https://example.org/parcel-1042.jpg"
    await stage.text("show the parcel", "On its way:", person, stage.whatsapp, MediaUrl=picture)
    await stage.text("send a text as well", "Order 1042 arrives today between 2 and 4 pm.", PERSON)


async def opt_out(stage: Stage) -> None:
    """A customer says STOP: she gets one last answer, and every later text is refused."""
    await stage.text("send an offer", "20% off until Sunday. Reply STOP to end.", PERSON)
    await stage.reply("Ada has had enough", "STOP", stage.number)
    await stage.text("send another offer all the same", "Only today: 30% off!", PERSON)


async def window_closed(stage: Stage) -> None:
    """A WhatsApp conversation went quiet a day ago: free-form text is accepted, and fails later."""
    await stage.reply("Ada writes on WhatsApp", "Is the blue one back?", stage.whatsapp)
    sender = stage.whatsapp.removeprefix("whatsapp:")
    stage.account.windows[sender, PERSON] -= 25 * HOUR
    stage.steps.append({"did": "let 25 hours go by for this conversation"})
    await stage.text("answer too late", "Yes, it is back!", f"whatsapp:{PERSON}", stage.whatsapp)


async def outage(stage: Stage) -> None:
    """Twilio has a bad minute: errors, a rate limit, and a message that exists although no answer came."""
    match = {"account": stage.account.sid, "operation": "CreateMessage"}
    do = [
        {"kind": "server_error", "status": 503, "body": "html"},
        {"kind": "rate_limit", "retry_after": 1},
        {"kind": "drop", "stage": "after"},
    ]
    await stage.control("arrange three failures", "/faults", {"match": match, "do": do})
    for did in ("send a text", "send it again", "send it a third time", "send it a fourth time"):
        await stage.text(did, "Your appointment is tomorrow at 9 am.", PERSON)


SCENARIOS = {
    "otp_login": Scenario(
        "A login with a code",
        "A verification code goes out by text; a wrong code is tried once.",
        "Read the code on the phone and check it: five tries in ten minutes.",
        otp_login,
    ),
    "order_update": Scenario(
        "News of an order",
        "A WhatsApp question opens the 24-hour window; answers go out with a picture, and a text besides.",
        "Watch the ticks turn: sent, delivered, read. The bar shows how long the window stays open.",
        order_update,
    ),
    "opt_out": Scenario(
        "STOP",
        "A customer opts out by text; the next message to her is refused with 21610.",
        "Send START from the phone, and texts go through again.",
        opt_out,
    ),
    "window_closed": Scenario(
        "Too late on WhatsApp",
        "25 hours after the customer's last message, free-form text is accepted and then fails with 63016.",
        "Write from the phone to open the window again, or send an approved template.",
        window_closed,
    ),
    "outage": Scenario(
        "An outage",
        "A 503 page, a 429 with Retry-After, and an answer that is lost after the message was accepted.",
        "The phone got two texts although only one create was answered: what should a client have done?",
        outage,
    ),
}
