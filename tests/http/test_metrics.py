"""What Prometheus is shown, and to whom."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.http.outside import ADA, Api, served

from ringback.clock import iso, machine_clock
from ringback.settings import Settings
from twilio_simulator.faults.book import Action

pytestmark = pytest.mark.anyio

HI = {"to": ADA, "body": "Hi Ada, a secret"}
PUBLIC = "https://ringback.example.org"
REFUSED = Action(kind="refusal", code=21211, status=400)
LIMITED = Action(kind="rate_limit", code=20429, status=429, stage="before")
LOST = Action(kind="drop", stage="before")  # no message, so that no callback settles it
TOMORROW = iso(machine_clock() + 86_400_000)
OPEN = {"waiting", "running", "unknown"}
Labels = dict[str, str]


async def measured(api: Api) -> dict[str, list[tuple[Labels, float]]]:
    """Every sample by its name."""
    answer = await api.get("/metrics", key=None)
    assert answer.status == 200
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


async def values(api: Api, name: str, **labels: str) -> list[float]:
    samples = (await measured(api)).get(name, [])
    return [value for given, value in samples if labels.items() <= given.items()]


async def value(api: Api, name: str, **labels: str) -> float:
    """The sum of the samples that carry the labels; a sample that nobody gives is not 0."""
    found = await values(api, name, **labels)
    assert found, f"{name} has no sample with {labels}"
    return sum(found)


async def heard_of(api: Api, name: str, **labels: str) -> None:
    """Until something was counted there."""
    async with asyncio.timeout(30):
        while not sum(await values(api, name, **labels)):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.02)


def alter(api: Api, statement: str) -> None:
    """Change the ledger behind everybody's back."""
    with sqlite3.connect(str(api.settings.database)) as database:
        assert database.execute(statement).rowcount == 1
    database.close()


async def test_attempts_are_counted_by_action_and_verdict(shop: Api) -> None:
    shop.simulator.faults.add({"operation": "CreateMessage"}, [REFUSED, LIMITED, LOST])
    refused = await shop.run("SendMessage", HI)
    unknown = await shop.run("SendMessage", HI)  # at its second try
    done = await shop.run("SendMessage", HI)
    await shop.run("SendVerify", {"to": ADA})

    async def count(action: str, verdict: str) -> float:
        return await value(shop, "ringback_attempts_total", action=action, verdict=verdict)

    assert [job.body["state"] for job in (refused, unknown, done)] == ["refused", "unknown", "done"]
    assert await count("SendMessage", "refused") == 1
    assert await count("SendMessage", "not_sent") == 1
    assert await count("SendMessage", "unknown") == 1
    assert await count("SendMessage", "done") == 1
    assert await count("SendVerify", "done") == 1


async def test_requests_to_twilio_are_timed_by_how_they_ended(shop: Api) -> None:
    before = await value(shop, "ringback_twilio_request_seconds_count", outcome="ok")
    for fault in (Action(kind="rate_limit", code=20429, status=429), Action(kind="drop", stage="after")):
        shop.simulator.faults.add({"operation": "CreateMessage"}, [fault])
        await shop.run("SendMessage", HI)
    await shop.run("SendMessage", HI)

    async def count(outcome: str) -> float:
        return await value(shop, "ringback_twilio_request_seconds_count", outcome=outcome)

    assert await count("limited") == 1
    assert await count("unknown") == 1
    assert await count("ok") > before


async def test_requests_are_counted_by_route_and_no_address_is_told(shop: Api) -> None:
    await shop.get("/v1/jobs/job_of_somebody")
    await shop.get("/v1/jobs/job_of_another")
    await shop.get("/.env")
    await shop.ask("BREW", "/healthz")

    counted = "ringback_http_requests_total"
    assert await value(shop, counted, method="GET", route="/v1/jobs/{job_id}", status="404") == 2
    assert await value(shop, counted, route="none", status="404") == 1
    assert await value(shop, counted, method="other", status="405") == 1
    assert await value(shop, counted, route="/metrics", status="200") == 3


async def test_callbacks_are_counted_by_what_they_came_to(shop: Api) -> None:
    await shop.run("SendMessage", HI)
    await shop.post("/hooks/acc_1/status/job_1/1")
    await heard_of(shop, "ringback_callbacks_total", heard="noted")

    assert await value(shop, "ringback_callbacks_total", heard="refused") == 1
    hooks = "/hooks/{account_id}/status/{job_id}/{attempt}"
    assert await value(shop, "ringback_http_requests_total", route=hooks, status="403") == 1


