"""Writes that must not be lost: they say what has happened at Twilio already."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ringback.errors import Unavailable
from ringback.log import logger

AnswerT = TypeVar("AnswerT")

PAUSE = 0.5  # seconds between two tries of a write

log = logger()


async def until_written(write: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
    """Repeat a write until the database takes it: the bytes have left, and what they came to is kept."""
    while True:
        try:
            return await write()
        except Unavailable as error:
            log.error("write_failed", error=error.message)  # noqa: TRY400 - a database that is away
            await asyncio.sleep(PAUSE)
