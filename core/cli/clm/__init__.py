"""`salon clm`: customers, how they buy, and what is done for them."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "run": LazyCommand("core.cli.clm.run", "run", "Let customers live, looked after every day."),
    "compare": LazyCommand("core.cli.clm.compare", "compare", "Compare policies."),
    "evaluate": LazyCommand("core.cli.clm.evaluate", "evaluate", "Judge policies from a log."),
    "ledger": LazyCommand("core.cli.clm.ledger", "ledger", "Show what a run has learnt."),
    "export": LazyCommand("core.cli.clm.export", "export", "Write a run as tables."),
    "fit": LazyCommand("core.cli.clm.fit", "fit", "Fit models of customers to transactions."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def clm() -> None:
    """Model customers and how they live."""
