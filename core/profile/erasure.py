"""Forgetting: what a profile held leaves the files, and so does what was told because of it.

Erased are, in this order: the copies that personas were sent (as requests of chats keep
them), where asked for the words in chats that values rest on, and the values, proposals and
quotes of the profile itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SessionNotFound
from core.files import is_file, read_file
from core.ids import SystemSource
from core.profile.store import OwnProfile, ProfileFile
from core.profiles.edits import edit_of
from core.profiles.evidence import holds
from core.profiles.fields import FIELDS
from core.profiles.profile import Evidence, Profile, Value
from core.profiles.records import ProfileKind
from core.sessions.files import store_error
from core.sessions.folder import TRASH, session_files
from core.sessions.record import Record
from core.sessions.store import SessionStore
from core.sessions.tree import SessionTree

TOLD = "profile"
"""Key of a reply's data that says which fields of the profile it saw."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased."""

    fields: tuple[str, ...]
    records: int
    """Records of the profile that lost their texts."""
    chats: tuple[str, ...]
    """Chats from which something was erased."""
    still_said: tuple[tuple[str, str], ...]
    """Session and record of messages that still hold words the values rested on."""


async def forget(
    file: ProfileFile, chats: SessionStore, paths: Collection[str], *, messages: bool = False
) -> Forgotten:
    """Erase some fields for good, or with all paths everything.

    Args:
        file: the profile.
        chats: the sessions that it was learnt from and told in.
        paths: of the fields.
        messages: whether the messages that the values rest on are erased as well.

    Raises:
        SessionBusy: somebody is writing to a chat, or to the profile: nothing of that one was
            erased.
        StoreError: a file cannot be read or rewritten.
    """
    own = await file.load()
    if not own.session:
        return Forgotten((), 0, (), ())
    gone = [each.id for each in own.records if _is_about(each, paths)]
    rests = _rests(own, gone)
    said = await _still_there(chats, rests)
    touched = await _erase_told(chats, own.session, paths)
    if messages:
        for session in dict.fromkeys(session for session, _ in said):
            await chats.erase(session, [record for each, record in said if each == session])
            touched.append(session)
        said = []
    erased = 0
    if gone:
        everything = set(paths) >= set(FIELDS)
        done = await file.store.erase(own.session, None if everything else gone)
        erased = done.records
        file.forget_read()
    fields = tuple(each for each in FIELDS if each in paths and own.profile.texts(each))
    return Forgotten(fields, erased, tuple(dict.fromkeys(touched)), tuple(said))


async def sweep(file: ProfileFile, chats: SessionStore) -> list[str]:
    """Forget values whose evidence was erased from its chat; return sentences on them.

    Raises:
        SessionBusy, StoreError: the profile's file cannot be rewritten now.
    """
    own = await file.load()
    lost = await lost_evidence(own.profile, chats)
    if not lost:
        return []
    texts = {(path, each.text) for path, each, _ in lost}
    gone = [
        record.id
        for record in own.records
        if (edit := edit_of(record)) is not None
        and ((edit.field, edit.new) in texts or (edit.field, edit.old) in texts)
    ]
    await file.store.erase(own.session, gone)
    file.forget_read()
    return [
        f"{path}: session {evidence.session} was erased, and the value that rested on it with it."
        for path, _, evidence in lost
    ]


async def lost_evidence(profile: Profile, chats: SessionStore) -> list[tuple[str, Value, Evidence]]:
    """Return the values whose evidence is no longer where it was, with it."""
    trees: dict[str, SessionTree | None] = {}
    lost = []
    for path, value in profile.items():
        for evidence in value.evidence:
            if evidence.session not in trees:
                trees[evidence.session] = await _tree(chats, evidence.session)
            if not _stands(trees[evidence.session], evidence):
                lost.append((path, value, evidence))
                break
    return lost


def _stands(tree: SessionTree | None, evidence: Evidence) -> bool:
    if tree is None or evidence.record not in tree:
        return False
    record = tree.get(evidence.record)
    if not evidence.quote:
        # The quote was forgotten together with another value; the words themselves stay.
        return len(record.text) >= evidence.end
    return holds(evidence, record.text)


async def _tree(chats: SessionStore, session: str) -> SessionTree | None:
    """Return a session's records, from the trash if it lies there; `None` if it is gone."""
    for store in _places(chats):
        try:
            return (await store.read(session)).tree
        except SessionNotFound:
            continue
    return None


def _places(chats: SessionStore) -> tuple[SessionStore, SessionStore]:
    """Return where chats lie: their folder, and its trash."""
    return chats, SessionStore(chats.folder / TRASH, SystemSource())


def _is_about(record: Record, paths: Collection[str]) -> bool:
    edit = (
        edit_of(record) if record.kind in {ProfileKind.PROFILE_EDIT, ProfileKind.PROPOSAL} else None
    )
    return edit is not None and edit.field in paths


def _rests(own: OwnProfile, records: Sequence[str]) -> list[Evidence]:
    wanted = set(records)
    found = [
        each
        for record in own.records
        if record.id in wanted and (edit := edit_of(record)) is not None
        for each in edit.evidence
    ]
    return list(dict.fromkeys(found))


async def _still_there(chats: SessionStore, evidence: Iterable[Evidence]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for each in evidence:
        tree = await _tree(chats, each.session)
        if tree is not None and _stands(tree, each):
            found[each.session, each.record] = None
    return list(found)


async def _erase_told(chats: SessionStore, profile: str, paths: Collection[str]) -> list[str]:
    """Erase the copies of the profile that requests of chats keep; return those chats.

    Chats in the trash keep them as well: what is restored from there must not bring them back.
    """
    touched: list[str] = []
    for place in _places(chats):
        for name in await asyncio.to_thread(_naming, place.folder, profile):
            blobs = _told_blobs((await place.read(name)).tree, profile, paths)
            if blobs:
                session = name.partition("-")[0]
                await chats.erase(session, blobs)
                touched.append(session)
    return touched


def _told_blobs(tree: SessionTree, profile: str, paths: Collection[str]) -> list[str]:
    found: dict[str, None] = {}
    for record in tree:
        told = record.data.get(TOLD)
        if not isinstance(told, Mapping) or told.get("session") != profile:
            continue
        blob = tree.blob(str(told.get("block")))
        if blob is not None and set(told.get("fields", ())) & set(paths):
            found[blob.id] = None
    return list(found)


def _naming(folder: Path, profile: str) -> list[str]:
    """Return the sessions whose files name a profile.

    Raises:
        StoreError: one cannot be read: it may hold copies.
    """
    needle = profile.encode()
    try:
        files = session_files(folder)[0]
    except OSError as error:
        raise store_error("read", folder, error) from error
    return [name for name, entry in sorted(files.items()) if _names(Path(entry.path), needle)]


def _names(path: Path, needle: bytes) -> bool:
    try:
        # What is no file, or was moved to the trash meanwhile, where it is looked for next, holds
        # no copy.
        return is_file(path) and needle in read_file(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise store_error("read", path, error, "move it out of that folder") from error
