"""The kinds of records that only the lab writes, and the events that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Required

from core.events import COMMON_EVENTS, Events, RecordEvent
from core.profiles.records import Given, ProfileKind
from core.sessions.kinds import MessageData, NoticeData, RecordData, SessionData, declare
from core.sessions.record import Kind
from core.sessions.shapes import (
    Count,
    Flag,
    Number,
    Object,
    Shape,
    Text,
    Texts,
    has,
    is_object,
    is_text,
    list_of,
)

_is_texts = list_of(is_text)
Tools = Annotated[
    list[dict[str, Any]], Shape(list_of(has(name=is_text, arguments=_is_texts)), "a list of tools")
]
Call = Annotated[
    dict[str, Any], Shape(has(name=is_text, arguments=is_object), "a name and arguments")
]
Known = Annotated[
    dict[str, Any],
    Shape(
        lambda value: is_object(value) and _is_texts(value.get("fields", [])),
        "passages, or a version and fields",
    ),
]


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


class _Step(RecordData, total=False):
    """A step of the program."""

    problem: Text
    """Why it came to less than it should have."""
    update: Count
    """Which update of the profile it belongs to."""


class _PlacedStep(_Step, total=False):
    """A step with whose it is, under which setting, and in which scene, as far as it has any."""

    person: Text
    setting: Text
    scene: Text


class LabSessionData(SessionData, total=False):
    """How a run was set up."""

    locked: Texts


class LabMessageData(_PlacedStep, MessageData, total=False):
    """What is known of a turn of a scene."""

    known: Known
    call: Call
    mended: Flag
    dropped: Count


class LabNoticeData(_PlacedStep, NoticeData, total=False):
    """What a notice of the lab is about."""

    field: Text
    op: Text
    why: Text


class AnswerData(_PlacedStep, total=False):
    """What was asked for."""

    use: Text
    finish: Text
    given: Given


class PersonData(_Step, total=False):
    """A person and their true profile."""

    person: Required[Text]
    name: Required[Text]
    profile: Required[Object]
    given: Given


class SceneData(_Step, total=False):
    """What a person is about to need."""

    person: Required[Text]
    scene: Required[Text]
    type: Required[Text]
    expected: Required[Text]
    tools: Required[Tools]
    facts: Required[Texts]


class QueryData(_Step, total=False):
    """What opens a scene."""

    person: Required[Text]
    scene: Required[Text]
    personal: Text
    leaks: Texts


class ToolData(_PlacedStep, total=False):
    """What a tool was asked."""

    repeated: Flag


class VerdictData(_Step, total=False):
    """Whether a person is satisfied."""

    person: Required[Text]
    setting: Required[Text]
    scene: Required[Text]
    satisfied: Required[Flag]
    over: Flag
    dropped: Count


class ScoreData(_Step, total=False):
    """What a judge thinks."""

    person: Required[Text]
    setting: Required[Text]
    scene: Text
    metric: Required[Text]
    value: Number | None


declare(Kind.SESSION, LabSessionData)
declare(Kind.MESSAGE, LabMessageData)
declare(Kind.NOTICE, LabNoticeData)
# What follows from an answer stands in records of its own.
declare(LabKind.ANSWER, AnswerData, lambda record, text, names: "")
declare(LabKind.PERSON, PersonData)
declare(LabKind.SCENE, SceneData)
declare(LabKind.QUERY, QueryData)
declare(LabKind.TOOL, ToolData)
declare(LabKind.VERDICT, VerdictData)
declare(LabKind.SCORE, ScoreData)
declare(ProfileKind.PROFILE_EDIT, _PlacedStep)
declare(ProfileKind.UPDATE, _PlacedStep)
