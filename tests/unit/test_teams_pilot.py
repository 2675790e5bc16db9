"""What an autopilot has spent."""

from __future__ import annotations

import pytest

from core.config.prices import Price, Prices
from core.costs import Total
from core.errors import CommandError
from core.providers.base import ModelRequest
from core.teams.commands import Autopilot, Say, SetModel
from core.teams.pilot import Spending
from teams_kit import ask, final, node, playing, team

PAIR = team(node("lead", node("left")))
DEAR = Prices({"scripted:x": Price(1e6, 1e6, 1e6)})
"""A dollar a token."""


def answer(path: str, ordinal: int, request: ModelRequest) -> str:
    if path == "lead/left":
        return "left says"
    return final("done") if ordinal % 2 else ask("left", f"go {ordinal}")


async def test_what_was_spent_is_that_of_the_answers_since_it_was_switched_on() -> None:
    async with playing(PAIR, answer) as stage:
        spending = Spending(Prices())
        for count in (3, 3):
            await stage.do(Autopilot())
            pilot = stage.state.autopilot
            assert pilot is not None
            assert spending.of(pilot).answers == 0
            await stage.do(Say("Go."))
            assert stage.state.autopilot is None
            spent = spending.of(pilot)
            assert (spent.answers, spending.of(pilot)) == (count, spent)
        path = stage.engine.log.session.tree.path
        assert Total.of(path, Prices()).answers == 6


@pytest.mark.parametrize(("dollars", "finals"), [(1.0, []), (1e9, ["done"])])
async def test_a_budget_in_dollars(dollars: float, finals: list[str]) -> None:
    async with playing(PAIR, answer, prices=DEAR) as stage:
        await stage.do(Autopilot(dollars=dollars), Say("Go."))
        assert stage.finals == finals
        asked = stage.state.question
        assert (asked is None) == bool(finals)
        assert asked is None or asked.text.startswith("The autopilot has spent ≈ $")


async def test_a_budget_in_dollars_needs_prices() -> None:
    async with playing(PAIR, answer, prices=DEAR) as stage:
        await stage.do(Autopilot(dollars=1e9), SetModel("left", "scripted:y"), Say("Go."))
        assert stage.state.question is not None
        assert "1 call without a price" in stage.state.question.text
        with pytest.raises(CommandError, match="The price of scripted:y is unknown"):
            await stage.engine.send(Autopilot(dollars=1e9))
