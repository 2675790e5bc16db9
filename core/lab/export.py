"""Writing a run of the lab as files: figures, rows, people to meet, and people as a data set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.clm.simulation.export import Format, table_bytes
from core.clm.simulation.tables import Table
from core.config.prices import Prices
from core.errors import PersonaError, StoreError, UsageError
from core.files import create_folder
from core.lab.folder import file_names, person_file
from core.lab.measuring.report import Report, make_report, stored_state
from core.lab.people.imported import given_json, given_of
from core.lab.state import LabState
from core.sessions.files import store_error
from core.sessions.record import Record

REPORT, PEOPLE, PERSONAS = "report.json", "people.json", "people"


def export_run(
    path: Sequence[Record],
    records: Iterable[Record],
    prices: Prices,
    title: str,
    folder: Path,
    form: Format,
) -> list[Path]:
    """Write all about a run into a new folder; blocks. Returns the files.

    There are the report as JSON, its rows by scene, life and update as tables, everybody as a
    persona file, and all of them as one data set in the seed's layout. Tables without rows
    are left out.

    Args:
        path: the records of the run's path.
        records: all records of its session.
        prices: of models.
        title: what the run is called.
        folder: what to create.
        form: of the tables.

    Raises:
        UsageError: the folder is there already.
        SalonError: it is no run of the lab, or cannot be written; nothing is left of it.
    """
    state = stored_state(path)
    report = make_report(state, records, prices, path[0].id, title)
    files = {
        REPORT: _json(report.to_json()),
        PEOPLE: _json(given_json(given_of(state))),
        **{
            f"{name}.{form}": table_bytes(table, form)
            for name, table in tables_of(report, state).items()
            if table
        },
        **_personas(state),
    }
    try:
        create_folder(folder, files)
    except FileExistsError:
        raise UsageError(f"{folder} is there already.", "Name another folder.") from None
    except OSError as error:
        raise store_error("write", folder, error, "write it somewhere else") from error
    return [folder / name for name in files]


def tables_of(report: Report, state: LabState) -> dict[str, Table]:
    """Return the rows of a report by what they are about; scores are columns of their own."""
    return {
        "scenes": _table([each.to_json() for each in report.scene_rows], state),
        "lives": _table([each.to_json() for each in report.episode_rows], state),
        "updates": _table([each.to_json() for each in report.update_rows], state),
    }


def _table(rows: Sequence[Mapping[str, Any]], state: LabState) -> Table:
    metrics = sorted({metric for each in rows for metric in each.get("scores", ())})
    return [
        {
            "person": each["person"],
            "name": state.people[each["person"]].name,
            **{key: value for key, value in each.items() if key not in {"person", "scores"}},
            **{metric: each["scores"].get(metric) for metric in metrics},
        }
        for each in rows
    ]


def _personas(state: LabState) -> dict[str, bytes]:
    files = {}
    for name, person in file_names(state):
        try:
            files[f"{PERSONAS}/{name}"] = person_file(person, state.spec.plan.language)
        except PersonaError as error:
            raise StoreError(f"{person.name} cannot be written as a persona: {error}") from error
    return files


def _json(values: Any) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
