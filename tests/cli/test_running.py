import json

import pytest
from tests.cli.terminal import ADA, Terminal

pytestmark = pytest.mark.anyio

VERIFY = ("run", "VerifyCode", "--account", "shop", "--to", ADA)
START = ("run", "SendVerify", "--account", "shop", "--to", ADA)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


async def bodies(user: Terminal) -> list[str]:
    return [text["body"] for text in await user.simulated.texts(ADA)]


async def test_a_text_is_sent_and_its_job_is_told(shop: Terminal) -> None:
    said = await shop.send()

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("job_")
    assert "done  SendMessage" in said.out
    assert await bodies(shop) == ["Hi"]


async def test_json_is_the_job_and_nothing_else(shop: Terminal) -> None:
    said = await shop.send("--json")

    assert said.json["state"] == "done"
    assert said.json["message"]["sid"].startswith("SM")
    assert said.err == ""


async def test_the_same_key_answers_the_first_job(shop: Terminal) -> None:
    first, again = [await shop.send("--key", "order-1", "--json") for _ in range(2)]
    other = await shop.send("--key", "order-1", body="Other")

    assert first.json["id"] == again.json["id"]
    assert other.code == 2
    assert "was used for another input" in other.err
    assert await bodies(shop) == ["Hi"]


async def test_an_empty_key_is_named_as_the_option_it_is(shop: Terminal) -> None:
    assert (await shop.send("--key", "")).err.startswith("--key")


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        (["--keyword", "name=Ada", "--keyword", "n=5"], "Hi Ada, 5"),
        (["--keyword", "name=a=b", "--keyword", "n="], "Hi a=b, "),
        (["--keyword-json", 'name="Ada"', "--keyword-json", "n=5"], "Hi Ada, 5"),
    ],
)
async def test_keywords_are_filled(shop: Terminal, keywords: list[str], text: str) -> None:
    said = await shop.send(*keywords, body="Hi {{name}}, {{n}}")

    assert said.code == 0, said.err
    assert await bodies(shop) == [text]


@pytest.mark.parametrize(
    "keywords",
    [
        ["--keyword", "customer.first_name=Ada"],
        ["--keyword-json", 'customer={"first_name": "Ada"}'],
        ["--keyword-json", 'customer.first_name="Ada"'],
    ],
)
async def test_a_dotted_keyword_comes_flat_or_as_an_object(shop: Terminal, keywords: list[str]) -> None:
    await shop.send(*keywords, body="Hi {{customer.first_name}}")

    assert await bodies(shop) == ["Hi Ada"]


@pytest.mark.parametrize(
    ("keywords", "option", "text"),
    [
        (["--keyword", "name"], "--keyword", "Write 'name' as name=value."),
        (["--keyword", "=Ada"], "--keyword", "as name=value"),
        (["--keyword-json", "name=Ada"], "--keyword-json", "is not JSON"),
        (["--keyword", "a=1", "--keyword-json", "a=2"], "--keyword", "Gives a twice."),
        (["--keyword", "nme=Ada"], "--body", "Did you mean nme?"),
    ],
)
async def test_a_keyword_that_cannot_be_used_sends_nothing(
    shop: Terminal, keywords: list[str], option: str, text: str
) -> None:
    said = await shop.send(*keywords, body="Hi {{name}}")

    assert said.code == 2
    assert said.err.startswith(option)
    assert text in said.err
    assert await bodies(shop) == []


async def test_a_missing_account_is_told_with_those_connected_and_all_else(shop: Terminal) -> None:
    said = await shop.run("run", "SendMessage", "--to", "+1", "--json")

    assert said.code == 2
    fields = {error["field"]: error["message"] for error in said.json["errors"]}
    assert fields["account"] == "Is required. Connected: shop."
    assert "too short" in fields["to"]
    # Whether the account has a default sender is not known yet.
    assert "sender" not in fields


async def test_without_any_account_it_says_how_to_connect_one(user: Terminal) -> None:
    said = await user.run("run", "ListSenders")

    assert said.code == 2
    assert "ringback accounts add" in said.err


async def test_a_misspelt_account_is_told_with_the_nearest(shop: Terminal) -> None:
    said = await shop.run("run", "ListSenders", "--account", "shpo")

    assert said.err.startswith("--account")
    assert "Did you mean shop?" in said.err


