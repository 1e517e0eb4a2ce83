"""Structured logs on standard error: events and ids, never a secret, a code or a message body."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from ringback.errors import Failure, RingbackError

NAME = "ringback"

SHOWN = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "account",
        "action",
        "attempt",
        "code",
        "environment",
        "error",
        "host",
        "http_status",
        "job",
        "jobs",
        "kind",
        "message_sid",
        "method",
        "milliseconds",
        "path",
        "port",
        "reason",
        "request_id",
        "route",
        "service",
        "state",
        "status",
        "times",
        "url",
        "verdict",
        "verification",
    }
)
"""The only names that reach a log; whatever else is passed shows as its name alone."""


def show_known(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Let through what is known to be harmless and drop the values of everything else."""
    hidden = sorted(name for name in entry if name not in SHOWN)
    shown = {name: value for name, value in entry.items() if name in SHOWN}
    return shown | {"hidden": hidden} if hidden else shown


SHAPING = (
    structlog.stdlib.filter_by_level,
    show_known,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(*, chatty: bool = False) -> None:
    """Send logs to standard error, in colour on a terminal and as JSON lines elsewhere.

    A server is chatty and tells of each job; a command only of what went wrong. A program that uses Ringback
    as a library does not call this: there, the standard logger named ringback is its own to set up.
    """
    terminal = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    ours = logging.getLogger(NAME)
    ours.handlers[:] = [handler]
    ours.setLevel(logging.INFO if chatty else logging.ERROR)
    ours.propagate = False


def logger() -> Any:
    """A logger for one module; what it is given is filtered whether or not anybody set logging up."""
    return structlog.wrap_logger(
        logging.getLogger(NAME),
        processors=[*SHAPING, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def words(error: Exception) -> str:
    """What may be logged of an error: our own sentence, what Twilio answered, or what kind it is.

    Twilio's own sentences are left out: they name recipients.
    """
    if isinstance(error, Failure) and error.fault.http_status is not None:
        code = f", code {error.fault.code}" if error.fault.code is not None else ""
        return f"Twilio answered {error.fault.http_status}{code}."
    return error.message if isinstance(error, RingbackError) else type(error).__name__
