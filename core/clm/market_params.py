"""The numbers of the market world, which of them are measured and which are assumed.

Measured: the BG/NBD of CDNOW (Fader, Hardie and Lee 2005; weeks turned into days) and its
Gamma-Gamma spend (Fader and Hardie 2013). Assumed, since no data set at hand identifies them:
everything about responses, their half-lives, fatigue, discount addiction, seasons and margins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

from core.clm.actions import Actions
from core.clm.fields import numbers_by_name, read_fields, read_mapping, share, signed
from core.config.checks import number
from core.errors import ConfigError, nearest

ASSUMED = (
    "response_spread",
    "fatigue_keep",
    "fatigue_limit",
    "fatigue_growth",
    "fatigue_hazard",
    "addiction_keep",
    "addiction",
    "margin",
    "week",
    "year",
)
"""Fields that rest on no data; `Segment.response` and `Action.half_life` do neither."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A kind of customers: how many, and how they respond on average."""

    share: float
    """Relative size."""
    response: Mapping[str, float] = field(default_factory=dict)
    """Mean change of the log purchase rate by action, right after it; assumed."""

    def to_json(self) -> dict[str, Any]:
        """Return the segment as settings say it."""
        return {"share": self.share, "response": dict(self.response)}


def _default_segments() -> dict[str, Segment]:
    return {
        "Price-Sensitive": Segment(0.4, {"SEND_DISCOUNT": 0.9, "LOYALTY_REWARD": 0.5}),
        "High-Value": Segment(0.2, {"SEND_TUTORIAL": 0.3, "PERSONAL_CALL": 0.7}),
        "Churn-Risk": Segment(0.25, {"SEND_DISCOUNT": 0.4, "ASK_INTEREST": -0.2}),
        "Upsell Candidate": Segment(0.15, {"RECOMMEND_PRODUCT": 0.8, "SEND_TUTORIAL": 0.4}),
    }


@dataclass(frozen=True, slots=True)
class MarketParameters:
    """Everything that a market world is made from, in days and money."""

    r: float = 0.243
    alpha: float = 4.414 * 7
    """Purchase rates a day are Gamma(r, rate alpha)."""
    a: float = 0.793
    b: float = 2.426
    """Chances of dropping out after a purchase are Beta(a, b)."""
    p: float = 6.249
    q: float = 3.745
    v: float = 15.448
    """Spend: Gamma(p, ν) a purchase, with ν ~ Gamma(q, v)."""
    margin: float = 0.4
    """Share of a full price that is left after costs."""
    response_spread: float = 0.3
    """Standard deviation of customers' responses around their segment's."""
    fatigue_keep: float = 0.85
    fatigue_limit: float = 2.0
    """Recent contacts (F*) above which a contact is too much."""
    fatigue_growth: float = 0.8
    """Mean κ of the hazard h₀·exp(κ·max(0, F − F*)) of leaving on a contact."""
    fatigue_hazard: float = 0.001
    """h₀, which applies on days with a contact only: with all actions off nobody tires."""
    addiction_keep: float = 0.97
    addiction: float = 0.15
    """Mean γ: how much each recent discount lowers demand on days without one."""
    week: tuple[float, ...] = (0.9, 0.95, 1.0, 1.0, 1.1, 1.15, 0.9)
    """Demand by day of the week; its mean is made one."""
    year: float = 0.15
    """Half the swing of demand over a year."""
    year_peak: float = 340
    """The day of the year of highest demand."""
    readout_keep: float = 0.9
    readout_half: float = 0.5
    """Daily margin at which the engagement score reads 50."""
    readout_noise: float = 6.0
    segments: Mapping[str, Segment] = field(default_factory=_default_segments)

    def season(self, day: int) -> float:
        """Return how demand on a day compares with the mean."""
        weekly = self.week[day % 7] * 7 / sum(self.week)
        return weekly * (1 + self.year * math.cos(2 * math.pi * (day - self.year_peak) / 365))

    def calm(self) -> MarketParameters:
        """Return the parameters without seasons: with all actions off an exact BG/NBD."""
        return replace(self, week=(1.0,) * 7, year=0.0)

    def check_actions(self, actions: Actions) -> None:
        """See that responses are to actions that there are. Raises `ConfigError`."""
        for segment, said in self.segments.items():
            for name in said.response:
                if name not in actions:
                    raise ConfigError(
                        f"clm.segments.{segment}.response.{name} is to no known action.",
                        nearest(name, actions.names),
                    )

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as `from_json` reads them, segments apart."""
        said = asdict(self) | {"week": list(self.week)}
        del said["segments"]
        return said

    @classmethod
    def from_json(
        cls, values: object, segments: object = None, where: str = "clm.market"
    ) -> MarketParameters:
        """Read what settings say of a market and of its segments.

        Raises:
            ConfigError: names the key that is wrong.
        """
        read = read_fields(cls, values, _CHECKS, where)
        return read if segments is None else replace(read, segments=read_segments(segments))


def read_segments(values: object, where: str = "clm.segments") -> dict[str, Segment]:
    """Read segments by name. Raises `ConfigError`."""
    found = read_mapping(values, where)
    read = {
        name: read_fields(Segment, said, _SEGMENT_CHECKS, f"{where}.{name}", needed=("share",))
        for name, said in found.items()
    }
    if not sum(each.share for each in read.values()):
        raise ConfigError(f"{where}: no segment has a share above 0.")
    if len(read) > 127:
        raise ConfigError(f"{where} names more than 127 segments.")
    return read


def _week(value: object) -> tuple[float, ...]:
    wanted = "a list of 7 numbers above 0"
    if not isinstance(value, list | tuple) or len(value) != 7:
        raise ValueError(wanted)
    positive = number(0, above=True)
    return tuple(float(cast("float", positive(each))) for each in value)


_POSITIVE = number(0, above=True)
_CHECKS = {
    **dict.fromkeys(("r", "alpha", "a", "b", "p", "v", "readout_half"), _POSITIVE),
    "q": number(1, above=True),
    **dict.fromkeys(
        ("margin", "fatigue_keep", "fatigue_hazard", "addiction_keep", "year", "readout_keep"),
        share,
    ),
    **dict.fromkeys(
        ("response_spread", "fatigue_limit", "fatigue_growth", "addiction", "readout_noise"),
        number(0),
    ),
    "week": _week,
    "year_peak": number(0, 366),
}
_SEGMENT_CHECKS = {"share": number(0), "response": numbers_by_name(signed)}
