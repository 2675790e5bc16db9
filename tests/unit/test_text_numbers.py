"""Whole numbers that somebody typed."""

from __future__ import annotations

import pytest

from core.clm.simulation.setup import SimulationChoice
from core.errors import ConfigError, UsageError
from core.providers.scripted import Scripted
from core.text import read_whole
from run_kit import runs_of, settings_of
from tui.clm.table import TABLE


@pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "½", "one", "9" * 19, "9" * 5000])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert read_whole(text) is None


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), ("١٢", 12), ("9" * 18, 10**18 - 1)]
)
def test_digits_are_a_whole_number(text: str, number: int) -> None:
    assert read_whole(text) == number


@pytest.mark.parametrize("line", ["/run " + "9" * 5000, "/fork ²", "/stop at once", "/help me"])
def test_a_typed_command_with_a_wrong_argument_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        TABLE.parse(line)


@pytest.mark.parametrize("world", ["classic", "market"])
def test_more_customers_than_a_machine_holds_are_refused_before_they_are_drawn(
    world: str, tmp_path
) -> None:
    runs = runs_of(settings_of(tmp_path), Scripted.of(["x"]))
    with pytest.raises(ConfigError, match="holds up to"):
        runs.spec(SimulationChoice(world=world, size=10**17))
