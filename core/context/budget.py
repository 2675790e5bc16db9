"""What of a conversation fits into a model's context, decided before it is sent.

Trimming has hysteresis: nothing is dropped until the budget is reached, and then so much
that only 60 % of it is used. A prompt therefore keeps its beginning for many turns, and
the server's prefix cache with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.sessions.prompts import Prompt, PromptMessage, estimate_prompt

_KEEP = 0.6
_DEFAULT_ANSWER = 512
"""Tokens left free for the answer where no `max_tokens` says how long it may get."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Room for a prompt, in tokens."""

    context_length: int
    assumed: bool = False
    """True where nobody told the context length and a low default stands in."""
    answer: int = _DEFAULT_ANSWER
    """Tokens kept free for the answer."""

    @classmethod
    def of(cls, context_length: int, *, max_tokens: int | None, assumed: bool = False) -> Budget:
        """Return the budget of a model; an answer never gets more than half of it."""
        wanted = _DEFAULT_ANSWER if max_tokens is None else max_tokens
        return cls(context_length, assumed, min(wanted, context_length // 2))

    @property
    def prompt(self) -> int:
        """Tokens that the prompt may take."""
        return max(1, self.context_length - self.answer)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The messages to send and the number of them that had to go."""

    messages: Sequence[PromptMessage]
    dropped: int
    """How many messages after the opening were left out, oldest first."""
    tokens: int
    """Estimate of the prompt that is sent."""


def prompt_tokens(messages: Sequence[PromptMessage], ratio: float = 1.0) -> int:
    """Estimate the tokens of a prompt; `ratio` is real ÷ estimated, learnt from usage."""
    return round(estimate_prompt(messages) * ratio)


def fit(
    messages: Sequence[PromptMessage], budget: Budget, *, opening: int, ratio: float = 1.0
) -> Fitted:
    """Drop the oldest messages after the opening until the prompt fits.

    Args:
        messages: the whole prompt, oldest first.
        budget: the room there is.
        opening: how many messages at the beginning always stay (instructions, first word).
        ratio: real tokens divided by estimated ones.
    """
    total = estimate_prompt(messages) * ratio
    if total <= budget.prompt:
        kept = messages if isinstance(messages, Prompt) else tuple(messages)
        return Fitted(kept, 0, round(total))
    costs = [each.tokens * ratio for each in messages]
    target = budget.prompt * _KEEP
    last = len(messages) - 1
    end = opening
    while end < last and total > target:
        total -= costs[end]
        end += 1
    # Chat templates want the roles to alternate across the gap as well.
    if opening and end > opening and messages[end].role == messages[opening - 1].role:
        end += 1 if end < last else -1
    kept = (*messages[:opening], *messages[end:])
    return Fitted(kept, end - opening, round(sum(costs[:opening]) + sum(costs[end:])))
