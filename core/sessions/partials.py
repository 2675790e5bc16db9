"""Answers that are still being streamed, kept beside the session so that a crash loses little.

`<id>.partial` holds, one JSON object a line, `{"draft": record}` once a message and then
`{"id": …, "text": …}` for what was added since. It is emptied when all its messages are
stored. It is not synced: it outlives the process, not a power cut.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.files import open_file
from core.sessions.codec import decode_line, encode_line, record_of
from core.sessions.files import FILE_MODE, append_or_undo
from core.sessions.folder import PARTIAL
from core.sessions.lines import read_lines
from core.sessions.record import Record
from core.sessions.tree import SessionTree


def partial_path(path: Path) -> Path:
    """Return where the partial answers of the session at `path` are kept."""
    return path.with_suffix(PARTIAL)


class Partials:
    """The partial answers of one open session.

    `note` is called by the streaming side and costs a dictionary entry; everything else
    belongs to the writer's thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = partial_path(path)
        self._descriptor: int | None = None
        self._lock = threading.Lock()
        self._pending: dict[str, tuple[Record, list[str]]] = {}
        self._written: set[str] = set()

    def note(self, draft: Record, added: str) -> bool:
        """Keep `added` for the next `flush`; whether it is the first to wait for it."""
        with self._lock:
            first = not self._pending
            self._pending.setdefault(draft.id, (draft, []))[1].append(added)
            return first

    def flush(self) -> bool:
        """Write what was noted; `False` if that failed and is to be tried again."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return True
        lines = bytearray()
        for draft, pieces in pending.values():
            if draft.id not in self._written:
                lines += encode_line({"draft": draft.to_json()})
            lines += encode_line({"id": draft.id, "text": "".join(pieces)})
        try:
            append_or_undo(self._open(), bytes(lines), sync=False)
        except OSError:
            self._put_back(pending)
            return False
        self._written |= pending.keys()
        return True

    def settle(self, stored: set[str]) -> None:
        """Forget the messages that are records now."""
        with self._lock:
            for each in stored & self._pending.keys():
                del self._pending[each]
        if stored & self._written:
            self._written -= stored
            if not self._written and self._descriptor is not None:
                # What cannot be emptied is recognised by its ids when it is read again.
                with suppress(OSError):
                    os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Let go of the file; remove it if nothing is left in it. Call `flush` before."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if not self._written:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            self._descriptor = os.open(self._path, flags, FILE_MODE)
        return self._descriptor

    def _put_back(self, pending: dict[str, tuple[Record, list[str]]]) -> None:
        with self._lock:
            for key, (draft, pieces) in pending.items():
                later = self._pending.get(key, (draft, []))[1]
                self._pending[key] = (draft, pieces + later)


def read_partials(path: Path) -> list[Record]:
    """Return the partial answers beside the session at `path`, as interrupted messages.

    What cannot be read of them is passed over.
    """
    try:
        descriptor = open_file(partial_path(path))
    except OSError:
        return []
    drafts: dict[str, Record] = {}
    texts: dict[str, list[str]] = {}
    try:
        for line in read_lines(descriptor, os.fstat(descriptor).st_size):
            # A torn line ends what can be known of its message.
            with suppress(ValueError):
                values = decode_line(line)
                if isinstance(values.get("draft"), dict):
                    draft = record_of(values["draft"])
                    drafts.setdefault(draft.id, draft)
                elif isinstance(values.get("id"), str) and isinstance(values.get("text"), str):
                    texts.setdefault(values["id"], []).append(values["text"])
    finally:
        os.close(descriptor)
    return [
        replace(draft, text="".join(texts.get(key, ())), status="interrupted")
        for key, draft in drafts.items()
    ]


def missing_from(tree: SessionTree, partials: Iterable[Record]) -> list[Record]:
    """Return those that are no record of a session yet; one whose parent is lost follows its end."""
    return [
        each
        if each.parent is None or each.parent in tree
        else replace(each, parent=tree.head, extra={**each.extra, "lost_parent": each.parent})
        for each in partials
        if each.id not in tree
    ]


def cut_off(path: Path, tree: SessionTree) -> list[Record]:
    """Return the answers beside the session at `path` that were never stored in it."""
    return missing_from(tree, read_partials(path))
