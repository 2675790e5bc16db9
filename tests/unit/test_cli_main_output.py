"""What commands print is harmless and fits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.output import colour_wanted, echo_table, fit_widths, table_lines, to_json, wrap
from core.text import clean, clean_line

ANY_TEXT = st.text(st.characters(codec=None, categories=None, exclude_characters=""))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain\ttext\nnext", "plain\ttext\nnext"),
        ("a\r\nb\rc", "a\nbc"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b31m\x90\x85", "31m"),
        ("\x00\x08\x7f", ""),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("שלום \u200f👩\u200d💻 e\u0301", "שלום 👩\u200d💻 e\u0301"),
        ("a\u200eb\u061cc\u2028d\u2029", "abc\nd\n"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_control_characters_are_taken_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANY_TEXT)
def test_cleaned_text_can_be_written_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")
    assert not any(ord(each) < 32 and each not in "\t\n" for each in cleaned)
    assert "\n" not in clean_line(text)


@given(ANY_TEXT)
def test_json_survives_and_holds_no_control_character(text: str) -> None:
    for encoding in ("utf-8", "UTF8", "latin-1"):
        written = to_json({"text": text}, encoding=encoding)
        assert json.loads(written) == {"text": text}
        assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in written)
        written.encode(encoding)


def test_json_keeps_letters_readable_where_the_encoding_has_them() -> None:
    assert to_json("für") == '"für"'
    assert to_json("für", encoding="ascii") == '"f\\u00fcr"'


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour(environ: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert colour_wanted(environ, terminal) is wanted


def test_the_widest_columns_give_way_first() -> None:
    assert fit_widths([10, 50, 8], 40) == [10, 18, 8]
    assert fit_widths([10, 10], 80) == [10, 10]
    assert fit_widths([50, 50], 5) == [8, 8]


def test_cells_are_wrapped_by_their_width_on_screen() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("日本語です", 4) == ["日本", "語で", "す"]
    assert wrap("", 4) == [""]
    assert list(table_lines(["a", "日本 b"], [3, 4])) == ["a    日本", "     b"]


def test_a_table_is_whole_where_it_is_not_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    echo_table(["A", "B"], [("x" * 200, None), (True, ["\x1b", "c\nd"]), (0.5, 10.0)])
    assert capsys.readouterr().out.splitlines() == [
        "A" + " " * 201 + "B",
        "x" * 200 + "  –",
        "yes" + " " * 199 + ", c d",
        "0.5" + " " * 199 + "10",
    ]
