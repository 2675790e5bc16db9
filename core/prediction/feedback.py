"""Tables of what became of recommendations, matched with those on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import PredictionError
from core.prediction.log import Logged, Report
from core.prediction.tables import USERS, Row, quoted, read_rows
from core.prediction.users import unknown_user

_YES = frozenset({"1", "1.0", "yes", "y", "true", "success"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "failure"})


def read_feedback(path: Path) -> Iterator[tuple[Row, Report]]:
    """Yield the rows of a table of feedback.

    It has the columns `user_id` and `outcome` (1 or 0, yes or no, true or false), and may have
    `date`, a day by which the recommendation meant had been made, and `action`, what was done.

    Raises:
        PredictionError: the file or a row of it is wrong; names row and column.
    """
    for row in read_rows(path, ["user_id", "outcome"], USERS):
        outcome = row.text("outcome")
        word = outcome.casefold()
        if word not in _YES | _NO:
            raise row.error("outcome", f"{quoted(outcome)} is neither 1 (engaged) nor 0")
        dated = str(row.values.get("date") or "").strip()
        action = str(row.values.get("action") or "").strip()
        yield (
            row,
            Report(
                user_id=row.text("user_id"),
                engaged=word in _YES,
                day=row.day("date") if dated else None,
                action=action or None,
            ),
        )


def match_feedback(path: Path, logged: Sequence[Logged]) -> list[tuple[Logged, Report]]:
    """Return each report of a table with the recommendation that it speaks of.

    Args:
        path: The table.
        logged: All recommendations, oldest first.

    Raises:
        PredictionError: the table is wrong, or nothing was recommended to somebody in it.
    """
    by_user: dict[str, list[Logged]] = {}
    for each in logged:
        by_user.setdefault(str(each.row["user_id"]), []).append(each)
    if not by_user:
        raise PredictionError(
            "Nothing was recommended to anybody yet.", "Run salon recommend USERS.csv first."
        )
    found: list[tuple[Logged, Report]] = []
    for row, report in read_feedback(path):
        known = by_user.get(report.user_id)
        if known is None:
            unknown = unknown_user(report.user_id, by_user)
            raise row.error(
                "user_id", f"nothing was recommended to {quoted(report.user_id)}", unknown.hint
            )
        meant = [each for each in known if report.day is None or each.at.date() <= report.day]
        if not meant:
            raise row.error("date", f"nothing was recommended to this user by {report.day}")
        found.append((meant[-1], report))
    return found
