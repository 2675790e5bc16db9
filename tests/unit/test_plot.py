"""What a chart says above its lines, and whose colour a cell has that several lines share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.plot import Line, Plot, plot_rows

NAMES = ("none", "golden", "retrieval", "learnt-1", "learnt-3", "learnt-10")


def plot(*names: str, title: str = "Utterances until satisfied") -> Plot:
    return Plot(title, tuple(Line(each, (0.0, 1.0), f"${each}") for each in names))


def drawn(plot: Plot, width: int, height: int = 12) -> list[str]:
    return ["".join(text for text, _ in row) for row in plot_rows(plot, width, height)]


@pytest.mark.parametrize("width", [30, 38, 76, 160])
def test_every_line_is_named_in_whole_where_there_are_rows_for_it(width: int) -> None:
    rows = drawn(plot(*NAMES), width)
    assert len(rows) == 12
    assert all(cell_len(row) <= width for row in rows)
    head = "\n".join(rows[: next(i for i, row in enumerate(rows) if "┤" in row)])
    for name in NAMES:
        assert f"━━ {name}" in head


def test_a_chart_with_room_for_one_row_of_names_says_how_many_it_leaves_out() -> None:
    rows = drawn(plot(*NAMES, title="Recall"), 40, 5)
    assert len(rows) == 5
    assert rows[0] == "Recall   ━━ none   ━━ golden   +4"


def test_a_name_that_is_wider_than_the_chart_is_cut_and_says_so() -> None:
    rows = drawn(plot("漢" * 40), 30)
    assert rows[1].startswith("━━ 漢")
    assert rows[1].endswith("…")
    assert cell_len(rows[1]) <= 30


@given(
    st.lists(st.text("ab漢🎈", min_size=1, max_size=30), max_size=8),
    st.text("Title 漢", max_size=50),
    st.integers(24, 90),
    st.integers(4, 20),
)
def test_a_chart_never_leaves_its_cells(
    names: list[str], title: str, width: int, height: int
) -> None:
    rows = drawn(plot(*names, title=title), width, height)
    assert len(rows) == height
    assert all(cell_len(row) <= width for row in rows)


def test_lines_that_lie_on_one_another_take_turns() -> None:
    same = (0.5, 0.5)
    for dotted in (False, True):
        lines = (Line("a", same, "$a"), Line("b", same, "$b", dotted))
        styles = [
            style
            for row in plot_rows(Plot("", lines, low=0, high=1), 44, 8)
            for text, style in row
            if any(0x2800 < ord(each) < 0x2900 for each in text)
        ]
        assert {"$a", "$b"} <= set(styles)
