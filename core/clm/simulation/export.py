"""Writing a run as files: tables, and a manifest that says what they came from.

The same seed gives the same bytes: no ids and no clock times are in them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from core import __version__
from core.clm.records import DayKind
from core.clm.simulation.stored_run import StoredRun
from core.clm.simulation.tables import Table, tables_of
from core.clm.simulation.worth import Worth
from core.errors import SalonError
from core.files import create_folder
from core.prediction.extras import need
from core.sessions.files import store_error
from core.text import without_formula

Format = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "json", "parquet")
MANIFEST = "manifest.json"
_LIBRARIES = ("numpy", "scipy", "pyarrow")


def worth_of(run: StoredRun) -> Worth:
    """Return what a run's customers are worth; blocks.

    Raises:
        SalonError: a market's days are damaged, or numpy is missing.
    """
    state = run.state
    if state.spec.world == "classic":
        return Worth("the classic world knows no purchases")
    from core.clm.simulation.lifetime_value import values_of_customers, values_of_population

    if state.spec.is_population:
        return values_of_population(state.spec, run.path, run.blobs)
    return values_of_customers(state)


def export_run(run: StoredRun, folder: Path, form: Format) -> list[Path]:
    """Write everything about a run into a new folder; blocks. Returns the files.

    Raises:
        SalonError: the folder is there already, or cannot be written; nothing is left of it.
    """
    if folder.exists():
        # Said before the work is done, and not only after it.
        raise _there_already(folder)
    worth = worth_of(run)
    files = {
        f"{name}.{form}": table_bytes(table, form) for name, table in tables_of(run, worth).items()
    }
    files |= _columns(run, worth)
    manifest = _manifest(run, files, worth)
    files[MANIFEST] = (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode()
    try:
        create_folder(folder, files)
    except FileExistsError:
        raise _there_already(folder) from None
    except OSError as error:
        raise store_error("write", folder, error) from error
    return [folder / name for name in files]


def _there_already(folder: Path) -> SalonError:
    return SalonError(f"{folder} is there already.", "Name another folder.")


def _manifest(run: StoredRun, files: Mapping[str, bytes], worth: Worth) -> dict[str, Any]:
    spec = run.state.spec
    versions = {"python": platform.python_version(), "salon": __version__}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "seed": spec.seed,
        "configuration": spec.config_hash,
        "world": spec.world,
        "policy": spec.policy,
        "customers": spec.customers,
        "days": run.state.over,
        "versions": versions,
        "note": worth.note,
        "files": {name: hashlib.sha256(each).hexdigest() for name, each in files.items()},
    }


def _columns(run: StoredRun, worth: Worth) -> dict[str, bytes]:
    """Return a population's days as they are kept, and its customers, as npz files of columns."""
    found: dict[str, bytes] = {}
    if run.state.spec.is_population:
        from core.clm.simulation.lifetime_value import customer_columns

        found["customers.npz"] = customer_columns(run.state.spec, worth)
    for record in run.path:
        if record.kind == DayKind.DAY_ENDED and "blob" in record.data:
            content = run.blobs.read(str(record.data["blob"]))
            if content is not None:
                found[f"decisions/day-{record.data['day']:05d}.npz"] = content
    return found


def table_bytes(table: Table, form: Format) -> bytes:
    """Return a table as the content of a file.

    Raises:
        SalonError: the library that writes the format is missing.
    """
    if form == "json":
        return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()
    if form == "parquet":
        return _parquet(table)
    text = io.StringIO()
    columns = list(table[0]) if table else []
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows([_cell(row.get(column)) for column in columns] for row in table)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    if isinstance(value, str):
        return without_formula(value)
    return "" if value is None else value


def _parquet(table: Table) -> bytes:
    need("parquet", "Writing Parquet")
    import pyarrow
    from pyarrow import parquet

    content = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(table), content)
    return content.getvalue()
