"""The kinds of records that change a profile."""

from __future__ import annotations


class ProfileKind:
    """Kinds of records."""

    PROFILE_EDIT = "profile_edit"
    """One change of a profile; see `core.profiles.edits`."""
    UPDATE = "update"
    """A profile was brought up to date with conversations; its edits stand before it."""
    PROPOSAL = "proposal"
    """A change that waits to be accepted."""
    DECISION = "decision"
    """What became of the proposal `data["proposal"]`: `data["state"]`."""
