"""What the index keeps of one session's file, and how it follows what is appended to it.

The first line and a few last ones are read again each time; in between only what was
added since is looked through: for the names and pins that the session was given, which
may stand anywhere, for models, and to count messages.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from core.files import open_file
from core.faults import as_salon_error
from core.sessions.codec import decode_line, salvage_record
from core.sessions.light import light_record
from core.sessions.lines import read_blocks, read_last_lines, read_lines
from core.sessions.record import Kind, Record
from core.sessions.kinds import missing, problems_of
from core.sessions.shapes import is_flag, is_number, is_text
from core.sessions.summary import SessionSummary, given_title, seat_names, session_title
from core.sessions.tree import SessionTree
from core.text import counted

_TAILS = (8, 64)
"""Last lines that are looked at for the last words: a few, and more where that is not enough."""
_SNIPPET = 120
_MOST_MODELS = 20

_UNSEEN = "unseen"
"""Stands for a record further up in the file."""

_FAULTS = {
    "unreadable": ("unreadable line", "unreadable lines"),
    "bytes": ("line with bytes that are not UTF-8", "lines with bytes that are not UTF-8"),
    "values": (
        "record with values that cannot be understood",
        "records with values that cannot be understood",
    ),
    "place": ("record out of place", "records out of place"),
}
"""What may be wrong with a line, in the singular and the plural."""

_META = b'"kind":"meta"'
_MESSAGE = b'"kind":"message"'
_MODEL = re.compile(rb'"model":"((?:[^"\\]|\\.)+)"')


class Row(NamedTuple):
    """A row of the index; what changes its fields changes the index's version."""

    mtime_ns: int
    size: int
    engine: str
    title: str
    created: float
    updated: float
    records: int
    last: str
    inode: int
    scanned: int
    """Where the next line begins that was not looked through yet."""
    given: str
    """The title that the session was given since it began."""
    pinned: bool
    messages: int
    names: list[str]
    models: list[str]
    erased: bool
    problem: str
    """What is damaged in the file, or why it cannot be read."""

    @classmethod
    def from_json(cls, values: Any) -> Row:
        """Return the row of an index.

        Raises:
            ValueError: the values are not those of a row.
        """
        if not (
            isinstance(values, list)
            and len(values) == len(_TYPES)
            and all(fits(value) for value, fits in zip(values, _TYPES, strict=True))
        ):
            raise ValueError("not the row of a session")
        return cls(*values)

    @property
    def cached(self) -> bool:
        """Whether the row was read from a file, and may be kept as long as that is the same."""
        return self.inode >= 0

    def fits(self, status: os.stat_result | None) -> bool:
        """Whether the file is still as it was when the row was read."""
        if status is None or not self.cached:
            return False
        return self.mtime_ns == status.st_mtime_ns and self.size == status.st_size

    def grown(self, status: os.stat_result) -> bool:
        """Whether the file may have been added to, and was not replaced, cut or changed."""
        same = self.cached and self.inode == status.st_ino
        return same and self.scanned <= self.size < status.st_size

    def summary(self, session_id: str, busy: bool) -> SessionSummary:
        """Return the row as a list shows it."""
        return SessionSummary(
            id=session_id,
            engine=self.engine,
            title=self.title,
            created=datetime.fromtimestamp(self.created, UTC),
            updated=datetime.fromtimestamp(self.updated, UTC),
            records=self.records,
            size=self.size,
            last=self.last,
            busy=busy,
            pinned=self.pinned,
            messages=self.messages,
            names=tuple(self.names),
            models=tuple(self.models),
            erased=self.erased,
            problem=self.problem,
        )


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _is_moment(value: Any) -> bool:
    return is_number(value) and 0 <= value < _LAST_MOMENT


_LAST_MOMENT = datetime(3000, 1, 1, tzinfo=UTC).timestamp()
_TYPES = (
    *(_is_size, _is_size, is_text, is_text, _is_moment, _is_moment, _is_size, is_text, _is_size),
    *(_is_size, is_text, is_flag, _is_size, _is_texts, _is_texts, is_flag, is_text),
)
"""What the values of a row have to be, in order."""


