"""The front matter that an import writes reads as what it was made of."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.personas.cards import yaml_text
from core.personas.values import number, read_text
from core.personas.yaml_events import safe_loader

ODD = "ab:#-|>'\"{}[],&*!%@`?~ \t\n0.é\ufeff\uffff😀"
TEXTS = (st.text() | st.text(ODD)).map(read_text)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    TEXTS.map(read_text)
    | st.booleans()
    | NUMBERS.map(number).filter(lambda each: each is not None),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS.map(read_text), inner),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES))
def test_anything_reads_as_it_was(values: dict[str, Any]) -> None:
    text = yaml_text.dump(values)
    assert yaml.load(text, Loader=safe_loader()) == (values or None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Plain words.", "k: Plain words.\n"),
        ("yes", 'k: "yes"\n'),
        ("a: b", 'k: "a: b"\n'),
        ("one\n\n  two ", 'k: "one\\n\\n  two "\n'),
        ("one \n\n  # two", "k: |-\n  one \n\n    # two\n"),
        ("word, " * 20 + "end", f"k: |-\n  {'word, ' * 20}end\n"),
        (["a", "b c"], "k: [a, b c]\n"),
        (["a\nb", "c"], "k:\n  - |-\n    a\n    b\n  - c\n"),
        ([{"a": 1, "b": ["c"]}], "k:\n  - a: 1\n    b: [c]\n"),
        ({}, "k: {}\n"),
    ],
)
def test_it_is_pleasant_to_read(value: Any, text: str) -> None:
    assert yaml_text.dump({"k": value}) == text
