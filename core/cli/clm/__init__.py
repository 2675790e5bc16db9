"""`salon clm`: customers, how they buy, and what is done for them."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "fit": LazyCommand("core.cli.clm.fit", "fit", "Fit models of customers to transactions."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def clm() -> None:
    """Model customers and how they live."""
