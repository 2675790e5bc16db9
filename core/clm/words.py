"""The words of the ledger, the rules by which they are given, and one line of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.clm.fields import read_fields, share
from core.config.checks import flag, number, whole


class Word(StrEnum):
    """What the evidence says of an action."""

    SUCCESS = "SUCCESS"
    UNSURE = "UNSURE"
    FORBIDDEN = "FORBIDDEN"
    RESTING = "RESTING"

    @property
    def avoided(self) -> bool:
        """Whether the action is not to be taken for now."""
        return self in {Word.FORBIDDEN, Word.RESTING}


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """When an action gets which word."""

    sure: float = 0.9
    """Probability of a net value above nothing from which an action is a SUCCESS."""
    enough: float = 8
    """A customer's trials before anything is FORBIDDEN; up to then a failure rests."""
    hopeless: float = 0.01
    """Probability of being the best below which an action is FORBIDDEN."""
    parole: int = 60
    """Days until what is FORBIDDEN may be tried again."""
    rest: int = 2
    """Days that an action rests after a failure; 0: it never rests."""
    rest_growth: float = 2
    """By how much each further failure in a row makes the rest longer."""
    rest_longest: int = 16
    interval: float = 0.9
    """Width of the intervals that are shown."""
    half_life: float = 2500
    """Days after which evidence counts half."""
    strength: float = 8
    """Trials that a segment's rate weighs as much as, until the spread between its customers
    can be estimated."""

    @property
    def speaks(self) -> float:
        """Trials from which evidence speaks: `enough`, less what fades while they are made."""
        return self.enough - 0.5

    @property
    def keep(self) -> float:
        """The share of evidence that is left after a day."""
        return float(0.5 ** (1 / self.half_life))

    def rest_days(self, failures: int) -> int:
        """Return how long an action rests after so many failures in a row."""
        grown = self.rest * self.rest_growth ** min(failures - 1, 30)
        return int(min(self.rest_longest, grown)) if self.rest else 0

    @classmethod
    def from_json(cls, values: object, where: str = "clm.ledger") -> LedgerRules:
        """Read what settings say. Raises `ConfigError`."""
        return read_fields(cls, values, _CHECKS, where)

    def to_json(self) -> dict[str, Any]:
        """Return the rules as `from_json` reads them."""
        return asdict(self)


_CHECKS = {
    "sure": share,
    "enough": number(1),
    "hopeless": share,
    "parole": whole(1),
    "rest": whole(0),
    "rest_growth": number(1),
    "rest_longest": whole(1),
    "interval": share,
    "half_life": number(0, above=True),
    "strength": number(0, above=True),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of one action for one customer, or for a whole segment."""

    who: str
    action: str
    word: Word
    n: float
    """Trials, older ones counting less."""
    successes: float
    mean: float
    """Expected success rate, what the segment tells included."""
    low: float
    high: float
    best: float
    """Probability that no other action is worth more."""
    gain: float
    """Probability that its net value is above nothing."""
    reason: str
    until: int | None = None
    """The day on which it may be tried again."""

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON can say it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger says of one action for one customer, in brief; see `Entry`."""

    word: Word
    n: float
    successes: float
    mean: float
    low: float
    high: float
    reason: str
    until: int | None = None


@dataclass(slots=True)
class Tally:
    """Trials and successes of one action: as they happened, and as they still count."""

    day: int = 0
    """The day to which `n` and `wins` are discounted."""
    n: float = 0.0
    wins: float = 0.0
    trials: int = 0
    successes: int = 0
    failures: int = 0
    """In a row, up to now."""
    rests_until: int = 0
    forbidden_until: int = 0
    heard: bool = True
    """Whether it was tried since it was last forbidden."""

    def at(self, day: int, keep: float) -> tuple[float, float]:
        """Return trials and successes as they count on a day."""
        faded = keep ** max(0, day - self.day)
        return self.n * faded, self.wins * faded

    def add(self, day: int, keep: float, success: bool) -> None:
        """Count one trial."""
        n, wins = self.at(day, keep)
        self.day = max(day, self.day)
        self.n, self.wins = n + 1, wins + success
        self.trials += 1
        self.successes += success
        self.failures = 0 if success else self.failures + 1
        self.heard = True

    def to_json(self) -> dict[str, Any]:
        """Return the tally as `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any], where: str = "tally") -> Tally:
        """Read what `to_json` wrote. Raises `ConfigError`."""
        return read_fields(cls, said, _TALLY_CHECKS, where)


_TALLY_CHECKS = {
    "day": whole(0),
    "n": number(0),
    "wins": number(0),
    "trials": whole(0),
    "successes": whole(0),
    "failures": whole(0),
    "rests_until": whole(0),
    "forbidden_until": whole(0),
    "heard": flag,
}
