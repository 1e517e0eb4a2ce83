"""How an account and its capability report are shown."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from ringback.accounts import Connected, Report, Unreadable
from ringback.accounts.capabilities import Number, Part
from ringback.cli.show import Show
from ringback.cli.wording import harmless, plain, when

# Twilio docs, usage/trials and usage/tutorials: what each kind of trial may do.
TRIALS = {
    "2026": "Twilio's own texts, and to verified numbers only",
    "classic": "to verified numbers only, with a prefix on each text",
}
LISTS = {
    "numbers": "numbers",
    "messaging_services": "Messaging Services",
    "whatsapp_senders": "WhatsApp senders",
    "verify_services": "Verify services",
    "verified_numbers": "verified numbers",
}

Pairs = Iterator[tuple[str, str]]


def tell_account(show: Show, account: Connected) -> None:
    """One account: what is set, then what it can do."""
    if show.as_json:
        show.data(account.model_dump(mode="json"))
        return
    show.pairs(_styled(_settings(account)))
    show.say("")
    show.say(f"What it can do, tested {when(account.report.tested_at)}:")
    show.pairs(_styled(_capabilities(account.report)))


def tell_report(show: Show, report: Report) -> None:
    """The capability report alone."""
    if show.as_json:
        show.data(report.model_dump(mode="json"))
    else:
        show.pairs(_styled(_capabilities(report)))


def _styled(pairs: Pairs) -> Iterator[tuple[Text, Text]]:
    for name, value in pairs:
        yield Text(name, style="dim"), Text(harmless(value), style="yellow" if _is_gap(value) else "")


def _is_gap(value: str) -> bool:
    return value.startswith(UNREAD)


def _settings(account: Connected) -> Pairs:
    shown = account.model_dump(mode="json", exclude={"report", "created_at", "updated_at", "id"})
    for name, value in shown.items():
        if name == "verification_lifetime":
            yield name.replace("_", " "), f"{value} s"
        elif value is not None:
            told = when(value) if name.endswith("_until") else plain(value)
            yield name.replace("_", " "), told
    yield "connected", when(account.created_at)


def _capabilities(report: Report) -> Pairs:
    yield "account", f"{report.friendly_name}: {report.type}, {report.status}"
    if report.trial_scheme is not None:
        yield "trial", TRIALS[report.trial_scheme]
    balance = report.balance
    yield "balance", _unread(balance) if isinstance(balance, Unreadable) else _amount(balance)
    for field, title in LISTS.items():
        section = getattr(report, field)
        lines = [_unread(section)] if isinstance(section, Unreadable) else _rows(section)
        lines += ["… and more"] if field in report.more else []
        yield from ((title if place == 0 else "", line) for place, line in enumerate(lines))


UNREAD = "could not be read: "


def _unread(section: Unreadable) -> str:
    return UNREAD + section.unreadable


def _amount(balance: Any) -> str:
    return f"{balance.balance or '?'} {balance.currency or ''}".strip()


def _rows(section: Sequence[Part | str]) -> list[str]:
    return [_row(row) for row in section] or ["none"]


def _row(row: Part | str) -> str:
    if isinstance(row, str):
        return row
    if isinstance(row, Number):
        able = [word for word, can in (("SMS", row.sms), ("MMS", row.mms), ("voice", row.voice)) if can]
        return f"{row.number}  {' '.join(able) or 'nothing'}"
    return "  ".join(str(value) for value in row.model_dump().values() if value is not None)
