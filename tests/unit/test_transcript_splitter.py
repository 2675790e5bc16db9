"""Markdown cut into blocks: what comes out, and that the pieces it came in do not matter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.splitter import Splitter


def split(*pieces: str) -> list[Block]:
    splitter = Splitter()
    blocks = [block for piece in pieces for block in splitter.feed(piece)]
    return blocks + splitter.finish()


def shape(blocks: list[Block]) -> list[tuple[object, ...]]:
    return [
        (
            block.kind,
            block.text,
            block.lead,
            block.rest,
            block.gap,
            block.info,
            block.level,
            block.unfinished,
            blocks.index(block.previous) if block.previous is not None else None,
        )
        for block in blocks
    ]


def brief(text: str) -> list[tuple[str, str, str]]:
    return [(str(block.kind), block.lead, block.text) for block in split(text)]


PLAIN = ["", "", "plain words", "  more", "    deep", "    code", "-", "1.", "\tx", "=="]
BEGINNINGS = ["# Title", "## ", "- item", "* other", "1. one", "7) seven", "   - nested"]
QUOTES = ["> quote", "> - in quote", ">", "> ```", "> | a | b |"]
MARKS = ["```py", "```", "~~~", "---", "===", "***", "| a | b |", "|---|:-:|", "| 1 | 2 |"]
LONG = ["word " * 300, "x" * 2500, "| wide " * 200, "\u6f22" * 1500]
LINES = st.sampled_from([*PLAIN, *BEGINNINGS, *QUOTES, *MARKS, *LONG])


@settings(max_examples=300)
@given(st.lists(LINES, max_size=25), st.data())
def test_blocks_do_not_depend_on_the_pieces(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert shape(split(*pieces)) == shape(split(text))


@settings(max_examples=100)
@given(st.lists(LINES, max_size=25))
def test_nothing_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept = "".join(block.text + block.lead + block.info for block in split(text))
    for word in ("plain", "item", "quote", "Title", "nested", "x", "\u6f22"):
        if any(word in line for line in lines):
            assert word in kept


@settings(max_examples=100)
@given(st.lists(LINES, max_size=15), st.integers(0, 400))
def test_the_tail_is_what_the_text_so_far_would_end_with(lines: list[str], cut: int) -> None:
    text = "\n".join(lines)[:cut]
    splitter = Splitter()
    settled = splitter.feed(text)
    assert shape(settled + splitter.tail()) == shape(split(text))


def test_lists_nest_and_count() -> None:
    assert brief("3. a\n3. b\n   - c\n     d\n4) e") == [
        ("paragraph", "3. ", "a"),
        ("paragraph", "4. ", "b"),
        ("paragraph", "   ◦ ", "c\nd"),
        ("paragraph", "4) ", "e"),
    ]


def test_a_fence_in_a_list_item_keeps_its_lines() -> None:
    assert brief("- see\n\n  ```sh\n  ls\n\n    -l\n  ```\n\nafter") == [
        ("paragraph", "• ", "see"),
        ("code", "  ", "ls\n\n  -l"),
        ("paragraph", "", "after"),
    ]


def test_quotes_hold_other_blocks() -> None:
    assert brief("> # Hear\n> - one\nlazy\n\nout") == [
        ("heading", "▎ ", "Hear"),
        ("paragraph", "▎ • ", "one\nlazy"),
        ("paragraph", "", "out"),
    ]


@pytest.mark.parametrize("text", ["and/or", "1986. A year", "2. two", "-no", "#tag", "a | b\nc"])
def test_prose_stays_prose_inside_a_paragraph(text: str) -> None:
    assert [block.kind for block in split("Say:\n" + text)] == [BlockKind.PARAGRAPH]


def test_an_unclosed_fence_is_code_to_the_end() -> None:
    assert brief("```py\nx = 1") == [("code", "", "x = 1")]


def test_long_blocks_settle_while_they_grow() -> None:
    for line in ("word " * 20, "x" * 90):
        splitter = Splitter()
        settled = [block for _ in range(500) for block in splitter.feed(line)]
        assert len(settled) > 15
        assert sum(len(block.text) for block in splitter.tail()) < 4000
    splitter = Splitter()
    splitter.feed("```py\n")
    settled = [block for n in range(400) for block in splitter.feed(f"x = {n}\n")]
    assert len(settled) >= 6
    assert all(block.text.count("\n") < 70 for block in settled)


def test_loose_and_tight_lists_differ_by_their_gaps() -> None:
    assert [block.gap for block in split("intro\n\n- a\n- b\n\n- c")] == [None, "", None, ""]
