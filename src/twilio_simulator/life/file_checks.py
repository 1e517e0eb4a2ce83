"""A message's files, fetched before it goes out: what cannot be had, or does not fit, makes it fail."""

import asyncio
from typing import NamedTuple

from twilio_simulator.addresses import address
from twilio_simulator.clock import Due
from twilio_simulator.webhooks.files import File, FileError, fetched
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.message import Media, Message
from twilio_simulator.world.state import World

MEGABYTE = 1_000_000
AT_ONCE = 100
OK = 200
# Twilio docs, messaging/guides/accepted-mime-types: 5 MB an MMS; what is no such picture 500 kB.
LARGEST_MMS, LARGEST_OTHER = 5 * MEGABYTE, MEGABYTE // 2
PICTURES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif"})
FAMILIES = ("image/", "audio/", "video/")
OTHERS = frozenset(
    {
        *("text/vcard", "text/x-vcard", "text/csv", "text/rtf", "text/richtext", "text/calendar"),
        *("text/directory", "application/pdf", "application/vcard", "application/vnd.apple.pkpass"),
        *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
# Twilio docs, guidance-whatsapp-media-messages.
LARGEST_WHATSAPP, LARGEST_WHATSAPP_PICTURE = 16 * MEGABYTE, 5 * MEGABYTE
WHATSAPP_TYPES = frozenset(
    {
        *("image/jpeg", "image/jpg", "image/png", "image/webp"),
        *("audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mpeg", "video/mp4"),
        *("application/pdf", "application/msword", "text/vcard", "text/x-vcard"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


class Wrong(NamedTuple):
    """Why a file does not go out."""

    code: int
    particulars: str


class FileChecks:
    """Looks at the files of messages that are about to go out, as far as their servers may be asked."""

    def __init__(self, world: World, webhooks: WebhookSender) -> None:
        self._world = world
        self._webhooks = webhooks
        self._line = asyncio.Semaphore(AT_ONCE)

    def begin(self, account: Account, message: Message, due: Due) -> None:
        """Have the message set out, which is due later, as soon as its files are known."""
        known = self._world.uploads
        to_fetch = [one for one in message.media if one.url.rpartition("/")[2] not in known]
        to_fetch = [one for one in to_fetch if self._webhooks.allows(one.url)]
        if to_fetch:
            self._webhooks.alongside(self._check(account, message, to_fetch, due))
        else:
            self._set_out(due)

    async def _check(self, account: Account, message: Message, files: list[Media], due: Due) -> None:
        whatsapp, total = address(message.to).channel == "whatsapp", 0
        for media in files:
            file = await self._fetched(media)
            total += 0 if file is None else file.size
            wrong = _on_whatsapp(media, file) if whatsapp else _as_mms(media, file, total)
            if wrong is not None:
                self._fail(account, message, media, wrong, file)
                break
            if file is not None:
                media.content_type = file.content_type
        self._set_out(due)

    @staticmethod
    def _set_out(due: Due) -> None:
        """Unless time went by so fast that it has set out already, or it was called off."""
        then = due.act
        due.call_off()
        if then is not None:
            then()

    async def _fetched(self, media: Media) -> File | None:
        async with self._line:
            try:
                file = await fetched(media.url, self._webhooks.allows, LARGEST_WHATSAPP + 1, keep=False)
            except FileError:
                return None
        return file if file.status == OK and file.size > 0 else None

    def _fail(
        self, account: Account, message: Message, media: Media, wrong: Wrong, file: File | None
    ) -> None:
        message.barred_by = wrong.code
        incident = Incident(account.sid, message.sid, media.url, "GET")
        incident.status = None if file is None else file.status
        self._world.alert(wrong.code, wrong.particulars, incident)


def _on_whatsapp(media: Media, file: File | None) -> Wrong | None:
    if file is None:
        return Wrong(63019, f"{media.url} cannot be fetched, or is empty")
    if file.content_type not in WHATSAPP_TYPES:
        return Wrong(63021, f"{media.url} is {file.content_type or 'of no type'}")
    if file.size > LARGEST_WHATSAPP:
        return Wrong(11751, f"{media.url} is larger than 16 MB")
    if file.content_type.startswith("image/") and file.size > LARGEST_WHATSAPP_PICTURE:
        return Wrong(63034, f"{media.url} is a picture larger than 5 MB")
    return None


def _as_mms(media: Media, file: File | None, total: int) -> Wrong | None:
    if file is None:
        return Wrong(11200, f"{media.url} cannot be fetched, or is empty")
    if not file.content_type.startswith(FAMILIES) and file.content_type not in OTHERS:
        return Wrong(12300, f"{media.url} is {file.content_type or 'of no type'}")
    if total > LARGEST_MMS:
        return Wrong(11751, "the files are larger than 5 MB together")
    if file.content_type not in PICTURES and file.size > LARGEST_OTHER:
        return Wrong(30019, f"{media.url} is no picture, and larger than 500 kB")
    return None
