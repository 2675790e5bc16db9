"""What was typed and not sent yet, kept from one run to the next. Call it in a thread.

One small file a conversation, so that two processes never write to the same one. A draft is
no part of a session: nothing of it is on record before it is sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core import json_safe
from core.errors import StoreError
from core.files import make_folder, read_file, replace_file
from core.sessions.files import FILE_MODE, append_or_undo, store_error

DRAFTS, HISTORY = "drafts", "history.jsonl"
"""Where in the data folder drafts and the texts to recall are kept."""

_TELLING = 8
"""Characters from which a text inside another one is no chance."""
_MOST = 200
"""Drafts that are kept; the one changed longest ago goes first."""
_LONGEST = 20_000
"""Characters from which a text is not recalled: it was pasted, not written."""
_LARGEST = 1_000_000
"""Bytes from which the file of texts to recall is shortened."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
_INSTEAD = "name another folder with --data-dir"


@dataclass(frozen=True, slots=True)
class Unsent:
    """A text that is being written, with the files that are to go along."""

    text: str = ""
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of each."""

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.files)


class Drafts:
    """All drafts of one folder, each by the key of its conversation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Unsent:
        """Return a conversation's draft; an empty one where there is none.

        Raises:
            StoreError: it cannot be read.
        """
        path = self._path(key)
        try:
            values = json_safe.loads(read_file(path))
            files = tuple((_text(name), _text(text)) for name, text in values.get("files", ()))
            return Unsent(_text(values["text"]), files)
        except FileNotFoundError:
            return Unsent()
        except OSError as error:
            raise store_error("read", path, error, _INSTEAD) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"The draft in {path} cannot be understood.", "It is replaced as you type."
            ) from error

    def save(self, key: str, unsent: Unsent) -> None:
        """Keep a conversation's draft, or forget it where nothing is left of it.

        Raises:
            StoreError: it cannot be written.
        """
        path = self._path(key)
        try:
            if not unsent:
                path.unlink(missing_ok=True)
                return
            make_folder(self._folder)
            added = not path.exists()
            values = {"text": unsent.text, "files": unsent.files}
            replace_file(path, json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"))
            if added:
                self._make_room()
        except OSError as error:
            raise store_error("keep the draft in", path, error, _INSTEAD) from error

    def _make_room(self) -> None:
        kept = sorted(self._folder.glob("*.json"), key=_changed, reverse=True)
        for path in kept[_MOST:]:
            with suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        plain = _PLAIN.fullmatch(key)
        name = key if plain else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        return self._folder / f"{name}.json"


def _text(value: object) -> str:
    """Return a value that has to be a text. Raises `TypeError`."""
    if not isinstance(value, str):
        raise TypeError(f"not a text: {type(value).__name__}")
    return value


def _changed(path: Path) -> float:
    # Another process may have sent what it holds.
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def forget_typed(data: Path, said: Collection[str], *, draft: str | None) -> None:
    """Forget the texts to recall that messages were made of, and a conversation's draft.

    Raises:
        StoreError: a file cannot be read or written.
    """
    if draft is not None:
        Drafts(data / DRAFTS).save(draft, Unsent())
    PromptHistory(data / HISTORY).forget(said)


class PromptHistory:
    """The texts that were sent last, oldest first, in one file that stays small."""

    def __init__(self, path: Path, most: int = 500) -> None:
        self._path = path
        self._most = most

    def load(self) -> Sequence[str]:
        """Return the texts. A line that cannot be read is passed over.

        Raises:
            StoreError: the file cannot be read.
        """
        return self._texts()[-self._most :]

    def _texts(self) -> list[str]:
        """Return all texts of the file, also those that are not recalled any more."""
        try:
            lines = read_file(self._path).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise store_error("read", self._path, error, _INSTEAD) from error
        texts: list[str] = []
        for line in lines:
            with suppress(ValueError):
                text = json_safe.loads(line)
                if isinstance(text, str):
                    texts.append(text)
        return texts

    def add(self, text: str) -> None:
        """Add a text; a long one is not kept, and the oldest go where there are too many.

        Raises:
            StoreError: the file cannot be written.
        """
        if len(text) > _LONGEST:
            return
        line = json.dumps(text).encode("ascii") + b"\n"
        try:
            make_folder(self._path.parent)
            if self._append(line) > _LARGEST:
                self._shorten()
        except OSError as error:
            raise store_error("write to", self._path, error, _INSTEAD) from error

    def forget(self, said: Collection[str]) -> None:
        """Take out what messages were made of: their beginning, or a command that holds them.

        Raises:
            StoreError: the file cannot be read or written.
        """
        texts = self._texts()
        whole = {each.strip() for each in said}
        first = {each.partition("\n\n")[0].strip() for each in said}
        long = [each for each in whole if len(each) >= _TELLING]
        kept = [
            each
            for each in texts
            if each.strip() not in whole | first and not any(text in each for text in long)
        ]
        if len(kept) == len(texts):
            return
        lines = [json.dumps(each).encode("ascii") + b"\n" for each in kept]
        try:
            replace_file(self._path, b"".join(lines))
        except OSError as error:
            raise store_error("write to", self._path, error, _INSTEAD) from error

    def _append(self, line: bytes) -> int:
        """Return how large the file has become."""
        descriptor = os.open(self._path, _APPENDING, FILE_MODE)
        try:
            append_or_undo(descriptor, line, sync=False)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def _shorten(self) -> None:
        """Keep the newest texts, as many as take half of the room."""
        kept: list[bytes] = []
        room = _LARGEST // 2
        for line in reversed(read_file(self._path).splitlines(keepends=True)[-self._most :]):
            room -= len(line)
            if room < 0:
                break
            kept.append(line)
        replace_file(self._path, b"".join(reversed(kept)))
