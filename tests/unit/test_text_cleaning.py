"""What cleaning takes out of a text, against a rule for single characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean

_ODD = "\r\n\t\x00\x1b\x7f\x85\x9f\u2028\u2029\u061c\u200e\u202e\u2066\ud800\udfff\u05d0\u00e9a"


def cleaned(character: str) -> str:
    """What becomes of one character."""
    if character in "\t\n":
        return character
    if character in "\u2028\u2029":
        return "\n"
    if unicodedata.category(character) == "Cs":
        return "\ufffd"
    if unicodedata.category(character) == "Cc":
        return ""
    directions = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    marks = "\u061c\u200e\u200f"
    odd = unicodedata.bidirectional(character) in directions or character in marks
    return "" if odd else character


@given(st.text(st.sampled_from(_ODD) | st.characters()))
def test_every_character_is_cleaned_alone(text: str) -> None:
    assert clean(text) == "".join(map(cleaned, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\n", "a\nbc\n"),
        ("\x1b[31mred\x7f\ttab", "[31mred\ttab"),
        ("\u05d0\r\u2028b\u202e\ud83d", "\u05d0\nb\ufffd"),
    ],
)
def test_what_stays(text: str, expected: str) -> None:
    assert clean(text) == expected
