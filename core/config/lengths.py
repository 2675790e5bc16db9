"""How many tokens a model holds, for those whose API does not tell."""

from __future__ import annotations

from collections.abc import Mapping

from core.config.patterns import EVERYTHING, best_pattern

LOWEST_ASSUMPTION = 4096
"""Tokens; used for a model that no pattern of the table matches."""


def context_length(table: Mapping[str, int], model: str) -> tuple[int, bool]:
    """Return a model's context length in tokens, and whether it is only assumed.

    The pattern `*` is the assumption for all that no other one matches.
    """
    pattern = best_pattern(table, model)
    if pattern is None:
        return LOWEST_ASSUMPTION, True
    return table[pattern], pattern == EVERYTHING
