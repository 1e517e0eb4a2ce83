"""Which unknown jobs are proved by what is found at Twilio: by counting, since equal sends look alike.

The rule. *Owners* are the jobs that may have made a thing: unknown ones, running ones whose answer is not
recorded yet, and those that a person called done without naming it. *Things* are what Twilio lists and no job
has claimed. An edge joins an owner to each thing that looks like its own and was made in the span of its try.
Owners and things that hang together by edges are judged together, on two premises: each thing was made by one
of its owners, and no owner made two.

- As many things as owners (n and n): every owner made one. Each unknown job is settled with a thing.
- Fewer things than owners: those owners are settled without whom the things would not all have had a maker,
  as when one of two equal messages is too old to be the second job's. Two equal jobs and one message prove
  neither: both stay unknown, though one of them was sent.
- More things than owners, or a thing that finds no maker beside the others: a premise is broken, for somebody
  else sent the same. None is settled.
- An owner that still runs may be about to claim: nobody beside it is judged yet.
- An owner without any edge is absent. That alone never proves that it was not sent, for a list may lag.
"""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

OwnerT = TypeVar("OwnerT", bound=Hashable)
ThingT = TypeVar("ThingT", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Generic[OwnerT, ThingT]):
    """Who made what; who is in doubt, with how many things and owners; and who cannot be judged yet."""

    proved: dict[OwnerT, ThingT] = field(default_factory=dict)
    ambiguous: dict[OwnerT, tuple[int, int]] = field(default_factory=dict)
    undecided: frozenset[OwnerT] = frozenset()


def judge(
    edges: Mapping[OwnerT, Sequence[ThingT]], running: frozenset[OwnerT] = frozenset()
) -> Judgement[OwnerT, ThingT]:
    """Judge owners by the things that each may have made, both in the order of time."""
    proved: dict[OwnerT, ThingT] = {}
    ambiguous: dict[OwnerT, tuple[int, int]] = {}
    undecided: set[OwnerT] = set()
    for owners in _components(edges):
        if running.intersection(owners):
            undecided.update(owners)
            continue
        things = {thing for owner in owners for thing in edges[owner]}
        makers = _matched({owner: edges[owner] for owner in owners})
        sure = _indispensable(owners, edges, makers) if len(makers) == len(things) else {}
        proved |= sure
        ambiguous |= {owner: (len(things), len(owners)) for owner in owners if owner not in sure}
    return Judgement(proved=proved, ambiguous=ambiguous, undecided=frozenset(undecided))


def _components(edges: Mapping[OwnerT, Sequence[ThingT]]) -> list[list[OwnerT]]:
    """Owners that hang together by the things they may have made; those without any are left out."""
    owners_of = _owners_of(edges)
    seen: set[OwnerT] = set()
    found = []
    for first in edges:
        if first in seen or not edges[first]:
            continue
        group, waiting = [], deque([first])
        seen.add(first)
        while waiting:
            group.append(owner := waiting.popleft())
            beside = [other for thing in edges[owner] for other in owners_of.pop(thing, ())]
            waiting.extend(other for other in dict.fromkeys(beside) if other not in seen)
            seen.update(beside)
        members = set(group)
        found.append([owner for owner in edges if owner in members])
    return found


def _owners_of(edges: Mapping[OwnerT, Sequence[ThingT]]) -> dict[ThingT, list[OwnerT]]:
    owners: dict[ThingT, list[OwnerT]] = {}
    for owner, things in edges.items():
        for thing in things:
            owners.setdefault(thing, []).append(owner)
    return owners


def _matched(edges: Mapping[OwnerT, Sequence[ThingT]]) -> dict[ThingT, OwnerT]:
    """A largest assignment of things to owners, by augmenting paths."""
    makers: dict[ThingT, OwnerT] = {}
    for owner in edges:
        _augment(owner, edges, makers)
    return makers


def _augment(owner: OwnerT, edges: Mapping[OwnerT, Sequence[ThingT]], makers: dict[ThingT, OwnerT]) -> None:
    """Give `owner` a thing, moving others along if they can have another instead."""
    reached_from: dict[ThingT, OwnerT] = {}
    waiting = deque([owner])
    while waiting:
        asking = waiting.popleft()
        for thing in edges[asking]:
            if thing in reached_from:
                continue
            reached_from[thing] = asking
            if thing not in makers:
                _shift(thing, owner, reached_from, makers)
                return
            waiting.append(makers[thing])


def _shift(
    thing: ThingT, first: OwnerT, reached_from: Mapping[ThingT, OwnerT], makers: dict[ThingT, OwnerT]
) -> None:
    had = {owner: held for held, owner in makers.items()}
    while True:
        taker = reached_from[thing]
        makers[thing] = taker
        if taker == first:
            return
        thing = had[taker]


def _indispensable(
    owners: Sequence[OwnerT], edges: Mapping[OwnerT, Sequence[ThingT]], makers: Mapping[ThingT, OwnerT]
) -> dict[OwnerT, ThingT]:
    """The owners that have a thing in every assignment in which all things have an owner.

    One can do without if its thing could be another's who went away empty, or who can do without himself.
    """
    held = {owner: thing for thing, owner in makers.items()}
    waiting = deque(owner for owner in owners if owner not in held)
    dispensable = set(waiting)
    while waiting:
        for thing in edges[waiting.popleft()]:
            if (other := makers[thing]) not in dispensable:
                dispensable.add(other)
                waiting.append(other)
    return {owner: thing for owner, thing in held.items() if owner not in dispensable}
