"""The kinds of records that only the lab writes, and the events that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from core.events import COMMON_EVENTS, Events, RecordEvent
from core.profiles.records import ProfileKind


class LabKind:
    """Kinds of records, besides those that change a profile."""

    ANSWER = "answer"
    """What a model wrote where a value was asked for, as it came; `data["use"]` says what for."""
    PERSON = "person"
    """Somebody who was made up or taken in, with their true profile in `data["profile"]`."""
    SCENE = "scene"
    """What one person is about to need, what is expected, which tools there are."""
    QUERY = "query"
    """What opens a scene: the neutral words; the personal ones are in `data["personal"]`."""
    TOOL = "tool"
    """What a tool answered to a call."""
    VERDICT = "verdict"
    """Whether somebody is satisfied (`data["satisfied"]`), and what they miss."""
    SCORE = "score"
    """One judgement of a judge, `data["metric"]` and `data["value"]`."""


class LabEvent(RecordEvent):
    """What only a run of the lab tells: where, its text and these keys of its data."""

    TEXT: ClassVar[str] = "text"
    """What JSON calls its text."""
    KEYS: ClassVar[tuple[str, ...]] = ()

    def _values(self) -> Mapping[str, Any]:
        data = self.record.data
        where = {key: data[key] for key in ("person", "setting", "scene") if key in data}
        found = {key: data.get(key) for key in self.KEYS}
        values = {"node": self.node, **where, self.TEXT: self.record.text, **found}
        if flags := data.get("flags"):
            values["flags"] = list(flags)
        return values


class PersonMade(LabEvent):
    """Somebody is on record, with their true profile."""

    NAME = "person"
    KEYS = ("name", "profile")


class SceneMade(LabEvent):
    """A scene of somebody's life is on record."""

    NAME = "scene"
    KEYS = ("type", "expected", "tools", "facts")


class QueryMade(LabEvent):
    """What opens a scene is on record, in personal and in neutral words."""

    NAME = "query"
    TEXT = "neutral"
    KEYS = ("personal",)


class ToolAnswered(LabEvent):
    """A tool that an assistant called has answered, or the call was refused."""

    NAME = "tool"
    TEXT = "result"
    KEYS = ("name", "arguments", "repeated")


class Judged(LabEvent):
    """Somebody said whether they are satisfied; `record.data["satisfied"]`."""

    NAME = "satisfied"
    TEXT = "missing"
    KEYS = ("turn", "satisfied", "over")


class ProfileEdited(LabEvent):
    """A profile changed by one value."""

    NAME = "profile_edit"
    KEYS = ("field", "op", "old", "new", "evidence")


class ProfileUpdated(LabEvent):
    """A profile was brought up to date; the edits were announced one by one before."""

    NAME = "profile_updated"
    KEYS = ("edits", "refused")


class Scored(LabEvent):
    """A judge gave a score."""

    NAME = "scored"
    KEYS = ("metric", "value", "judgement")


EVENTS: Events = {
    **COMMON_EVENTS,
    LabKind.PERSON: PersonMade,
    LabKind.SCENE: SceneMade,
    LabKind.QUERY: QueryMade,
    LabKind.TOOL: ToolAnswered,
    LabKind.VERDICT: Judged,
    ProfileKind.PROFILE_EDIT: ProfileEdited,
    ProfileKind.UPDATE: ProfileUpdated,
    LabKind.SCORE: Scored,
}
