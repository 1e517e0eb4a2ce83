"""List what the account can send from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

from ringback.action import Input, Result, action
from ringback.errors import Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

Row = dict[str, Any]


class ListSenders(Input):
    """Takes no inputs."""


class FoundSender(Result):
    """What an input `sender` takes, and how it can send; for a service its pool decides, so none is named."""

    sender: str
    kind: Literal["number", "messaging_service", "whatsapp"]
    name: str | None = None
    channels: tuple[str, ...] = ()


class Unreadable(Result):
    """A source that the account may not read, and why; trial accounts meet this."""

    source: str
    reason: str


class FoundSenders(Result):
    """All senders, and the sources that could not be read."""

    senders: list[FoundSender]
    unreadable: list[Unreadable]


@action(effect="read", reference="https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource")
async def list_senders(wanted: ListSenders, twilio: Twilio) -> FoundSenders:  # noqa: ARG001 - every action takes both
    """List numbers, services and WhatsApp senders."""
    sources = {
        "numbers": _read(twilio.items(resources.incoming_numbers()), _number),
        "messaging_services": _read(twilio.items(resources.messaging_services()), _service),
        "whatsapp_senders": _read(twilio.items(resources.whatsapp_senders(), Channel="whatsapp"), _whatsapp),
    }
    found = dict(zip(sources, await asyncio.gather(*sources.values()), strict=True))
    refused = {name: answer for name, answer in found.items() if isinstance(answer, Refused)}
    if len(refused) == len(found):
        raise refused["numbers"]
    return FoundSenders(
        senders=[sender for rows in found.values() if isinstance(rows, list) for sender in rows],
        unreadable=[Unreadable(source=name, reason=answer.message) for name, answer in refused.items()],
    )


async def _read(rows: AsyncIterator[Row], read: Callable[[Row], FoundSender]) -> list[FoundSender] | Refused:
    try:
        return [read(row) async for row in rows]
    except Refused as refusal:
        return refusal


def _number(row: Row) -> FoundSender:
    able = [channel for channel in ("sms", "mms", "voice") if row["capabilities"].get(channel)]
    return FoundSender(
        sender=row["phone_number"], kind="number", name=row["friendly_name"], channels=tuple(able)
    )


def _service(row: Row) -> FoundSender:
    return FoundSender(sender=row["sid"], kind="messaging_service", name=row["friendly_name"])


def _whatsapp(row: Row) -> FoundSender:
    name = (row.get("profile") or {}).get("name")
    return FoundSender(sender=row["sender_id"], kind="whatsapp", name=name, channels=("whatsapp",))
