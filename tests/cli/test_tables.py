from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from ringback.cli.tables import NARROWEST, Column, fitting, laid_out

WORDS = st.text("abc-/", min_size=1, max_size=30)
PROSE = st.lists(WORDS, min_size=1, max_size=20).map(" ".join)
JOB = Column("id", 0), Column("state", 1), Column("account", 2), Column("age", 3)


def row(**cells: str) -> dict[str, Text]:
    return {name: Text(cell) for name, cell in cells.items()}


ROW = row(id="job_01a2090bfb2197627e56824f7935add3", state="done", account="shop", age="3s")


def test_the_highest_rank_gives_way_first() -> None:
    wide = [[column.name for column in fitting(JOB, [ROW], width)] for width in (80, 52, 50, 40, 10)]

    assert wide == [
        ["id", "state", "account", "age"],
        ["id", "state", "account"],
        ["id", "state", "age"],
        ["id"],
        ["id"],
    ]


def test_a_column_without_anything_in_it_is_left_out() -> None:
    assert [column.name for column in fitting(JOB, [ROW | row(account="")], None)] == ["id", "state", "age"]


def test_an_id_is_never_broken() -> None:
    lines = [line.plain for line in laid_out([Column("id", prose=True)], [ROW], 20)]

    assert lines == ["id", "job_01a2090bfb2197627e56824f7935add3"]


def test_prose_is_wrapped_under_itself() -> None:
    columns = [Column("name"), Column("is", prose=True)]
    lines = laid_out(columns, [row(name="to", **{"is": "Who receives it, in E.164 form."})], 34)

    assert [line.plain for line in lines] == [
        "name  is",
        "to    Who receives it, in E.164",
        "      form.",
    ]


def test_a_pipe_gets_whole_lines() -> None:
    columns = [Column("name"), Column("is", prose=True)]
    lines = laid_out(columns, [row(name="to", **{"is": "word " * 100})], None)

    assert len(list(lines)) == 2


def test_wide_letters_keep_the_columns_aligned() -> None:
    rows = [row(a="値段", b="x"), row(a="abcd", b="y")]
    lines = [line.plain for line in laid_out([Column("a"), Column("b")], rows, 80)]

    assert lines == ["a     b", "値段  x", "abcd  y"]


def test_no_rows_are_no_lines() -> None:
    assert list(laid_out(JOB, [], 80)) == []


@given(PROSE, st.integers(NARROWEST + 6, 120))
def test_every_line_fits_unless_one_word_does_not(prose: str, width: int) -> None:
    columns = [Column("name"), Column("is", prose=True)]

    lines = [line.plain for line in laid_out(columns, [row(name="to", **{"is": prose})], width)][1:]

    assert " ".join(line[6:] for line in lines).split() == prose.split()
    for line in lines:
        assert line == line.rstrip()
        assert len(line) <= width or " " not in line[6:]
