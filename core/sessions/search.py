"""Full-text search over all sessions of a folder: one pass over the files, newest first."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import SalonError, StoreError
from core.faults import as_salon_error
from core.files import open_file
from core.sessions.codec import salvage_record
from core.sessions.files import store_error
from core.sessions.folder import session_files
from core.sessions.light import Outline
from core.sessions.lines import read_blocks
from core.sessions.matching import Found, Words
from core.sessions.record import Kind, Record
from core.sessions.summary import given_title, seat_names, session_title
from core.sessions.tree import SessionTree
from core.text import clean_line

_SAID = frozenset({Kind.MESSAGE, Kind.EDIT})
_SLICE = 0.05
"""Seconds of work at a time."""
_HELD_BACK = 0.01
"""Seconds that the first hits wait for others."""


_Said = tuple[Record, Found]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that holds all words, or a session whose title or names do.

    All text in it is untrusted, but clean of control characters and on one line.
    """

    session: str
    title: str
    """What the session is called."""
    engine: str
    record: str
    """Of the message, also where it is an edit that holds the words; else of the root."""
    kind: str
    """`Kind.MESSAGE`, or `Kind.SESSION` for a title or names."""
    node: str
    speaker: str
    turn: int | None
    at: datetime
    snippet: str
    spans: tuple[tuple[int, int], ...]
    """Where in the snippet the words stand."""
    on_path: bool
    """Whether the message lies on the current path."""


class Search:
    """One search. Everything here blocks: call `next_hits` in a thread, again and again."""

    def __init__(
        self, folder: Path, words: Sequence[str], *, limit: int | None, engine: str | None
    ) -> None:
        """Prepare a search.

        Raises:
            UsageError: there are no words.
        """
        self._folder = folder
        self._words = Words(words)
        self._left = limit
        self._engine = engine
        self._work = self._everywhere()
        self.faults: list[tuple[Path, SalonError]] = []
        """The files in whose midst the search failed, and how."""

    def next_hits(self) -> list[Hit] | None:
        """Return what a moment's work has found, perhaps nothing; `None` when all is done.

        Raises:
            StoreError: the folder cannot be read.
        """
        hits: list[Hit] = []
        if self._left is not None and self._left <= 0:
            return None
        start = time.monotonic()
        for hit in self._work:
            passed = time.monotonic() - start
            if hit is not None:
                hits.append(hit)
            if len(hits) == self._left or passed > (_HELD_BACK if hits else _SLICE):
                break
        else:
            if not hits:
                return None
        if self._left is not None:
            self._left -= len(hits)
        return hits

    def check(self) -> None:
        """Raise `StoreError` where files could not be searched to their end."""
        if self.faults:
            told = ". ".join(f"{path}: {error.message.rstrip('.')}" for path, error in self.faults)
            raise StoreError(f"{told}.", self.faults[0][1].hint) from self.faults[0][1]

    def _everywhere(self) -> Iterator[Hit | None]:
        """Yield the hits of all sessions, and `None` between pieces of work."""
        for path in _newest_first(self._folder):
            # A session that somebody moves away or that cannot be read has no hits.
            try:
                descriptor = open_file(path)
            except OSError:
                continue
            try:
                yield from self._in_file(path.stem, descriptor)
            except Exception as error:  # noqa: BLE001 - logged, and raised at the end
                self.faults.append((path, as_salon_error(error, f"searching {path}")))
            finally:
                os.close(descriptor)

    def _in_file(self, session_id: str, descriptor: int) -> Iterator[Hit | None]:
        end = os.fstat(descriptor).st_size
        lines: list[bytes] = []
        for start, block in read_blocks(descriptor, 0, end):
            if start == 0 and not self._asked(block):
                return
            lines += self._words.lines(block, whole=len(block) == end)
            yield None
        said, named = self._sift(lines)
        if not said and not named:
            return
        edited = {str(each.data.get("target")) for each, _ in said if each.kind == Kind.EDIT}
        outline = Outline(whole=edited)
        for _, block in read_blocks(descriptor, 0, end):
            outline.take_in(block)
            yield None
        yield from self._hits(session_id, outline.tree, said)

    def _asked(self, block: bytes) -> bool:
        """Whether a file's first line may be that of the engine which is asked for."""
        engine = f'"engine":{json.dumps(self._engine)}'.encode()
        return self._engine is None or block.find(engine, 0, block.find(b"\n")) >= 0

    def _sift(self, lines: Iterable[bytes]) -> tuple[list[_Said], bool]:
        """Return the messages and edits that do hold all words, and whether a title may."""
        said: list[_Said] = []
        names: list[str] = []
        for line in lines:
            try:
                record = salvage_record(line)
            except ValueError:
                continue
            if record.kind == Kind.SESSION:
                names += [session_title(record), *seat_names(record)]
            elif record.kind == Kind.META:
                names.append(given_title(record.data))
            elif record.kind in _SAID and (found := self._words.find(record.text)):
                said.append((record, found))
        return said, bool(names) and self._words.find(" ".join(names)) is not None

    def _hits(self, session_id: str, tree: SessionTree, said: Iterable[_Said]) -> Iterator[Hit]:
        root = next(iter(tree), None)
        if root is None:
            return
        engine = str(root.data.get("engine", ""))
        if self._engine not in {None, engine}:
            return
        title = given_title(tree.meta) or session_title(root)
        common = {"session": session_id, "title": clean_line(title), "engine": engine}
        names = " · ".join(dict.fromkeys((title, *seat_names(root))))
        if found := self._words.find(names):
            yield _hit(root, root, found, True, **common)
        for record, found in said:
            target = _target(tree, record)
            if target is not None:
                yield _hit(record, target, found, tree.on_path(target.id), **common)


def _target(tree: SessionTree, said: Record) -> Record | None:
    """Return the message that reads like `said` now; `None` if none does any more."""
    if said.kind == Kind.MESSAGE:
        target, edit = said, tree.edit_of(said.id)
        current = edit is None
    else:
        name = str(said.data.get("target"))
        target = tree.get(name) if name in tree else said
        edit = tree.edit_of(name)
        current = edit is not None and edit.id == said.id and target.kind == Kind.MESSAGE
    return target if current and not tree.deleted(target.id) else None


def _hit(said: Record, target: Record, found: Found, on_path: bool, **common: str) -> Hit:
    turn = target.data.get("turn")
    return Hit(
        **common,
        record=target.id,
        kind=target.kind,
        node=target.node,
        speaker=clean_line(target.author.name or target.author.kind),
        turn=turn if isinstance(turn, int) else None,
        at=said.at,
        snippet=found.snippet,
        spans=found.spans,
        on_path=on_path,
    )


def _newest_first(folder: Path) -> Sequence[Path]:
    """Return the files of a folder, the one written to last first.

    Raises:
        StoreError: the folder cannot be read.
    """
    written: list[tuple[int, str]] = []
    try:
        for entry in session_files(folder)[0].values():
            # What cannot be looked at has nothing to be found in.
            with suppress(OSError):
                written.append((entry.stat().st_mtime_ns, entry.path))
    except OSError as error:
        raise store_error("read", folder, error) from error
    return [Path(path) for _, path in sorted(written, reverse=True)]
