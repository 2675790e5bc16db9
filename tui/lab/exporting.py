"""Writes a run of the lab into the working directory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from core.config.prices import Prices
from core.files import free_folder
from core.sessions.summary import title_of

if TYPE_CHECKING:
    from core.sessions.record import Record
    from core.sessions.session import Session

TABLES = {
    "csv": "scenes, lives, updates; the report, and the people as personas",
    "json": "the same as JSON",
    "parquet": "the same as Parquet",
}
"""What is written in each format."""


async def write_run(session: Session, form: str, prices: Prices | None = None) -> str:
    """Write a run as it stands now, which may go on meanwhile.

    Makes a folder that nothing has yet; returns what that made, for a status line.

    Args:
        session: of the run.
        form: of the tables, one of `core.clm.simulation.export.FORMATS`.
        prices: of models; without any, only tokens are counted and costs are 0.

    Raises:
        SalonError: it cannot be written, or a library for the format is missing.
    """
    tree = session.tree
    path, records = tuple(tree.path), tuple(tree)
    return await asyncio.to_thread(_write, path, records, prices or Prices(), title_of(tree), form)


def _write(
    path: tuple[Record, ...], records: tuple[Record, ...], prices: Prices, title: str, form: str
) -> str:
    from core.clm.simulation.export import FORMATS
    from core.lab.export import export_run
    from core.sessions.files import store_error

    chosen = next(each for each in FORMATS if each == form)
    try:
        folder = free_folder(Path.cwd() / f"lab-{path[0].id}")
    except OSError as error:
        raise store_error("write to", Path(), error, "start Salon somewhere else") from error
    files = export_run(path, records, prices, title, folder, chosen)
    return f"written: {len(files)} files in {folder}"
