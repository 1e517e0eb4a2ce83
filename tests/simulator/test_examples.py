"""Answers have the keys and types of the examples in Twilio's OpenAPI files, nested ones too.

Set RINGBACK_TWILIO_OAI to the folder of those files (`spec/json` of the repository twilio/twilio-oai).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.facts import Fact

pytestmark = pytest.mark.anyio
FOLDER = os.environ.get("RINGBACK_TWILIO_OAI", "")
FILES = {
    "api": ("twilio_api_v2010.json",),
    "verify": ("twilio_verify_v2.json",),
    "lookups": ("twilio_lookups_v2.json",),
    "messaging": ("twilio_messaging_v1.json", "twilio_messaging_v2.json"),
    "content": ("twilio_content_v1.json",),
}
OPEN = frozenset({"translations"})
"""Objects whose keys are data: one per language."""
Seen = dict[str, Any]


def examples(product: str) -> Iterator[tuple[str, Any]]:
    for file in FILES[product]:
        content = orjson.loads((Path(FOLDER) / file).read_bytes())
        for methods in content["paths"].values():
            for described in methods.values():
                if isinstance(described, dict) and "operationId" in described:
                    yield from ((described["operationId"], one) for one in _of(described))


def _of(described: Any) -> Iterator[Any]:
    for status, response in described.get("responses", {}).items():
        for media in response.get("content", {}).values() if status.startswith("2") else ():
            for example in media.get("examples", {}).values():
                if isinstance(example.get("value"), dict):
                    yield example["value"]


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """Where two values differ in keys or types; null fits everything, an empty list too."""
    if ours is None or theirs is None or where.rpartition(".")[2] in OPEN:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in theirs.keys() ^ ours.keys():
            yield f"{where}.{name} is only in {'ours' if name in ours else 'the example'}"
        for name in theirs.keys() & ours.keys():
            yield from differences(ours[name], theirs[name], f"{where}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if ours and theirs:
            yield from differences(ours[0], theirs[0], where)
    elif type(ours) is not type(theirs):
        yield f"{where} is {type(ours).__name__}, the example has {type(theirs).__name__}"


async def tour(local: Local) -> Seen:
    """One answer of each operation that a short walk meets."""
    seen: Seen = {}

    def look(fact: Fact, status: int, content: Any) -> None:
        if status < 400:
            seen.setdefault(fact.name, content)

    account = await local.account(
        messaging_services=["Shop"], verified_callers=[HANDSET], short_codes=["55501"], api_keys=1
    )
    account.gate.witness = look
    message = await account.sent(MediaUrl=["https://example.org/a.png"])
    started = (await account.start()).json
    service = f"/v2/Services/{account.verify}"
    limit = (await account.call("POST", f"{service}/RateLimits", {"UniqueName": "user"})).json["sid"]
    posts = {
        f"{service}/RateLimits/{limit}/Buckets": {"Max": "1", "Interval": "60"},
        f"{service}/VerificationCheck": {"To": HANDSET, "Code": await account.code()},
        f"{service}/Webhooks": {"FriendlyName": "a", "EventTypes": "*", "WebhookUrl": "http://127.0.0.1/"},
        "/v2/SafeList/Numbers": {"PhoneNumber": HANDSET},
        "/2010-04-01/Accounts.json": {"FriendlyName": "Branch"},
        "{}/Keys.json": {"FriendlyName": "CI"},
        "{}/IncomingPhoneNumbers.json": {"AreaCode": "212"},
        "{}/OutgoingCallerIds.json": {"PhoneNumber": "+14155550125"},
        "{}/Calls.json": {"To": HANDSET, "From": account.number, "Url": "http://127.0.0.1:1/"},
        "{}/Applications.json": {"FriendlyName": "App", "SmsUrl": "http://127.0.0.1:1/"},
    }
    for path, form in posts.items():
        assert (await account.call("POST", path, form)).status < 300, path
    gets = [
        "/2010-04-01/Accounts.json",
        "{}.json",
        "{}/Balance.json",
        "{}/Messages.json",
        f"{{}}/Messages/{message['sid']}.json",
        f"{{}}/Messages/{message['sid']}/Media.json",
        "{}/IncomingPhoneNumbers.json",
        "{}/OutgoingCallerIds.json",
        "{}/Calls.json",
        "{}/Applications.json",
        "{}/SMS/ShortCodes.json",
        "{}/Keys.json",
        "{}/AvailablePhoneNumbers/US/Local.json",
        "/v2/Services",
        service,
        f"{service}/RateLimits",
        f"{service}/RateLimits/{limit}/Buckets",
        "/v2/Attempts",
        f"/v2/Attempts/{started['send_code_attempts'][0]['attempt_sid']}",
        "/v2/Attempts/Summary",
        "/v2/Templates",
        "/v1/Services",
        "/v2/PhoneNumbers/%2B14155550123",
        "/v2/PhoneNumbers/%2B14155550123?Fields=line_type_intelligence",
    ]
    for path in gets:
        assert (await account.call("GET", path)).status == 200, path
    return seen


def by_operation() -> dict[str, list[Any]]:
    known: dict[str, list[Any]] = {}
    for product in FILES:
        for name, example in examples(product):
            if [] not in example.values():
                known.setdefault(f"{product}.{name}", []).append(example)
    return known


@pytest.mark.skipif(not FOLDER, reason="RINGBACK_TWILIO_OAI names no folder with Twilio's OpenAPI files")
async def test_answers_have_the_keys_and_types_of_twilios_examples(local: Local) -> None:
    seen, known = await tour(local), by_operation()
    found = {
        name: [list(differences(content, example, name)) for example in known[name]]
        for name, content in seen.items()
        if name in known
    }

    # One example that fits is enough: lists have an empty one too, templates one of each kind.
    wrong = {name: tries[0] for name, tries in found.items() if all(tries)}
    assert wrong == {}
    assert len(found) > 25
