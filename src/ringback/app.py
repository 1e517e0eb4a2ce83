"""The composition root: the only place that builds the parts and joins them.

Imports stand inside the functions here, so that each command pays only for what it uses.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringback import __version__

if TYPE_CHECKING:
    from ringback.accounts import Accounts
    from ringback.connector import Connector
    from ringback.metrics import Meters
    from ringback.outbox.dispatcher import Dispatcher
    from ringback.outbox.means import Means, QueueLine
    from ringback.parts import Parts
    from ringback.perform import Perform
    from ringback.secrets import Keyring
    from ringback.settings import Settings
    from ringback.store import Store
    from ringback.tracing import Tracing
    from ringback.twilio.transport import Transport
    from ringback.verifications import Verifications

INTERRUPTED = 130  # 128 + SIGINT, as shells count it


def main() -> None:
    """The command line."""
    if sys.argv[1:] in (["--version"], ["-V"], ["version"]):
        sys.stdout.write(f"ringback {__version__}\n")
        return
    try:
        code = _run_plainly(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # too late to change what came of it
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _run_plainly(argv: Sequence[str]) -> int:
    from ringback.log import configure

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a tick on a terminal without ticks is no reason to fail
    configure(chatty=argv[:1] in (["serve"], ["worker"]))
    return run(argv)


def run(argv: Sequence[str]) -> int:
    """Run one command; its exit code."""
    from ringback.cli import Doors, run_command
    from ringback.clock import machine_clock

    doors = Doors(
        open_connector=open_connector,
        serve=_serve,
        work=_work,
        migrate=_migrate,
        demo=_demo,
        clock=machine_clock,
    )
    return run_command(argv, doors)


def _serve(settings: "Settings", *, as_json: bool, dispatch: bool) -> int:
    from ringback.serving import run_server

    return run_server(open_connector, settings, as_json=as_json, dispatch=dispatch)


def _work(settings: "Settings", *, as_json: bool) -> int:
    from ringback.serving import run_worker

    return run_worker(open_connector, settings, as_json=as_json)


async def _demo(**options: Any) -> int:
    from ringback.demo import demo

    return await demo(open_connector, **options)


@asynccontextmanager
async def open_connector(settings: "Settings", *, dispatch: bool = True) -> "AsyncIterator[Connector]":
    """Open the ledger and all that works on it; with `dispatch`, waiting jobs are sent.

    Raises:
        Misconfigured: The database or the sealing key cannot serve.
    """
    from ringback.connector import Connector
    from ringback.store import open_store
    from ringback.twilio.transport import open_transport

    async with open_store(settings.database) as store, open_transport() as transport:
        keyring, line = await _keyring(settings, store), await _line(settings, store)
        parts = join(settings, store, keyring, transport, line)
        await parts.accounts.check_key()
        connector = Connector(parts)
        if settings.restored:
            await connector.doubt_all()
        if dispatch:
            await store.accounts.require_writable()
            connector.start()
        else:
            await connector.look_after()
        try:
            async with connector.vitals.watching():
                yield connector
        finally:
            await connector.stop()
            await asyncio.to_thread(connector.tracing.close)


def join(
    settings: "Settings", store: "Store", keyring: "Keyring", transport: "Transport", line: "QueueLine"
) -> "Parts":
    """Build every part on an open ledger, a transport and a queue."""
    from ringback.accounts import Accounts
    from ringback.api_keys import ApiKeys
    from ringback.clock import machine_clock
    from ringback.outbox.dispatcher import Dispatcher
    from ringback.outbox.expiry import Expiry
    from ringback.outbox.polling import Polling
    from ringback.outbox.reconcile import Reconcile
    from ringback.outbox.retention import Retention
    from ringback.outbox.vitals import Vitals
    from ringback.parts import Parts
    from ringback.sealing import Sealing
    from ringback.sending_again import SendingAgain
    from ringback.verifications import Verifications
    from ringback.webhooks.status import StatusCallbacks

    clock = machine_clock
    meters, tracing, transport = _observed(settings, transport)
    accounts = Accounts(store.accounts, keyring, transport, clock, settings)
    verifications = Verifications(store.verifications, accounts, clock)
    means = _means(settings, store, accounts, verifications, keyring, line)
    means = replace(means, meters=meters, tracing=tracing)
    dispatcher = Dispatcher(means)
    perform = _perform(means, dispatcher, settings.most_waiting)
    sending_again = SendingAgain(store, perform, clock)
    return Parts(
        store=store,
        accounts=accounts,
        verifications=verifications,
        perform=perform,
        sending_again=sending_again,
        dispatcher=dispatcher,
        throughput=means.throughput,
        polling=Polling(store, accounts, clock),
        reconcile=Reconcile(store, accounts, verifications, clock, sending_again),
        expiry=Expiry(store),
        retention=Retention(store, clock, settings.retention),
        keys=ApiKeys(store.keys, clock),
        sealing=Sealing(store.seals, keyring, settings.key_file if settings.key is None else None),
        callbacks=StatusCallbacks(store, accounts, clock),
        vitals=Vitals(means, settings.most_waiting),
        clock=clock,
    )


def _perform(means: "Means", dispatcher: "Dispatcher", most_waiting: int) -> "Perform":
    from ringback.perform import Perform

    sends = means.attempts
    return Perform(
        store=means.store,
        accounts=sends.accounts,
        verifications=sends.verifications,
        keyring=sends.keyring,
        clock=means.clock,
        line=means.line,
        desk=dispatcher.at_once,
        pacing=means.throughput.pacing,
        most_waiting=most_waiting,
        accepted=sends.accepted,
    )


def _observed(settings: "Settings", transport: "Transport") -> "tuple[Meters, Tracing, Transport]":
    """What measures and records, and the transport under their eyes. Raises `Misconfigured`."""
    from ringback.log import logger
    from ringback.metrics import Meters
    from ringback.tracing import open_tracing
    from ringback.twilio.observed import ObservedTransport

    meters, tracing = Meters(), open_tracing(on=settings.otel, log=logger())
    return meters, tracing, ObservedTransport(transport, meters, tracing)


def _means(
    settings: "Settings",
    store: "Store",
    accounts: "Accounts",
    verifications: "Verifications",
    keyring: "Keyring",
    line: "QueueLine",
) -> "Means":
    from ringback.clock import machine_clock
    from ringback.outbox.attempt import Attempts
    from ringback.outbox.flights import Flights
    from ringback.outbox.means import Means
    from ringback.outbox.throughput import Throughput

    return Means(
        store=store,
        attempts=Attempts(
            accounts=accounts,
            verifications=verifications,
            keyring=keyring,
            clock=machine_clock,
            public_url=settings.public_url,
        ),
        line=line,
        throughput=Throughput(senders=store.senders),
        flights=Flights(machine_clock),
        clock=machine_clock,
        owner=new_owner(),
    )


def new_owner() -> str:
    """Whom this start's leases name: in containers host and process id come again, and a lease must not."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


