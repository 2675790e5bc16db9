"""Asking a model for a value: read what it answers, and have it repaired once if need be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.messages import Message
from core.providers.schema import SchemaMismatch

A = TypeVar("A")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Repair(Generic[A]):
    """What the second request shows the model."""

    answer: A
    """What it answered the first time."""
    problem: str
    """Why that cannot be used."""

    def messages(self, text: str) -> Sequence[Message]:
        """Return what is added to the prompt; `text` is that of the answer."""
        wish = f"That cannot be used: {self.problem}. Answer again, with the corrected JSON alone."
        return Message("assistant", text), Message("user", wish)


@dataclass(frozen=True, slots=True)
class Found(Generic[A, V]):
    """What came of asking."""

    value: V | None
    """`None` where even the second answer cannot be used."""
    answers: Sequence[A]
    """One, or the first and the repaired one."""
    problem: str = ""
    """Why the last answer cannot be used."""


async def ask_value(
    ask: Callable[[Repair[A] | None], Awaitable[A]], read: Callable[[A], V]
) -> Found[A, V]:
    """Ask for a value; an answer that cannot be read gets one repair.

    Args:
        ask: returns an answer, the second time to a prompt with the repair's messages added.
        read: returns an answer's value, or raises `SchemaMismatch` saying what is wrong.
    """
    first = await ask(None)
    try:
        return Found(read(first), (first,))
    except SchemaMismatch as problem:
        repair = Repair(first, str(problem))
    second = await ask(repair)
    try:
        return Found(read(second), (first, second))
    except SchemaMismatch as problem:
        return Found(None, (first, second), str(problem))
