"""Recommendations on record, and what became of them.

A run is a session of the engine `recommend`: a record of kind `recommendation` for each user,
or for each thousand where there are more than a thousand, and records of kind `feedback`.
Both hold `rows` in their data.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from core.prediction.evidence import Evidence, Outcome
from core.prediction.recommendations import Recommendation, Recommendations
from core.sessions.record import CODE, Author, Record
from core.sessions.session import Session
from core.sessions.store import SessionStore
from core.sessions.tree import SessionTree

ENGINE = "recommend"
RECOMMENDATION, FEEDBACK = "recommendation", "feedback"
BULK = 1000
"""Users from which on a record holds as many instead of one."""
_END = 64
"""Last records among which feedback stands, though the session was named or pinned since."""

HUMAN = Author("human")


@dataclass(frozen=True, slots=True)
class Logged:
    """One user's recommendation on record."""

    session: str
    record: str
    at: datetime
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a recommendation, as somebody reports it."""

    user_id: str
    engaged: bool
    day: date | None = None
    """The day of the recommendation or later; `None`: the newest one is meant."""
    action: str | None = None
    """What was done, if it was not what was recommended."""


class RecommendationLog:
    """All recommendations of a store, with the feedback on them."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store

    async def add(self, made: Recommendations, title: str) -> str:
        """Put recommendations on record; returns the session's id.

        Raises:
            StoreError: it cannot be written.
        """
        session = await self._store.create(ENGINE, {"title": title, **_setup(made)})
        try:
            await session.append(*_records(session, made.rows))
        finally:
            await session.close()
        return session.id

    async def logged(self) -> list[Logged]:
        """Return everything that was ever recommended and not erased, oldest first.

        Raises:
            StoreError: a session cannot be read.
        """
        found = [each async for tree in self._trees(self._all()) for each in _logged(tree)]
        return sorted(found, key=lambda each: each.at)

    async def evidence(self) -> Evidence:
        """Return the outcomes that are known, oldest first. Raises `StoreError`."""
        trees = self._trees(self._with_feedback())
        outcomes = [each async for tree in trees for each in _outcomes(tree)]
        return Evidence(sorted(outcomes, key=lambda each: each.at))

    async def report(self, found: Sequence[tuple[Logged, Report]]) -> None:
        """Put on record what became of recommendations, in the sessions they stand in.

        Raises:
            SessionBusy: somebody is writing to one of them.
            StoreError: one cannot be written.
        """
        by_session: dict[str, list[tuple[Logged, Report]]] = {}
        for logged, report in found:
            by_session.setdefault(logged.session, []).append((logged, report))
        for session_id, reports in by_session.items():
            session = await self._store.open(session_id)
            try:
                await session.append(_feedback(session, reports))
            finally:
                await session.close()

    async def _all(self) -> AsyncIterator[str]:
        for summary in await self._store.list():
            if summary.engine == ENGINE:
                yield summary.id

    async def _with_feedback(self) -> AsyncIterator[str]:
        """Yield the sessions that end on feedback; the others are never read as a whole."""
        async for session_id in self._all():
            ends = await self._store.tail(session_id, _END)
            if any(each.kind == FEEDBACK for each in ends):
                yield session_id

    async def _trees(self, ids: AsyncIterator[str]) -> AsyncIterator[SessionTree]:
        async for session_id in ids:
            yield (await self._store.read(session_id)).tree


def _setup(made: Recommendations) -> dict[str, Any]:
    return {
        "predictor": made.forecast.predictor,
        "method": made.forecast.method,
        "as_of": made.as_of.isoformat(),
        "horizon": made.horizon,
        "threshold": made.policy.threshold,
        "otherwise": made.policy.otherwise,
        "propensities": dict(made.forecast.propensities),
        "calibration": made.forecast.calibration,
        "users": len(made.rows),
    }


def _records(session: Session, rows: Sequence[Recommendation]) -> Iterator[Record]:
    size = 1 if len(rows) <= BULK else BULK
    parent = session.tree.head
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        record = Record(
            id=session.source.new_id(),
            kind=RECOMMENDATION,
            parent=parent,
            author=CODE,
            at=session.source.now(),
            text="\n".join(_line(each) for each in some) if size == 1 else f"{len(some)} users",
            data={"rows": [_row(each) for each in some]},
        )
        parent = record.id
        yield record


def _line(made: Recommendation) -> str:
    score = f"{made.prediction.engagement_score:.2f}, {made.prediction.basis}"
    return f"{made.user.user_id}: {made.action} ({score})"


def _row(made: Recommendation) -> dict[str, Any]:
    return {
        **made.to_json(),
        "followed": made.followed,
        "propensity": made.propensity,
        "features": made.user.features(),
    }


def _feedback(session: Session, reports: Sequence[tuple[Logged, Report]]) -> Record:
    rows = [
        {
            "user_id": report.user_id,
            "target": logged.record,
            "engaged": report.engaged,
            **({} if report.action is None else {"action": report.action}),
        }
        for logged, report in reports
    ]
    engaged = sum(each["engaged"] is True for each in rows)
    return Record(
        id=session.source.new_id(),
        kind=FEEDBACK,
        parent=session.tree.head,
        author=HUMAN,
        at=session.source.now(),
        text=f"{engaged} of {len(rows)} users engaged",
        data={"rows": rows},
    )


def _rows(record: Record) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a record; erased ones have lost their users and are passed over."""
    rows = record.data.get("rows")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("user_id"):
            yield row


def _logged(tree: SessionTree) -> Iterator[Logged]:
    for record in tree:
        if record.kind == RECOMMENDATION:
            for row in _rows(record):
                yield Logged(tree.root.id, record.id, record.at, row)


def _outcomes(tree: SessionTree) -> Iterator[Outcome]:
    """Yield what became of a session's recommendations; of several reports the last one counts."""
    reports = {
        (row.get("target"), row["user_id"]): row
        for record in tree
        if record.kind == FEEDBACK
        for row in _rows(record)
    }
    for logged in _logged(tree):
        row = logged.row
        report = reports.get((logged.record, row["user_id"]))
        if report is None:
            continue
        action = str(report.get("action", row.get("action", "")))
        features = row.get("features")
        yield Outcome(
            user_id=str(row["user_id"]),
            action=action,
            engaged=report.get("engaged") is True,
            at=logged.at.astimezone(UTC),
            features=features if isinstance(features, dict) else {},
            recommended=row.get("followed") is True and action == row.get("action"),
        )
