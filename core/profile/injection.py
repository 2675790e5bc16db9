"""What a persona is told of the person at the keyboard, and what goes on record of that."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from core.engine.instructions import ExtraInstructions
from core.personas.persona import Persona
from core.profile.erasure import lost_evidence
from core.profile.store import ProfileFile
from core.profiles.front_matter import may_see_yours
from core.profiles.profile import Profile
from core.sessions.folder import SUFFIX
from core.sessions.requests import text_hash
from core.sessions.store import SessionStore

_LEAD = (
    "What you know about the person you talk with, as they let it be remembered. Let it decide "
    "how you speak and what you bring up; do not recite it, and do not ask for what you know:"
)


class ProfileInjection:
    """Tells personas about the person at the keyboard, as far as that is wanted."""

    def __init__(self, file: ProfileFile, chats: SessionStore) -> None:
        self._file = file
        self._chats = chats
        self._lost: frozenset[str] = frozenset()
        self._seen: tuple[object, ...] = ()
        """What `_lost` was found with: the version, and how the chats stood."""

    async def extra(self, persona: Persona) -> ExtraInstructions | None:
        """Return what a persona is told beside its instructions; `None` if nothing.

        Values whose evidence was erased meanwhile are not told.

        Raises:
            StoreError: the profile cannot be read.
        """
        if not may_see_yours(persona):
            return None
        own = await self._file.load()
        if not own.state.active or not own.profile:
            return None
        seen = (own.state.version, *await asyncio.to_thread(self._stamps, own.profile))
        if self._seen != seen:
            lost = await lost_evidence(own.profile, self._chats)
            self._lost, self._seen = frozenset(path for path, _, _ in lost), seen
        told = own.profile.only(set(own.profile.values) - self._lost)
        if not told:
            return None
        text = "\n".join((_LEAD, *(f"- {line}" for line in told.lines())))
        data = {
            "session": own.session,
            "version": own.state.version,
            "fields": list(told.values),
            "block": text_hash(text),
        }
        return ExtraInstructions(text, {"profile": data})

    def _stamps(self, profile: Profile) -> list[object]:
        """Return what tells whether the chats that values rest on are as they were."""
        sessions = {each.session for _, value in profile.items() for each in value.evidence}
        found: list[object] = []
        for each in sorted(sessions):
            with suppress(OSError):
                status = (self._chats.folder / f"{each}{SUFFIX}").stat()
                found.append((each, status.st_mtime_ns, status.st_size))
        return found
