"""The steps of the tour: each does one thing the way an app would, and says what came of it."""

from ringback.demo.tour import (
    ACCOUNT,
    CHECK,
    CODE,
    CREATED,
    MESSAGE,
    OK,
    UNPROCESSABLE,
    Step,
    Surprise,
    Tour,
    problem,
    status_of,
)

ADA, GRACE, EDSGER = "+14155550111", "+14155550112", "+14155550113"
WORLD_SECONDS = 130
MEDIA = "https://example.org/receipt.png"

Came = tuple[str, bool]


async def connect(tour: Tour) -> Came:
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
    if answered.status != CREATED:
        raise Surprise(problem(answered))
    report = answered.content["report"]
    return f"{report['type']} account, {report['status']}; the token is sealed", True


async def send_text(tour: Tour) -> Came:
    """A text with keywords."""
    inputs = {"to": ADA, "body": "Hi {{name}}, your order {{order.id}} is on its way."}
    keywords = {"name": "Ada", "order": {"id": 42}}
    answered = await tour.act(
        "SendMessage", {**inputs, "keywords": keywords}, **{"idempotency-key": "order-42"}
    )
    return await tour.arrived(answered, "delivered")


async def send_again(tour: Tour) -> Came:
    """The same intent twice is one message."""
    inputs = {"to": ADA, "body": "Hi Ada, your order 42 is on its way."}
    answered = await tour.act("SendMessage", inputs, **{"idempotency-key": "order-42"})
    same = answered.status == OK and answered.content["id"] == tour.jobs[0]
    return "the first job answers; nothing is sent twice" if same else problem(answered), same


async def send_national(tour: Tour) -> Came:
    """A number as people write it."""
    inputs = {"to": "(415) 555-0112", "body": "Read with the default country."}
    answered = await tour.act("SendMessage", inputs)
    said, fine = await tour.arrived(answered, "delivered")
    read_as = (await tour.job(answered.content["id"]))["input"]["to"]
    return f"{said}; {inputs['to']} was read as {read_as}", fine and read_as == GRACE


async def send_nonsense(tour: Tour) -> Came:
    """Bad input: every field named at once, nothing sent."""
    inputs = {"to": "+1 415", "sender": f"whatsapp:{tour.account['number']}", "body": "Hi {{nme}}"}
    answered = await tour.act("SendMessage", {**inputs, "keywords": {"name": "Ada"}})
    fields = sorted({error["field"] for error in (answered.content or {}).get("errors", [])})
    fine = answered.status == UNPROCESSABLE and fields == ["body", "sender", "to"]
    return f"422, all at once: {', '.join(fields)}; nothing left" if fine else problem(answered), fine


async def write_in(tour: Tour) -> Came:
    """A person writes first, which opens WhatsApp's 24 hours."""
    content = {"to": tour.account["whatsapp_sender"], "body": "Is my parcel on its way?"}
    answered = await tour.simulator.post(f"/_sim/phones/{GRACE}/messages", content)
    fine = answered.status in (OK, CREATED)
    return "her 24 hours are open" if fine else problem(answered), fine


async def send_whatsapp(tour: Tour) -> Came:
    """A WhatsApp text; the prefix is ours to add."""
    inputs = {"to": GRACE, "sender": tour.account["whatsapp_sender"], "body": "It is. Here is the receipt:"}
    return await tour.arrived(await tour.act("SendWhatsappTextMessage", inputs), "read")


async def send_media(tour: Tour) -> Came:
    """A WhatsApp picture."""
    inputs = {"to": GRACE, "sender": tour.account["whatsapp_sender"], "media_url": MEDIA, "body": "Receipt"}
    return await tour.arrived(await tour.act("SendWhatsappMediaMessage", inputs), "read")


async def start_verification(tour: Tour) -> Came:
    """A code to a phone."""
    answered = await tour.act("SendVerify", {"to": EDSGER, "channel": "sms"})
    if answered.status != OK:
        raise Surprise(problem(answered))
    return str(answered.content["result"]["status"]), True


async def check_wrong_code(tour: Tour) -> Came:
    """A wrong code is an answer, never a success."""
    right = await _code(tour)
    wrong = f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"
    return await _checked(tour, wrong, "wrong_code")


async def check_right_code(tour: Tour) -> Came:
    """The code from the handset."""
    return await _checked(tour, await _code(tour), "approved")


async def start_with_deadline(tour: Tour) -> Came:
    """A verification with limits of our own."""
    inputs = {"to": EDSGER, "channel": "sms", "expires_in": 120, "max_checks": 3, "max_sends": 2}
    answered = await tour.act("SendVerifyWithConfiguration", inputs)
    if answered.status != OK:
        raise Surprise(problem(answered))
    return f"{answered.content['result']['status']}, for 120 s, 3 checks and 2 sends", True


async def check_late(tour: Tour) -> Came:
    """Two minutes later in the simulator's world: refused here, and Twilio is not even asked."""
    code = await _code(tour)
    await tour.simulator.post("/_sim/clock/advance", {"seconds": WORLD_SECONDS})
    return await _checked(tour, code, "expired")


async def lose_the_answer(tour: Tour) -> Came:
    """Twilio takes the message, and the connection breaks before it answers."""
    fault = {"match": {"operation": "CreateMessage", "to": ADA}, "do": [{"kind": "drop", "stage": "after"}]}
    await tour.simulator.post("/_sim/faults", fault)
    answered = await tour.act("SendMessage", {"to": ADA, "body": "The answer to this one gets lost."})
    job = await tour.until(answered, lambda seen: status_of(seen) == "delivered")
    settled = [event["who"] for event in job["events"] if event["kind"] == "done"]
    fine = job["state"] == "done" and len(job["attempts"]) == 1 and settled == ["callback"]
    said = "unknown, not repeated; the callback settled it: done"
    return said if fine else f"{job['state']} after {len(job['attempts'])} tries, by {settled}", fine


STEPS = (
    Step("Connect an account", connect),
    Step("Send a text with {{keywords}}", send_text, (MESSAGE,)),
    Step("Send it again, same key", send_again),
    Step("Write the number your way", send_national, (MESSAGE,)),
    Step("Get three fields wrong", send_nonsense),
    Step("Grace writes on WhatsApp", write_in),
    Step("Answer on WhatsApp", send_whatsapp, (MESSAGE,)),
    Step("Send a picture on WhatsApp", send_media, (MESSAGE,)),
    Step("Send a code", start_verification, (CODE,)),
    Step("Check a wrong code", check_wrong_code, (CHECK,)),
    Step("Check the right code", check_right_code, (CHECK,)),
    Step("Send a code with limits", start_with_deadline, (CODE,)),
    Step("Check it two minutes later", check_late),
    Step("Lose Twilio's answer", lose_the_answer, (MESSAGE,)),
)


async def _code(tour: Tour) -> str:
    answered = await tour.simulator.get(f"/_sim/codes?to={EDSGER.replace('+', '%2B')}")
    if not answered.content["code"]:
        raise Surprise("no code is on the phone")
    return str(answered.content["code"])


async def _checked(tour: Tour, code: str, outcome: str) -> Came:
    answered = await tour.act("VerifyCode", {"to": EDSGER, "code": code})
    if answered.status != OK:
        raise Surprise(problem(answered))
    result = answered.content["result"]
    fine = result["outcome"] == outcome and result["verified"] is (outcome == "approved")
    return f"{result['outcome']}, verified: {str(result['verified']).lower()}", fine
