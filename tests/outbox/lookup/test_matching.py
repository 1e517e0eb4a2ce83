"""The rule by which equal jobs and equal messages are told apart: by counting."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.outbox.lookup.matching import judge

Edges = dict[str, list[str]]


@pytest.mark.parametrize(
    ("edges", "proved"),
    [
        pytest.param({"a": ["1"]}, {"a": "1"}, id="one job, one message"),
        pytest.param({"a": ["1", "2"], "b": ["1", "2"]}, {"a": "1", "b": "2"}, id="two equal of each"),
        pytest.param({"a": ["1"], "b": ["2"]}, {"a": "1", "b": "2"}, id="different jobs"),
        pytest.param({"a": [], "b": ["1"]}, {"b": "1"}, id="one job without any"),
        pytest.param({"a": ["1"], "b": ["1"]}, {}, id="fewer messages than jobs"),
        pytest.param({"a": ["1", "2"]}, {}, id="more messages than jobs"),
        pytest.param(
            {"a": ["1", "2"], "b": ["2"]}, {"a": "1", "b": "2"}, id="one message is too old for the second"
        ),
        pytest.param(
            {"a": ["1", "2"], "b": ["2"], "c": ["2"]}, {"a": "1"}, id="of three jobs only the first must"
        ),
        pytest.param({"a": ["1"], "b": ["1"], "c": ["2"]}, {"c": "2"}, id="what is apart is judged apart"),
        pytest.param(
            {"a": ["1", "2", "3"], "b": ["3"], "c": []}, {}, id="two messages for a job beside another's"
        ),
    ],
)
def test_what_counting_proves(edges: Edges, proved: dict[str, str]) -> None:
    assert judge(edges).proved == proved


def test_who_is_in_doubt_hears_how_many_there_are() -> None:
    judged = judge({"a": ["1"], "b": ["1"], "c": []})

    assert judged.ambiguous == {"a": (1, 2), "b": (1, 2)}
    assert judged.undecided == frozenset()


def test_nobody_is_judged_beside_a_job_that_runs() -> None:
    judged = judge({"a": ["1", "2"], "b": ["1", "2"], "c": ["3"]}, frozenset({"b"}))

    assert judged.proved == {"c": "3"}
    assert judged.undecided == {"a", "b"}


def test_a_running_job_that_made_none_of_these_is_in_nobodys_way() -> None:
    assert judge({"a": ["1"], "b": []}, frozenset({"b"})).proved == {"a": "1"}


def test_hundreds_of_equal_jobs_are_judged_at_once() -> None:
    things = [str(number) for number in range(400)]

    assert len(judge({f"job {thing}": things for thing in things}).proved) == 400


@st.composite
def worlds(draw: st.DrawFn) -> Edges:
    things = [str(number) for number in range(draw(st.integers(0, 4)))]
    owners = [f"job {number}" for number in range(draw(st.integers(0, 4)))]
    return {owner: [thing for thing in things if draw(st.booleans())] for owner in owners}


@given(worlds())
def test_a_job_is_settled_exactly_if_every_way_to_explain_its_messages_needs_it(edges: Edges) -> None:
    judged = judge(edges)

    for owner in edges:
        group, things = _beside(owner, edges)
        ways = _explanations(sorted(group), sorted(things), edges)
        assert (owner in judged.proved) == (bool(things and ways) and all(owner in way for way in ways))
    assert len(set(judged.proved.values())) == len(judged.proved)
    assert all(thing in edges[owner] for owner, thing in judged.proved.items())


def _beside(owner: str, edges: Edges) -> tuple[set[str], set[str]]:
    """The jobs and messages that hang together with a job."""
    group, things = {owner}, set(edges[owner])
    while more := {other for other in edges if things & set(edges[other])} - group:
        group |= more
        things |= {thing for other in group for thing in edges[other]}
    return group, things


def _explanations(group: list[str], things: list[str], edges: Edges) -> list[set[str]]:
    """Who made the messages, in every way in which each has a maker of its own."""
    return [
        set(makers)
        for makers in permutations(group, len(things))
        if all(thing in edges[maker] for maker, thing in zip(makers, things, strict=True))
    ]
