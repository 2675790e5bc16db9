"""Reasoning is taken out of words, wherever the stream is cut into chunks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.providers.reasoning import ReasoningSplitter

MARKS = (
    "<think>", "</think>", "<THINK>", "<thinking>", "</thinking>", "[THINK]", "[/THINK]",
    "<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<|return|>", "◁think▷", "◁/think▷",
    "<thi", "</", "<", "<|", "analysis", "final", "assistant", "`", "\n\n", " ", "Hi.", "a < b",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(MARKS) | st.text(max_size=4), max_size=14).map("".join)


def split(text: str, cuts: list[int]) -> tuple[str, str]:
    """Return the words and the reasoning of a text that arrives cut at these places."""
    splitter = ReasoningSplitter()
    places = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    words = reasoning = ""
    pieces = [piece for start, end in pairwise(places) for piece in splitter.feed(text[start:end])]
    for piece in [*pieces, *splitter.finish()]:
        if piece.sort == "words":
            words += piece.text
        elif piece.sort == "reasoning":
            reasoning += piece.text
        else:
            words, reasoning = "", reasoning + words
    return words, reasoning


@pytest.mark.parametrize(
    ("text", "words", "reasoning"),
    [
        ("Hello there.", "Hello there.", ""),
        ("\n\nHello.", "\n\nHello.", ""),
        ("<think>a</think>b", "b", "a"),
        ("<think>\na\n</think>\n\nb", "b", "\na\n"),
        ("<think></think>\n\nb", "b", ""),
        ("<Think>a</THINK>b", "b", "a"),
        ("a</think>b", "b", "a"),
        ("a</think>b<think>c</think>d", "bd", "ac"),
        ("<think>a<think>b</think>c", "c", "a<think>b"),
        ("<think>a</think>b</think>c", "bc", "a"),
        ("<think>a", "", "a"),
        ("<thinking>a</thinking> b", "b", "a"),
        ("[THINK]a[/THINK]b", "b", "a"),
        ("◁think▷a◁/think▷b", "b", "a"),
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
         "b", "a"),
        ("<|channel|>final<|message|>b<|return|>", "b", ""),
        ("<|start|>assistant<|channel|>commentary to=x<|message|>a<|end|>"
         "<|start|>assistant<|channel|>final<|message|>b", "b", "a"),
        ("Use `<think>` for it.", "Use `<think>` for it.", ""),
        ("a <b> c </b> [d] x<y", "a <b> c </b> [d] x<y", ""),
        ("1 < 2 and <", "1 < 2 and <", ""),
        ("<thi", "<thi", ""),
    ],
)  # fmt: skip
def test_shapes(text: str, words: str, reasoning: str) -> None:
    assert split(text, []) == (words, reasoning)
    assert split(text, list(range(len(text)))) == (words, reasoning)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 200), max_size=12))
def test_cuts_change_nothing(text: str, cuts: list[int]) -> None:
    assert split(text, cuts) == split(text, [])


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="<[◁"), max_size=60), st.lists(st.integers(0, 60)))
def test_a_text_without_marks_is_all_words(text: str, cuts: list[int]) -> None:
    assert split(text, cuts) == (text, "")
