"""Writes a run as tables into the working directory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import free_folder

if TYPE_CHECKING:
    from core.sessions.record import Record
    from core.sessions.session import Session

TABLES = {
    "csv": "customers, decisions, days, segments, the ledger, and a manifest",
    "json": "the same as JSON",
    "parquet": "the same as Parquet",
}
"""What is written in each format."""


async def write_tables(session: Session, form: str) -> str:
    """Write a run as it stands now, which may go on meanwhile.

    Makes a folder that nothing has yet; returns what that made, for a status line.

    Raises:
        SalonError: it cannot be written, or a library for the format is missing.
    """
    path = tuple(session.tree.path)
    return await asyncio.to_thread(_write, session, path, form)


def _write(session: Session, path: tuple[Record, ...], form: str) -> str:
    from core.clm.simulation.blobs import Blobs
    from core.clm.simulation.export import FORMATS, export_run
    from core.clm.simulation.state import SimulationState
    from core.clm.simulation.stored_run import StoredRun

    run = StoredRun(session.id, SimulationState.fold(path), path, Blobs.beside(session))

    chosen = next(each for each in FORMATS if each == form)
    folder = free_folder(Path.cwd() / f"clm-{run.session}")
    files = export_run(run, folder, chosen)
    return f"written: {len(files)} files in {folder}"
