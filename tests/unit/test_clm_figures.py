from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.clm.figures import chance, compact, money, signed
from tui.clm.story import Story, story_lines, text_of
from tui.widgets.bars import bar, block_bar, sparkline
from tui.widgets.plot import Line, Plot, plot_rows
from tui.widgets.wrap import at_most, wrap

TEXT = st.text("abc é漢🎈\u0301", max_size=200)
_BRAILLE = range(0x2800, 0x2900)


def drawn(plot: Plot, width: int = 40, height: int = 13) -> list[str]:
    return ["".join(text for text, _ in row) for row in plot_rows(plot, width, height)]


def dots(row: str) -> list[int]:
    """Return the columns of a row in which something is drawn."""
    return [i for i, char in enumerate(row) if ord(char) in _BRAILLE]


@pytest.mark.parametrize(
    ("number", "text"),
    [(8, "+8"), (-5.4, "−5"), (0.2, "±0"), (-0.2, "±0"), (0, "±0")],
)
def test_signed_numbers_have_their_sign(number: float, text: str) -> None:
    assert signed(number) == text


def test_money_and_counts_stay_short() -> None:
    amounts = [0, 12.4, -38.1, 99_999.99, -1_234_567, 5e9]
    assert [money(each) for each in amounts] == [
        "0.00", "12.40", "−38.10", "99,999.99", "−1,235k", "5,000M",
    ]  # fmt: skip
    assert [compact(each) for each in (7, 9999, 12_345, 2_500_000)] == [
        "7", "9999", "12k", "2.5M",
    ]  # fmt: skip
    assert [chance(each) for each in (0, 0.834, 1)] == [".00", ".83", "1.0"]


@given(st.floats(-2, 3), st.integers(1, 30))
def test_bars_fill_their_cells_and_no_more(share: float, cells: int) -> None:
    assert len(bar(share, cells)) == cells
    assert len(block_bar(share, cells)) <= cells


@given(st.lists(st.floats(-50, 150), max_size=50), st.integers(0, 20))
def test_a_sparkline_shows_the_latest_on_the_right(values: list[float], cells: int) -> None:
    line = sparkline(values, cells)
    assert len(line) == cells
    assert len(line.lstrip()) == min(cells, len(values))
    assert sparkline([0, 50, 100], 3) == "▁▅█"


@given(TEXT, st.integers(2, 40))
@example("aa \u0301", 2)
def test_wrapped_text_fits_and_loses_no_word(text: str, cells: int) -> None:
    lines = list(wrap(text, cells))
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXT, st.integers(2, 40), st.integers(1, 5))
def test_what_is_cut_says_so(text: str, cells: int, most: int) -> None:
    shown, whole = at_most(text, cells, most), list(wrap(text, cells))
    assert len(shown) == min(most, len(whole))
    assert all(cell_len(line) <= cells for line in shown)
    if len(whole) > most:
        assert shown[-1].endswith("…")
    else:
        assert shown == whole


@given(
    st.fixed_dictionaries({
        "title": TEXT,
        "about": TEXT,
        "seen": TEXT,
        "thought": TEXT,
        "action": TEXT,
        "how": TEXT,
        "mark": TEXT,
        "message": TEXT,
        "impact": TEXT,
        "word": st.sampled_from(["", "SUCCESS"]),
        "changed": TEXT,
        "learnt": TEXT,
        "problem": TEXT,
        "thinking": st.booleans(),
        "score": st.none() | st.floats(0, 100),
        "delta": st.none() | st.floats(-99, 99),
    }),
    st.integers(24, 120),
    st.booleans(),
)
def test_a_card_never_leaves_its_cells(values: dict[str, Any], width: int, roomy: bool) -> None:
    lines = story_lines(Story(key="x", **values), width, roomy=roomy)
    assert lines[-1] == []
    assert all(sum(cell_len(text) for text, _ in line) <= width for line in lines)


def test_a_card_can_be_read_as_text() -> None:
    story = Story(
        key="x", title="Sam", thought="why", action="call", word="SUCCESS", learnt="3 of 3"
    )
    assert text_of(story) == "Sam\nthought: why\naction: call\nlearnt: SUCCESS 3 of 3"


def test_a_chart_has_its_axes_and_the_line_where_the_values_are() -> None:
    rows = drawn(Plot("Title", (Line("", (0.0, 100.0)),), low=0, high=100, last=30))
    assert rows[0].startswith("Title")
    assert rows[1].startswith("100┤")
    assert rows[10].strip().startswith("0┤")
    assert rows[-1].split() == ["day", "1", "30"]
    body = rows[1:-2]
    heights = [next(i for i, row in enumerate(body) if column in dots(row)) for column in (4, 39)]
    assert heights == [9, 0]
    assert all(cell_len(row) <= 40 for row in rows)


def test_a_chart_leaves_gaps_where_nothing_is_known() -> None:
    values = (1.0, 1.0, math.nan, math.nan, 1.0)
    columns = sorted({each for row in drawn(Plot("", (Line("", values),))) for each in dots(row)})
    assert columns
    gaps = [b - a for a, b in pairwise(columns) if b - a > 1]
    assert len(gaps) == 1
    assert max(gaps) > 10


@pytest.mark.parametrize("values", [(), (5.0,), (3.0, 3.0, 3.0), (math.nan,)])
def test_a_chart_of_little_is_drawn_all_the_same(values: tuple[float, ...]) -> None:
    rows = drawn(Plot("Little", (Line("x", values),)))
    assert len(rows) == 13
