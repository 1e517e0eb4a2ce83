"""Holds the ledger against the simulator's own record, step by step."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ringback.demo.outside import Outside
from ringback.demo.tour import Step, Told, Tour

OK = 200
STARTS = ("SendVerify", "SendVerifyWithConfiguration")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as one side has it; `files` counts them."""

    status: str
    recipient: str
    sender: str
    text: str
    files: int


async def compare(tour: Tour, lines: Sequence[Told], twilio: Outside) -> Told:
    """Whether each step left at the simulator what the ledger says of it, and nothing else is there."""
    jobs = dict(zip(tour.jobs, await asyncio.gather(*map(tour.job, tour.jobs)), strict=True))
    record = await _messages(tour, twilio)
    apart = [f"{line.step.title}: {what}" for line in lines for what in _step_apart(line, jobs, record)]
    known = {_sid(job) for job in jobs.values()}
    apart += [f"{sid} to {record[sid].recipient} is at the simulator only" for sid in record.keys() - known]
    apart += [what for job in jobs.values() for what in await _verification_apart(tour, twilio, job, jobs)]
    said = (
        f"{len(record)} messages, each once, with the same status, sender, recipient and text; "
        f"{sum(job['action'] in STARTS for job in jobs.values())} verifications; no request beside these"
    )
    return Told(Step("Compare with the simulator", _nothing), "; ".join(apart) or said, not apart)


async def _nothing(_tour: Tour) -> tuple[str, bool]:
    return "", True


def _step_apart(line: Told, jobs: Mapping[str, Any], record: Mapping[str, Sent]) -> Iterable[str]:
    """What differs of one step: what Twilio carried out, then each message."""
    if sorted(line.carried_out) != sorted(line.step.writes):
        yield f"{_counted(line.carried_out)} was done at Twilio, not {_counted(line.step.writes)}"
    for job in (jobs[job_id] for job_id in line.jobs):
        sid = _sid(job)
        if sid is None:
            continue
        if sid not in record:
            yield f"{sid} is in the ledger only"
        elif (ours := _of_ledger(job)) != record[sid]:
            yield f"the ledger has {ours}, the simulator {record[sid]}"


def _counted(writes: Sequence[str]) -> str:
    return ", ".join(sorted(writes)) or "nothing"


def _sid(job: Mapping[str, Any]) -> str | None:
    return job["message"]["sid"] if job["message"] is not None else None


def _of_ledger(job: Mapping[str, Any]) -> Sent:
    wanted = job["input"]
    files = len(wanted.get("media_urls") or []) + ("media_url" in wanted)
    return Sent(job["message"]["status"], wanted["to"], wanted["sender"], wanted.get("body", ""), files)


async def _messages(tour: Tour, twilio: Outside) -> dict[str, Sent]:
    sid = tour.account["account_sid"]
    listed = await twilio.get(f"/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1000")
    return {
        one["sid"]: Sent(one["status"], one["to"], one["from"], one["body"], int(one["num_media"]))
        for one in listed.content["messages"]
        if one["direction"] == "outbound-api"
    }


async def _verification_apart(
    tour: Tour, twilio: Outside, job: Mapping[str, Any], jobs: Mapping[str, Any]
) -> list[str]:
    """What differs of a verification that a job started: how often it was sent, and how it ended."""
    if job["action"] not in STARTS or job["result"] is None:
        return []
    started, sid = job["result"], job["result"]["sid"]
    attempts = (await twilio.get(f"/v2/Attempts?VerificationSid={sid}")).content["attempts"]
    checks = [one["result"] for one in jobs.values() if one["action"] == "VerifyCode"]
    ours = {one["outcome"] for one in checks if one["verification_sid"] == sid}
    approved = any(one["conversion_status"] == "converted" for one in attempts)
    apart = []
    if len(attempts) != started["sends"]:
        apart.append(f"{sid} was sent {started['sends']} times, {len(attempts)} at the simulator")
    if approved != ("approved" in ours):
        apart.append(f"{sid} is {'' if approved else 'not '}approved at the simulator only")
    if "expired" in ours and await _is_open(tour, twilio, sid):
        apart.append(f"{sid} has expired in the ledger and is still open at the simulator")
    return apart


async def _is_open(tour: Tour, twilio: Outside, sid: str) -> bool:
    service = quote(tour.account["verify_service"])
    found = await twilio.get(f"/v2/Services/{service}/Verifications/{quote(sid)}")
    return found.status == OK and found.content["status"] == "pending"
