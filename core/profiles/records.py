"""The kinds of records that change a profile."""

from __future__ import annotations

from typing import Annotated, Any, Required

from core.sessions.kinds import RecordData, declare
from core.sessions.record import Kind
from core.sessions.shapes import (
    Count,
    Flag,
    Number,
    Shape,
    Text,
    Texts,
    has,
    is_count,
    is_flag,
    is_object,
    is_text,
    list_of,
)

Quotes = Annotated[
    list[dict[str, Any]],
    Shape(
        list_of(has(quote=is_text, session=is_text, record=is_text, span=list_of(is_count))),
        "a list of quotations",
    ),
]
Given = Annotated[
    bool | dict[str, Any],
    Shape(lambda value: is_flag(value) or is_object(value), "true, false or an object"),
]


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


class EditData(RecordData, total=False):
    """A change of one field, with the words that it rests on; see `core.profiles.edits`."""

    field: Text
    op: Text
    evidence: Quotes
    confidence: Number
    given: Given
    update: Count
    proposal: Text
    """The proposal that was accepted."""


class UpdateData(RecordData, total=False):
    """What a profile was brought up to date with."""

    update: Count
    before: Text
    problem: Text


class DecisionData(RecordData, total=False):
    """What became of a proposal."""

    proposal: Required[Text]
    state: Required[Text]


class SettingData(RecordData, total=False):
    """Whether chats are learnt from, and which fields stay as they are."""

    on: Flag
    locked: Texts


declare(ProfileKind.PROFILE_EDIT, EditData)
declare(ProfileKind.PROPOSAL, EditData)
declare(ProfileKind.UPDATE, UpdateData)
declare(ProfileKind.DECISION, DecisionData)
declare(Kind.SETTING, SettingData)
