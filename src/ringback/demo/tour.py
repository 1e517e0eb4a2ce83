"""The steps of the tour: each does one thing the way an app would, and says what came of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringback.demo.outside import Answered, Outside

ACCOUNT = "demo"
ADA, GRACE, EDSGER = "+14155550111", "+14155550112", "+14155550113"
WORLD_SECONDS = 130
SETTLE_SECONDS = 8.0
MEDIA = "https://example.org/receipt.png"

OK, CREATED, ACCEPTED, UNPROCESSABLE = 200, 201, 202, 422


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the tour: what was done, what came of it, whether that is as it should be."""

    step: str
    answer: str
    agrees: bool


@dataclass(slots=True)
class Tour:
    """Everything a step needs, and the jobs that it leaves for the record."""

    ringback: Outside
    simulator: Outside
    account: Mapping[str, Any]
    jobs: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def run(self) -> AsyncIterator[Told]:
        """All steps in order."""
        for step in STEPS:
            yield await step(self)

    async def act(self, action: str, inputs: Mapping[str, Any], **headers: str) -> Answered:
        """Run an action over HTTP and wait for its answer."""
        answered = await self.ringback.post(
            f"/v1/actions/{action}", {"account": ACCOUNT, **inputs}, prefer="wait=10", **headers
        )
        job_id = (answered.content or {}).get("id")
        if job_id and job_id not in self.jobs:
            self.jobs.append(job_id)
        return answered

    async def until(self, job_id: str, holds: Callable[[Any], bool]) -> Any:
        """Look at a job until something holds of it; the job as it was seen last."""
        path = f"/v1/jobs/{job_id}"
        async with asyncio.timeout(SETTLE_SECONDS):
            while not holds(job := (await self.ringback.get(path)).content):
                # Networks take seconds to deliver; in the simulator's world they pass at once.
                await self.simulator.post("/_sim/clock/advance", {"seconds": 1})
        return job

    async def arrived(self, answered: Answered, status: str) -> tuple[str, bool]:
        """Follow a message to a status."""
        if answered.status != OK:
            return _problem(answered), False
        job = await self.until(answered.content["id"], lambda seen: seen["message"]["status"] == status)
        statuses = [e["detail"]["status"] for e in job["events"] if e["kind"] == "status"]
        return f"{answered.content['result']['status']} → " + " → ".join(statuses), True


async def connect(tour: Tour) -> Told:
    """Connect the simulator's account."""
    given = {
        "name": ACCOUNT,
        "account_sid": tour.account["account_sid"],
        "auth_token": tour.account["auth_token"],
        "environment": "simulator",
        "base_url": tour.account["url"],
        "default_sender": tour.account["number"],
        "default_country": "US",
        "default_verify_service": tour.account["verify_service"],
    }
    answered = await tour.ringback.post("/v1/accounts", given)
    report = (answered.content or {}).get("report") or {}
    said = f"{report.get('type')} account, {report.get('status')}; the token is sealed"
    return Told("Connect an account", said, answered.status == CREATED)


async def send_text(tour: Tour) -> Told:
    """A text with keywords."""
    inputs = {"to": ADA, "body": "Hi {{name}}, your order {{order.id}} is on its way."}
    keywords = {"name": "Ada", "order": {"id": 42}}
    answered = await tour.act(
        "SendMessage", {**inputs, "keywords": keywords}, **{"idempotency-key": "order-42"}
    )
    return Told("Send a text with {{keywords}}", *await tour.arrived(answered, "delivered"))


async def send_again(tour: Tour) -> Told:
    """The same intent twice is one message."""
    inputs = {"to": ADA, "body": "Hi Ada, your order 42 is on its way."}
    answered = await tour.act("SendMessage", inputs, **{"idempotency-key": "order-42"})
    same = answered.content.get("id") == tour.jobs[0]
    return Told("Send it again, same key", "the first job answers; nothing is sent twice", same)


async def send_national(tour: Tour) -> Told:
    """A number as people write it."""
    answered = await tour.act(
        "SendMessage", {"to": "(415) 555-0112", "body": "Read with the default country."}
    )
    notes = (answered.content or {}).get("notes") or [""]
    said, fine = await tour.arrived(answered, "delivered")
    return Told("Write the number your way", f"{said}; {notes[0]}", fine and bool(notes[0]))


async def send_nonsense(tour: Tour) -> Told:
    """Bad input: every field named at once, nothing sent."""
    inputs = {"to": "+1 415", "sender": f"whatsapp:{tour.account['number']}", "body": "Hi {{nme}}"}
    answered = await tour.act("SendMessage", {**inputs, "keywords": {"name": "Ada"}})
    fields = sorted({error["field"] for error in answered.content.get("errors", [])})
    fine = answered.status == UNPROCESSABLE and fields == ["body", "sender", "to"]
    return Told("Get three fields wrong", f"422, all at once: {', '.join(fields)}; nothing left", fine)