async def test_a_code_is_read_from_standard_input_and_a_wrong_one_is_no_success(shop: Terminal) -> None:
    await shop.run(*START)
    code = await shop.simulated.code(ADA)

    missed = await shop.run(*VERIFY, stdin=f"{wrong(code)}\n")
    right = await shop.run(*VERIFY, "--code", "-", "--json", stdin=f"{code}\n")

    assert missed.code == 1
    assert "verified          no\noutcome           wrong_code" in missed.out
    assert right.code == 0
    assert right.json["result"]["verified"] is True


async def test_a_code_that_is_nowhere_is_asked_for_by_name(shop: Terminal) -> None:
    said = await shop.run(*VERIFY)

    assert said.code == 2
    assert said.err.startswith("--code")


async def test_a_code_is_never_shown(shop: Terminal) -> None:
    await shop.run(*START)
    code = await shop.simulated.code(ADA)

    said = await shop.run(*VERIFY, "--code", code, "--json")
    shown = await shop.run("jobs", "show", said.json["id"])

    assert code not in said.out + shown.out


async def test_an_object_is_given_as_json(shop: Terminal) -> None:
    configured = ("run", "SendVerifyWithConfiguration", "--account", "shop", "--to", ADA, "--explain")

    plan = await shop.run(*configured, "--tags", '{"order": "42"}', "--json")
    broken = await shop.run(*configured, "--tags", "order=42")

    assert ["Tags", '{"order":"42"}'] in [
        [name, value.replace(" ", "")] for name, value in plan.json["request"]["parameters"]
    ]
    assert broken.code == 2
    assert broken.err.startswith("--tags")


async def test_explain_shows_the_request_and_sends_nothing(shop: Terminal) -> None:
    said = await shop.send("--explain", body="Grüße ✓")

    assert said.code == 0
    assert "Nothing was sent." in said.out
    assert "  Body  Grüße ✓" in said.out
    assert "1 segment of UCS-2, because of ✓" in said.out
    assert await bodies(shop) == []


async def test_explain_says_what_would_be_refused(shop: Terminal) -> None:
    start = ("run", "SendVerifyWithConfiguration", "--account", "shop", "--to", ADA, "--max-sends", "1")
    assert (await shop.run(*start)).code == 0

    said = await shop.run(*start, "--explain")

    assert said.code == 1
    assert "It would be refused." in said.out
    assert len(await bodies(shop)) == 1


async def test_a_list_is_a_table(shop: Terminal) -> None:
    said = await shop.run("run", "ListSenders", "--account", "shop")

    assert said.out.splitlines()[0].split() == ["sender", "kind", "name", "channels"]
    assert "job_" not in said.out


async def test_an_empty_list_says_so(shop: Terminal) -> None:
    assert "There is nothing." in (await shop.run("run", "ListMessages", "--account", "shop")).out


async def test_a_read_that_twilio_refuses_tells_why_and_what_to_do(shop: Terminal) -> None:
    read = ("run", "GetMessage", "--account", "shop", "--sid", "SM" + "0" * 32)

    said, told = await shop.run(*read), await shop.run(*read, "--json")

    assert (said.code, said.out) == (1, "")
    assert "(Twilio 20404)" in said.err
    assert "\nDo:  " in said.err
    assert (told.code, told.err, told.json["code"]) == (1, "", 20404)


async def test_a_refused_send_is_exit_code_1_and_tells_why(shop: Terminal) -> None:
    stop = {"to": shop.simulated.number, "body": "STOP"}
    await shop.simulated.control("POST", f"/phones/{ADA}/messages", stop)

    said = await shop.send()

    assert said.code == 1
    assert "refused  SendMessage" in said.out
    assert "(Twilio 21610)" in said.out


async def test_a_lost_answer_is_exit_code_3_and_tells_what_to_do(shop: Terminal) -> None:
    await shop.simulated.fault(match={"operation": "CreateMessage"}, do=[{"kind": "drop", "stage": "after"}])

    said = await shop.send()

    assert said.code == 3
    assert "ringback jobs reconcile job_" in said.out


async def test_a_strangers_text_does_not_reach_the_terminal_raw(shop: Terminal) -> None:
    await shop.send(body="\x1b]0;gone\x07Hi")
    jobs = json.loads((await shop.run("jobs", "list", "--json")).out)

    assert "\x1b" not in (await shop.run("jobs", "show", jobs[0]["id"])).out
