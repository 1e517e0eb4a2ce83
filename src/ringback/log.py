"""Structured logs on standard error: events and ids, never a secret, a code or a message body."""

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

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


def configure(*, chatty: bool = False) -> None:
    """Send logs to standard error, in colour on a terminal and as JSON lines elsewhere.

    A server is chatty and tells of each job; a command only of what went wrong.
    """
    terminal = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            show_known,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info" if chatty else "error"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def logger() -> Any:
    """A logger for one module."""
    return structlog.get_logger()
