"""Logs of decisions with their propensities, from runs or from CSV files."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.clm.numeric import Floats, Ints, np
from core.errors import SalonError, nearest
from core.prediction.tables import TRANSACTIONS, refuse_large

COLUMNS = ("customer", "segment", "action", "propensity", "reward")
"""What a CSV log has to have; other columns are left alone."""
_FIELD_LIMIT = 10_000
LIMIT = TRANSACTIONS
"""How much of a CSV log is read."""


@dataclass(frozen=True, slots=True)
class Log:
    """Decisions, each with how likely it was and what came of it."""

    actions: tuple[str, ...]
    segments: tuple[str, ...]
    customer: Ints
    """(n,): a number for each customer, whose decisions are not independent."""
    segment: Ints
    """(n,): index into `segments`."""
    action: Ints
    """(n,): index into `actions`."""
    propensity: Floats
    """(n,): above 0 to 1."""
    reward: Floats
    """(n,)."""

    def __len__(self) -> int:
        return len(self.action)


def read_log(path: Path) -> Log:
    """Read a CSV file with a header line that names `COLUMNS`.

    Raises:
        SalonError: it cannot be read, is too large, or a value is wrong; names the row and
            the column.
    """
    refuse_large(path, LIMIT)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse_log(file, path.name)
    except OSError as error:
        raise SalonError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SalonError(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from error


def parse_log(lines: Iterable[str], name: str) -> Log:
    """Read a log from lines of CSV. Raises `SalonError`; see `read_log`."""
    rows = csv.reader(lines, strict=True)
    codes: dict[str, dict[str, int]] = {"customer": {}, "segment": {}, "action": {}}
    columns = {column: array("d") for column in COLUMNS}
    try:
        header = next(rows, None)
        places = _places(header, name)
        for row in rows:
            if row:
                if len(columns["action"]) == LIMIT.rows:
                    raise SalonError(
                        f"{name} has more than {LIMIT.rows:,} decisions, which is the most that "
                        "is read.",
                        "Split it, or leave out days that do not matter.",
                    )
                _take(row, places, codes, columns, f"{name}, row {rows.line_num}")
    except csv.Error as error:
        raise SalonError(f"{name}, row {rows.line_num}: {error}.") from error
    if not columns["action"]:
        raise SalonError(f"{name} holds no decision.")
    numbers = {column: np.array(values) for column, values in columns.items()}
    return Log(
        tuple(codes["action"]),
        tuple(codes["segment"]),
        numbers["customer"].astype(np.int64),
        numbers["segment"].astype(np.int64),
        numbers["action"].astype(np.int64),
        numbers["propensity"],
        numbers["reward"],
    )


def _places(header: list[str] | None, name: str) -> dict[str, int]:
    found = [each.strip() for each in header or ()]
    for column in COLUMNS:
        if column in found:
            continue
        if column == "propensity":
            raise SalonError(
                f"{name} has no column propensity.",
                "Without the chance with which each action was chosen, a log cannot tell what "
                "another policy would have come to; log it, or run an experiment.",
            )
        raise SalonError(f"{name} has no column {column}.", nearest(column, found))
    return {column: found.index(column) for column in COLUMNS}


def _take(
    row: list[str],
    places: dict[str, int],
    codes: dict[str, dict[str, int]],
    columns: Mapping[str, array[float]],
    where: str,
) -> None:
    for column, place in places.items():
        said = row[place].strip() if place < len(row) else ""
        if not said or len(said) > _FIELD_LIMIT:
            raise SalonError(f"{where}: {column} is {'too long' if said else 'missing'}.")
        if column in codes:
            columns[column].append(codes[column].setdefault(said, len(codes[column])))
        else:
            columns[column].append(_number(said, column, where))


def _number(said: str, column: str, where: str) -> float:
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SalonError(f"{where}: {column} has to be a number, not {said[:40]!r}.")
    if column == "propensity" and not 0 < value <= 1:
        raise SalonError(f"{where}: propensity has to be above 0 and at most 1, not {said[:40]}.")
    return value
