"""A profile that is a session of its own: a fold over its records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from core.profiles.edits import Edit, applied, edit_of
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile
from core.profiles.records import ProfileKind
from core.sessions.record import Kind, Record
from core.sessions.understanding import take_in

ENGINE = "profile"
"""What the root record of a profile calls its engine."""


class ProfileState:
    """Whose profile it is, how it stands, and what waits for a decision."""

    def __init__(self) -> None:
        self.profile = Profile()
        self.on = False
        """Whether chats may be learnt from and personas be told: only on its person's word."""
        self.paused = False
        self.locked: frozenset[str] = frozenset()
        """Paths that may not be touched."""
        self.edits: list[Record] = []
        """Every change, oldest first; the id of each is a version."""
        self.pending: dict[str, Record] = {}
        """Proposed edits that nobody has decided about, by id."""
        self.heard: dict[str, str] = {}
        """By session the last record that was learnt from."""
        self.passed_over: list[Record] = []
        """Stored records that could not be understood."""

    @classmethod
    def fold(cls, records: Iterable[Record]) -> Self:
        """Build the state of a session's records."""
        state = cls()
        state.passed_over = take_in(state.apply, records)
        return state

    @property
    def active(self) -> bool:
        """Whether the profile is used now."""
        return self.on and not self.paused

    @property
    def version(self) -> str:
        """Id of the last change; empty before the first."""
        return self.edits[-1].id if self.edits else ""

    def proposal(self, record_id: str) -> Edit | None:
        """Return a proposed edit that waits for a decision."""
        record = self.pending.get(record_id)
        return None if record is None else edit_of(record)

    def apply(self, record: Record) -> None:
        """Take in the next record."""
        data = record.data
        if record.kind == ProfileKind.PROFILE_EDIT:
            self.edits.append(record)
            if (edit := edit_of(record)) is not None:
                self.profile = applied(self.profile, edit, record.id, record.at)
        elif record.kind == ProfileKind.PROPOSAL:
            if edit_of(record) is not None:
                self.pending[record.id] = record
        elif record.kind == ProfileKind.DECISION:
            self.pending.pop(str(data.get("proposal")), None)
        elif record.kind == ProfileKind.UPDATE:
            self.heard[str(data.get("session"))] = str(data.get("upto"))
        elif record.kind == Kind.SETTING:
            self._setting(data)

    def _setting(self, data: Any) -> None:
        self.on = data.get("on", self.on) is True
        self.paused = data.get("paused", self.paused) is True
        if isinstance(data.get("locked"), list):
            self.locked = frozenset(each for each in data["locked"] if each in FIELDS)
