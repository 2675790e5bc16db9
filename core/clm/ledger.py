"""What was tried on whom and how it went, in words that are statements about evidence.

Each customer's rate of success with an action has a Beta prior that the other customers of the
segment set (their mean, with a strength estimated from how much they differ), and their own
trials, older ones counting less.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.beta import Beta, Stake, chance_of_best, chance_of_more, strength
from core.clm.fields import read_mapping
from core.clm.words import Entry, LedgerRules, Tally, Verdict, Word
from core.errors import ConfigError, nearest

_SURE_THING = Stake(1, 0)
_DEFAULT_RULES = LedgerRules()


class Ledger:
    """Evidence by customer and by segment, about the actions from which something is learnt.

    Where DO_NOTHING is among them, net values are those above doing nothing; where it is not,
    it is taken to be worth nothing.
    """

    def __init__(
        self,
        actions: Iterable[str],
        rules: LedgerRules = _DEFAULT_RULES,
        stakes: Mapping[str, Stake] | None = None,
    ) -> None:
        self.actions = tuple(actions)
        self.rules = rules
        self.stakes = {name: (stakes or {}).get(name, _SURE_THING) for name in self.actions}
        self._own: dict[str, dict[str, Tally]] = {}
        self._segments: dict[str, dict[str, Tally]] = {}
        self._homes: dict[str, str] = {}
        self._strength: tuple[int, float] | None = None
        self._settled: float | None = None

    def record(self, customer: str, segment: str, action: str, success: bool, day: int) -> None:
        """Count one outcome.

        Raises:
            ConfigError: there is no such action, or the day is negative.
        """
        self._check(action)
        if day < 0:
            raise ConfigError(f"A ledger's days count from 0, and this is day {day}.")
        self._homes[customer] = segment
        # What was estimated without this is nothing that a stored ledger could know.
        self._strength = None
        keep = self.rules.keep
        tally = self._own.setdefault(customer, {}).setdefault(action, Tally(day))
        tally.add(day, keep, success)
        self._segments.setdefault(segment, {}).setdefault(action, Tally(day)).add(
            day, keep, success
        )
        if success:
            tally.rests_until = 0
        elif tally.at(day, keep)[0] < self.rules.speaks:
            tally.rests_until = day + 1 + self.rules.rest_days(tally.failures)
        self._sentence(customer, segment, day)

    def tally(self, customer: str, action: str) -> Tally:
        """Return what a customer's own trials of an action came to."""
        if action != DO_NOTHING:
            self._check(action)
        return self._own.get(customer, {}).get(action) or Tally()

    def belief(self, customer: str, segment: str, action: str, day: int) -> Beta:
        """Return what is believed of a customer's success rate with an action."""
        keep = self.rules.keep
        n, wins = self.tally(customer, action).at(day, keep)
        shared = self._segments.get(segment, {}).get(action) or Tally()
        total, total_wins = shared.at(day, keep)
        own_n, own_wins = (n, wins) if self._homes.get(customer) == segment else (0.0, 0.0)
        others = max(0.0, total - own_n)
        other_wins = min(others, max(0.0, total_wins - own_wins))
        mean = (other_wins + 1) / (others + 2)
        weight = min(self.strength(day), others + 2)
        return Beta(weight * mean + wins, weight * (1 - mean) + max(0.0, n - wins))

    def strength(self, day: int) -> float:
        """Return how many own trials a segment's rate weighs as much as."""
        if self._settled is not None:
            return self._settled
        if self._strength is None or self._strength[0] != day:
            self._strength = day, self._estimated(day)
        return self._strength[1]

    def settle(self, day: int) -> None:
        """Estimate the strength from what is known now, and keep to it until settled again.

        What is asked of the ledger in between, and when, then changes no decision.
        """
        self._settled = self._estimated(day)

    def _estimated(self, day: int) -> float:
        return strength(self._groups(day), default=self.rules.strength)

    def word(self, customer: str, action: str, day: int) -> Word | None:
        """Return FORBIDDEN or RESTING where an action is to be avoided for now."""
        tally = self.tally(customer, action)
        if day < tally.forbidden_until:
            return Word.FORBIDDEN
        return Word.RESTING if day < tally.rests_until else None

    def get_forbidden_actions(
        self, customer: str, day: int, among: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """Return what to avoid for a customer, never all of what there is to choose among.

        Where all would have to be avoided, the one that is soonest free again is let go.
        """
        choices = self.actions if among is None else tuple(among)
        avoided = [name for name in choices if self.word(customer, name, day)]
        if choices and len(avoided) == len(choices):
            avoided.remove(min(choices, key=lambda name: self._free_on(customer, name, day)))
        return tuple(avoided)

    def get_success_hints(self, customer: str, segment: str, day: int) -> tuple[str, ...]:
        """Return the actions that are known to pay for a customer."""
        entries = self.entries(customer, segment, day)
        return tuple(each.action for each in entries if each.word is Word.SUCCESS)

    def entries(self, customer: str, segment: str, day: int) -> list[Entry]:
        """Return what is known of every action for a customer, in their order."""
        beliefs = [self.belief(customer, segment, name, day) for name in self.actions]
        return self._entries(customer, day, beliefs, lambda name: self.tally(customer, name))

    def verdict(self, customer: str, segment: str, action: str, day: int) -> Verdict:
        """Return what is said of one action for a customer; much quicker than all entries."""
        belief, tally = self.belief(customer, segment, action, day), self.tally(customer, action)
        gain, best = 0.0, 0.0
        if day < tally.forbidden_until:
            found = [self.belief(customer, segment, name, day) for name in self.actions]
            stakes = [self.stakes[name] for name in self.actions]
            best = chance_of_best(found, stakes)[self.actions.index(action)]
        elif day >= tally.rests_until:
            known = {action: belief}
            if DO_NOTHING in self.stakes:
                known[DO_NOTHING] = self.belief(customer, segment, DO_NOTHING, day)
            gain = _gain(action, known, self.stakes)
        n, wins = tally.at(day, self.rules.keep)
        word, reason, until = _verdict(self.rules, day, tally, gain, best)
        low, high = belief.interval(self.rules.interval)
        return Verdict(word, n, wins, belief.mean, low, high, reason, until)

    def segment_entries(self, segment: str, day: int) -> list[Entry]:
        """Return what is known of every action for a whole segment, for which nothing rests."""
        tallies = self._segments.get(segment, {})
        beliefs = []
        for name in self.actions:
            n, wins = (tallies.get(name) or Tally()).at(day, self.rules.keep)
            beliefs.append(Beta(1 + wins, 1 + max(0.0, n - wins)))
        return self._entries(segment, day, beliefs, lambda name: tallies.get(name) or Tally())

    @property
    def customers(self) -> Mapping[str, str]:
        """The customers with evidence, and the segment of each."""
        return self._homes

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as `from_json` reads it."""
        return {
            "own": _said(self._own),
            "segments": _said(self._segments),
            "homes": dict(self._homes),
        }

    @classmethod
    def from_json(
        cls,
        said: Mapping[str, Any],
        actions: Iterable[str],
        rules: LedgerRules = _DEFAULT_RULES,
        stakes: Mapping[str, Stake] | None = None,
    ) -> Ledger:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: it says something else; names the key.
        """
        ledger = cls(actions, rules, stakes)
        ledger._own = ledger._read(said.get("own", {}), "ledger.own")
        ledger._segments = ledger._read(said.get("segments", {}), "ledger.segments")
        homes = read_mapping(said.get("homes", {}), "ledger.homes")
        ledger._homes = {name: str(segment) for name, segment in homes.items()}
        return ledger

    def _read(self, said: object, where: str) -> dict[str, dict[str, Tally]]:
        read: dict[str, dict[str, Tally]] = {}
        for who, tallies in read_mapping(said, where).items():
            read[who] = {}
            for name, each in read_mapping(tallies, f"{where}.{who}").items():
                self._check(name)
                read[who][name] = Tally.from_json(
                    read_mapping(each, where), f"{where}.{who}.{name}"
                )
        return read

    def _check(self, action: str) -> None:
        if action not in self.stakes:
            raise ConfigError(
                f"The ledger knows no action {action!r}.", nearest(action, self.actions)
            )

    def _groups(self, day: int) -> Iterable[list[tuple[float, float]]]:
        keep = self.rules.keep
        groups: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for customer, tallies in self._own.items():
            for action, tally in tallies.items():
                key = self._homes.get(customer, ""), action
                groups.setdefault(key, []).append(tally.at(day, keep))
        return groups.values()

    def _free_on(self, customer: str, action: str, day: int) -> tuple[int, float]:
        tally = self.tally(customer, action)
        n, wins = tally.at(day, self.rules.keep)
        return max(tally.forbidden_until, tally.rests_until), -(wins + 1) / (n + 2)

    def _sentence(self, customer: str, segment: str, day: int) -> None:
        """Forbid what has been tried enough and is hopeless."""
        keep, rules = self.rules.keep, self.rules
        tried = [
            name
            for name, tally in self._own[customer].items()
            if tally.heard
            and day >= tally.forbidden_until
            and tally.at(day, keep)[0] >= rules.speaks
        ]
        beliefs = [self.belief(customer, segment, name, day) for name in self.actions]
        if not any(_far_behind(name, beliefs, self.stakes) for name in tried):
            return
        stakes = [self.stakes[name] for name in self.actions]
        for name, best in zip(self.actions, chance_of_best(beliefs, stakes), strict=True):
            if name in tried and best < rules.hopeless:
                tally = self._own[customer][name]
                tally.forbidden_until = day + rules.parole
                tally.heard = False

    def _entries(
        self, who: str, day: int, beliefs: list[Beta], tally_of: Callable[[str], Tally]
    ) -> list[Entry]:
        stakes = [self.stakes[name] for name in self.actions]
        chances = chance_of_best(beliefs, stakes)
        known = dict(zip(self.actions, beliefs, strict=True))
        gains = [_gain(name, known, self.stakes) for name in self.actions]
        rows = zip(self.actions, beliefs, chances, gains, strict=True)
        return [
            self._entry(who, name, day, tally_of(name), belief, best, gain)
            for name, belief, best, gain in rows
        ]

    def _entry(
        self,
        who: str,
        name: str,
        day: int,
        tally: Tally,
        belief: Beta,
        best: float,
        gain: float,
    ) -> Entry:
        n, wins = tally.at(day, self.rules.keep)
        low, high = belief.interval(self.rules.interval)
        word, reason, until = _verdict(self.rules, day, tally, gain, best)
        return Entry(who, name, word, n, wins, belief.mean, low, high, best, gain, reason, until)


def _far_behind(name: str, beliefs: Sequence[Beta], stakes: Mapping[str, Stake]) -> bool:
    """Tell cheaply whether it is worth working out an action's chance of being the best.

    Nothing within a standard deviation of every other action can be hopeless.
    """
    values = {
        other: (stake.value(belief.mean), belief.deviation * (stake.win - stake.loss))
        for (other, stake), belief in zip(stakes.items(), beliefs, strict=True)
    }
    mine, spread = values[name]
    return any(value - mine > math.hypot(spread, its) for value, its in values.values())


def _gain(name: str, known: Mapping[str, Beta], stakes: Mapping[str, Stake]) -> float:
    """Return the probability that an action is worth more than doing nothing."""
    stake = stakes[name]
    if name != DO_NOTHING and DO_NOTHING in known:
        idle = known[DO_NOTHING]
        return chance_of_more(known[name], stake, idle, stakes[DO_NOTHING])
    return 1 - known[name].below(stake.rate(0))


def _verdict(
    rules: LedgerRules, day: int, tally: Tally, gain: float, best: float
) -> tuple[Word, str, int | None]:
    record = f"{tally.successes} of {tally.trials} worked"
    if day < tally.forbidden_until:
        reason = f"{record}; {best:.1%} likely to be the best, on parole from day"
        return Word.FORBIDDEN, f"{reason} {tally.forbidden_until}", tally.forbidden_until
    if day < tally.rests_until:
        times = f" {tally.failures} times in a row" if tally.failures > 1 else ""
        reason = f"failed just now{times}, tried again from day {tally.rests_until}"
        return Word.RESTING, reason, tally.rests_until
    if not tally.trials:
        return Word.UNSURE, "never tried", None
    reason = f"{record}; {min(gain, 0.99):.0%} sure that it pays"
    pays = gain >= rules.sure and tally.successes
    return (Word.SUCCESS if pays else Word.UNSURE), reason, None


def _said(tallies: Mapping[str, Mapping[str, Tally]]) -> dict[str, Any]:
    return {
        who: {name: tally.to_json() for name, tally in each.items()}
        for who, each in tallies.items()
    }
