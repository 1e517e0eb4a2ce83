"""Calls, looked for in the list of those to a number (Twilio docs, voice/api/call-resource)."""

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

from ringback.clock import milliseconds
from ringback.outbox.lookup.found import PAGE, Found, Inputs, Lookup, Search, as_listed, proved
from ringback.twilio import resources


def place(inputs: Inputs) -> tuple[str, ...]:
    """One listing for each number called."""
    return (str(inputs["to"]),)


async def listed(search: Search) -> AsyncIterator[Found]:
    """The calls to a number since an instant. Not by `StartTime`: a call that is queued has none yet."""
    (to,) = search.place
    async for facts in search.twilio.items(resources.calls(), To=to, PageSize=PAGE):
        made_at = milliseconds(parsedate_to_datetime(facts["date_created"]))
        if made_at < search.since:
            return
        yield Found(sid=facts["sid"], to=to, made_at=made_at, facts=facts)


def fits(inputs: Inputs, found: Found) -> bool:
    """Whether the call came from the same number; what was said on it, no list tells."""
    facts = found.facts
    return (facts["direction"], facts["from"]) == ("outbound-api", inputs.get("sender"))


CALLS = Lookup(what="call", place=place, listed=listed, fits=fits, told=as_listed, ending=proved)
