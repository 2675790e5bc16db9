"""From the settings' section `clm` to everything that a run is made from; needs no numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.clm.actions import DO_NOTHING, Actions
from core.clm.beta import Stake
from core.clm.classic import ClassicRules, Customer, read_cast
from core.clm.fields import read_value, texts_by_name
from core.clm.market_params import MarketParameters
from core.clm.observation import ObserverRules
from core.clm.simulation.rules import RunRules
from core.clm.words import LedgerRules
from core.errors import ConfigError, nearest

SECTIONS = (
    "actions",
    "cast",
    "catalogue",
    "classic",
    "ledger",
    "market",
    "messages",
    "observer",
    "run",
    "segments",
)


@dataclass(frozen=True, slots=True)
class Setup:
    """Checked settings of the day simulator."""

    actions: Actions
    cast: tuple[Customer, ...]
    classic: ClassicRules
    observer: ObserverRules
    ledger: LedgerRules
    market: MarketParameters
    run: RunRules
    messages: Mapping[str, str]
    """What a customer is sent with an action, by its name, where no model writes it."""


def read_setup(values: Mapping[str, object]) -> Setup:
    """Read `Settings.clm`.

    Raises:
        ConfigError: a key is unknown, missing or wrong; names it.
    """
    for name in values:
        if name not in SECTIONS:
            raise ConfigError(f"clm.{name} is not a setting.", nearest(name, SECTIONS))
    for name in ("actions", "cast"):
        if name not in values:
            raise ConfigError(f"clm.{name} is missing.", "The shipped clm.yml has an example.")
    market = MarketParameters.from_json(values.get("market", {}), values.get("segments"))
    actions = Actions.from_json(values["actions"])
    market.check_actions(actions)
    messages = read_value(values.get("messages", {}), texts_by_name, "clm.messages")
    for name in messages:
        if name not in actions:
            hint = nearest(name, actions.names)
            raise ConfigError(f"clm.messages.{name} is for no known action.", hint)
    return Setup(
        actions=actions,
        cast=read_cast(values["cast"]),
        classic=ClassicRules.from_json(values.get("classic", {})),
        observer=ObserverRules.from_json(values.get("observer", {})),
        ledger=LedgerRules.from_json(values.get("ledger", {})),
        market=market,
        run=RunRules.from_json(values.get("run", {})),
        messages=messages,
    )


def classic_stakes(actions: Actions) -> dict[str, Stake]:
    """Return what is at stake in the classic world: a failure costs half of what a success wins.

    Nothing is learnt from DO_NOTHING there, which is left out.
    """
    return {name: Stake(1, -0.5) for name in actions.names if name != DO_NOTHING}


def market_stakes(parameters: MarketParameters, actions: Actions) -> dict[str, Stake]:
    """Return what is at stake in a market, in money: the mean margin of a purchase, less cost."""
    par = parameters
    spend = par.p * par.v / (par.q - 1)
    return {
        each.name: Stake(spend * (par.margin - each.discount) - each.cost, -each.cost)
        for each in actions
    }
