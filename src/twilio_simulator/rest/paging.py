"""Pages of a list: the flat envelope of 2010-04-01, and `meta` with absolute URLs of the newer APIs."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from twilio_simulator.exchange import Reply, json_reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call

DEFAULT_SIZE, LARGEST_SIZE = 50, 1000
_OWN = frozenset({"PageSize", "Page", "PageToken"})
Row = TypeVar("Row")


class Page(NamedTuple):
    """One page: which rows, and the tokens of its neighbours."""

    rows: Sequence[Any]
    number: int
    size: int
    start: int
    more: bool


def page_of(call: Call, rows: Sequence[Row], sid: Callable[[Row], str]) -> Page:
    """Cut the page out that the request asks for; a PageToken names the last row before it."""
    size = _size(call)
    number = _whole(call.request.asked("Page")) or 0
    token = call.request.asked("PageToken")
    start = number * size
    if token is not None:
        # Rows that came in front since then move the page, not its content.
        before = token.removeprefix("PA")
        start = next((index + 1 for index, row in enumerate(rows) if sid(row) == before), start)
    return Page(rows[start : start + size], number, size, start, start + size < len(rows))


def _whole(text: str | None) -> int | None:
    return int(text[:15]) if text is not None and text.isdecimal() else None


def _size(call: Call) -> int:
    asked = _whole(call.request.asked("PageSize"))
    if asked is None or asked < 1:
        return DEFAULT_SIZE
    if asked > LARGEST_SIZE and call.world.rules.page_size_above_limit == "refuse":
        raise RefusalError(20007)
    return min(asked, LARGEST_SIZE)


def _uri(call: Call, page: Page, number: int, token: str | None) -> str:
    kept = [
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, values in call.request.query.items()
        if name not in _OWN
        for value in values
    ]
    kept += [f"PageSize={page.size}", f"Page={number}"]
    if token is not None:
        kept.append(f"PageToken=PA{token}")
    return f"{call.request.path}?{'&'.join(kept)}"


class _Links(NamedTuple):
    first: str
    previous: str | None
    following: str | None
    this: str


def _links(call: Call, page: Page, last: str | None) -> _Links:
    this_token = call.request.asked("PageToken")
    return _Links(
        first=_uri(call, page, 0, None),
        previous=_uri(call, page, page.number - 1, None) if page.number > 0 else None,
        following=_uri(call, page, page.number + 1, last) if page.more else None,
        this=_uri(call, page, page.number, this_token.removeprefix("PA") if this_token else None),
    )


def flat_page(
    call: Call, key: str, rows: Sequence[Row], sid: Callable[[Row], str], shown: Callable[[Row], object]
) -> Reply:
    """The 2010-04-01 envelope; its URIs are relative."""
    page = page_of(call, rows, sid)
    links = _links(call, page, sid(page.rows[-1]) if page.rows else None)
    return json_reply(
        200,
        {
            "first_page_uri": links.first,
            "end": page.start + len(page.rows) - 1 if page.rows else page.start,
            "previous_page_uri": links.previous,
            key: [shown(row) for row in page.rows],
            "uri": links.this,
            "page_size": page.size,
            "start": page.start,
            "next_page_uri": links.following,
            "page": page.number,
        },
    )


def meta_page(
    call: Call, key: str, rows: Sequence[Row], sid: Callable[[Row], str], shown: Callable[[Row], object]
) -> Reply:
    """The envelope of v1 and v2; its URLs carry the address under which the client reached us."""
    page = page_of(call, rows, sid)
    links = _links(call, page, sid(page.rows[-1]) if page.rows else None)
    address = call.request.address
    meta = {
        "page": page.number,
        "page_size": page.size,
        "first_page_url": address + links.first,
        "previous_page_url": None if links.previous is None else address + links.previous,
        "url": address + links.this,
        "next_page_url": None if links.following is None else address + links.following,
        "key": key,
    }
    return json_reply(200, {key: [shown(row) for row in page.rows], "meta": meta})
