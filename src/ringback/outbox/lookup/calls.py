"""Calls, looked for in the list of those to a number (Twilio docs, voice/api/call-resource)."""

from collections.abc import AsyncIterator

from ringback.outbox.lookup.found import Found, Inputs, Lookup, Search, as_listed, made_since, proved
from ringback.twilio import resources


def place(inputs: Inputs) -> tuple[str, ...]:
    """One listing for each number called."""
    return (str(inputs["to"]),)


async def listed(search: Search) -> AsyncIterator[Found]:
    """The calls to a number since an instant. Not by `StartTime`: a call that is queued has none yet."""
    async for found in made_since(search, resources.calls(), left="start_time"):
        yield found


def fits(inputs: Inputs, found: Found) -> bool:
    """Whether the call came from the same number; what was said on it, no list tells."""
    facts = found.facts
    return (facts["direction"], facts["from"]) == ("outbound-api", inputs.get("sender"))


CALLS = Lookup(what="call", place=place, listed=listed, fits=fits, told=as_listed, ending=proved)
