"""`salon clm`: customer lifecycle management."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "run": LazyCommand("core.cli.clm.run", "run", "Simulate customers day by day under a policy."),
    "compare": LazyCommand(
        "core.cli.clm.compare", "compare", "Compare policies on the same customers."
    ),
    "evaluate": LazyCommand(
        "core.cli.clm.evaluate", "evaluate", "Evaluate policies from a log (off-policy)."
    ),
    "ledger": LazyCommand("core.cli.clm.ledger", "ledger", "Show what a run has learned."),
    "export": LazyCommand("core.cli.clm.export", "export", "Export a run as tables."),
    "fit": LazyCommand("core.cli.clm.fit", "fit", "Fit BG/NBD and Gamma-Gamma to transactions."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def clm() -> None:
    """Simulate customers, compare policies, and fit customer models (CLM).

    \b
    Cost      what the actions cost
    Revenue   what customers paid
    Margin    revenue after discounts and product cost, less the cost of actions
    CLV       customer lifetime value: expected margin of the next 52 weeks
    Regret    margin lost against the truly best action of each day
    Status    of an action: SUCCESS, UNSURE, RESTING or FORBIDDEN
    """
