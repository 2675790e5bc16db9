"""The one thread that writes to a session.

Whatever is queued when the thread comes round is written as one group with one fsync.
The first group that cannot be written is the last one tried: everything behind it fails
with the same error, so that nothing is ever announced that a later reader will not find.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import StoreError
from core.sessions.files import store_error
from core.sessions.journal import TABLE, Journal
from core.sessions.partials import Partials
from core.sessions.record import Record

FLUSH_EVERY = 0.2
"""Seconds after which streamed text is written, with a margin under the promised 250 ms."""

Done = Callable[[StoreError | None], None]
"""Called in the writer's thread when records are stored, or with why they are not."""


@dataclass(frozen=True, slots=True)
class _Write:
    records: tuple[Record, ...]
    done: Done


@dataclass(frozen=True, slots=True)
class _Wake:
    """Only makes the thread look at what time it is."""

    closing: bool = False


class Writer:
    """Writes records and partial answers of one open session; callable from any thread."""

    def __init__(self, journal: Journal, partials: Partials) -> None:
        self._journal = journal
        self._partials = partials
        self._queue: queue.SimpleQueue[_Write | _Wake] = queue.SimpleQueue()
        self._failure: StoreError | None = None
        self._flush_at: float | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"writer-{journal.journal.path.stem}", daemon=True
        )
        self._thread.start()

    def submit(self, records: tuple[Record, ...], done: Done) -> None:
        """Queue records to be stored as one group, perhaps with others."""
        self._queue.put(_Write(records, done))

    def checkpoint(self, draft: Record, added: str) -> None:
        """Note streamed text, to be written within `FLUSH_EVERY`."""
        if self._partials.note(draft, added):
            self._queue.put(_Wake())

    def close(self) -> None:
        """Write what is queued and end the thread; waits for it."""
        self._queue.put(_Wake(closing=True))
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            writes, closing = self._collect()
            if writes:
                self._write(writes)
            self._flush_if_due(time.monotonic())
        self._flush_if_due(math.inf)
        self._partials.close()

    def _collect(self) -> tuple[list[_Write], bool]:
        """Wait for work or the next flush; return all that is queued, and whether to end."""
        writes: list[_Write] = []
        closing = woken = False
        try:
            timeout = None
            if self._flush_at is not None:
                timeout = max(0.0, self._flush_at - time.monotonic())
            item = self._queue.get(timeout=timeout)
            while True:
                if isinstance(item, _Write):
                    writes.append(item)
                else:
                    closing, woken = closing or item.closing, True
                item = self._queue.get_nowait()
        except queue.Empty:
            pass
        if woken and self._flush_at is None:
            self._flush_at = time.monotonic() + FLUSH_EVERY
        return writes, closing

    def _flush_if_due(self, now: float) -> None:
        if self._flush_at is None or now < self._flush_at:
            return
        # Text that could not be written waits for the next time; if the fault lasts, the
        # message itself will meet it and say so.
        try:
            self._flush_at = None if self._partials.flush() else now + FLUSH_EVERY
        except Exception as error:  # noqa: BLE001 - the next append raises it
            self._failure, self._flush_at = self._broken(error), None

    def _write(self, writes: list[_Write]) -> None:
        records = [record for write in writes for record in write.records]
        if self._failure is None:
            self._failure = self._insert(records)
        for write in writes:
            write.done(self._failure)
        if self._failure is None:
            self._partials.settle({record.id for record in records})

    def _insert(self, records: list[Record]) -> StoreError | None:
        path = self._journal.journal.path
        try:
            self._journal.table(TABLE).insert_multiple([each.to_json() for each in records])
        except OSError as error:
            return store_error("write to", path, error)
        except Exception as error:  # noqa: BLE001 - everyone who waits is told
            return self._broken(error)
        return None

    def _broken(self, error: Exception) -> StoreError:
        return StoreError(
            f"Cannot write to {self._journal.journal.path}: {error!r}.",
            "Resume the session: everything before that is stored.",
        )
