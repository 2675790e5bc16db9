"""What models cost, as far as somebody has written it down."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from core.config.patterns import best_pattern
from core.messages import ModelName, Usage

_PER = 1_000_000
"""Prices are for so many tokens."""
_WANTED = "free, or a mapping of input, output and perhaps cached to numbers of 0 or more"
_NEEDED = frozenset({"input", "output"})
_KNOWN = _NEEDED | {"cached"}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float
    cached: float
    """For prompt tokens that the server had in its cache."""

    def cost(self, usage: Usage) -> float:
        """Return what an answer cost, in US dollars.

        Cached tokens are part of the input tokens, and cost what cached ones cost.
        """
        cached = min(usage.cached_tokens, usage.input_tokens)
        fresh = usage.input_tokens - cached
        total = fresh * self.input + cached * self.cached + usage.output_tokens * self.output
        return total / _PER

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return not (self.input or self.output or self.cached)

    def to_json(self) -> str | dict[str, float]:
        """Return the price as a settings file says it."""
        return "free" if self.free else asdict(self)


FREE = Price(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by pattern of model names; see `core.config.patterns`."""

    table: Mapping[str, Price] = field(default_factory=dict)
    _known: dict[str, Price | None] = field(default_factory=dict, init=False, compare=False)
    """By model: a long session asks for the same few again and again."""

    def of(self, model: str | ModelName) -> Price | None:
        """Return a model's price; `None` where nobody has written it down."""
        name = str(model)
        if name not in self._known:
            pattern = best_pattern(self.table, name)
            self._known[name] = None if pattern is None else self.table[pattern]
        return self._known[name]


def check_price(value: object) -> Price:
    """Accept `free`, or dollars by kind of token; without `cached` those tokens cost the same.

    Raises:
        ValueError: it is neither; says what it has to be.
    """
    if value == "free":
        return FREE
    if not isinstance(value, Mapping) or not _NEEDED <= set(value) <= _KNOWN:
        raise ValueError(_WANTED)
    dollars = {kind: _dollars(each) for kind, each in value.items()}
    return Price(dollars["input"], dollars["output"], dollars.get("cached", dollars["input"]))


def _dollars(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_WANTED)
    if not 0 <= value <= sys.float_info.max:
        raise ValueError(_WANTED)
    return value
