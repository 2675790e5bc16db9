"""The `market` world: a population of customers who buy, tire and leave, in arrays.

With all actions off and no season it is BG/NBD (Fader, Hardie and Lee 2005): purchases come at
a customer's own rate, after each the customer may drop out for good, and nobody sees it happen.
Actions change the rate for a while; contacts tire; discounts spoil. See `market_params`.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import partial

from core.clm.actions import Actions
from core.clm.arrays import fill, pack, unpack
from core.clm.draws import Purpose, check_seed, day_draws
from core.clm.market_params import MarketParameters
from core.clm.market_state import State, draw_traits, fresh_state
from core.clm.numeric import Bools, Floats, Ints, np, special
from core.clm.population import Result, View, check_size
from core.errors import StoreError

_LAST_DAY = 30_000
_MOST = 200
"""Purchases that a customer can make in a day."""


class Market:
    """A population in the market world. The same seed gives the same bytes."""

    def __init__(
        self, parameters: MarketParameters, actions: Actions, size: int, seed: int
    ) -> None:
        """Draw a population.

        Raises:
            ConfigError: the size or seed is none, or a response is to no known action.
        """
        parameters.check_actions(actions)
        self.parameters = parameters
        self.actions = actions
        self.size = check_size(size)
        self.seed = check_seed(seed)
        self.segments = tuple(parameters.segments)
        self.day = 0
        self._contacts = [index for index, each in enumerate(actions) if each.contact]
        self._cost = np.array([each.cost for each in actions], dtype=np.float32)
        self._discount = np.array([each.discount for each in actions], dtype=np.float32)
        self._contact = np.array([each.contact for each in actions])
        half_lives = [each.half_life for each in actions if each.contact]
        self._keep = 0.5 ** (1 / np.array(half_lives, dtype=np.float32))
        self._forbidden = np.array([
            [name in each.forbidden for name in self.segments] for each in actions
        ])
        self.traits = draw_traits(parameters, actions, size, seed)
        self.state = fresh_state(len(self._contacts), size)

    def view(self, part: int, rows: slice) -> View:
        """Return what may be known of some customers today."""
        state, segment = self.state, self.traits.segment[rows]
        last = state.last[rows]
        return View(
            day=self.day,
            part=part,
            rows=rows,
            segment=segment,
            allowed=self._allowed(rows, segment),
            engagement=state.engagement[rows],
            silent=(self.day - np.maximum(last, 0)).astype(np.int16),
            purchases=state.purchases[rows],
            alive=partial(self.inferred_alive, rows),
            values=partial(self.expected_values, rows),
        )

    def inferred_alive(self, rows: slice) -> Floats:
        """Return P(alive) as BG/NBD infers it from purchases and silence alone.

        Fader, Hardie and Lee (2008), "Computing P(alive) using the BG/NBD model"; one without
        any purchase counts as alive, as in the model.
        """
        par, state = self.parameters, self.state
        bought = state.purchases[rows].astype(np.float32)
        last = state.last[rows].astype(np.float32) + np.float32(0.5)
        longer = np.log((par.alpha + self.day) / (par.alpha + np.maximum(last, 0)))
        # From e^80 on the odds are as good as certain, and float32 overflows at e^88.
        growth = np.exp(np.minimum((par.r + bought) * longer, 80))
        odds = par.a / np.maximum(par.b + bought - 1, 1e-3) * growth
        alive: Floats = np.where(bought > 0, 1 / (1 + odds), 1).astype(np.float32)
        return alive

    def expected_values(self, rows: slice) -> Floats:
        """Return what each action would truly earn today: float32 (actions, n).

        Today's margin less cost only, so the best by it is the myopic best.
        """
        par, traits = self.parameters, self.traits
        adstock = self.state.adstock[:, rows] * self._keep[:, None]
        response = traits.response[:, rows]
        base = np.einsum("cn,cn->n", response, adstock)
        spoilt = traits.spoils[rows] * self.state.discounts[rows] * np.float32(par.addiction_keep)
        rate = traits.rate[rows] * np.float32(par.season(self.day)) * self.state.alive[rows]
        chance = traits.dropout[rows]
        spend = np.float32(par.p) / traits.spend[rows]
        values = np.empty((len(self.actions), len(rate)), dtype=np.float32)
        for index, action in enumerate(self.actions):
            change = base if action.discount else base - spoilt
            if action.contact:
                change = change + response[self._contacts.index(index)]
            daily = rate * np.exp(np.clip(change, -10, 10))
            bought = -np.expm1(-daily * chance) / chance
            values[index] = bought * spend * (par.margin - action.discount) - action.cost
        return values

    def step(self, rows: slice, action: Ints) -> Result:
        """Let some customers live through today."""
        chance = day_draws(self.seed, self.day, rows.start, rows.stop)
        daily = self._daily_rate(rows, action)
        buyers = np.flatnonzero(chance[:, Purpose.PURCHASES] >= np.exp(-daily))
        value = -self._cost[action]
        margin = np.zeros_like(value)
        if buyers.size:
            bought, left = self._buy(rows, buyers, daily[buyers], chance)
            spend = special.gammaincinv(
                bought * self.parameters.p, chance[buyers, Purpose.SPEND].astype(np.float64)
            )
            earned = self.parameters.margin - self._discount[action[buyers]]
            margin[buyers] = spend / self.traits.spend[rows][buyers] * earned
            self.state.alive[rows][buyers[left]] = False
            self.state.purchases[rows][buyers] += bought.astype(np.int16)
            self.state.last[rows][buyers] = self.day
        value += margin
        self._tire(rows, action, chance[:, Purpose.FATIGUE])
        self._read_out(rows, margin, chance[:, Purpose.READOUT])
        success = np.zeros(len(value), dtype=np.bool_)
        success[buyers] = True
        return Result(success, value)

    def end_day(self) -> None:
        """Go on to the next day. Raises `StoreError` when days no longer fit."""
        if self.day >= _LAST_DAY:
            raise StoreError(f"A market ends after {_LAST_DAY:,} days.", "Start another one.")
        self.day += 1

    def to_bytes(self) -> bytes:
        """Return the state as an npz, the same bytes for the same state."""
        head = {
            "day": self.day,
            "size": self.size,
            "seed": self.seed,
            "made_of": self._made_of(),
        }
        return pack(head, {each.name: getattr(self.state, each.name) for each in fields(State)})

    @classmethod
    def from_bytes(cls, content: bytes, parameters: MarketParameters, actions: Actions) -> Market:
        """Go on from a state; what customers are is drawn again from the seed.

        Raises:
            StoreError: the bytes are no such state, or of another market than this.
        """
        head, arrays = unpack(content)
        world = cls(parameters, actions, head.get("size", 0), head.get("seed", 0))
        if head.get("made_of") != world._made_of():
            raise StoreError(
                "This state belongs to a market of other parameters or actions.",
                "Go on with those it was made with, or start anew.",
            )
        fill(world.state, arrays)
        world.day = int(head["day"])
        return world

    def _made_of(self) -> dict[str, object]:
        segments = {name: each.to_json() for name, each in self.parameters.segments.items()}
        made = {
            "parameters": self.parameters.to_json(),
            "segments": segments,
            "actions": self.actions.to_json(),
        }
        plain: dict[str, object] = json.loads(json.dumps(made))
        return plain

    def _allowed(self, rows: slice, segment: Ints) -> Bools:
        allowed = ~self._forbidden[:, segment]
        for row, index in enumerate(self._contacts):
            cooldown = self.actions[self.actions.names[index]].cooldown
            if cooldown:
                allowed[index] &= self.day - self.state.sent[row, rows] > cooldown
        return allowed

    def _daily_rate(self, rows: slice, action: Ints) -> Floats:
        par, state, traits = self.parameters, self.state, self.traits
        adstock = state.adstock[:, rows]
        adstock *= self._keep[:, None]
        for row, index in enumerate(self._contacts):
            sent = action == index
            adstock[row] += sent
            state.sent[row, rows][sent] = self.day
        cheap = self._discount[action] > 0
        discounts = state.discounts[rows]
        discounts *= np.float32(par.addiction_keep)
        discounts += cheap
        change: Floats = np.einsum("cn,cn->n", traits.response[:, rows], adstock)
        change -= traits.spoils[rows] * discounts * ~cheap
        np.exp(np.clip(change, -10, 10, out=change), out=change)
        change *= traits.rate[rows] * np.float32(par.season(self.day))
        change *= state.alive[rows]
        return change

    def _buy(self, rows: slice, buyers: Ints, daily: Floats, chance: Floats) -> tuple[Ints, Bools]:
        """Return how often each buyer buys today, and who leaves after it.

        A Poisson count by inversion, cut short by the geometric number of purchases after
        which the customer drops out.
        """
        rate = daily.astype(np.float64)
        wanted = np.maximum(_poisson(chance[buyers, Purpose.PURCHASES], rate), 1)
        leaves = np.log1p(-self.traits.dropout[rows][buyers].astype(np.float64))
        stays = np.log1p(-chance[buyers, Purpose.DROPOUT].astype(np.float64)) / leaves
        last = 1 + np.floor(np.minimum(stays, _MOST)).astype(np.int64)
        return np.minimum(wanted, last), last <= wanted

    def _tire(self, rows: slice, action: Ints, chance: Floats) -> None:
        par, fatigue = self.parameters, self.state.fatigue[rows]
        contacted = self._contact[action]
        fatigue *= np.float32(par.fatigue_keep)
        fatigue += contacted
        reached = np.flatnonzero(contacted)
        over = np.maximum(fatigue[reached] - np.float32(par.fatigue_limit), 0)
        hazard = par.fatigue_hazard * np.exp(
            np.minimum(self.traits.tires[rows][reached] * over, 50)
        )
        self.state.alive[rows][reached[chance[reached] < hazard]] = False

    def _read_out(self, rows: slice, margin: Floats, chance: Floats) -> None:
        par, pulse = self.parameters, self.state.pulse[rows]
        pulse *= np.float32(par.readout_keep)
        pulse += np.float32(1 - par.readout_keep) * np.maximum(margin, 0)
        score = self.state.engagement[rows]
        np.divide(pulse, pulse + np.float32(par.readout_half), out=score)
        score *= 100
        score += np.float32(par.readout_noise) * (2 * chance - 1)
        np.clip(score, 0, 100, out=score)


def _poisson(chance: Floats, rate: Floats) -> Ints:
    """Return Poisson counts by inversion of numbers in [0, 1), no more than `_MOST`."""
    term = np.exp(-rate)
    reached = term.copy()
    count = np.zeros(len(rate), dtype=np.int64)
    for step in range(1, _MOST + 1):
        more = chance >= reached
        if not more.any():
            break
        count += more
        term = term * rate / step
        reached = reached + term
    return count
