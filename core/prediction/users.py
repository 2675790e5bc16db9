"""The users to recommend something to: read from a table, checked row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import PredictionError, nearest
from core.prediction.tables import USERS, Row, quoted, read_rows

COUNTS = ("interactions", "purchases")
LAST_ACTIVE, IDLE = "last_active", "days_since_last_active"
_FAR = 366 * 200
"""Days without activity from which a number is a slip."""
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class User:
    """One row of a table of users."""

    user_id: str
    days_since_last_active: int
    interactions: float
    purchases: float

    def features(self) -> dict[str, float]:
        """Return what is logged with a recommendation and learnt from afterwards."""
        return {
            IDLE: self.days_since_last_active,
            "interactions": self.interactions,
            "purchases": self.purchases,
        }


def read_users(path: Path, as_of: date, latest: date | None = None) -> dict[str, User]:
    """Read a table of users, by their ids, in its order.

    It has the columns `user_id`, `interactions`, `purchases`, and `last_active` (a date) or
    `days_since_last_active`; an `age`, where there is one, has to be a number too.

    Args:
        path: A CSV or Parquet file with a header.
        as_of: The day from which idleness is counted.
        latest: The last day that is not in the future; `None`: that day.

    Raises:
        PredictionError: the file or a row of it is wrong; names row and column.
    """
    users: dict[str, User] = {}
    rows: dict[str, int] = {}
    for row in read_rows(path, ["user_id", *COUNTS], USERS):
        if not rows and IDLE not in row.values and LAST_ACTIVE not in row.values:
            raise PredictionError(
                f"{path.name}: the header has neither a column {LAST_ACTIVE!r} nor {IDLE!r}.",
                nearest(LAST_ACTIVE, [each for each in row.values if each]),
            )
        user = _user(row, as_of, latest or as_of)
        if user.user_id in rows:
            raise row.error(
                "user_id", f"{quoted(user.user_id)} is in row {rows[user.user_id]} already"
            )
        rows[user.user_id] = row.number
        users[user.user_id] = user
    if not users:
        raise PredictionError(f"{path.name} holds no users.", "Name another file.")
    return users


def find_user(users: Mapping[str, User], user_id: str) -> User:
    """Return one user.

    Raises:
        PredictionError: there is none of that id; names the nearest.
    """
    if user_id not in users:
        raise unknown_user(user_id, users)
    return users[user_id]


def unknown_user(user_id: str, known: Iterable[str]) -> PredictionError:
    """Return the error for a user nobody knows, naming a few that are known."""
    some = sorted(known)
    if len(some) > _MOST_COMPARED:  # comparing with all of a million would take minutes
        some = [each for each in some if each[:1] == user_id[:1]][:_MOST_COMPARED] or some[:3]
    hint = nearest(user_id, some)
    if not hint.startswith("Did"):
        hint = f"Known are: {', '.join(some[:3])}{' …' if len(some) > 3 else '.'}"
    return PredictionError(f"There is no user {quoted(user_id)}.", hint)


def _user(row: Row, as_of: date, latest: date) -> User:
    user_id = row.text("user_id")
    if "age" in row.values:
        row.number_of("age")
    counts = {name: row.number_of(name) for name in COUNTS}
    return User(user_id, _idle(row, as_of, latest), **counts)


def _idle(row: Row, as_of: date, latest: date) -> int:
    given = row.values.get(IDLE)
    if given is not None and str(given).strip():
        days = row.number_of(IDLE)
        if days > _FAR:
            raise row.error(IDLE, f"{quoted(str(given))} days are more than two hundred years")
        return int(days)
    if LAST_ACTIVE not in row.values:
        raise row.error(IDLE, "there is nothing")
    last = row.day(LAST_ACTIVE)
    if last > latest:
        raise row.error(LAST_ACTIVE, f"{last} is in the future (today is {latest})")
    return max(0, (as_of - last).days)