def read_row(path: Path, known: Row | None) -> Row:
    """Return the row of a file, starting from what was known of it.

    A file that cannot be read makes an empty row that says why.

    Raises:
        FileNotFoundError: it is no longer there.
    """
    try:
        return _read(path, known)
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - logged, and told as the file's problem
        problem = str(as_salon_error(error, f"reading {path}"))
        row = _row(path.lstat(), _Body.after(None), None, [], "")
        return row._replace(inode=-1, problem=problem)


def _read(path: Path, known: Row | None) -> Row:
    try:
        descriptor = open_file(path)
    except OSError as error:
        return _unreadable(path.lstat(), error)
    try:
        status = os.fstat(descriptor)
        body = _Body.after(known if known is not None and known.grown(status) else None)
        body.read(descriptor, status.st_size)
        first = _decoded(next(read_lines(descriptor, status.st_size), b""))
        ends, last = _tail(descriptor, status.st_size)
    except OSError as error:
        return _unreadable(status, error)
    finally:
        os.close(descriptor)
    return _row(status, body, first, ends, last)


def _unreadable(status: os.stat_result, error: OSError) -> Row:
    """Return the row of what has a session's name and cannot be read."""
    row = _row(status, _Body.after(None), None, [], "")
    if isinstance(error, FileNotFoundError):
        reason = "the link leads nowhere"
    else:
        reason = (error.strerror or type(error).__name__).removesuffix(".")
    return row._replace(inode=-1, problem=f"It cannot be read: {reason}.")


def _row(
    status: os.stat_result, body: _Body, first: Record | None, ends: Sequence[Record], last: str
) -> Row:
    root = first if first is not None and first.kind == Kind.SESSION else None
    moved = [each for each in ends if each.kind != Kind.META] or ends
    modified = status.st_mtime
    return Row(
        mtime_ns=status.st_mtime_ns,
        size=status.st_size,
        engine="" if root is None else str(root.data.get("engine", "")),
        title=body.given or ("" if root is None else session_title(root)),
        created=modified if first is None else first.at.timestamp(),
        updated=moved[-1].at.timestamp() if moved else modified,
        records=max((each.seq + 1 for each in ends), default=0),
        last=last,
        inode=status.st_ino,
        scanned=body.scanned,
        given=body.given,
        pinned=body.pinned,
        messages=body.messages,
        names=[] if root is None else seat_names(root),
        models=body.models,
        erased=root is not None and root.data.get("erased") is True,
        problem=body.problem(root is not None),
    )


