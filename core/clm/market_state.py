"""The arrays of a market: what customers are, and how they are doing."""

from __future__ import annotations

from dataclasses import dataclass

from core.clm.actions import Actions
from core.clm.draws import Kind, generator, parts
from core.clm.market_params import MarketParameters
from core.clm.numeric import Bools, Floats, Ints, np

_NEVER = -30_000
"""A day so long ago that no cooldown reaches it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What customers are, which never changes and no policy sees; float32 unless said."""

    segment: Ints
    """int8 (N,)."""
    rate: Floats
    """Purchases a day."""
    dropout: Floats
    """Chance of leaving after a purchase."""
    spend: Floats
    """Rate ν of the Gamma of a purchase's spend."""
    tires: Floats
    """κ."""
    spoils: Floats
    """γ."""
    response: Floats
    """(contacts, N): change of the log rate."""


@dataclass(slots=True)
class State:
    """What changes from day to day; float32 (N,) unless said."""

    alive: Bools
    """The truth, for the world and for evaluation only."""
    adstock: Floats
    """(contacts, N): what is left of earlier contacts."""
    fatigue: Floats
    discounts: Floats
    purchases: Ints
    """int16."""
    last: Ints
    """int16: the day of the last purchase; −1: none yet."""
    sent: Ints
    """int16 (contacts, N): the day an action was last sent."""
    pulse: Floats
    """Smoothed daily margin, of which engagement is a readout."""
    engagement: Floats


def draw_traits(parameters: MarketParameters, actions: Actions, size: int, seed: int) -> Traits:
    """Draw what customers are; the first of a larger population are those of a smaller one."""
    contacts = [each.name for each in actions if each.contact]
    shares = np.array([each.share for each in parameters.segments.values()])
    edges = np.cumsum(shares / shares.sum())[:-1]
    means = np.array(
        [[s.response.get(name, 0.0) for s in parameters.segments.values()] for name in contacts],
        dtype=np.float32,
    ).reshape(len(contacts), len(shares))
    rate, dropout, spend, tires, spoils = np.empty((5, size), dtype=np.float32)
    response = np.empty((len(contacts), size), dtype=np.float32)
    segment = np.empty(size, dtype=np.int8)
    traits = Traits(segment, rate, dropout, spend, tires, spoils, response)
    par = parameters
    for part, rows in enumerate(parts(size)):
        count = rows.stop - rows.start
        draws = [generator(seed, Kind.ATTRIBUTE, part, number) for number in range(6)]
        traits.segment[rows] = np.searchsorted(edges, draws[0].random(count), side="right")
        traits.rate[rows] = draws[1].gamma(par.r, 1 / par.alpha, count)
        traits.dropout[rows] = np.clip(draws[2].beta(par.a, par.b, count), 1e-6, 1 - 1e-6)
        traits.spend[rows] = np.maximum(draws[3].gamma(par.q, 1 / par.v, count), 1e-6)
        traits.tires[rows] = draws[4].gamma(4.0, par.fatigue_growth / 4, count)
        traits.spoils[rows] = draws[5].gamma(4.0, par.addiction / 4, count)
        for row in range(len(contacts)):
            own = generator(seed, Kind.ATTRIBUTE, part, 6 + row)
            spread = own.standard_normal(count, dtype=np.float32)
            traits.response[row, rows] = (
                means[row, traits.segment[rows]] + par.response_spread * spread
            )
    return traits


def fresh_state(contacts: int, size: int) -> State:
    """Return the state of customers to whom nothing has happened yet."""

    def zeros(*shape: int) -> Floats:
        return np.zeros(shape, dtype=np.float32)

    return State(
        alive=np.ones(size, dtype=np.bool_),
        adstock=zeros(contacts, size),
        fatigue=zeros(size),
        discounts=zeros(size),
        purchases=np.zeros(size, dtype=np.int16),
        last=np.full(size, -1, dtype=np.int16),
        sent=np.full((contacts, size), _NEVER, dtype=np.int16),
        pulse=zeros(size),
        engagement=zeros(size),
    )
