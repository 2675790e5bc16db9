"""The flags that hand a run to the autopilot, and what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import click

from core.errors import UsageError
from core.teams.commands import Autopilot

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_BUDGETS = {
    "max_steps": "--max-steps",
    "max_tokens": "--max-tokens",
    "max_dollars": "--max-dollars",
}
_OPTIONS = (
    click.option("--auto", is_flag=True, help="Apply every proposal until the final answer."),
    click.option(
        "--max-steps", type=click.IntRange(min=1), metavar="N", help="Decision limit of --auto."
    ),
    click.option(
        "--max-tokens", type=click.IntRange(min=1), metavar="N", help="Token limit of --auto."
    ),
    click.option(
        "--max-dollars",
        type=click.FloatRange(min=0, min_open=True),
        metavar="X",
        help="Cost limit of --auto in dollars.",
    ),
)


def pilot_options(command: Decorated) -> Decorated:
    """Add the flags that `Pilot` reads: --auto and its budgets."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Pilot:
    """Whether a run goes on without a human, and how far."""

    auto: bool = False
    steps: int | None = None
    tokens: int | None = None
    dollars: float | None = None

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> Self:
        """Read the flags of `pilot_options`.

        Raises:
            UsageError: a budget is given for nobody.
        """
        given = [flag for name, flag in _BUDGETS.items() if flags[name] is not None]
        if given and not flags["auto"]:
            raise UsageError(f"{', '.join(given)} says how far --auto may go.", "Add --auto.")
        return cls(flags["auto"], flags["max_steps"], flags["max_tokens"], flags["max_dollars"])

    @property
    def command(self) -> Autopilot:
        """What an engine is told."""
        return Autopilot(self.auto, self.steps, self.tokens, self.dollars)
