"""The one way in which an engine puts something on record and tells its watchers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from core.aio import unbroken
from core.bus import EventBus
from core.events import COMMON_EVENTS, Events
from core.sessions.record import CODE, OFF_PATH_KINDS, OVERLAY_KINDS, Author, Kind, Record
from core.sessions.requests import RequestLog
from core.sessions.session import Session
from core.text import counted

_AT_HEAD = "@head"
"""Stands for "after the record before it" until the record is appended."""
_STAY = "@stay"
"""Target of a head record: where the path ended before the group it is appended with."""
_REFOLDING = OVERLAY_KINDS | {Kind.HEAD}
"""Kinds after which the path reads otherwise than one record longer."""


class FoldedState(Protocol):
    """What an engine folds from the current path."""

    @property
    def passed_over(self) -> Sequence[Record]:
        """The stored records of the path that could not be understood."""
        ...

    def apply(self, record: Record) -> None:
        """Fold in one record that lengthened the path."""
        ...


State = TypeVar("State", bound=FoldedState)


class SessionLog(ABC, Generic[State]):
    """A session's records, the state folded from them, and the bus that announces them.

    `state` always is the fold of the current path; it is up to date whenever a record is
    announced. A subclass may keep more that is folded.
    """

    EVENTS: ClassVar[Events] = COMMON_EVENTS
    """Which event announces a record, by its kind."""

    def __init__(self, session: Session, bus: EventBus) -> None:
        self.session = session
        self.state: State
        self.bus = bus
        self.requests = RequestLog(session.tree, session.source)
        self.broken = False
        """Whether the fold or the watchers may lack what is on record, after an error."""
        self._lock = asyncio.Lock()
        self.refold()

    @property
    @abstractmethod
    def number(self) -> int:
        """The number of the last message on the path."""

    @abstractmethod
    def _folded(self) -> State:
        """Return the fold of the current path."""

    def apply(self, record: Record) -> None:
        """Fold in one record that lengthened the path."""
        self.state.apply(record)

    def refold(self) -> None:
        """Fold the path anew."""
        self.state = self._folded()

    @property
    def id(self) -> str:
        """The session's id."""
        return self.session.id

    def repairs(self) -> list[Record]:
        """Return drafts of notices of what opening had to repair or could not understand."""
        texts = list(self.session.notices)
        if passed_over := self.state.passed_over:
            records = counted(len(passed_over), "record")
            text = f"{records} could not be understood here and had no effect."
            told = any(each.text == text for each in self.session.tree)
            texts += [] if told else [text]
        return [self.new_record(Kind.NOTICE, text, data={"code": "repaired"}) for text in texts]

    def new_record(
        self,
        kind: str,
        text: str = "",
        *,
        author: Author = CODE,
        node: str = "",
        audience: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Record:
        """Return a record that `append` puts at the end of the current path."""
        source = self.session.source
        return Record(
            id=source.new_id(),
            kind=kind,
            parent=_AT_HEAD,
            author=author,
            at=source.now(),
            node=node,
            audience=audience,
            text=text,
            data={} if data is None else data,
        )

    def new_head(self, target: str = _STAY, **data: Any) -> Record:
        """Return a record that makes `target` the end of the current path.

        Without a target the path stays as it is, whatever the same group lengthens it by.
        """
        return self.new_record(Kind.HEAD, data={"target": target, **data})

    def new_control(
        self,
        word: str,
        *,
        author: Author = CODE,
        node: str = "",
        audience: tuple[str, ...] = (),
    ) -> Record:
        """Return the record of a control word that somebody says."""
        return self.new_record(
            Kind.CONTROL, word, author=author, node=node, audience=audience, data={"said": True}
        )

    def placed(self, draft: Record, parent: str | None = None) -> Record:
        """Return a draft with the parent that it would get now, to be noted while it grows.

        With `parent` it follows that record, wherever the path ends.
        """
        return replace(draft, parent=parent or self.session.tree.head)

    def at_head(self, record: Record) -> Record:
        """Return a record that `append` puts at the end, whatever was said meanwhile."""
        return replace(record, parent=_AT_HEAD)

    async def tell(self, *drafts: Record) -> tuple[Record, ...]:
        """Store the drafts as one group, one after the other, and announce each of them.

        Raises:
            StoreError: nothing was stored that could be relied on, and nothing announced.
        """
        return await unbroken(self._tell(lambda: drafts))

    async def tell_composed(self, compose: Callable[[], Sequence[Record]]) -> tuple[Record, ...]:
        """Like `tell`, with drafts that `compose` makes once nothing else is being stored.

        So they can depend on all that was said before them.

        Raises:
            StoreError: nothing was stored that could be relied on, and nothing announced.
        """
        return await unbroken(self._tell(compose))

    async def append(self, *drafts: Record) -> tuple[Record, ...]:
        """Store the drafts as one group, one after the other; announce nothing.

        Raises:
            StoreError: nothing was stored that could be relied on.
        """
        return (await unbroken(self._append(lambda: drafts)))[1]

    async def _tell(self, compose: Callable[[], Sequence[Record]]) -> tuple[Record, ...]:
        drafts, stored = await self._append(compose)
        with self._breaking():
            self._announce(drafts, stored)
        return stored

    def _announce(self, drafts: Sequence[Record], stored: Sequence[Record]) -> None:
        for draft, record in zip(drafts, stored, strict=True):
            if draft.data.get("target") == _STAY:
                continue
            event = self.EVENTS.get(record.kind)
            if event is not None:
                self.bus.publish(event.of(self.id, record, self.number))

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """Note an error after which records, fold and watchers may disagree."""
        try:
            yield
        except BaseException:
            self.broken = True
            raise

    async def _append(
        self, compose: Callable[[], Sequence[Record]]
    ) -> tuple[Sequence[Record], tuple[Record, ...]]:
        """Store what is composed; return the drafts and the records that they became."""
        async with self._lock:
            drafts = compose()
            before = self.session.tree.head
            placed = self._place(drafts)
            with self._breaking():
                stored = await self.session.append(*placed)
                if self.session.tree.head != before or any(r.kind in OVERLAY_KINDS for r in stored):
                    self._fold(stored)
        return drafts, stored

    def _place(self, drafts: Sequence[Record]) -> list[Record]:
        placed: list[Record] = []
        start = end = self.session.tree.head
        for each in drafts:
            record = replace(each, parent=end) if each.parent == _AT_HEAD else each
            if record.kind == Kind.HEAD:
                end = start if record.data["target"] == _STAY else record.data["target"]
                record = replace(record, data={**record.data, "target": end})
            elif record.kind not in OFF_PATH_KINDS:
                end = record.id
            placed.append(record)
        return placed

    def _fold(self, stored: tuple[Record, ...]) -> None:
        if any(record.kind in _REFOLDING for record in stored):
            self.refold()
            return
        for record in stored:
            if self.session.tree.on_path(record.id):
                self.apply(record)