async def _line(settings: "Settings", store: "Store") -> "QueueLine":
    from ringback.outbox.line import MemoryLine, PostgresLine
    from ringback.settings import PostgresUrl

    if not isinstance(settings.database, PostgresUrl):
        return MemoryLine()
    line = PostgresLine(store.database.pool)
    await store.database.read(line.check)
    return line


async def _migrate(settings: "Settings") -> list[int]:
    """Bring the database up to date; the numbers of the migrations that it had not had."""
    from ringback.clock import machine_clock
    from ringback.outbox.line import install_queue
    from ringback.settings import PostgresUrl
    from ringback.store import migrate_file
    from ringback.store.postgres import migrate_postgres

    if isinstance(settings.database, PostgresUrl):
        return await migrate_postgres(settings.database, machine_clock(), install_queue)
    return await migrate_file(settings.database, machine_clock)


async def _keyring(settings: "Settings", store: "Store") -> "Keyring":
    from ringback.key_file import read_or_create
    from ringback.secrets import Keyring

    if settings.key is not None:
        return Keyring.parse(settings.key)
    return read_or_create(settings.key_file, may_create=not await store.accounts.exists_any())


class Ringback:
    """Ringback in your own program: `async with Ringback.open() as rb: await rb.run(SendMessage(…), …)`."""

    @staticmethod
    @asynccontextmanager
    async def open(
        database: str | Path | None = None, *, public_url: str | None = None, dispatch: bool = True
    ) -> "AsyncIterator[Connector]":
        """Open the embedded ledger; what is not given comes from `RINGBACK_…` and its defaults.

        Raises:
            Misconfigured: A setting, the database or the sealing key cannot serve.
        """
        from ringback.settings import checked_public_url, database_place, read_settings

        given: dict[str, Any] = {}
        if database is not None:
            given["database"] = database_place(str(database))
        if public_url is not None:
            given["public_url"] = checked_public_url(public_url)
        async with open_connector(replace(read_settings(), **given), dispatch=dispatch) as connector:
            yield connector
