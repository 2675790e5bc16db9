"""What customers are worth: BG/NBD and Gamma-Gamma on what a market's customers bought.

Needs numpy and scipy. Blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.clm.arrays import pack, unpack
from core.clm.market import Market
from core.clm.numeric import Floats, Ints, np
from core.clm.observation import EventKind
from core.clm.records import DayKind
from core.clm.simulation.blobs import Blobs
from core.clm.simulation.spec import SimulationSpec
from core.clm.simulation.state import SimulationState
from core.clm.simulation.worth import Worth
from core.errors import InsufficientData, PredictionError, StoreError
from core.prediction.models.bg_nbd_fit import fit_bg_nbd
from core.prediction.models.gamma_gamma import fit_gamma_gamma, lifetime_value
from core.prediction.models.summary import Purchases, summarise
from core.sessions.record import Record

WEEKS = 52
"""How far a customer's value looks ahead."""


def values_of_customers(state: SimulationState) -> Worth:
    """Return the values of a market's cast."""
    customers, days, amounts = [], [], []
    for place, who in enumerate(state.customers.values()):
        for card in who.cards:
            if card.impact is not None and EventKind.PURCHASE in card.impact.data["events"]:
                customers.append(place)
                days.append(card.day)
                amounts.append(float(card.impact.data["revenue"]))
    bought = Purchases.collect(customers, days, amounts)
    return _values(bought, state.over, state.spec.setup.market.margin)


def values_of_population(spec: SimulationSpec, path: tuple[Record, ...], blobs: Blobs) -> Worth:
    """Return the values of a population, from the days beside its session.

    Raises:
        StoreError: a day is damaged.
    """
    customers: list[Ints] = []
    days: list[Ints] = []
    amounts: list[Floats] = []
    for day, arrays in stored_days(path, blobs):
        who = np.flatnonzero(arrays["success"])
        customers.append(who)
        days.append(np.full(len(who), day))
        amounts.append(_revenue(spec, arrays["action"][who], arrays["value"][who]))
    if not customers:
        return Worth("no day is kept beside the session")
    bought = Purchases.collect(
        np.concatenate(customers), np.concatenate(days), np.concatenate(amounts)
    )
    return _values(bought, len(days), spec.setup.market.margin)


def customer_columns(spec: SimulationSpec, worth: Worth) -> bytes:
    """Return a population's customers as an npz: `segment`, `alive` and `value`, each (N,).

    What cannot be told is NaN.
    """
    columns = {
        "segment": segments_of(spec),
        "alive": np.full(spec.size, np.nan),
        "value": np.full(spec.size, np.nan),
    }
    for name, told in (("alive", worth.alive), ("value", worth.value)):
        if told:
            columns[name][np.fromiter(told, dtype=np.int64)] = list(told.values())
    return pack({"segments": list(spec.setup.market.segments)}, columns)


def segments_of(spec: SimulationSpec) -> Ints:
    """Return the segment of each of a population's customers, as drawn from the seed: int8 (N,)."""
    setup = spec.setup
    return Market(setup.market, setup.actions, spec.size, spec.seed).traits.segment


def worth_by_segment(spec: SimulationSpec, worth: Worth) -> dict[str, float | None]:
    """Return the mean value of a population's buyers by segment; `None` where nobody bought."""
    places = np.fromiter(worth.value, dtype=np.int64)
    values = np.fromiter(worth.value.values(), dtype=np.float64)
    segment = segments_of(spec)[places]
    return {
        name: float(values[segment == index].mean()) if (segment == index).any() else None
        for index, name in enumerate(spec.setup.market.segments)
    }


def stored_days(
    path: tuple[Record, ...], blobs: Blobs
) -> Iterator[tuple[int, Mapping[str, np.ndarray]]]:
    """Yield the number and the columns of each of a population's days.

    Raises:
        StoreError: one is missing or damaged.
    """
    for record in path:
        if record.kind != DayKind.DAY_ENDED or "blob" not in record.data:
            continue
        content = blobs.read(str(record.data["blob"]))
        if content is None:
            raise StoreError(
                f"Day {record.data['day']} is not beside its session any more.",
                "It was moved or deleted.",
            )
        yield int(record.data["day"]), unpack(content)[1]


def _revenue(spec: SimulationSpec, action: Ints, value: Floats) -> Floats:
    """Return what was paid, from what was left of it after the discount and the cost."""
    setup = spec.setup
    cost = np.array([each.cost for each in setup.actions])
    left = np.array([setup.market.margin - each.discount for each in setup.actions])
    paid: Floats = (value + cost[action]) / np.where(left[action] != 0, left[action], np.inf)
    return paid


def _values(bought: Purchases, last: int, margin: float) -> Worth:
    if not len(bought.customer):
        return Worth("nobody has bought anything yet")
    try:
        number, summary = summarise(bought, last)
        fit = fit_bg_nbd(summary)
        spend = fit_gamma_gamma(summary)
        worth = lifetime_value(fit.model, spend.model, summary, weeks=WEEKS, margin=margin)
    except (InsufficientData, PredictionError) as error:
        return Worth(f"too little to tell what customers are worth: {error.message}")
    places = [int(each) for each in number]
    value = dict(zip(places, map(float, worth), strict=True))
    if not fit.dropout_identified:
        return Worth("dropout not identified: values assume that nobody leaves", {}, value)
    alive = dict(zip(places, map(float, fit.model.alive(summary)), strict=True))
    return Worth("", alive, value)
