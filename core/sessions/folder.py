"""The files of a folder of sessions: which there are, and which one is meant."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from core.errors import SessionNotFound
from core.sessions.files import store_error
from core.sessions.locks import PID_SUFFIX, is_locked

SUFFIX = ".jsonl"
"""How the names of session files end."""

NASCENT = ".new"
"""How the name of a session's file ends that is not yet complete."""
PARTIAL = ".partial"
"""How the name of the file of answers ends that are still being streamed."""
DAYS = ".days"
"""How the name of the folder ends that holds the days of a population."""
BESIDE = frozenset({NASCENT, PARTIAL, DAYS, PID_SUFFIX})
"""How the names end of what lies beside a session and is nothing without it."""

TRASH = ".trash"
"""The folder inside the folder of sessions that deleted ones are moved to."""

LAST = "LAST"
"""Stands for the newest session; no id contains an L."""
_SHORTEST_END = 4
_CANDIDATES = 5
_NUMBER = re.compile(r"-\d{1,6}")
_ID_LENGTH = 26
_ID_LETTERS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def is_session_id(text: str) -> bool:
    """Whether the text is a ULID, hence safe as the name of a file."""
    return len(text) == _ID_LENGTH and _ID_LETTERS.issuperset(text)


def session_files(folder: Path) -> tuple[dict[str, os.DirEntry[str]], set[str]]:
    """Return the session files by id, and the ids of those that have a pid beside them.

    In the trash one with an id that was there before goes by that id and a number: `ID-2`.

    Raises:
        OSError: the folder cannot be read; one that does not exist is empty.
    """
    files: dict[str, os.DirEntry[str]] = {}
    held: set[str] = set()
    in_trash = folder.name == TRASH
    try:
        found = os.scandir(folder)
    except FileNotFoundError:
        return files, held
    with found:
        for entry in found:
            stem, suffix = entry.name[:_ID_LENGTH], entry.name[_ID_LENGTH:]
            if suffix == PID_SUFFIX:
                held.add(stem)
            elif suffix.endswith(SUFFIX) and is_session_id(stem):
                number = suffix.removesuffix(SUFFIX)
                if not number or (in_trash and _NUMBER.fullmatch(number)):
                    files[stem + number] = entry
    return files, held


def leftovers(folder: Path) -> list[Path]:
    """Return files that a process left behind which was killed, of sessions that are not there.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    there = {name[:_ID_LENGTH] for name in names if name.endswith(SUFFIX)}
    left = [
        folder / name
        for name in names
        if name[_ID_LENGTH:] in BESIDE
        and is_session_id(name[:_ID_LENGTH])
        and name[:_ID_LENGTH] not in there
    ]
    return [each for each in left if not is_locked(folder / f"{each.stem}{NASCENT}")]


def find_session(folder: Path, prefix: str) -> Path:
    """Return the file of the one session whose id begins or ends with `prefix`, in either case.

    Ids begin with their time, so that the end tells two of one day apart sooner. `last` is the
    session that was begun last.

    Raises:
        SessionNotFound: there is none, or more than one.
        StoreError: the folder cannot be read.
    """
    wanted = prefix.strip().upper()
    try:
        ids = sorted(session_files(folder)[0])
    except OSError as error:
        raise store_error("read", folder, error) from error
    found = _meant(ids, wanted)
    if len(found) == 1:
        return folder / f"{found[0]}{SUFFIX}"
    if found:
        raise SessionNotFound(
            f"{len(found)} sessions begin with {prefix!r}.",
            f"Write more of the id, or its end: {_some(found[::-1])}.",
        )
    if not ids:
        raise SessionNotFound(f"There is no session {prefix!r}.", f"{folder} holds none at all.")
    nearest = sorted(ids, key=lambda each: (_shared(each, wanted), each), reverse=True)
    raise SessionNotFound(f"There is no session {prefix!r}.", f"Nearest: {_some(nearest)}.")


def _meant(ids: Sequence[str], wanted: str) -> list[str]:
    if wanted == LAST:
        return list(ids[-1:])
    if wanted in ids:
        return [wanted]
    found = [each for each in ids if each.startswith(wanted)] if wanted else []
    if not found and len(wanted) >= _SHORTEST_END:
        found = [each for each in ids if each.endswith(wanted)]
    return found


def gone(path: Path) -> SessionNotFound:
    """Return the error for a session that was there a moment ago."""
    return SessionNotFound(f"There is no session {path.stem}.", "Somebody moved or deleted it.")


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _some(ids: list[str]) -> str:
    more = ", …" if len(ids) > _CANDIDATES else ""
    return ", ".join(ids[:_CANDIDATES]) + more
