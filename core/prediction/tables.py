"""Reading tables of people line by line, so that what is wrong is named where it stands."""

from __future__ import annotations

import csv
import math
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from core.errors import PredictionError, nearest
from core.prediction.extras import need
from core.text import clean_line

PARQUET = ".parquet"
Values: TypeAlias = Mapping[str, Any]
Table: TypeAlias = tuple[Sequence[str], Iterator[tuple[int, Values]]]
"""The names of the columns, and the rows with the lines on which they end."""
_DELIMITERS = ",;\t|"
_QUOTED = 60
"""Characters of a value that are repeated in an error."""
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a file is taken in; past that it would not fit the memory of a small machine."""

    size: int
    """Bytes of the file."""
    rows: int


USERS = Limit(128 * _MIB, 500_000)
TRANSACTIONS = Limit(1024 * _MIB, 10_000_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, as it was read."""

    file: str
    number: int
    """Counted from 1, the header apart."""
    line: int
    values: Values

    def error(self, column: str, what: str, hint: str = "") -> PredictionError:
        """Return the error that names this row and a column."""
        return PredictionError(
            f"{self.file}: row {self.number} (line {self.line}), column {column}: {what}.",
            hint or "Mend the file and try again.",
        )

    def text(self, column: str) -> str:
        """Return a value that may not be empty.

        Raises:
            PredictionError: it is; names row and column, as those below do.
        """
        value = self.values[column]
        found = "" if value is None else str(value).strip()
        if not found:
            raise self.error(column, "there is nothing")
        return found

    def number_of(self, column: str, *, negative: bool = False) -> float:
        """Return a finite number, by default one that is not negative. Raises as `text` does."""
        found = self.text(column)
        try:
            value = float(found)
        except ValueError:
            raise self.error(column, f"{quoted(found)} is no number") from None
        if not math.isfinite(value):
            raise self.error(column, f"{quoted(found)} is no finite number")
        if value < 0 and not negative:
            raise self.error(column, f"{quoted(found)} is negative")
        return value

    def day(self, column: str) -> date:
        """Return a date, of a date with a time its day as written. Raises as `text` does."""
        value = self.values[column]
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        found = self.text(column)
        try:
            return parse_day(found)
        except ValueError:
            raise self.error(
                column, f"{quoted(found)} is no date such as 2025-08-10 or 20250810"
            ) from None


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date:
    """Read an ISO 8601 date or the date of a date with a time.

    Raises:
        ValueError: it is neither.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text).date()


def quoted(text: str) -> str:
    """Return an untrusted value as an error repeats it."""
    line = clean_line(text)
    return repr(line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…")


def read_rows(
    path: Path, columns: Sequence[str], limit: Limit, *, others: bool = True
) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header, or of a Parquet file.

    Args:
        path: The file; of a CSV the delimiter is whichever of , ; tab | its header holds most.
        columns: Those that have to be there.
        limit: How much is taken in.
        others: Whether other columns are wanted too; if not, those of a Parquet file stay unread.

    Raises:
        PredictionError: it cannot be read, is too large, lacks a column, or a row is torn.
    """
    refuse_large(path, limit)
    if path.suffix.lower() == PARQUET:
        opened = _parquet_table(path, None if others else columns)
    else:
        opened = _csv_table(path)
    name = path.name
    with _readable(path), opened as (header, rows):
        _check_header(path, header, columns)
        for number, (line, values) in enumerate(rows, start=1):
            if number > limit.rows:
                raise PredictionError(
                    f"{path.name} has more than {limit.rows:,} rows, which is the most that "
                    "is read.",
                    "Split it, or leave out who or what does not matter.",
                )
            yield Row(name, number, line, values)


def refuse_large(path: Path, limit: Limit) -> None:
    """Raise `PredictionError` for what is no file, or one larger than is taken in."""
    with _readable(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise PredictionError(f"{path} is no file.", "Name a CSV file.")
    if status.st_size > limit.size:
        raise PredictionError(
            f"{path.name} is {status.st_size / _MIB:,.0f} MiB large; at most "
            f"{limit.size / _MIB:,.0f} MiB are read, so as not to exhaust the memory.",
            "Split it, or leave out columns, users or years that do not matter.",
        )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PredictionError(
            f"{path} cannot be read: {error.strerror}.", "Look at its name and permissions."
        ) from error


def _check_header(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    twice = sorted(each for each, count in Counter(header).items() if count > 1)
    if twice:
        raise PredictionError(
            f"{path.name}: the header names {', '.join(map(quoted, twice))} twice.",
            "Rename one of them.",
        )
    for column in columns:
        if column not in header:
            raise PredictionError(
                f"{path.name}: the header has no column {quoted(column)}.",
                f"{nearest(column, [clean_line(each) for each in header if each])} "
                f"It has to have {', '.join(columns)}.".strip(),
            )


@contextmanager
def _csv_table(path: Path) -> Iterator[Table]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            first = file.readline(_MIB)
            if not first.strip():
                raise PredictionError(f"{path.name} is empty.", "Its first line names the columns.")
            file.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            header = [each.strip() for each in next(reader)]
            yield header, _csv_rows(path, header, reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise PredictionError(
                f"{path.name} is no CSV file in UTF-8: {clean_line(str(error))}.",
                "Save it as CSV (UTF-8).",
            ) from error


def _csv_rows(path: Path, header: Sequence[str], reader: Any) -> Iterator[tuple[int, Values]]:
    for number, cells in enumerate((each for each in reader if each), start=1):
        if len(cells) != len(header):
            raise PredictionError(
                f"{path.name}: row {number} (line {reader.line_num}) has {len(cells)} "
                f"cells where the header has {len(header)} columns.",
                "Quote values that hold the delimiter.",
            )
        yield reader.line_num, dict(zip(header, cells, strict=True))


@contextmanager
def _parquet_table(path: Path, columns: Sequence[str] | None) -> Iterator[Table]:
    need("parquet", "Reading Parquet")
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            yield file.schema_arrow.names, _parquet_rows(file, columns)
    except pyarrow.ArrowException as error:
        raise PredictionError(
            f"{path.name} is no Parquet file: {clean_line(str(error))}.", "Name another one."
        ) from error


def _parquet_rows(file: Any, columns: Sequence[str] | None) -> Iterator[tuple[int, Values]]:
    batches = file.iter_batches(batch_size=50_000, columns=columns)
    rows = (values for batch in batches for values in batch.to_pylist())
    yield from enumerate(rows, start=1)
