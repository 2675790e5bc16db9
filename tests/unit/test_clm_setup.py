"""Actions, casts and markets as settings say them, and what they say wrong."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.clm.actions import Action, Actions
from core.clm.classic import Customer
from core.clm.market_params import MarketParameters
from core.clm.setup import classic_stakes, market_stakes, read_setup
from core.clm.words import LedgerRules
from core.config.load import load_settings
from core.config.sources import Sources
from core.errors import ConfigError

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "config"
SAID: dict[str, Any] = yaml.safe_load((SHIPPED / "clm.yml").read_text(encoding="utf-8"))["clm"]


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the shipped settings with one key set, or taken out if the value is `...`."""
    said = deepcopy(SAID)
    *above, last = path.split(".")
    holder = said
    for name in above:
        holder = holder[name]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return said


def test_the_shipped_settings_are_the_defaults_written_out() -> None:
    settings = load_settings(Sources(folders=(SHIPPED,)))
    setup = read_setup(settings.clm)
    assert setup == read_setup(SAID)
    assert setup.market == replace(MarketParameters(), alpha=30.898)
    assert setup.ledger == LedgerRules()
    assert len({each.id for each in setup.cast}) == 5
    assert settings.origin("clm.actions.SEND_DISCOUNT.cost").startswith("config/clm.yml:")


def test_a_users_file_may_change_one_number(tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text("clm: {actions: {SEND_DISCOUNT: {cost: 9}}}", encoding="utf-8")
    setup = read_setup(load_settings(Sources(folders=(SHIPPED,), config_file=own)).clm)
    plain = read_setup(SAID)
    assert setup.actions["SEND_DISCOUNT"] == replace(plain.actions["SEND_DISCOUNT"], cost=9)
    assert setup.actions.names == plain.actions.names


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("actions.SEND_DISCOUNT.cost", -1, "clm.actions.SEND_DISCOUNT.cost"),
        ("actions.SEND_DISCOUNT.cost", ..., "clm.actions.SEND_DISCOUNT.cost is missing"),
        ("actions.SEND_DISCOUNT.cost", float("nan"), "clm.actions.SEND_DISCOUNT.cost"),
        ("actions.SEND_DISCOUNT.cost", True, "clm.actions.SEND_DISCOUNT.cost"),
        ("actions.SEND_DISCOUNT.colldown", 3, "Did you mean cooldown"),
        ("actions.SEND_DISCOUNT.discount", 1.5, "clm.actions.SEND_DISCOUNT.discount"),
        ("actions.DO_NOTHING.channel", "email", "clm.actions.DO_NOTHING.channel"),
        ("actions", {}, "no action"),
        ("actions", ..., "clm.actions is missing"),
        ("cast", {}, "no customer"),
        ("cast.greg.score", 101, "clm.cast.greg.score"),
        ("cast.greg.score", ..., "clm.cast.greg.score is missing"),
        ("cast.greg.stage", "Gone", "clm.cast.greg.stage"),
        ("cast.greg.sensitivity", {"discount": 2}, "clm.cast.greg.sensitivity"),
        ("cast.greg", None, "clm.cast.greg has to be a mapping"),
        ("classic.effects", {"SEND_DISCOUNT": {"by": "discount"}}, "effects.SEND_DISCOUNT.gain"),
        ("ledger.parole", 0, "clm.ledger.parole"),
        ("market.q", 1, "clm.market.q"),
        ("market.week", [1, 2], "clm.market.week"),
        ("segments.High-Value.share", -0.1, "clm.segments.High-Value.share"),
        ("segments.High-Value.response", {"SEND_A_BILL": 1}, "SEND_A_BILL"),
        ("segments", {"nobody": {"share": 0}}, "no segment has a share"),
        ("leger", {}, "Did you mean ledger"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        read_setup(changed(path, value))


def test_actions_survive_json_and_keep_their_order() -> None:
    actions = read_setup(SAID).actions
    assert Actions.from_json(actions.to_json()) == actions
    assert [actions.index(name) for name in actions.names] == list(range(len(actions)))
    with pytest.raises(ConfigError, match="SEND_DISCOUNT"):
        actions.index("SEND_DISCOUNTS")
    with pytest.raises(ConfigError, match="same name"):
        Actions([Action("A"), Action("A")])


def test_segments_and_cooldowns_decide_what_is_allowed() -> None:
    actions = read_setup(SAID).actions
    assert "SEND_DISCOUNT" not in actions.allowed("High-Value", 0)
    sent = {"SEND_DISCOUNT": 4}
    offered = [day for day in range(4, 9) if "SEND_DISCOUNT" in actions.allowed("x", day, sent)]
    assert offered == [7, 8], "two days have to pass in between"
    assert "DO_NOTHING" in actions.allowed("High-Value", 4, dict.fromkeys(actions.names, 4))


def test_customers_survive_json() -> None:
    for each in read_setup(SAID).cast:
        assert Customer.from_json(each.to_json()) == each


def test_stakes_are_in_money_in_a_market_and_in_points_in_the_classic_world() -> None:
    setup = read_setup(SAID)
    money = market_stakes(setup.market, setup.actions)
    assert money["PERSONAL_CALL"].win == pytest.approx(money["DO_NOTHING"].win - 4)
    assert money["SEND_DISCOUNT"].win < money["SEND_TUTORIAL"].win
    assert classic_stakes(setup.actions)["SEND_TUTORIAL"].rate(0) == pytest.approx(1 / 3)


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
from core.errors import SalonError
import core.clm.setup, core.clm.classic, core.clm.learners, core.clm.ledger
from core.clm.ledger import Ledger
from core.clm.learners import make_policy
ledger = Ledger(["A", "B"])
ledger.record("c", "s", "A", True, 0)
assert ledger.entries("c", "s", 0)[0].n == 1
assert make_policy("hierarchical-thompson", ledger).name
for name in ("market", "population_learners", "offpolicy"):
    try:
        __import__(f"core.clm.{name}")
    except SalonError as error:
        assert "salon[clm]" in error.hint, error
    else:
        raise AssertionError(name)
"""


def test_without_numpy_the_classic_world_works_and_a_market_says_how_to_install_it() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], cwd=REPOSITORY, check=True)
