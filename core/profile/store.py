"""The file of a person's own profile: read, changed, rolled back, and forgotten.

It is a session of the engine `profile` in a folder of its own, so that no list, search or
export of conversations comes across it. Each change opens the file, appends and lets go of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import CommandError, SessionNotFound
from core.ids import Source
from core.profiles.edits import Edit, edit_of
from core.profiles.fields import fields_of
from core.profiles.history import diff, merge, profile_at, rollback
from core.profiles.profile import Profile
from core.profiles.records import ProfileKind
from core.profiles.state import ENGINE, ProfileState
from core.profiles.validation import Proposed, Refused, check
from core.sessions.folder import session_files
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.session import Session
from core.sessions.store import SessionStore

HUMAN = Author("human")


@dataclass(frozen=True)
class OwnProfile:
    """A person's own profile as it stands."""

    session: str
    """Empty where there is none yet."""
    state: ProfileState
    records: Sequence[Record] = ()

    @property
    def profile(self) -> Profile:
        """What is known."""
        return self.state.profile


class ProfileFile:
    """The one profile of a folder. Nothing here blocks the event loop.

    Every method that changes it may raise `SessionBusy`, where another process is at it, and
    `StoreError`.
    """

    def __init__(self, folder: Path, source: Source) -> None:
        self.folder = folder
        self._store = SessionStore(folder, source)
        self._read: tuple[tuple[int, int], OwnProfile] | None = None
        self._writing = asyncio.Lock()
        self.learning = asyncio.Lock()
        """Held while a chat is learnt from, so that none is read twice at once."""

    @property
    def store(self) -> SessionStore:
        """The folder as a store of sessions, for erasing."""
        return self._store

    async def load(self) -> OwnProfile:
        """Return the profile as it stands; an empty one where there is none yet.

        Raises:
            StoreError: it cannot be read.
        """
        found = await asyncio.to_thread(_newest, self.folder)
        if found is None:
            return OwnProfile("", ProfileState())
        session, stamp = found
        if self._read is None or self._read[0] != stamp:
            view = await self._store.read(session)
            records = list(view.tree)
            own = OwnProfile(session, ProfileState.fold(records), records)
            self._read = (stamp, own)
        return self._read[1]

    async def switch(self, on: bool) -> None:
        """Let chats be learnt from and personas be told, or no longer."""
        await self._setting({"on": on})

    async def pause(self, paused: bool) -> None:
        """Leave it unused and unchanged for a while."""
        await self._setting({"paused": paused})

    async def lock(self, spelling: str, locked: bool = True) -> Sequence[str]:
        """Lock a field or a group, or unlock it; return the paths that are locked then.

        Raises:
            UsageError: there is no such field or group.
        """
        paths = {each.path for each in fields_of(spelling)}
        now = (await self.load()).state.locked
        wanted = sorted(now | paths if locked else now - paths)
        await self._setting({"locked": wanted})
        return wanted

    async def edit(self, proposed: Proposed) -> Edit:
        """Make an edit on the person's own word, which needs no evidence.

        Raises:
            CommandError: it cannot be made; says why.
        """
        state = (await self.load()).state
        found = check(proposed, state.profile, state.locked)
        if isinstance(found, Refused):
            raise CommandError(found.in_words(), "`salon profile show` lists what is there.")
        await self._append([_edited(found, HUMAN)])
        return found

    async def propose(
        self, edits: Sequence[Edit], session: str, upto: str, more: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Put edits before the person; return the ids of the proposals.

        `session` and `upto` say what was learnt from, so that it is not learnt from again.
        """
        drafts = [_Draft(ProfileKind.PROPOSAL, each.in_words(), each.to_json()) for each in edits]
        heard = {"session": session, "upto": upto, "proposals": len(edits), **(more or {})}
        stored = await self._append([*drafts, _Draft(ProfileKind.UPDATE, "", heard)])
        return [each.id for each in stored if each.kind == ProfileKind.PROPOSAL]

    async def accept(self, proposal: str, new: str | None = None) -> Edit:
        """Make a proposed edit, with another value where one is given.

        Raises:
            CommandError: no such proposal waits, or it cannot be made any more.
        """
        record = await self._pending(proposal)
        edit = edit_of(record)
        state = (await self.load()).state
        assert edit is not None, "what waits can be read"
        again = Proposed(edit.field, edit.op, edit.new if new is None else new, edit.old)
        found = check(again, state.profile, state.locked)
        if isinstance(found, Refused):
            raise CommandError(found.in_words(), "Refuse it, or change the profile first.")
        made = replace(found, evidence=edit.evidence, confidence=edit.confidence)
        verdict = "applied" if new is None else "edited"
        decision = _Draft(
            ProfileKind.DECISION, "", {"proposal": record.id, "state": verdict}, HUMAN
        )
        await self._append([decision, _edited(made, HUMAN, {"proposal": record.id})])
        return made

    async def refuse(self, proposal: str) -> None:
        """Let a proposed edit be.

        Raises:
            CommandError: no such proposal waits.
        """
        record = await self._pending(proposal)
        data = {"proposal": record.id, "state": "refused"}
        await self._append([_Draft(ProfileKind.DECISION, "", data, HUMAN)])

    async def rollback(self, version: str) -> Sequence[Edit]:
        """Make the profile what it was at a version; return the edits that did it.

        Raises:
            CommandError: there is no such version, or a locked field would change.
        """
        own = await self.load()
        edits = rollback(own.records, version, own.state.locked)
        if edits:
            await self._append([_edited(each, HUMAN) for each in edits])
        return edits

    async def merge(self, other: Profile) -> Sequence[Edit]:
        """Take in what another profile knows; return the edits that did it."""
        own = await self.load()
        edits = merge(own.profile, other, own.state.locked)
        if edits:
            await self._append([_edited(each, HUMAN) for each in edits])
        return edits

    async def between(self, old: str, new: str) -> Sequence[Edit]:
        """Return what differs between two versions; an empty `new` is the present one.

        Raises:
            CommandError: there is no such version.
        """
        own = await self.load()
        there = profile_at(own.records, new) if new else own.profile
        return diff(profile_at(own.records, old), there)

    async def _pending(self, proposal: str) -> Record:
        waiting = (await self.load()).state.pending
        wanted = proposal.strip().upper()
        found = [
            each for key, each in waiting.items() if key.endswith(wanted) or key.startswith(wanted)
        ]
        if not wanted or len(found) != 1:
            what = "Several proposals fit" if len(found) > 1 else "No proposal waits that fits"
            raise CommandError(f"{what} {proposal!r}.", "`salon profile show` lists them.")
        return found[0]

    async def _setting(self, data: Mapping[str, Any]) -> None:
        await self._append([_Draft(Kind.SETTING, "", data, HUMAN)])

    async def _append(self, drafts: Sequence[_Draft]) -> Sequence[Record]:
        async with self._writing:
            session = await self._open()
            try:
                return await session.append(*_records(session, drafts))
            finally:
                await session.close()
                self._read = None

    async def _open(self) -> Session:
        found = await asyncio.to_thread(_newest, self.folder)
        if found is None:
            return await self._store.create(ENGINE, {"title": "Your profile"})
        return await self._store.open(found[0])

    def forget_read(self) -> None:
        """Read the file anew next time: it was rewritten."""
        self._read = None


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: str
    text: str
    data: Mapping[str, Any]
    author: Author = CODE


def _edited(edit: Edit, author: Author, more: Mapping[str, Any] | None = None) -> _Draft:
    data = {**edit.to_json(), **(more or {})}
    return _Draft(ProfileKind.PROFILE_EDIT, edit.in_words(), data, author)


def _records(session: Session, drafts: Sequence[_Draft]) -> list[Record]:
    parent = session.tree.head
    records: list[Record] = []
    for each in drafts:
        record = Record(
            id=session.source.new_id(),
            kind=each.kind,
            parent=parent,
            author=each.author,
            at=session.source.now(),
            text=each.text,
            data=each.data,
        )
        parent = record.id
        records.append(record)
    return records


def _newest(folder: Path) -> tuple[str, tuple[int, int]] | None:
    """Return the id of the profile of a folder and what tells its versions apart.

    Raises:
        SessionNotFound: the folder cannot be read.
    """
    try:
        files = session_files(folder)[0]
        if not files:
            return None
        last = max(files)
        status = files[last].stat()
    except OSError as error:
        raise SessionNotFound(f"{folder} cannot be read: {error.strerror}.") from error
    return last, (status.st_mtime_ns, status.st_size)