class _Body:
    """What was found in the lines of a file so far."""

    def __init__(self, scanned: int, meta: Mapping[str, Any], messages: int, models: list[str]):
        self.scanned = scanned
        self.messages = messages
        self.models = models
        self._meta = dict(meta)
        self._before = ""
        self._faults: Counter[str] = Counter()
        self._ids: set[str] | None = None
        """Ids so far, where the whole file was looked through."""

    @classmethod
    def after(cls, known: Row | None) -> _Body:
        """Return what is known already."""
        if known is None:
            body = cls(0, {}, 0, [])
            body._ids = set()
            return body
        meta = {"title": known.given, "pinned": known.pinned}
        body = cls(known.scanned, meta, known.messages, list(known.models))
        body._before = known.problem
        return body

    @property
    def given(self) -> str:
        return given_title(self._meta)

    @property
    def pinned(self) -> bool:
        return self._meta.get("pinned") is True

    def problem(self, rooted: bool) -> str:
        """Return what is damaged in the file, as a sentence; `rooted`: its first record is one."""
        if not self.scanned:
            return "It is empty: nothing was ever written to it, or it was cut off."
        faults = [counted(count, *_FAULTS[fault]) for fault, count in self._faults.items()]
        if not rooted:
            faults.insert(0, "its beginning cannot be read")
        return f"It is damaged: {', '.join(faults)}." if faults else self._before

    def read(self, descriptor: int, end: int) -> None:
        """Look through what was added."""
        for start, block in read_blocks(descriptor, self.scanned, end):
            if not block.endswith(b"\n") and _values(block) is None:
                break
            self._take_in(block)
            self.scanned = start + len(block)

    def _look_for_faults(self, block: bytes) -> None:
        for line in block.split(b"\n"):
            if line and (fault := self._fault(line)):
                self._faults[fault] += 1

    def _fault(self, line: bytes) -> str:
        """Return what is wrong with a line: a key of `_FAULTS`; empty if nothing is."""
        values = _values(line)
        if values is None:
            values = _values(line.decode("utf-8", "replace").encode("utf-8"))
            if values is None:
                return "unreadable"
            self._faults["bytes"] += 1
        if not is_text(values.get("id")) or not is_text(values.get("kind")):
            return "unreadable"
        tangled = self._tangled(values["id"], values.get("parent"))
        if problems_of(values) or missing(values["kind"], values.get("data", {})):
            return "values"
        return "place" if tangled else ""

    def _tangled(self, record_id: str, parent: Any) -> bool:
        if self._ids is None:
            return False
        tangled = record_id in self._ids or (is_text(parent) and parent not in self._ids)
        self._ids.add(record_id)
        return tangled

    def _take_in(self, block: bytes) -> None:
        self._look_for_faults(block)
        self.messages += block.count(_MESSAGE)
        for found in dict.fromkeys(_MODEL.findall(block)):
            values = _values(b'{"model":"%b"}' % found)
            if values and values["model"] not in self.models[:_MOST_MODELS]:
                self.models = [*self.models, str(values["model"])][:_MOST_MODELS]
        at = block.find(_META)
        while at >= 0:
            stop = block.find(b"\n", at)
            stop = len(block) if stop < 0 else stop
            values = _values(block[block.rfind(b"\n", 0, at) + 1 : stop])
            if values and values.get("kind") == Kind.META and isinstance(values.get("data"), dict):
                self._meta |= values["data"]
            at = block.find(_META, stop)


def _tail(descriptor: int, size: int) -> tuple[list[Record], str]:
    """Return the last records down to one that is no name or pin, and the last words."""
    lines: list[bytes] = []
    words = ""
    for count in _TAILS:
        lines = read_last_lines(descriptor, size, count)
        words = _last_words(lines)
        if words or len(lines) < count:
            break
    else:
        words = _last_words(read_lines(descriptor, size))
    ends: list[Record] = []
    for line in reversed(lines):
        record = _decoded(line)
        if record is not None:
            ends.insert(0, record)
            if record.kind != Kind.META:
                break
    return ends, words


def _last_words(lines: Iterable[bytes]) -> str:
    """Return how the last message of the path begins, as far as these lines tell."""
    tree = SessionTree()
    found: dict[str, bytes] = {}
    for line in lines:
        record = light_record(line)
        if record is None or record.id in tree:
            continue
        if record.parent is not None and record.parent not in tree:
            # What the first record follows is not known: it is taken for the path.
            record = replace(record, parent=None)
        if record.kind == Kind.HEAD and (target := str(record.data.get("target"))) not in tree:
            tree.apply(replace(record, id=target, parent=None, kind=_UNSEEN))
        found[record.id] = line
        tree.apply(record)
    for record in reversed(tree.path):
        if record.kind == Kind.MESSAGE and not tree.deleted(record.id):
            edit = tree.edit_of(record.id)
            said = _decoded(found[record.id if edit is None else edit.id])
            if said is not None and said.text.strip():
                return " ".join(said.text[: 4 * _SNIPPET].split())[:_SNIPPET]
    return ""


def _decoded(line: bytes) -> Record | None:
    with suppress(ValueError):
        return salvage_record(line)
    return None


def _values(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        return decode_line(line)
    return None
