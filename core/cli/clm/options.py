"""Options that the CLM commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.errors import UsageError
from core.text import read_whole

if TYPE_CHECKING:
    from core.clm.classic import Customer

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_WORLD = (
    click.option(
        "--world", type=click.Choice(["classic", "market"]), help="Simulated world. [classic]"
    ),
    click.option("--customers", metavar="FILE|N", help="YAML or CSV file, or number to generate."),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**64 - 1),
        default=0,
        show_default=True,
        help="Random seed.",
    ),
    click.option(
        "--budget", type=click.FloatRange(min=0), help="Maximum cost per day of a population."
    ),
)


def world_options(command: Decorated) -> Decorated:
    """Add --world, --customers, --seed and --budget."""
    for option in reversed(_WORLD):
        command = option(command)
    return command


def customers_of(said: str | None) -> tuple[int | None, tuple[Customer, ...] | None]:
    """Return the number of customers to generate, or the customers of a file.

    Raises:
        UsageError: it is neither a number nor a file.
        SalonError: the file, or a value in it, is wrong.
    """
    if said is None:
        return None, None
    number = read_whole(said.replace("_", "").replace(",", ""))
    if number is not None:
        if not number:
            raise UsageError("--customers must be at least 1.")
        return number, None
    path = Path(said)
    if not path.is_file():
        raise UsageError(
            f"--customers {said!r} is neither a number nor a file.",
            "Give a YAML or CSV file, or the number to generate.",
        )
    from core.clm.customers import read_customers

    return None, read_customers(path)
