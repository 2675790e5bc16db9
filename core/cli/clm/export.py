"""`salon clm export`: a run as tables, with a manifest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from core.cli.output import echo
from core.runtime import Runtime


@click.command()
@click.argument("session_id", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet"]),
    default="csv",
    show_default=True,
    help="File format.",
)
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path),
    help="Directory to create. [clm-ID]",
)
@click.pass_obj
def export(runtime: Runtime, session_id: str, form: str, folder: Path | None) -> None:
    """Export a run as tables: customers, decisions, days, segments and the ledger.

    A manifest holds the seed, the hash of the configuration and the versions. The same seed
    gives the same bytes. The decisions of a population are one npz file per day.
    """
    for path in asyncio.run(_export(runtime, session_id, form, folder)):
        echo(str(path))


async def _export(runtime: Runtime, session_id: str, form: str, folder: Path | None) -> list[Path]:
    from core.clm.simulation.export import FORMATS, export_run
    from core.clm.simulation.stored_run import read_run

    run = await read_run(runtime.store, session_id)
    chosen = next(each for each in FORMATS if each == form)
    target = folder or Path(f"clm-{run.session}")
    return await asyncio.to_thread(export_run, run, target, chosen)
