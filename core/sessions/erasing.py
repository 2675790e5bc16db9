"""Erasing texts for good: the one operation that rewrites a session's file.

The file is replaced as a whole by one without the texts, while its lock is held; what lies
beside it, what the index knows of it and what was trashed under its id go the same way.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SessionNotFound, StoreError
from core.sessions.codec import encode_line
from core.sessions.drafts import forget_typed
from core.files import is_file, read_file, sync_folder
from core.sessions.files import store_error
from core.sessions.folder import SUFFIX, TRASH, find_session
from core.sessions.index import unindexed
from core.sessions.locks import PID_SUFFIX
from core.sessions.tombstones import all_erased, some_erased
from core.sessions.trash import beside, copies_in_trash
from core.sessions.tree import SessionTree

if TYPE_CHECKING:
    from core.sessions.journal import Journal


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased."""

    session: str
    records: int
    """How many records lost a text, in all copies."""
    files: tuple[Path, ...]
    """The files that were rewritten: the session's, and what was trashed under its id."""
    removed: tuple[Path, ...]
    """Files beside them that held texts and are gone."""


def erase(
    folder: Path,
    prefix: str,
    names: Sequence[str] | None,
    now: Callable[[], datetime],
    typed: Path | None = None,
) -> Erased:
    """Take all texts out of a session, or those of the records named by ids or parts of ids.

    `typed` is where it is kept what was typed before it was sent.

    Raises:
        SessionBusy: somebody writes to it.
        SessionNotFound: neither in the folder nor in its trash.
        SessionDamaged: nothing in it can be read.
        StoreError: a record is unknown, or a file cannot be written; it is as it was then.
    """
    paths = _copies(folder, prefix)
    session_id = paths[0].stem.partition("-")[0]
    done: list[_Done] = []
    missing: _Missing | None = None
    for path in paths:
        try:
            done.append(_erase_file(path, names, now))
        except _Missing as error:
            missing = error
    if missing is not None and not done:
        raise StoreError(missing.message, missing.hint)
    if typed is not None:
        said = set().union(*(each.texts for each in done))
        forget_typed(typed, said, draft=session_id if names is None else None)
    return Erased(
        session_id,
        sum(each.records for each in done),
        tuple(each.path for each in done),
        tuple(path for each in done for path in each.removed),
    )


@dataclass(frozen=True, slots=True)
class _Done:
    """What was erased of one file."""

    path: Path
    records: int
    texts: set[str]
    removed: list[Path]


class _Missing(StoreError):
    """One copy of a session lacks a record that another may hold."""


def _copies(folder: Path, prefix: str) -> list[Path]:
    try:
        path = find_session(folder, prefix)
    except SessionNotFound as error:
        try:
            found = find_session(folder / TRASH, prefix)
        except SessionNotFound:
            raise error from None
        return copies_in_trash(folder / f"{found.stem.partition('-')[0]}{SUFFIX}")
    return [path, *copies_in_trash(path)]


def _erase_file(path: Path, names: Sequence[str] | None, now: Callable[[], datetime]) -> _Done:
    from core.sessions.opening import open_journal, rewrite

    opened = open_journal(path, now)
    rewritten: Journal | None = None
    try:
        if names is None:
            records, texts = all_erased(opened.tree)
        else:
            records, texts = some_erased(opened.tree, _meant(opened.tree, names))
        count = sum(each != opened.tree.get(each.id) for each in records)
        with unindexed(path.parent, path.stem):
            rewritten = rewrite(path, records)
        others = [each for each in beside(path) if each.suffix != PID_SUFFIX]
        removed = [each for each in others if names is None or _holds(each, texts)]
        for each in removed:
            _remove(each)
        sync_folder(path.parent)
    except OSError as error:
        raise store_error("erase", path, error) from error
    finally:
        opened.close()
        if rewritten is not None:
            rewritten.close()
    return _Done(path, count, texts, removed)


def _meant(tree: SessionTree, names: Sequence[str]) -> set[str]:
    """Return the ids of the records that names stand for.

    Raises:
        StoreError: a name fits no record, or several.
    """
    found: set[str] = set()
    for name in names:
        wanted = name.strip().upper()
        fits = [each.id for each in tree if each.id.startswith(wanted)] if wanted else []
        fits = fits or [each.id for each in tree if wanted and each.id.endswith(wanted)]
        chosen = [wanted] if wanted in tree else fits
        if len(chosen) != 1:
            many = f"{len(chosen)} records begin or end with" if chosen else "The session has no"
            what = f"{name!r}." if chosen else f"record {name!r}."
            raise _Missing(f"{many} {what}", "`salon sessions show ID --json` lists them all.")
        found.add(chosen[0])
    return found


def _holds(path: Path, texts: Collection[str]) -> bool:
    """Whether a file, or one in a folder, holds one of the texts as a session's file writes them.

    What is neither a file nor a folder holds nothing.
    """
    if path.is_dir():
        return any(_holds(each, texts) for each in path.iterdir())
    if not is_file(path):
        return False
    content = read_file(path)
    needles = {encode_line({"": each})[5:-3] for each in texts}
    return any(needle in content for needle in needles)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; of a link the link. Raises `OSError`."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
