"""Anybody's transactions or events: who did something on which day, and for how much."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import PredictionError
from core.prediction.tables import TRANSACTIONS, Row, read_rows

if TYPE_CHECKING:
    from core.prediction.models.summary import Purchases

DATE_COLUMNS = ("date", "timestamp", "time", "day", "at")
"""Names of the column of dates in a table of events, the first one that is there."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """What a table of transactions holds, 24 bytes a row."""

    ids: Sequence[str]
    """The customers' ids, each at its number."""
    customer: array[int]
    """Numbers of customers."""
    day: array[int]
    """Days as `date.toordinal` counts them."""
    amount: array[float] | None
    left_out: int = 0
    """Rows with a negative amount: returned goods are no purchase."""

    @property
    def last_day(self) -> date:
        """The day of the last transaction."""
        return date.fromordinal(max(self.day))

    @property
    def first_day(self) -> date:
        """The day of the first transaction."""
        return date.fromordinal(min(self.day))

    def purchases(self) -> Purchases:
        """Return them as arrays, one entry a customer and day.

        Raises:
            PredictionError: numpy is missing.
        """
        from core.prediction.models.summary import Purchases

        return Purchases.collect(self.customer, self.day, self.amount)


def read_transactions(
    path: Path, customer: str, day: str, amount: str | None = None, *, latest: date | None = None
) -> Transactions:
    """Read a table of transactions.

    Args:
        path: A CSV or Parquet file with a header.
        customer: The column that names the customer.
        day: The column that holds the date.
        amount: The column that holds the money, if any is to be read.
        latest: The last day that is not in the future.

    Raises:
        PredictionError: the file or a row of it is wrong; names row and column.
    """
    numbers: dict[str, int] = {}
    customers, days = array("q"), array("q")
    amounts = None if amount is None else array("d")
    left_out = 0
    columns = [each for each in (customer, day, amount) if each is not None]
    for row in read_rows(path, columns, TRANSACTIONS, others=False):
        name, when = row.text(customer), _past(row, day, latest)
        if amounts is not None and amount is not None:
            money = row.number_of(amount, negative=True)
            if money < 0:
                left_out += 1
                continue
            amounts.append(money)
        customers.append(numbers.setdefault(name, len(numbers)))
        days.append(when.toordinal())
    if not customers:
        raise PredictionError(f"{path.name} holds no transactions.", "Name another file.")
    return Transactions(list(numbers), customers, days, amounts, left_out)


def read_events(path: Path, *, latest: date | None = None) -> Transactions:
    """Read a table of events: columns `user_id` and `date` (or `timestamp`, `time` …).

    A column `amount` is read where there is one. Raises as `read_transactions` does.
    """
    header = _header(path)
    day = next((each for each in DATE_COLUMNS if each in header), DATE_COLUMNS[0])
    amount = "amount" if "amount" in header else None
    return read_transactions(path, "user_id", day, amount, latest=latest)


def _header(path: Path) -> Sequence[str]:
    for row in read_rows(path, ["user_id"], TRANSACTIONS):
        return list(row.values)
    raise PredictionError(f"{path.name} holds no events.", "Name another file.")


def _past(row: Row, column: str, latest: date | None) -> date:
    when = row.day(column)
    if latest is not None and when > latest:
        raise row.error(column, f"{when} is in the future (today is {latest})")
    return when
