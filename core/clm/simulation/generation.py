"""Customers of a classic world drawn from a seed, after the pattern of those in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from core.clm.classic import Customer
from core.clm.simulation.rules import LARGEST_CAST
from core.errors import ConfigError

_FIRST = (
    "Ada Amir Anna Ben Carla Chen Dana Elif Emil Fatima Felix Gita Hana Ivan Jonas Kemi Lars Lena "
    "Luis Maya Mina Nadia Noah Olga Omar Pia Priya Rosa Sami Sofia Tariq Tomas Uma Vera Yuki Zoe"
).split()
_LAST = (
    "Abel Bauer Costa Diaz Ekberg Fischer Garcia Haddad Ito Jensen Kaya Lind Mori Novak Okafor "
    "Petrov Quinn Rossi Sato Tanaka Ullman Vogel Weber Xu Young Zimmer"
).split()
_INITIALS = "ABCDEFGHJKLMNOPRSTVW"
_SPREAD = 0.15
"""Standard deviation of a drawn sensitivity around that of its pattern."""


def draw_cast(patterns: Sequence[Customer], size: int, seed: int) -> tuple[Customer, ...]:
    """Return customers who are each like one of the patterns, with tastes of their own.

    Raises:
        ConfigError: there are to be too many, or there is no pattern.
    """
    if not 1 <= size <= LARGEST_CAST or not patterns:
        raise ConfigError(
            f"The classic world holds 1 to {LARGEST_CAST:,} customers, not {size:,}.",
            "The market world holds millions.",
        )
    rng = Random(f"{seed}/cast")
    return tuple(
        _like(rng.choice(patterns), who, name, rng)
        for who, name in zip(ids(size), draw_names(size, seed), strict=True)
    )


def ids(size: int) -> list[str]:
    """Return the ids of drawn customers."""
    return [f"c{number:04d}" for number in range(1, size + 1)]


def draw_names(size: int, seed: int) -> list[str]:
    """Return names for the eye, no two alike."""
    rng = Random(f"{seed}/names")
    names: dict[str, None] = {}
    while len(names) < size:
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        name = f"{first} {last}"
        while name in names:
            name = f"{first} {rng.choice(_INITIALS)}. {rng.choice(_LAST)}"
        names[name] = None
    return list(names)


def _like(pattern: Customer, who: str, name: str, rng: Random) -> Customer:
    tastes = {
        each: min(1.0, max(0.0, round(rng.gauss(value, _SPREAD), 3)))
        for each, value in pattern.sensitivity.items()
    }
    score = min(100.0, max(5.0, round(rng.gauss(pattern.score, 10))))
    idle = max(0, round(rng.gauss(pattern.idle, 2)))
    return replace(pattern, id=who, name=name, score=score, idle=idle, sensitivity=tastes)
