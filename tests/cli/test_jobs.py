import asyncio
from datetime import timedelta
from typing import get_args

import pytest
from tests.cli.terminal import ADA, Terminal

from ringback.cli.jobs import OneState
from ringback.cli.wording import when
from ringback.clock import iso, machine_clock
from ringback.outbox.retention import Retention
from ringback.perform import Asked
from ringback.settings import embedded_place, read_settings
from ringback.store import open_store
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

LOST = [{"kind": "drop", "stage": "after"}]
NEVER = [{"kind": "reset", "stage": "before"}]


async def unknown_job(shop: Terminal, do: list[dict[str, str]]) -> str:
    await shop.simulated.fault(match={"operation": "CreateMessage"}, do=do)
    said = await shop.send("--json")
    assert said.json["state"] == "unknown"
    return str(said.json["id"])


async def waiting_job(shop: Terminal) -> str:
    asked = Asked(action="SendMessage", inputs={"to": ADA, "body": "Hi"}, account="shop")
    async with shop.connector() as connector:
        return str((await connector.carry_out(asked, 0)).id)


def test_the_states_to_choose_from_are_those_there_are() -> None:
    assert get_args(OneState) == tuple(state.value for state in State)


async def test_jobs_are_listed_with_recipient_status_and_age(shop: Terminal) -> None:
    job = (await shop.send("--json")).json

    header, line = (await shop.run("jobs", "list")).out.splitlines()

    assert header.split() == ["id", "state", "status", "action", "to", "account", "age"]
    assert line.split()[:2] == [job["id"], "done"]
    assert line.split()[3:6] == ["SendMessage", ADA, "shop"]


async def test_jobs_are_chosen(shop: Terminal) -> None:
    await shop.send()
    await shop.run("run", "SendVerify", "--account", "shop", "--to", "+14155550112")

    async def found(*options: str) -> list[str]:
        return [job["action"] for job in (await shop.run("jobs", "list", *options, "--json")).json]

    assert await found() == ["SendVerify", "SendMessage"]
    assert await found("--to", ADA) == ["SendMessage"]
    assert await found("--action", "SendVerify") == ["SendVerify"]
    assert await found("--state", "not_sent") == []
    assert await found("--limit", "1") == ["SendVerify"]
    assert await found("--account", "other") == []


async def test_an_empty_list_says_so(user: Terminal) -> None:
    assert (await user.run("jobs", "list")).out == "There are no such jobs.\n"


async def test_an_unknown_action_is_not_an_empty_list(user: Terminal) -> None:
    said = await user.run("jobs", "list", "--action", "SendMessag")

    assert said.code == 2
    assert "Did you mean SendMessage" in said.err


async def test_more_than_is_shown_is_told(shop: Terminal) -> None:
    await shop.send()
    await shop.send()

    assert "--limit shows more" in (await shop.run("jobs", "list", "--limit", "1")).out


async def test_a_job_shows_what_happened_one_line_an_event(shop: Terminal) -> None:
    job = (await shop.send("--key", "order-1", "--json")).json

    said = await shop.run("jobs", "show", job["id"])

    history = said.out.split("What happened")[1].splitlines()[2:]
    assert [line.split()[1] for line in history][:3] == ["accepted", "running", "done"]
    assert "attempt 1" in history[1]
    assert "Asked for by cli on account shop, key order-1:" in said.out


async def test_a_lost_answer_is_explained_and_found_again(shop: Terminal) -> None:
    job_id = await unknown_job(shop, LOST)

    shown = await shop.run("jobs", "show", job_id)
    assert shown.code == 3
    assert f"ringback jobs reconcile {job_id}" in shown.out

    settled = await shop.run("jobs", "reconcile", job_id)
    assert settled.code == 0
    assert settled.out.startswith("Its message was found at Twilio")
    assert (await shop.run("jobs", "show", job_id)).code == 0


async def test_what_is_not_at_twilio_stays_unknown_until_a_person_settles_it(shop: Terminal) -> None:
    job_id = await unknown_job(shop, NEVER)

    looked = await shop.run("jobs", "reconcile", job_id)
    assert looked.code == 3
    assert looked.out.startswith("No such message was found at Twilio.")

    settled = await shop.run("jobs", "settle", job_id, "not_sent")
    assert settled.code == 0
    assert settled.out.startswith("Settled as not_sent")
    again = await shop.run("jobs", "settle", job_id, "done")
    assert (again.code, again.out) == (2, "")


async def test_a_waiting_job_is_taken_back(shop: Terminal) -> None:
    job_id = await waiting_job(shop)
    assert (await shop.run("jobs", "show", job_id)).code == 3

    said = await shop.run("jobs", "withdraw", job_id)

    assert said.code == 0
    assert said.out.startswith("Withdrawn: it will not be sent.")
    assert (await shop.run("jobs", "show", job_id)).code == 1
    assert await shop.simulated.texts(ADA) == []


async def test_a_job_that_is_done_cannot_be_taken_back(shop: Terminal) -> None:
    job = (await shop.send("--json")).json

    for command in (["withdraw"], ["reconcile"]):
        said = await shop.run("jobs", *command, job["id"], "--json")
        assert (said.code, said.err) == (2, "")
        assert "The job is done" in said.json["detail"]


async def test_a_job_that_there_is_not_is_told(user: Terminal) -> None:
    said = await user.run("jobs", "show", "job_0")

    assert (said.code, said.out, said.err) == (2, "", "There is no job job_0.\n")


async def test_a_message_to_send_later_says_when_it_leaves_and_how_to_take_it_back(shop: Terminal) -> None:
    later = machine_clock() + 3_600_000
    options = ("--send-at", iso(later), "--expires-at", iso(later + 60_000))

    said = await shop.send(*options)

    assert said.code == 3
    assert f"It leaves no sooner than {when(iso(later))}." in said.out
    assert f"If it still waits at {when(iso(later + 60_000))}, it is withdrawn and never sent." in said.out
    command = next(line for line in said.out.splitlines() if "jobs withdraw" in line)
    assert (await shop.run(*command.partition("ringback ")[2].split())).code == 0
    assert await shop.simulated.texts(ADA) == []


async def test_a_redacted_job_says_so_and_shows_no_number(shop: Terminal) -> None:
    job = (await shop.send("--json")).json
    async with open_store(embedded_place(read_settings())) as store:
        await asyncio.sleep(0.01)
        await Retention(store, machine_clock, timedelta(milliseconds=1)).redact_old()

    said = await shop.run("jobs", "show", job["id"])

    assert "Its texts and numbers were erased at" in said.out
    assert ADA not in said.out
    assert (await shop.run("jobs", "list", "--to", ADA)).out == "There are no such jobs.\n"


async def test_what_was_not_sent_is_sent_again_as_another_job(shop: Terminal) -> None:
    job_id = await unknown_job(shop, NEVER)

    said = await shop.run("jobs", "settle", job_id, "not_sent", "--send-again", "--json")

    assert said.code == 0
    assert (said.json["state"], said.json["id"] == job_id) == ("done", False)
    assert len(await shop.simulated.texts(ADA)) == 1
    old = (await shop.run("jobs", "show", job_id, "--json")).json
    assert (old["state"], old["error"]["sent_again_as"]) == ("not_sent", said.json["id"])
