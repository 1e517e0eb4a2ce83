"""What trial accounts may do, by the scheme of 2026 and by the classic one."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_sending_templates import under

from twilio_simulator.exchange import Reply
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.provided_templates import PROVIDED
from twilio_simulator.world.trial_schemes import CLASSIC, OF_2026, SCHEMES

pytestmark = pytest.mark.anyio
WHATSAPP = f"whatsapp:{HANDSET}"
PREFIX = "Sent from your Twilio trial account - "


async def trial(local: Local, ruleset: str = "2026", **plan: Any) -> Local:
    whole = {"type": "Trial", "ruleset": ruleset, "verified_callers": [HANDSET], **plan}
    return await local.account(**whole)


def test_schemes_are_named_and_dated() -> None:
    assert SCHEMES == {"2026": OF_2026, "classic": CLASSIC}
    assert all(len(scheme.since) == len("2026-08-01") for scheme in SCHEMES.values())
    assert len(OF_2026.texts) == 10


@pytest.mark.parametrize("name", sorted(OF_2026.texts))
async def test_a_trial_of_2026_sends_ten_texts_by_name(local: Local, name: str) -> None:
    account = await trial(local)

    message = await account.sent(Body=name)
    await local.advance(5)
    shown = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]

    assert message["body"] == OF_2026.texts[name]
    assert shown[-1]["body"] == OF_2026.texts[name]


async def test_the_ruleset_may_show_the_name_instead() -> None:
    account = await trial(under(Ruleset(trial_body="name")))

    assert (await account.sent(Body="sms_2fa"))["body"] == "sms_2fa"


NOT_IN_2026: list[tuple[int, dict[str, object]]] = [
    (572006, {"Body": "Hello"}),
    (572006, {"Body": "SMS_2FA"}),
    (572006, {"Body": None, "ContentSid": next(iter(PROVIDED))}),
    (21608, {"Body": "sms_2fa", "To": "+14155550124"}),
    (21408, {"Body": "sms_2fa", "To": "+442079460123"}),
    (21267, {"Body": "sms_2fa", "From": "ACME", "To": "+442079460123"}),
    (10002, {"Body": "sms_2fa", "MediaUrl": "https://example.org/a.png"}),
]


@pytest.mark.parametrize(("code", "parameters"), NOT_IN_2026)
async def test_what_a_trial_of_2026_may_not_send(
    local: Local, code: int, parameters: dict[str, object]
) -> None:
    account = await trial(local, verified_callers=[HANDSET, "+442079460123"])

    assert (await account.send(**parameters)).code == code


async def test_whatsapp_of_a_trial_of_2026_needs_a_provided_template(local: Local) -> None:
    account = await trial(local, templates=["Own"])
    own, provided = account.facts["templates"][0]["sid"], next(iter(PROVIDED))
    form: dict[str, object] = {"To": WHATSAPP, "From": account.whatsapp}

    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})

    assert (await account.send(**form)).code == 21654
    assert (await account.send(**form, Body=None, ContentSid=own)).code == 21655
    assert (await account.send(**form, Body=None, ContentSid=provided)).status == 201
    other = {**form, "To": "whatsapp:+14155550124", "Body": None, "ContentSid": provided}
    assert (await account.send(**other)).code == 21608


@pytest.mark.parametrize(
    "path", ["/v1/Content", "/v2/Content", "{}/Balance.json", "{}/OutgoingCallerIds.json", "{}/Keys.json"]
)
async def test_a_trial_of_2026_may_not_read_all(local: Local, path: str) -> None:
    new, old = await trial(local), await trial(local, "classic")

    answer = await new.call("GET", path)

    assert (answer.status, answer.code) == (401, 20003)
    assert answer.json["message"].startswith("This feature is not available on a Trial account.")
    assert (await old.call("GET", path)).code != 20003


async def test_a_trial_of_2026_has_100_texts_and_100_whatsapp_messages(local: Local) -> None:
    account = await trial(local)
    form = {"To": WHATSAPP, "From": account.whatsapp, "Body": None, "ContentSid": next(iter(PROVIDED))}

    texts = [(await account.send(Body="sms_2fa")).status for _ in range(101)]
    others = [(await account.send(**form)).status for _ in range(101)]

    assert texts == others == [201] * 100 + [401]
    assert (await account.send(Body="sms_2fa")).code == 20005


async def test_a_refused_message_costs_no_unit(local: Local) -> None:
    account = await trial(local)
    for _ in range(120):
        await account.send(Body="Hello")

    assert (await account.send(Body="sms_2fa")).status == 201


async def test_a_trial_of_2026_ends_after_30_days(local: Local) -> None:
    new, old = await trial(local), await trial(local, "classic")

    await local.advance(30 * 24 * 3600)

    assert (await new.send(Body="sms_2fa")).code == 20005
    assert (await old.send()).status == 201


async def test_an_upgrade_ends_the_trial(local: Local) -> None:
    account = await trial(local)

    await local.does("PATCH", f"/accounts/{account.sid}", {"type": "Full"})

    assert (await account.send(To="+14155550124")).status == 201


async def test_a_sixth_verified_number_is_refused(local: Local) -> None:
    account = await trial(local, verified_callers=[f"+1415555012{n}" for n in range(5)])
    old = await trial(local, "classic", verified_callers=[f"+1415555012{n}" for n in range(5)])
    path = "/accounts/{}/verified-callers"

    answer = await local.control("POST", path.format(account.sid), {"number": "+14155550130"})

    assert answer.status == 400
    assert "5 verified numbers" in answer.json["errors"][0]["cause"]
    assert (await local.control("POST", path.format(old.sid), {"number": "+14155550130"})).status == 200


async def test_a_number_serves_three_trials_at_most(local: Local) -> None:
    for _ in range(3):
        await trial(local)

    plan = {"type": "Trial", "verified_callers": [HANDSET]}
    answer = await local.control("POST", "/accounts", plan)

    assert answer.status == 400
    assert "verified in 3 trials" in answer.json["errors"][0]["cause"]
    await trial(local, "classic")


async def test_a_classic_trial_marks_its_texts(local: Local) -> None:
    account = await trial(local, "classic")

    message = await account.sent(Body="x" * 130)

    assert message["body"] == PREFIX + "x" * 130
    assert message["num_segments"] == "2"


async def test_a_classic_trial_does_not_mark_whatsapp(local: Local) -> None:
    account = await trial(local, "classic")

    message = await account.sent(To="whatsapp:+14155550124", From=account.whatsapp)

    assert message["body"] == "Hello"


async def test_a_classic_trial_writes_to_verified_numbers_only(local: Local) -> None:
    account = await trial(local, "classic")

    answer = await account.send(To="+14155550124")

    assert (answer.status, answer.code) == (400, 21608)
    assert answer.json["message"] == (
        "The number +1415555XXXX is unverified. Trial accounts cannot send messages to unverified numbers; "
        "verify +1415555XXXX at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number "
        "to send messages to unverified numbers"
    )


async def test_a_classic_trial_has_no_named_sender(local: Local) -> None:
    account = await trial(local, "classic", verified_callers=["+442079460123"])

    assert (await account.send(From="ACME", To="+442079460123")).code == 21267


async def test_replies_by_twiml_follow_the_scheme(local: Local, receiver: Receiver) -> None:
    new, old = await trial(local), await trial(local, "classic")
    bodies = []
    for account, text in ((new, b"Hello"), (new, b"sms_2fa"), (old, b"Hello")):
        await local.does("PATCH", f"/accounts/{account.sid}", {"inbound_url": f"{receiver.url}/in"})
        receiver.answers.append(Reply(200, text, content_type="text/plain"))
        await local.does("POST", f"/phones/{HANDSET}/messages", {"to": account.number, "body": "Hi"})
        await local.advance(5)
        rows = (await account.call("GET", "{}/Messages.json")).json["messages"]
        bodies.append([one["body"] for one in rows if one["direction"] == "outbound-reply"])

    assert bodies == [[], [OF_2026.texts["sms_2fa"]], [f"{PREFIX}Hello"]]


@pytest.mark.parametrize("ruleset", ["2026", "classic"])
async def test_a_trial_has_one_number_at_a_time(local: Local, ruleset: str) -> None:
    account = await trial(local, ruleset)
    numbers, form = "{}/IncomingPhoneNumbers", {"PhoneNumber": "+12125550155"}

    assert (await account.call("POST", f"{numbers}.json", form)).code == 10002

    own = (await account.call("GET", f"{numbers}.json")).json["incoming_phone_numbers"][0]
    await account.call("DELETE", f"{numbers}/{own['sid']}.json")
    assert (await account.call("POST", f"{numbers}.json", form)).status == 201
    await account.change(type="Full")
    assert (await account.call("POST", f"{numbers}.json", {"AreaCode": "212"})).status == 201


async def test_the_ruleset_chooses_the_code_of_a_second_number() -> None:
    account = await trial(under(Ruleset(trial_second_number_code=21404)))

    answer = await account.call("POST", "{}/IncomingPhoneNumbers.json", {"AreaCode": "212"})

    assert (answer.status, answer.code) == (400, 21404)


@pytest.mark.parametrize(("ruleset", "answers"), [("2026", 1), ("classic", 0)])
async def test_a_trial_of_2026_answers_texts_by_itself(
    local: Local, receiver: Receiver, ruleset: str, answers: int
) -> None:
    account = await trial(local, ruleset)
    text = {"to": account.number, "body": "Anybody there?"}

    await local.does("POST", f"/phones/{HANDSET}/messages", text)
    await account.change(inbound_url=receiver.url)
    await local.does("POST", f"/phones/{HANDSET}/messages", text)

    shown = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    assert [one["body"] for one in shown if one["direction"] == "in"] == [OF_2026.inbound_answer] * answers
    assert len(receiver.got) == 1


async def test_a_trial_replies_to_verified_numbers_only(local: Local, receiver: Receiver) -> None:
    account = await trial(local, "classic", inbound_url=receiver.url)
    answer = Reply(200, b"<Response><Message>Hi</Message></Response>", content_type="text/xml")
    receiver.answers = [answer, answer]

    told = [
        await local.does("POST", f"/phones/{phone}/messages", {"to": account.number, "body": "Hello"})
        for phone in (HANDSET, "+14155550124")
    ]

    assert [len(one["webhook"]["messages"]) for one in told] == [1, 0]
    assert (await local.does("GET", "/alerts"))["alerts"][0]["code"] == 14111
