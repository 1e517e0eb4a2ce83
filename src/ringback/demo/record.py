"""Holds the ledger against the simulator's own record, job by job."""

from typing import Any
from urllib.parse import quote

from ringback.demo.outside import Outside
from ringback.demo.tour import Told, Tour


async def compare(tour: Tour, twilio: Outside) -> Told:
    """Every message of the ledger is at the simulator once, with the same status, and there is no other."""
    ledger = await _messages_of_ledger(tour)
    record = await _messages_of_simulator(tour, twilio)
    apart = sorted(ledger.items() ^ record.items())
    if apart:
        return Told("Compare with the simulator", f"these disagree: {apart}", agrees=False)
    verifications = await _verifications_agree(tour, twilio)
    said = f"{len(ledger)} messages, each once and alike in status, recipient and text"
    return Told("Compare with the simulator", said, agrees=bool(ledger) and verifications)


Messages = dict[str, tuple[str, str, str]]


async def _messages_of_ledger(tour: Tour) -> Messages:
    found: Messages = {}
    for job_id in tour.jobs:
        job = (await tour.ringback.get(f"/v1/jobs/{job_id}")).content
        if job["message"] is not None:
            wanted = job["input"]
            found[job["message"]["sid"]] = (job["message"]["status"], wanted["to"], wanted.get("body", ""))
    return found


async def _messages_of_simulator(tour: Tour, twilio: Outside) -> Messages:
    sid = tour.account["account_sid"]
    listed = await twilio.get(f"/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1000")
    return {
        message["sid"]: (message["status"], message["to"], message["body"])
        for message in listed.content["messages"]
        if message["direction"] == "outbound-api"
    }


async def _verifications_agree(tour: Tour, twilio: Outside) -> bool:
    """What was approved in the ledger is approved at Twilio, and the late one was canceled there."""
    checks = [
        job for job in [await _job(tour, job_id) for job_id in tour.jobs] if job["action"] == "VerifyCode"
    ]
    approved = [job for job in checks if job["result"]["verified"]]
    late = [job for job in checks if job["result"]["outcome"] == "expired"]
    service = tour.account["verify_service"]
    for job in late:
        sid = job["result"]["verification_sid"]
        gone = await twilio.get(f"/v2/Services/{quote(service)}/Verifications/{quote(sid)}")
        if gone.status == 200 and gone.content["status"] == "pending":  # noqa: PLR2004 - HTTP's OK
            return False
    return len(approved) == 1 and len(late) == 1


async def _job(tour: Tour, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await tour.ringback.get(f"/v1/jobs/{job_id}")).content
    return found