async def write_in(tour: Tour) -> Told:
    """A person writes first, which opens WhatsApp's 24 hours."""
    sender = tour.account["whatsapp_sender"]
    content = {"to": sender, "body": "Is my parcel on its way?"}
    answered = await tour.simulator.post(f"/_sim/phones/{GRACE}/messages", content)
    return Told("Grace writes on WhatsApp", "her 24 hours are open", answered.status in (OK, CREATED))


async def send_whatsapp(tour: Tour) -> Told:
    """A WhatsApp text; the prefix is ours to add."""
    inputs = {"to": GRACE, "sender": tour.account["whatsapp_sender"], "body": "It is. Here is the receipt:"}
    answered = await tour.act("SendWhatsappTextMessage", inputs)
    return Told("Answer on WhatsApp", *await tour.arrived(answered, "read"))


async def send_media(tour: Tour) -> Told:
    """A WhatsApp picture."""
    inputs = {"to": GRACE, "sender": tour.account["whatsapp_sender"], "media_url": MEDIA, "body": "Receipt"}
    answered = await tour.act("SendWhatsappMediaMessage", inputs)
    return Told("Send a picture on WhatsApp", *await tour.arrived(answered, "read"))


async def start_verification(tour: Tour) -> Told:
    """A code to a phone."""
    answered = await tour.act("SendVerify", {"to": EDSGER, "channel": "sms"})
    result = answered.content.get("result") or {}
    return Told("Send a code", str(result.get("status")), answered.status == OK)


async def check_wrong_code(tour: Tour) -> Told:
    """A wrong code is an answer, never a success."""
    right = await _code(tour)
    wrong = f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"
    return await _checked(tour, "Check a wrong code", wrong, "wrong_code")


async def check_right_code(tour: Tour) -> Told:
    """The code from the handset."""
    return await _checked(tour, "Check the right code", await _code(tour), "approved")


async def start_with_deadline(tour: Tour) -> Told:
    """A verification with limits of our own."""
    inputs = {"to": EDSGER, "channel": "sms", "expires_in": 120, "max_checks": 3, "max_sends": 2}
    answered = await tour.act("SendVerifyWithConfiguration", inputs)
    result = answered.content.get("result") or {}
    said = f"{result.get('status')}, for 120 s, 3 checks and 2 sends"
    return Told("Send a code with limits", said, answered.status == OK)


async def check_late(tour: Tour) -> Told:
    """Two minutes later in the simulator's world."""
    code = await _code(tour)
    await tour.simulator.post("/_sim/clock/advance", {"seconds": WORLD_SECONDS})
    return await _checked(tour, "Check it two minutes later", code, "expired")


async def lose_the_answer(tour: Tour) -> Told:
    """Twilio takes the message, and the connection breaks before it answers."""
    fault = {"match": {"operation": "CreateMessage", "to": ADA}, "do": [{"kind": "drop", "stage": "after"}]}
    await tour.simulator.post("/_sim/faults", fault)
    answered = await tour.act("SendMessage", {"to": ADA, "body": "The answer to this one gets lost."})
    job = await tour.until(answered.content["id"], lambda seen: seen["state"] == "done")
    attempts = len(job["attempts"])
    settled = [event["who"] for event in job["events"] if event["kind"] == "done"]
    fine = attempts == 1 and settled == ["callback"]
    return Told("Lose Twilio's answer", "unknown, not repeated; the callback settled it: done", fine)


STEPS: tuple[Callable[[Tour], Awaitable[Told]], ...] = (
    connect,
    send_text,
    send_again,
    send_national,
    send_nonsense,
    write_in,
    send_whatsapp,
    send_media,
    start_verification,
    check_wrong_code,
    check_right_code,
    start_with_deadline,
    check_late,
    lose_the_answer,
)


async def _code(tour: Tour) -> str:
    answered = await tour.simulator.get(f"/_sim/codes?to={EDSGER.replace('+', '%2B')}")
    return str(answered.content["code"])


async def _checked(tour: Tour, step: str, code: str, outcome: str) -> Told:
    answered = await tour.act("VerifyCode", {"to": EDSGER, "code": code})
    result = answered.content.get("result") or {}
    said = f"{result.get('outcome')}, verified: {str(result.get('verified')).lower()}"
    fine = result.get("outcome") == outcome and result.get("verified") is (outcome == "approved")
    return Told(step, said, fine)


def _problem(answered: Answered) -> str:
    content = answered.content or {}
    error = content.get("error") or content
    return f"{answered.status}: {error.get('message') or error.get('detail') or content}"