async def test_the_queue_is_looked_at_and_not_counted_at_each_scrape(settings: Settings) -> None:
    async with served(replace(settings, most_waiting=500), dispatch=False) as api:
        await api.connected()
        await api.run("SendMessage", HI, headers={"Prefer": "wait=0"})
        await api.connector.vitals.look()
        await api.run("SendMessage", HI, headers={"Prefer": "wait=0"})

        assert await value(api, "ringback_jobs", state="waiting") == 1
        assert await value(api, "ringback_jobs_waiting_limit") == 500
        await api.connector.vitals.look()
        assert await value(api, "ringback_jobs", state="waiting") == 2


async def test_jobs_are_counted_by_where_they_stand(shop: Api) -> None:
    shop.simulator.faults.add({"operation": "CreateMessage"}, [LOST, Action(kind="stall")])
    unknown = await shop.run("SendMessage", HI)
    running = await shop.run("SendMessage", HI, headers={"Prefer": "wait=0"})
    for _ in range(3):
        await shop.run("SendMessage", HI | {"send_at": TOMORROW})
    await shop.run("SendVerify", {"to": ADA})
    await shop.connector.vitals.look()

    assert [job.body["state"] for job in (unknown, running)] == ["unknown", "running"]
    assert await value(shop, "ringback_jobs", state="unknown") == 1
    assert await value(shop, "ringback_jobs", state="running") == 1
    assert await value(shop, "ringback_jobs", state="waiting") == 3
    assert {labels["state"] for labels, _ in (await measured(shop))["ringback_jobs"]} == OPEN
    shop.simulator.reset()  # nobody holds the running one back any more


async def test_the_age_of_the_queue_is_for_how_long_a_job_has_been_due(settings: Settings) -> None:
    async with served(settings, dispatch=False) as api:
        await api.connected()
        await api.connector.vitals.look()
        nothing = await value(api, "ringback_oldest_waiting_job_seconds")
        await api.run("SendMessage", HI | {"send_at": TOMORROW})
        await api.connector.vitals.look()
        later = await value(api, "ringback_oldest_waiting_job_seconds")
        alter(api, "update jobs set due_at = created_at - 3600000")
        await api.run("SendMessage", HI, headers={"Prefer": "wait=0"})  # it is the oldest that counts
        await api.connector.vitals.look()

        assert (nothing, later) == (0, 0)
        # In seconds: as milliseconds, it would be a thousand times as much.
        assert 3600 <= await value(api, "ringback_oldest_waiting_job_seconds") < 2 * 3600


async def test_a_paced_job_tells_how_long_it_waited(shop: Api) -> None:
    sender = shop.simulator.introduction()["number"]
    await shop.ask("PUT", f"/v1/accounts/shop/senders/{sender}", {"per_second": 4})
    for _ in range(3):
        await shop.run("SendMessage", HI)

    assert await value(shop, "ringback_pacing_wait_seconds_count") == 3
    assert await value(shop, "ringback_pacing_wait_seconds_sum") > 0.3


async def test_rooms_in_flight_are_told_by_the_accounts_name(shop: Api) -> None:
    await shop.run("SendMessage", HI)
    await shop.connector.vitals.look()

    assert await value(shop, "ringback_requests_in_flight", account="shop") == 0
    assert await value(shop, "ringback_requests_in_flight_limit", account="shop") == 64


async def test_nothing_personal_is_a_label(shop: Api) -> None:
    job = (await shop.run("SendMessage", HI)).body
    await shop.get(f"/v1/jobs?to={ADA}")

    text = (await shop.get("/metrics", key=None)).text

    for private in (ADA, ADA[1:], "secret", job["id"], job["message"]["sid"], shop.key):
        assert private not in text


async def test_the_process_and_its_event_loop_are_measured(shop: Api) -> None:
    await heard_of(shop, "ringback_event_loop_lag_seconds_count")

    assert await value(shop, "process_resident_memory_bytes") > 1_000_000
    assert await value(shop, "ringback_info") == 1


@pytest.fixture
async def public(settings: Settings) -> AsyncIterator[Api]:
    """Reached from outside under another name."""
    async with served(replace(settings, public_url=PUBLIC)) as api:
        yield api


async def test_whoever_can_be_reached_from_outside_wants_a_key_that_reads(public: Api) -> None:
    reader, sender = await public.new_key("read"), await public.new_key("send")
    of_one = await public.new_key("read", accounts=["shop"])

    async def status(key: str | None) -> int:
        return (await public.get("/metrics", key=key)).status

    assert await status(None) == 401
    assert await status("rb_nonsense") == 401
    assert await status(sender) == 403
    assert await status(of_one) == 403
    assert await status(reader) == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
async def test_what_a_proxy_passed_on_wants_a_key(shop: Api, header: str) -> None:
    given: Any = {header: "203.0.113.7"}

    assert (await shop.get("/metrics", key=None, headers=given)).status == 401
    assert (await shop.get("/metrics", headers=given)).status == 200
