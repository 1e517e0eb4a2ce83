"""The capability report: what an account can do, section by section, each where Twilio lets it be read."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from ringback.accounts.connection import Clients, attempt
from ringback.clock import iso
from ringback.errors import Failure
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.twilio.resources import Resource

MOST_ROWS = 100
"""How many rows of a list a report holds; it is kept with the account, and large accounts own thousands."""

AUTHENTICATION = 20003
TRIAL_GATE = "trial account"
"""Trials of 2026 are refused some reads with 20003 and these words (Twilio docs, usage/trials)."""


class Part(BaseModel):
    """A piece of the report."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Unreadable(Part):
    """A section that could not be read, and why."""

    unreadable: str


class Balance(Part):
    """Money left, as Twilio writes it."""

    balance: str | None = None
    currency: str | None = None


class Number(Part):
    """A phone number of the account and what can be sent with it."""

    number: str
    sms: bool
    mms: bool
    voice: bool


class MessagingService(Part):
    """A Messaging Service."""

    sid: str
    name: str | None = None


class WhatsappSender(Part):
    """A WhatsApp sender; `status` is Twilio's word."""

    sender: str
    status: str | None = None


class VerifyService(Part):
    """A Verify service."""

    sid: str
    name: str | None = None


class Report(Part):
    """What the last test found. `tested_at` is ISO 8601; `more` names the lists that hold further rows."""

    tested_at: str
    friendly_name: str
    type: str
    status: str
    trial_scheme: Literal["2026", "classic"] | None
    balance: Balance | Unreadable
    numbers: list[Number] | Unreadable
    messaging_services: list[MessagingService] | Unreadable
    whatsapp_senders: list[WhatsappSender] | Unreadable
    verify_services: list[VerifyService] | Unreadable
    verified_numbers: list[str] | Unreadable
    more: list[str]


RowT = TypeVar("RowT")
Row = dict[str, Any]


async def read_report(clients: Clients, account: Row, now: int) -> Report:
    """Read every section at once, with the credentials that actions will use; a refusal is reported."""
    twilio = clients.in_use
    balance, numbers, messaging, whatsapp, verify, verified = await asyncio.gather(
        attempt(twilio.fetch(resources.balance())),
        attempt(_rows(twilio, resources.incoming_numbers(), _number)),
        attempt(_rows(twilio, resources.messaging_services(), _messaging_service)),
        attempt(_rows(twilio, resources.whatsapp_senders(), _whatsapp_sender, Channel="whatsapp")),
        attempt(_rows(twilio, resources.verify_services(), _verify_service)),
        attempt(_rows(twilio, resources.caller_ids(), _verified_number)),
    )
    lists = {
        "numbers": numbers,
        "messaging_services": messaging,
        "whatsapp_senders": whatsapp,
        "verify_services": verify,
        "verified_numbers": verified,
    }
    return Report(
        tested_at=iso(now),
        friendly_name=str(account.get("friendly_name", "")),
        type=str(account.get("type", "")),
        status=str(account.get("status", "")),
        trial_scheme=_trial_scheme(account, balance),
        balance=_unreadable(balance) if isinstance(balance, Failure) else Balance.model_validate(balance),
        more=[name for name, rows in lists.items() if isinstance(rows, list) and len(rows) > MOST_ROWS],
        **{name: _section(rows) for name, rows in lists.items()},
    )


async def _rows(
    twilio: Twilio, resource: Resource, read: Callable[[Row], RowT], **filters: str
) -> list[RowT]:
    rows: list[RowT] = []
    async for row in twilio.items(resource, PageSize=MOST_ROWS, **filters):
        rows.append(read(row))
        if len(rows) > MOST_ROWS:
            break
    return rows


def _section(rows: Any) -> Any:
    return _unreadable(rows) if isinstance(rows, Failure) else rows[:MOST_ROWS]


def _unreadable(failure: Failure) -> Unreadable:
    fault = failure.fault
    if is_trial_gate(failure):
        return Unreadable(unreadable="Twilio keeps this from trial accounts. Upgrade the account to read it.")
    code = f" ({fault.code})" if fault.code else ""
    return Unreadable(unreadable=f"{fault.message.rstrip('.')}{code}. {fault.remedy or ''}".strip())


def is_trial_gate(failure: Failure) -> bool:
    """Whether Twilio refused because the account is a trial; the credentials were accepted then."""
    return failure.fault.code == AUTHENTICATION and TRIAL_GATE in failure.fault.message.lower()


def _trial_scheme(account: Row, balance: Row | Failure) -> Literal["2026", "classic"] | None:
    """Which rules bind a trial; None for a full account, or when the balance did not answer either way."""
    if account.get("type") != "Trial":
        return None
    if isinstance(balance, Failure) and is_trial_gate(balance):
        return "2026"
    return None if isinstance(balance, Failure) and balance.fault.code is None else "classic"


def _number(row: Row) -> Number:
    able = row.get("capabilities") or {}
    # Older resources spell the first two in capitals.
    sms, mms = (bool(able.get(name, able.get(name.upper()))) for name in ("sms", "mms"))
    return Number(number=row["phone_number"], sms=sms, mms=mms, voice=bool(able.get("voice")))


def _whatsapp_sender(row: Row) -> WhatsappSender:
    return WhatsappSender(sender=row["sender_id"], status=row.get("status"))


def _messaging_service(row: Row) -> MessagingService:
    return MessagingService(sid=row["sid"], name=row.get("friendly_name"))


def _verify_service(row: Row) -> VerifyService:
    return VerifyService(sid=row["sid"], name=row.get("friendly_name"))


def _verified_number(row: Row) -> str:
    return str(row["phone_number"])
