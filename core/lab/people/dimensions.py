"""What is settled of people before a model writes about them, drawn to a target spread.

Shares are targets for the whole group: of 20 people as many fall into each band as its share
says (largest remainders), and the seed only decides who. So no plan ends with ten of a kind.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.lab.spec import Plan


class Band(NamedTuple):
    """Part of a dimension, and the share of people that it is to hold."""

    name: str
    share: float


AGES: Mapping[tuple[int, int], float] = {
    (18, 24): 0.15,
    (25, 34): 0.2,
    (35, 44): 0.2,
    (45, 54): 0.17,
    (55, 64): 0.15,
    (65, 84): 0.13,
}
"""Bands of years, both ends included."""
GENDERS = (Band("female", 0.48), Band("male", 0.48), Band("non-binary", 0.04))
PLACES = (
    Band("a large city", 0.4),
    Band("a small town", 0.3),
    Band("a village", 0.15),
    Band("the outskirts of a city", 0.15),
)
WORK = (
    Band("health and care", 0.12),
    Band("crafts and building", 0.12),
    Band("schools and universities", 0.1),
    Band("shops and restaurants", 0.12),
    Band("software and engineering", 0.12),
    Band("farming, forest and sea", 0.08),
    Band("offices, money and law", 0.12),
    Band("arts and media", 0.08),
    Band("transport and logistics", 0.08),
    Band("no paid work at present", 0.06),
)
LETTERS = (("E", "I"), ("S", "N"), ("T", "F"), ("J", "P"))
"""The four pairs that a temperament is written with; each half is meant to be as frequent."""
COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "en": ("Ireland", "Nigeria", "India", "Canada", "New Zealand", "Jamaica", "Scotland"),
    "de": ("Deutschland", "Österreich", "Schweiz"),
    "fr": ("France", "Belgique", "Sénégal", "Québec"),
    "es": ("España", "México", "Argentina", "Colombia", "Perú"),
    "it": ("Italia", "Svizzera"),
    "pt": ("Brasil", "Portugal", "Angola"),
    "zh": ("中国", "新加坡", "马来西亚"),
    "ja": ("日本",),
    "nl": ("Nederland", "België"),
    "pl": ("Polska",),
}
"""Countries of a language's speakers; of another language the model picks one itself."""
_SECOND = ("English", "Spanish", "Arabic", "Mandarin", "French", "none", "none")


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What is settled of one person."""

    age: int
    gender: str
    country: str
    """Empty where the language's countries are not listed."""
    place: str
    work: str
    letters: str
    """Four letters, such as `INTP`."""
    second_language: str
    """Empty where there is none."""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def sample(plan: Plan) -> list[Dimensions]:
    """Return what is settled of each person of a plan; the same plan gives the same people."""
    rng = random.Random(f"people {plan.seed}")
    count = plan.people
    ages = _dealt([Band(f"{low}-{high}", share) for (low, high), share in AGES.items()], count, rng)
    genders, places, work = (_dealt(bands, count, rng) for bands in (GENDERS, PLACES, WORK))
    halves = [_dealt([Band(a, 0.5), Band(b, 0.5)], count, rng) for a, b in LETTERS]
    spoken = COUNTRIES.get(plan.language.partition("-")[0], ())
    countries = _even(spoken, count, rng)
    second = _even(_SECOND, count, rng)
    found = []
    for i in range(count):
        low, high = map(int, ages[i].split("-"))
        found.append(
            Dimensions(
                age=rng.randint(low, high),
                gender=genders[i],
                country=countries[i],
                place=places[i],
                work=work[i],
                letters="".join(each[i] for each in halves),
                second_language="" if second[i] == "none" else second[i],
            )
        )
    return found


def quotas(bands: Sequence[Band], count: int) -> list[int]:
    """Return how many of `count` fall into each band, by largest remainders."""
    whole = sum(each.share for each in bands)
    exact = [each.share / whole * count for each in bands]
    given = [int(each) for each in exact]
    by_rest = sorted(range(len(bands)), key=lambda i: (given[i] - exact[i], i))
    for place in by_rest[: count - sum(given)]:
        given[place] += 1
    return given


def _dealt(bands: Sequence[Band], count: int, rng: random.Random) -> list[str]:
    dealt = [
        band.name
        for band, number in zip(bands, quotas(bands, count), strict=True)
        for _ in range(number)
    ]
    rng.shuffle(dealt)
    return dealt


def _even(names: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Deal names so that each comes up as often as any other, give or take one."""
    if not names:
        return [""] * count
    return _dealt([Band(each, 1) for each in names], count, rng)
