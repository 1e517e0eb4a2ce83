"""The files of a message: pictures and sounds that this machine has, of others the address only."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.thread import Bubble
from twilio_simulator.pages.view import View
from twilio_simulator.rest.messages import media_type
from twilio_simulator.webhooks.target import is_loopback

_SID = re.compile(r"ME[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class File:
    """One file as the page shows it; `source` is a path of this very server, blank when it has none."""

    url: str
    kind: str
    source: str

    @property
    def name(self) -> str:
        """The last part of its address; a file that was handed in has none."""
        parts = urlsplit(self.url)
        last = parts.path.rpartition("/")[2]
        return "attached file" if _SID.fullmatch(last) else last or parts.netloc


def files(view: View, bubble: Bubble) -> Html | None:
    """All files of a bubble."""
    shown = [h("li", None, _shown(one)) for one in _found(view, bubble)]
    return h("ul.media", None, shown) if shown else None


def _found(view: View, bubble: Bubble) -> list[File]:
    if bubble.message is None:
        return [File(url, media_type(url), _own(view, url)) for url in bubble.media]
    # No other host is asked by the page: the simulator fetches what lies on this machine.
    return [
        File(one.url, _kind(one.url, one.content_type), _own(view, one.url) or _fetched(one.sid, one.url))
        for one in bubble.message.media
    ]


def _kind(url: str, given: str) -> str:
    return "image/svg+xml" if urlsplit(url).path.endswith(".svg") else given


def _own(view: View, url: str) -> str:
    parts = urlsplit(url)
    return parts.path if f"{parts.scheme}://{parts.netloc}" == view.simulator.url else ""


def _fetched(sid: str, url: str) -> str:
    parts = urlsplit(url)
    return f"/_sim/media/{sid}" if parts.scheme == "http" and is_loopback(parts.hostname or "") else ""


def _shown(one: File) -> Html:
    if one.source and one.kind.startswith("image/"):
        return h("img", {"src": one.source, "alt": f"Picture: {one.name}"})
    if one.source and one.kind.startswith("audio/"):
        named = {"controls": True, "preload": "none", "src": one.source, "aria-label": f"Sound: {one.name}"}
        return h("audio", named)
    content = (icon("file"), h("span", None, one.name), h("small", None, one.kind))
    if one.source:
        return h("a.file", {"href": one.source, "download": True, "title": one.url}, *content)
    return h("span.file", {"title": one.url}, *content)
