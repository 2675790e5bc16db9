"""How a flow passes on what a human said to it: code cannot take a hint, its delegates can."""

from __future__ import annotations

from collections.abc import Sequence


def with_words(message: str, words: Sequence[str]) -> str:
    """Return the message to a delegate with what a human said put after it."""
    return f"{message}\n\n{_said(words)}" if words else message


def revision(answer: str, words: Sequence[str]) -> str:
    """Return the message that has a delegate revise what it answered last."""
    return f"You answered:\n{answer}\n\n{_said(words)}\n\nAnswer again."


def _said(words: Sequence[str]) -> str:
    return "Take this into account, a human says it:\n" + "\n".join(words)
