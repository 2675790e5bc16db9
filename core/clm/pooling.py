"""How much customers of a segment have in common: the strength of the prior they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WEAKEST, STRONGEST = 2.0, 200.0
"""Bounds of the strength, in customers' own trials that it weighs as much as."""


def strength(groups: Iterable[Sequence[tuple[float, float]]], *, default: float) -> float:
    """Estimate the strength κ of a Beta(κm, κ(1−m)) prior by the method of moments.

    The spread of rates between the members of a group, beyond what chance alone would give,
    yields their intraclass correlation ρ; κ = 1/ρ − 1 (Kleinman, JASA 1973). Groups are pooled.

    Args:
        groups: (trials, successes) of each member, a group for each segment and action.
        default: what is returned as long as no group tells anything.
    """
    excess = room = 0.0
    for members in groups:
        tried = [(n, wins) for n, wins in members if n > 0]
        total = sum(n for n, _ in tried)
        if len(tried) < 2 or total <= 0:
            continue
        mean = sum(wins for _, wins in tried) / total
        chance = mean * (1 - mean)
        spread = sum(n * (wins / n - mean) ** 2 for n, wins in tried)
        excess += spread - (len(tried) - 1) * chance
        room += chance * (total - sum(n * n for n, _ in tried) / total - (len(tried) - 1))
    return from_moments(excess, room, default)


def from_moments(excess: float, room: float, default: float) -> float:
    """Return κ from the pooled excess of the spread and what it is a share of."""
    if room <= 0:
        return default
    correlation = excess / room
    if correlation <= 0:
        return STRONGEST
    return min(STRONGEST, max(WEAKEST, 1 / correlation - 1))
