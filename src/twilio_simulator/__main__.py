"""The command line: `python -m twilio_simulator --port 4010`."""

import argparse
import asyncio
import errno
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from twilio_simulator.sid_patterns import is_sid, is_token, looks_real

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

DEFAULT_PORT = 4010
IN_USE = 2
LEAST_ACCOUNTS = 2
"""The one of the start, and one that a test made."""
SELDOM = (20_000, 50, 100)
"""Collector thresholds; against Python's own they save a sixth of the processor time of a message."""


class UnusableError(Exception):
    """It cannot start as told; the text says why and what to do."""


class PortUnusableError(UnusableError):
    """Nobody can listen there: taken, forbidden, or no address of this machine."""


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="twilio_simulator", description="A faithful local Twilio, for tests and demos."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: 4010)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: loopback only)")
    parser.add_argument("--sid", help="account SID to use, AC and 32 hexadecimal digits")
    parser.add_argument("--token", help="auth token to use, 32 hexadecimal digits")
    parser.add_argument("--seed", type=int, help="makes SIDs, codes and delays repeatable")
    parser.add_argument("--strict", action="store_true", help="refuse parameters that Twilio does not have")
    parser.add_argument(
        "--most-accounts",
        type=int,
        default=1000,
        help="beyond so many the oldest that a test made leaves (default: 1000)",
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="decide one of the ledger's open questions, like long_body_code=21658",
    )
    parser.add_argument("--state", metavar="FILE", help="keep the world in this file, and go on from it")
    parser.add_argument("--control-token", help="what the control API wants as bearer token")
    parser.add_argument(
        "--accept-any-token", action="store_true", help="take auth tokens that look like real ones"
    )
    parser.add_argument(
        "--proxy-port",
        type=int,
        help="also stand in for *.twilio.com as a CONNECT proxy; 0 takes a free port",
    )
    parser.add_argument(
        "--proxy-folder",
        metavar="FOLDER",
        help="where the proxy's certificates go (default: a temporary one)",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    parser.add_argument(
        "--allow-host", action="append", default=[], help="a host name that may reach the control API"
    )
    parser.add_argument(
        "--allow-webhooks-to", action="append", default=[], help="a host beyond this machine to call back"
    )
    return parser


def check(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Refuse a SID or token that Twilio's pattern does not allow."""
    if options.sid is not None and not is_sid(options.sid, "AC"):
        parser.error("--sid must be AC followed by 32 hexadecimal digits")
    if options.token is not None and not is_token(options.token):
        parser.error("--token must be 32 hexadecimal digits")
    if options.token and not options.accept_any_token and looks_real(options.token, options.sid):
        parser.error(
            "--token looks like a real auth token. Leave it out, choose one that shows it is made up "
            "(51a0 in front), or add --accept-any-token."
        )
    if options.most_accounts < LEAST_ACCOUNTS:
        parser.error(f"--most-accounts must be {LEAST_ACCOUNTS} or more")
    if options.rule:
        from twilio_simulator.rule_options import RuleError, ruleset_of  # noqa: PLC0415 - seldom needed

        try:
            ruleset_of(options.rule)
        except RuleError as error:
            parser.error(f"--rule: {error}")
    for name, port in (("--port", options.port), ("--proxy-port", options.proxy_port or 0)):
        if not 0 <= port <= 65535:  # noqa: PLR2004 - the range of ports
            parser.error(f"{name} must be from 0 to 65535")


def unusable(host: str, port: int, error: OSError) -> str:
    """One sentence on why nobody can listen there, and one on what to do."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine ({reason}). Leave --host out to listen on 127.0.0.1."
    return (
        f"Port {port} on {host} cannot be used ({reason}). Stop what holds it, "
        f"or choose another: --port {port + 1}, or --port 0 for any free one."
    )


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    from twilio_simulator.rule_options import ruleset_of  # noqa: PLC0415 - `--help` answers without the world
    from twilio_simulator.running import serving  # noqa: PLC0415
    from twilio_simulator.simulator import Options, Simulator  # noqa: PLC0415

    wanted = Options(
        sid=options.sid,
        token=options.token,
        seed=options.seed,
        strict=options.strict,
        ruleset=ruleset_of(options.rule),
        allowed_hosts=frozenset({options.host, *options.allow_host}),
        webhook_hosts=frozenset(options.allow_webhooks_to),
        control_token=options.control_token,
        accept_any_token=options.accept_any_token,
        most_accounts=options.most_accounts,
    )
    simulator = Simulator(wanted)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as open_until_stopped:
        try:
            await open_until_stopped.enter_async_context(serving(simulator, options.host, options.port))
        except OSError as error:
            raise PortUnusableError(unusable(options.host, options.port, error)) from error
        if options.state is not None:
            await _keep_in(options, simulator, open_until_stopped)
        facts = simulator.introduction()
        if options.proxy_port is not None:
            facts["proxy"] = await _stand_in(options, simulator, open_until_stopped)
        # What is loaded by now stays, and messages live long: the collector need not look at them often.
        gc.freeze()
        gc.set_threshold(*SELDOM)
        sys.stdout.write(introduction(facts, as_json=options.json))
        sys.stdout.flush()
        await stop.wait()


async def _keep_in(options: argparse.Namespace, simulator: "Simulator", stack: AsyncExitStack) -> None:
    from pathlib import Path  # noqa: PLC0415 - needed with --state only

    from twilio_simulator.snapshots.file import StateFileError, kept  # noqa: PLC0415

    try:
        await stack.enter_async_context(kept(simulator, Path(options.state)))
    except StateFileError as error:
        raise UnusableError(str(error)) from error
    if options.sid not in (None, simulator.account.sid):
        raise UnusableError(
            f"The state file {options.state} holds the account {simulator.account.sid}, not {options.sid}. "
            "Leave --sid out, or name another file."
        )


async def _stand_in(
    options: argparse.Namespace, simulator: "Simulator", stack: AsyncExitStack
) -> dict[str, Any]:
    """Open the proxy; its address and the exports for programs."""
    import tempfile  # noqa: PLC0415 - needed with --proxy-port only
    from pathlib import Path  # noqa: PLC0415

    from twilio_simulator.door.http1 import Connections  # noqa: PLC0415
    from twilio_simulator.door.proxy import proxying  # noqa: PLC0415

    folder = options.proxy_folder
    if folder is None:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="twilio-simulator-"))
    connections = Connections(simulator.serve)
    try:
        proxy = await stack.enter_async_context(
            proxying(connections, Path(folder), options.host, options.proxy_port)
        )
    except (FileExistsError, PermissionError, NotADirectoryError) as error:
        reason = error.strerror
        raise UnusableError(
            f"The folder {folder} cannot hold the proxy's certificates ({reason}). "
            "Name another: --proxy-folder FOLDER."
        ) from error
    except OSError as error:
        raise PortUnusableError(unusable(options.host, options.proxy_port, error)) from error
    return {"url": proxy.url, **proxy.exports()}


def _exports(proxy: dict[str, Any]) -> str:
    lines = ["  for programs that are not to be changed:\n"]
    for language in ("python", "node"):
        pairs = " ".join(f"{name}={value}" for name, value in proxy[language].items())
        lines.append(f"    {language:7}        export {pairs}\n")
    return "".join(lines)


def introduction(facts: dict[str, object], *, as_json: bool) -> str:
    """What is printed at the start."""
    import orjson  # noqa: PLC0415

    if as_json:
        return orjson.dumps(facts).decode() + "\n"
    sandbox, proxy = facts["sandbox"], facts.get("proxy")
    join = sandbox["join_word"] if isinstance(sandbox, dict) else ""
    return (
        "Twilio SIMULATOR: nothing here is real, nothing is sent, nothing costs.\n"
        f"  address          {facts['url']}\n"
        f"  account SID      {facts['account_sid']}  (simulated)\n"
        f"  auth token       {facts['auth_token']}  (simulated)\n"
        f"  number           {facts['number']}  (SMS, MMS, voice)\n"
        f"  WhatsApp sender  {facts['whatsapp_sender']}; sandbox: text '{join}' to whatsapp:+14155238886\n"
        f"  Verify service   {facts['verify_service']}\n"
        f"  phones           {facts['url']}/phone  (open it in a browser)\n"
        f"  controls         {facts['url']}/_sim/ready\n"
    ) + (_exports(proxy) if isinstance(proxy, dict) else "")


def _loop_runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    """Uvloop where there is one: it answers about twice as many requests."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return asyncio.run
    return uvloop.run


def main() -> int:
    """Run the command line; the exit code."""
    parser = arguments()
    options = parser.parse_args()
    check(options, parser)
    try:
        _loop_runner()(run(options))
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
        return IN_USE
    return 0


if __name__ == "__main__":
    sys.exit(main())
