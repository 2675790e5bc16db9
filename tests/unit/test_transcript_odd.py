"""Odd texts: what is painted is bounded, and nothing of the text is lost by it."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.selection import Selection

from tui.widgets.transcript import Entry, EntryKind, EntryStatus, code
from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.code import code_runs
from tui.widgets.transcript.document import Document
from tui.widgets.transcript.effort import ALLOWANCE, effort
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.inline import inline_runs
from tui.widgets.transcript.look import Look
from tui.widgets.transcript.painter import Painted, PaintedRow, Painter
from tui.widgets.transcript.palette import Palette
from tui.widgets.transcript.plain import PlainLook, PlainSplitter
from tui.widgets.transcript.rows import Highlight, RowLook, compose
from tui.widgets.transcript.search import Search
from tui.widgets.transcript.selection import entry_key, selected_text
from tui.widgets.transcript.splitter import Splitter


class CountingPainter(Painter):
    """Counts the blocks that are painted as Markdown, and those painted plain."""

    def __init__(self) -> None:
        super().__init__(Palette(lambda _: Style()))
        self.rich = self.plain = 0

    def _paint(self, block: Block, width: int, *, plain: bool) -> Painted:
        self.plain += plain
        self.rich += not plain
        return super()._paint(block, width, plain=plain)


def look(width: int = 83) -> tuple[Look, CountingPainter]:
    """A look with 80 cells for text, and its painter."""
    made = Look(Palette(lambda _: Style()))
    made.painter = painter = CountingPainter()
    made.width = width
    return made, painter


def document(*texts: str) -> tuple[Document, CountingPainter]:
    """A document whose texts are all in blocks."""
    made, painter = look()
    found = Document(made)
    found.load(Entry(str(n), text) for n, text in enumerate(texts))
    for view in found.views:
        found.viewport.parse(view)
    while found.busy:
        found.pump(0.01)
    return found, painter


def words_of(painted: Painted) -> list[str]:
    return "".join(row.joint + row.text[row.indent :] for row in painted.rows).split()


def test_a_long_text_comes_into_blocks_in_slices() -> None:
    text = "- a\n" * 30_000
    made, _ = look()
    view = EntryView(Entry("1", text), 0, made)
    view.parse()
    assert view.busy
    assert len(view.sections) < 30_000
    turns = 0
    while view.busy:
        view.pump(0)  # one slice
        turns += 1
    assert turns > 50
    assert sum(block.text == "a" for block in view.sections) == 30_000


def test_the_height_of_what_waits_is_guessed() -> None:
    made, _ = look()
    view = EntryView(Entry("1", "a word \n\n" * 50_000), 0, made)
    view.parse()
    assert view.busy
    assert view.height > 2 * len(view.sections)


@settings(max_examples=60)
@given(st.lists(st.text("ab \n\t", max_size=3000), max_size=6), st.data())
def test_plain_text_in_parts_is_the_whole_text(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    splitter = PlainSplitter(PlainLook("muted", "i", "· ", "  "))
    cut = data.draw(st.integers(0, len(text)))
    blocks = splitter.feed(text[:cut]) + splitter.feed(text[cut:]) + splitter.finish()
    assert "".join(block.text for block in blocks) == text.replace("\t", "    ")
    assert [block.lead for block in blocks] == ["· "] + ["  "] * (len(blocks) - 1)
    assert all(len(block.text) <= 2000 for block in blocks)


@pytest.mark.parametrize("kind", [EntryKind.QUIET, EntryKind.ERROR])
def test_a_long_line_of_salons_own_is_painted_in_parts(kind: EntryKind) -> None:
    made, painter = look()
    view = EntryView(Entry("1", "word " * 20_000, kind=kind), 0, made)
    view.parse()
    while view.busy:
        view.pump(0)
    view.paint(len(view.sections) - 1)
    assert painter.rich <= 16
    count = sum(words_of(painter.paint(b, 80, hurry=False)).count("word") for b in view.sections)
    assert count == 20_000


@pytest.mark.parametrize("unit", ["x", "word ", "a`", "[", "*a "])
def test_the_end_of_a_long_paragraph_is_painted_from_a_part_near_it(unit: str) -> None:
    text = unit * 50_000
    found, painter = document(text)
    view = found.views[0]
    view.rows(len(view.sections) - 1)
    assert painter.rich <= 16
    whole = "".join(
        row.joint + row.text[row.indent :]
        for section in range(len(view.sections))
        for row in view.rows(section)
    )
    assert whole.count(unit.strip()) == 50_000 if unit != "*a " else whole.count("a") == 50_000


def test_a_row_of_marks_does_not_grow_without_end() -> None:
    found, _ = document("e" + "\u0301" * 60_000)
    view = found.views[0]
    rows = [row for n in range(len(view.sections)) for row in view.rows(n)]
    assert sum(row.text.count("\u0301") for row in rows) == 60_000
    assert max(len(row.text) for row in rows) < 3000


@pytest.mark.parametrize("kind", list(EntryKind))
def test_no_block_has_very_many_rows(kind: EntryKind) -> None:
    made, painter = look()
    view = EntryView(Entry("1", "a\n" * 5000, kind=kind), 0, made)
    view.parse()
    while view.busy:
        view.pump(0)
    rows = [painter.paint(block, 80, hurry=False).rows for block in view.sections]
    assert max(map(len, rows)) <= 110
    assert sum(row.text.count("a") for painted in rows for row in painted) == 5000


@pytest.mark.parametrize("columns", [33, 200, 5000])
def test_a_table_of_more_columns_than_fit_is_shown_as_written(columns: int) -> None:
    head = "".join(f"|h{n}" for n in range(columns))
    row = "".join(f"|c{n}" for n in range(columns))
    found, _ = document(f"{head}|\n{'|-' * columns}|\n{row}|\n")
    view = found.views[0]
    shown = "".join(r.text for n in range(len(view.sections)) for r in view.rows(n)).replace(
        " ", ""
    )
    assert f"h{columns - 1}" in shown
    assert f"c{columns - 1}" in shown


def test_a_table_is_cut_into_parts_of_few_cells() -> None:
    head = "|a" * 20 + "|\n" + "|-" * 20 + "|\n"
    blocks = [b for b in Splitter().feed(head + ("|b" * 20 + "|\n") * 500) if "b" in b.text]
    assert max(block.text.count("|") for block in blocks) <= 120 + 2 * 21
    assert {block.kind for block in blocks} == {BlockKind.TABLE}


def test_a_cell_that_would_be_a_thousand_rows_high_is_shown_as_written() -> None:
    cell = "evening " * 300
    cells = "|".join(["b"] * 12)
    found, _ = document(f"|a{'|x' * 12}|\n{'|-' * 13}|\n|{cell}|{cells}|\n")
    view = found.views[0]
    rows = [row for n in range(len(view.sections)) for row in view.rows(n)]
    assert sum(row.text.count("evening") for row in rows) == 300
    assert len(rows) < 200


@pytest.mark.parametrize(("unit", "count"), [("*a", 700), ("[", 1900), ("`a`", 400), ("_", 1500)])
def test_too_much_markup_is_shown_as_written(unit: str, count: int) -> None:
    text = unit * count
    assert [run.text for run in inline_runs(text)] == [text]


def test_a_frame_paints_as_much_as_it_may_and_the_next_ones_the_rest() -> None:
    text = "\n\n".join(["*one* **two** `three` " * 60] * 40)
    found, painter = document(text)
    view = found.views[0]
    assert sum(map(effort, view.sections)) > 3 * ALLOWANCE
    painter.begin_frame()
    first = [view.paint(n) for n in range(len(view.sections))]
    assert painter.hurried
    assert painter.plain
    assert [view.paint(n) for n in range(len(view.sections))] == first
    frames = 1
    while painter.hurried:
        painter.begin_frame()
        last = [view.paint(n) for n in range(len(view.sections))]
        frames += 1
    assert 3 < frames < 30
    assert not any("*" in row.text for painted in last for row in painted.rows)
    assert view.heights.total == sum(len(painted.rows) for painted in last)


def test_what_is_wanted_for_good_is_never_plain_for_now() -> None:
    text = "\n\n".join(["*one* **two** `three` " * 60] * 40)
    found, _ = document(text)
    view = found.views[0]
    assert not any("*" in row.text for n in range(len(view.sections)) for row in view.rows(n))


def test_a_language_is_not_imported_while_a_frame_is_painted() -> None:
    module = "pygments.lexers.rust"
    code.warm_up()
    if module in sys.modules:
        pytest.skip("another test has loaded it")
    found, painter = document("```rust\nfn main() {}\n```\n")
    view = found.views[0]
    painter.begin_frame()
    view.paint(1)
    assert painter.languages == {"rust"}
    assert module not in sys.modules
    code.load("rust")
    painter.begin_frame()
    assert len(view.paint(1).rows[-1].segments) > 3
    assert not painter.languages


def test_a_language_that_does_not_exist_needs_nothing() -> None:
    code.warm_up()
    assert code.is_loaded("no-such-language")
    assert code.is_loaded("")


@pytest.mark.parametrize("unit", ["'\"'\"", "a+", "def f(): pass\n"])
def test_highlighting_keeps_every_character(unit: str) -> None:
    text = unit * 1500
    code.warm_up()
    runs = code_runs(text, "python")
    assert "".join(run.text for run in runs) == text


def test_a_match_is_found_without_painting_what_stands_before_it() -> None:
    found, painter = document("x" * 50_000 + "\n\n" + "word\n\n" * 3000 + "needle")
    search = Search("NEEDLE", found.views)
    assert search.count == 1
    search.move_to(0)
    place, start = search.locate() or (None, 0)
    assert place is not None
    assert found.views[0].rows(place.section)[place.row].text[start:].startswith("needle")
    assert painter.rich == 1


def test_every_match_is_visited_in_order() -> None:
    found, _ = document("an apple\n\nand an *ant*", "none", "can ```\nan\n```")
    search = Search("an", found.views)
    assert search.count == 6
    search.move_to(0)
    seen = []
    for _ in range(search.count):
        located = search.locate()
        assert located is not None
        (view, section, row), start = located
        seen.append((view.order, section, row, start))
        search.move(1)
    assert seen == sorted(set(seen))
    assert search.number == 1
    search.move_to(1)
    assert search.number == 5


def test_matches_of_the_longer_lower_case_letter() -> None:
    found, _ = document("\u0130stanbul and \u0130zmir")
    search = Search("\u0130Z", found.views)
    assert search.count == 1
    search.move_to(0)
    located = search.locate()
    assert located is not None
    assert located[1] == len("\u0130stanbul and ")


@settings(max_examples=100)
@given(st.lists(st.text("ab\u6f22e\u0301", max_size=9), max_size=6), st.data())
def test_highlights_keep_the_text(parts: list[str], data: st.DataObject) -> None:
    made, _ = look()
    text = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    marks = [Highlight(start, end, "match") for start, end in pairs]
    marks.append(Highlight(0, len(text), None))
    row = PaintedRow(tuple(Segment(part, Style()) for part in parts), text)
    plain = compose(RowLook(1, row, highlights=()), made).strip.text
    assert compose(RowLook(1, row, highlights=tuple(marks)), made).strip.text == plain


def test_a_long_text_selected_whole_is_copied_as_it_was_written() -> None:
    text = "some *words* here\n\n" * 4000
    found, painter = document("before", text, "after")
    assert selected_text(found.views, Selection(None, None), lambda _: True) == (
        f"before\n\n{text}\n\nafter"
    )
    assert painter.rich < 10


def test_of_a_long_text_selected_in_part_only_the_ends_are_painted() -> None:
    found, painter = document("\n\n".join(f"w{n} *x*" for n in range(3000)))
    view = found.views[0]
    key = entry_key(view)
    selection = Selection(Offset(0, key + (2 << 20)), Offset(99, key + (2900 << 20) + 9))
    copied = selected_text(found.views, selection, lambda _: True)
    words = copied.split()
    assert words[::2] == [f"w{n}" for n in range(1, 2900)]
    assert words[1] == "x"
    assert words[-1] == "x"
    assert painter.rich <= 4


def test_streams_take_turns() -> None:
    made, _ = look()
    found = Document(made)
    found.load([])
    for name in ("a", "b"):
        found.append(Entry(name, status=EntryStatus.STREAMING))
        found.extend(name, "word\n\n" * 20_000)
    for _ in range(4):
        found.pump(0)
    assert all(view.sections for view in found.views)
