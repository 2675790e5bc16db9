"""What of a prompt fits into a context."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.context.budget import Budget, fit, prompt_tokens
from core.sessions.prompts import Part, PromptMessage


def prompt(*lengths: int) -> list[PromptMessage]:
    """Return instructions and messages of these lengths, the partner first."""
    roles = ["system", *["user", "assistant"] * len(lengths)]
    return [
        PromptMessage(role, (Part("x" * length),))
        for role, length in zip(roles, lengths, strict=False)
    ]


def test_what_fits_is_left_alone() -> None:
    messages = prompt(40, 40, 40)
    fitted = fit(messages, Budget(1000), opening=2)
    assert (fitted.messages, fitted.dropped) == (tuple(messages), 0)
    assert fitted.tokens == prompt_tokens(messages)


def test_the_answer_never_gets_more_than_half() -> None:
    assert Budget.of(1000, max_tokens=None).prompt == 500
    assert Budget.of(8000, max_tokens=None).prompt == 7488
    assert Budget.of(1000, max_tokens=100).prompt == 900
    assert Budget.of(1000, max_tokens=5000).prompt == 500


def test_the_oldest_go_until_there_is_room_again() -> None:
    messages = prompt(*[400] * 12)
    fitted = fit(messages, Budget(1500, answer=500), opening=2)
    assert fitted.messages == (*messages[:2], *messages[2 + fitted.dropped :])
    assert fitted.tokens <= 600


@given(
    st.lists(st.integers(0, 3000), min_size=2, max_size=30),
    st.integers(64, 4000),
    st.floats(0.5, 4),
)
def test_what_stays_is_the_opening_and_the_end(lengths: list[int], room: int, ratio: float) -> None:
    messages = prompt(*lengths)
    fitted = fit(messages, Budget.of(room, max_tokens=None), opening=2, ratio=ratio)
    kept = fitted.messages
    assert kept == (*messages[:2], *messages[2 + fitted.dropped :])
    assert kept[-1] == messages[-1]
    assert all(one.role != two.role for one, two in pairwise(kept))
    assert fitted.tokens == pytest.approx(prompt_tokens(kept, ratio), abs=1)


def test_with_nothing_but_an_opening_nothing_can_go() -> None:
    messages = prompt(40, 40_000)
    assert fit(messages, Budget(1000), opening=2).dropped == 0
