import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio
WRONG = "f" * 32


async def test_a_call_without_credentials_is_told_so(local: Local) -> None:
    answer = await local.call("GET", "{}/Messages.json", headers={"authorization": ""})

    assert (answer.status, answer.code) == (401, 20003)
    assert answer.json["message"] == "Authentication Error - No credentials provided"
    assert answer.json["more_info"] == "https://www.twilio.com/docs/errors/20003"


@pytest.mark.parametrize(
    ("user", "message"),
    [("AC" + "0" * 32, "Authenticate"), ("somebody", "Authentication Error - invalid username")],
)
async def test_a_wrong_pair_is_refused(local: Local, user: str, message: str) -> None:
    answer = await local.call("GET", "{}/Messages.json", headers={"authorization": basic(user, WRONG)})

    assert (answer.status, answer.json["message"]) == (401, message)


async def test_both_tokens_open_the_account_until_one_is_deleted(local: Local) -> None:
    facts = await local.change(tokens="create_secondary")
    second = {"authorization": basic(local.sid, facts["secondary_auth_token"])}

    assert (await local.call("GET", "{}.json", headers=second)).status == 200
    assert (await local.call("GET", "{}.json")).status == 200

    await local.change(tokens="promote")
    assert (await local.call("GET", "{}.json")).status == 401
    assert (await local.call("GET", "{}.json", headers=second)).status == 200


async def test_an_api_key_sends_but_cannot_read_the_account(local: Local) -> None:
    account = await local.account(api_keys=1)
    key = account.facts["api_keys"][0]
    headers = {"authorization": basic(key["sid"], key["secret"])}

    assert (await account.call("GET", "{}/IncomingPhoneNumbers.json", headers=headers)).status == 200
    assert (await account.call("GET", "{}.json", headers=headers)).status == 401


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_an_account_that_is_not_active_is_refused(local: Local, status: str) -> None:
    await local.change(status=status)

    answer = await local.send()

    assert (answer.status, answer.code) == (401, 20005)


async def test_another_accounts_path_is_not_found(local: Local) -> None:
    other = await local.account()

    answer = await local.call("GET", f"/2010-04-01/Accounts/{other.sid}/Messages.json")

    assert (answer.status, answer.code) == (404, 20404)


async def test_accounts_do_not_see_each_others_messages(local: Local) -> None:
    other = await local.account()
    sent = await local.sent()

    assert (await other.call("GET", "{}/Messages.json")).json["messages"] == []
    assert (await other.call("GET", f"{{}}/Messages/{sent['sid']}.json")).status == 404


async def test_the_account_and_its_balance_are_shown(local: Local) -> None:
    account = (await local.call("GET", "{}.json")).json
    balance = (await local.call("GET", "{}/Balance.json")).json

    assert (account["sid"], account["type"], account["status"]) == (local.sid, "Full", "active")
    assert balance == {"account_sid": local.sid, "balance": "100.00", "currency": "USD"}


@pytest.mark.parametrize(
    "path", ["{}/Balance.json", "{}/OutgoingCallerIds.json", "/v2/Channels/Senders?Channel=whatsapp"]
)
async def test_a_trial_of_2026_leaves_features_out(local: Local, path: str) -> None:
    trial = await local.account(type="Trial")

    answer = await trial.call("GET", path)

    assert (answer.status, answer.code) == (401, 20003)
    assert answer.json["message"].startswith("This feature is not available on a Trial account.")


async def test_a_trial_of_2026_still_reads_its_account_and_verifies(local: Local) -> None:
    trial = await local.account(type="Trial", verified_callers=[HANDSET])

    assert (await trial.call("GET", "{}.json")).json["type"] == "Trial"
    assert (await trial.call("GET", "{}/IncomingPhoneNumbers.json")).status == 200
    assert (await trial.start()).status == 201


async def test_a_trial_of_2026_sends_no_free_whatsapp_text(local: Local) -> None:
    trial = await local.account(type="Trial")

    answer = await trial.send(To="whatsapp:+14155550123", From=trial.whatsapp)

    assert (answer.status, answer.code) == (400, 21654)


async def test_a_trial_of_2026_sends_texts_by_template_name_only(local: Local) -> None:
    trial = await local.account(type="Trial", verified_callers=["+14155550123"])
    classic = await local.account(type="Trial", ruleset="classic", verified_callers=["+14155550123"])

    assert ((await trial.send()).status, (await trial.send()).code) == (400, 572006)
    assert (await trial.send(Body="sms_2fa")).status == 201
    assert (await classic.send()).status == 201


async def test_a_path_without_suffix_is_refused_in_xml(local: Local) -> None:
    answer = await local.call("GET", "{}/Messages")

    assert answer.status == 404
    assert b"<RestException><Code>20404</Code>" in answer.body


async def test_an_unknown_path_is_a_twilio_404_and_says_that_it_is_not_simulated(local: Local) -> None:
    answer = await local.call("GET", "{}/Conferences.json")

    assert (answer.status, answer.code) == (404, 20404)
    assert "/Conferences.json was not found" in answer.json["message"]
    assert answer.headers["x-sim-unimplemented"] == "true"


async def test_a_known_path_with_another_verb_is_not_allowed(local: Local) -> None:
    answer = await local.call("DELETE", "{}/Messages.json")

    assert (answer.status, answer.code) == (405, 20004)


async def test_every_answer_names_its_event_in_the_log(local: Local) -> None:
    answer = await local.send()
    cursor = int(answer.headers["x-sim-event"])

    event = (await local.does("GET", f"/events?after={cursor - 1}&limit=1"))["events"][0]

    assert (event["kind"], event["subject"], event["status"]) == ("request", "api.CreateMessage", 201)
    assert answer.headers["twilio-request-id"].startswith("RQ")


async def test_a_host_name_of_twilio_restricts_the_product(local: Local) -> None:
    async def status(host: str) -> int:
        return (await local.call("GET", "/v2/Services", headers={"host": host})).status

    assert await status("verify.twilio.com") == 200
    assert await status("messaging.twilio.com") == 404
    assert await status("127.0.0.1:4010") == 200
