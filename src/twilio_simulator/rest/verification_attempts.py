"""The list of attempts, every code that was sent, newest first; and its summary."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from twilio_simulator.clock import moment
from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.world.carriers import carrier_of

Row = dict[str, Any]


def _rows(call: Call) -> list[Row]:
    address = call.request.address
    rows = [
        verification.attempt_resource(attempt, carrier_of(call.world.handsets.get(verification.to)), address)
        for service in call.account.verify_services.values()
        for verification in service.verifications.values()
        for attempt in verification.attempts
    ]
    return sorted(rows, key=itemgetter("date_created"), reverse=True)


def _tests(call: Call) -> list[Callable[[Row], bool]]:
    filters: dict[str, Callable[[Row], object]] = {
        "ChannelData.To": lambda row: row["channel_data"]["to"],
        "Country": lambda row: row["channel_data"]["country"],
        "Channel": itemgetter("channel"),
        "VerifyServiceSid": itemgetter("service_sid"),
        "VerificationSid": itemgetter("verification_sid"),
        "Status": itemgetter("conversion_status"),
    }
    asked = call.request.asked
    tests = [_equals(read, wanted) for name, read in filters.items() if (wanted := asked(name))]
    if prefix := asked("DestinationPrefix"):
        tests.append(lambda row: str(row["channel_data"]["to"]).startswith(prefix))
    after, before = moment(asked("DateCreatedAfter") or ""), moment(asked("DateCreatedBefore") or "")
    if after is not None:
        tests.append(lambda row: _created(row) >= after)
    if before is not None:
        tests.append(lambda row: _created(row) <= before)
    return tests


def _equals(read: Callable[[Row], object], wanted: str) -> Callable[[Row], bool]:
    return lambda row: read(row) == wanted


def _created(row: Row) -> int:
    return moment(row["date_created"]) or 0


def list_attempts(call: Call) -> Reply:
    """Filtered by recipient, channel, service, verification, conversion and time."""
    tests = _tests(call)
    rows = [row for row in _rows(call) if all(test(row) for test in tests)]
    return meta_page(call, "attempts", rows, itemgetter("sid"), lambda row: row)


def fetch_attempt(call: Call) -> Reply:
    """One attempt."""
    for row in _rows(call):
        if row["sid"] == call.path["Sid"]:
            return json_reply(200, row)
    raise call.missing()


def summarise(call: Call) -> Reply:
    """How many attempts there were and how many of them led to a right code."""
    tests = _tests(call)
    rows = [row for row in _rows(call) if all(test(row) for test in tests)]
    converted = sum(row["conversion_status"] == "converted" for row in rows)
    rate = 100 * converted / len(rows) if rows else 0.0
    return json_reply(
        200,
        {
            "total_attempts": len(rows),
            "total_converted": converted,
            "total_unconverted": len(rows) - converted,
            "conversion_rate_percentage": f"{rate:.9g}",
            "url": f"{call.request.address}/v2/Attempts/Summary",
        },
    )


HANDLERS: dict[str, Handler] = {
    "verify.ListVerificationAttempt": list_attempts,
    "verify.FetchVerificationAttempt": fetch_attempt,
    "verify.FetchVerificationAttemptsSummary": summarise,
}
