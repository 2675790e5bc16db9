"""Heights, wrapping and tables: the arithmetic below the transcript."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.transcript.heights import HeightIndex
from tui.widgets.transcript.inline import inline_runs
from tui.widgets.transcript.runs import Run, chop, wrap
from tui.widgets.transcript.tables import column_widths, split_cells, table_row

HEIGHTS = st.lists(st.integers(0, 9), max_size=600)


@given(HEIGHTS, st.data())
def test_heights_add_up(heights: list[int], data: st.DataObject) -> None:
    index = HeightIndex()
    for height in heights:
        index.append(height)
    for _ in range(5):
        if heights:
            at = data.draw(st.integers(0, len(heights) - 1))
            heights[at] = data.draw(st.integers(0, 9))
            index.set(at, heights[at])
    older = data.draw(st.lists(st.integers(0, 9), max_size=300))
    index.prepend(older)
    heights = older + heights
    length = data.draw(st.integers(0, len(heights)))
    index.truncate(length)
    heights = heights[:length]
    assert index.total == sum(heights)
    assert len(index) == length
    for at in range(0, length, 37):
        assert index.offset(at) == sum(heights[:at])
    for row in range(0, sum(heights), 13):
        at, within = index.find(row)
        assert sum(heights[:at]) + within == row
        assert within < heights[at]


def test_a_row_past_the_end_is_the_last() -> None:
    assert HeightIndex([2, 3]).find(99) == (1, 2)
    assert HeightIndex().find(5) == (0, 0)


TEXT = st.text(st.sampled_from("ab c\n-漢字、😀e\u0301"), max_size=120)


@settings(max_examples=300)
@given(TEXT, st.integers(2, 30), st.booleans())
def test_wrapping_loses_nothing_and_fits(text: str, width: int, in_words: bool) -> None:
    runs = [Run(text[:7], "text"), Run(text[7:20], "code", "b"), Run(text[20:], "text")]
    rows = wrap(runs, width) if in_words else chop(runs, width)
    assert "".join(row.joint + row.text for row in rows).split() == text.split()
    assert all(cell_len(row.text.rstrip()) <= width for row in rows)
    assert rows[0].joint == "\n"


def test_words_wrap_at_spaces_and_wide_text_anywhere() -> None:
    rows = wrap([Run("one two three 漢字漢字、漢字")], 9)
    assert [(row.joint, row.text) for row in rows] == [
        ("\n", "one two"), (" ", "three 漢"), ("", "字漢字、"), ("", "漢字"),
    ]  # fmt: skip


def test_inline_styles() -> None:
    runs = inline_runs("a **b *c*** `d` ~~e~~ \\*f\\*")
    assert [(run.text, run.role, run.attributes) for run in runs if run.text.strip()] == [
        ("a ", "text", ""),
        ("b ", "text", "b"),
        ("c", "text", "bi"),
        ("d", "code", ""),
        ("e", "text", "s"),
        (" *f*", "text", ""),
    ]


def test_table_cells() -> None:
    assert split_cells("| a | b |") == ["a", "b"]
    assert split_cells("a|b") == ["a", "b"]
    assert split_cells(r"| a \| b | `c|d` ||") == ["a | b", "`c|d`", ""]


@given(st.lists(st.integers(0, 80), min_size=1, max_size=8), st.integers(10, 120))
def test_tables_fit_where_they_can(sizes: list[int], width: int) -> None:
    line = "| " + " | ".join("x" * size for size in sizes) + " |"
    widths = column_widths([line], len(sizes), width)
    total = sum(widths) + 3 * (len(sizes) - 1)
    assert total <= max(width, 6 * len(sizes) - 3)
    rows = table_row(line, widths, ["<"] * len(sizes))
    assert {cell_len(row.text) for row in rows} == {total}
