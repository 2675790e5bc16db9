"""What an engine tells whoever watches it: a closed union of frozen types.

Every event but `TextDelta` announces a record that is already stored. `core.cli.events`
holds their one serialisation.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.sessions.record import Record


@dataclass(frozen=True, slots=True)
class Started:
    """The engine runs; `record` is the session's root."""

    session: str
    record: Record
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A participant begins to answer; its message will get the id `record_id`."""

    session: str
    node: str
    turn: int
    record_id: str
    name: str
    model: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text was added to the message `record_id`; `start` is its offset in characters."""

    session: str
    node: str
    turn: int
    record_id: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A message is on record: complete, stopped or failed as its status says."""

    session: str
    node: str
    turn: int
    record: Record
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """A human spoke: to everyone, to some (`record.audience`), or as a participant."""

    session: str
    record: Record


@dataclass(frozen=True, slots=True)
class Controlled:
    """A control word was said or a command changed how the run goes on."""

    session: str
    turn: int
    record: Record


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a watcher should know and no participant sees; `record.data["code"]` names it."""

    session: str
    turn: int
    record: Record


@dataclass(frozen=True, slots=True)
class Changed:
    """A participant's model or parameters are different from here on."""

    session: str
    record: Record


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """The current path is another one now; fold it anew."""

    session: str
    record: Record


@dataclass(frozen=True, slots=True)
class Edited:
    """A message reads otherwise now, is left out, or is back; `record.data["target"]` names it."""

    session: str
    record: Record


@dataclass(frozen=True, slots=True)
class Renamed:
    """The session has another title, or was pinned or unpinned."""

    session: str
    record: Record


@dataclass(frozen=True, slots=True)
class Proposed:
    """A node of a team would pass something on; it waits for a decision."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal was let through, changed, refused …; `record.data["state"]` says which."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class Concluded:
    """A team's answer to a request was let through."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class DayStarted:
    """A day of a simulation begins; days count from 1."""

    session: str
    day: int
    record: Record


@dataclass(frozen=True, slots=True)
class Chosen:
    """It is decided what is done for a customer today; `record.text` is the thought."""

    session: str
    customer: str
    record: Record


@dataclass(frozen=True, slots=True)
class Impacted:
    """What a decision did to a customer is known."""

    session: str
    customer: str
    record: Record


@dataclass(frozen=True, slots=True)
class Learned:
    """The ledger has taken note; `record.data["changed"]` says whether its word is another."""

    session: str
    customer: str
    record: Record


@dataclass(frozen=True, slots=True)
class DayEnded:
    """A day of a simulation is over; `record.data` sums it up."""

    session: str
    day: int
    record: Record


@dataclass(frozen=True, slots=True)
class PersonMade:
    """Somebody is on record, with their true profile."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class SceneMade:
    """A scene of somebody's life is on record."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class QueryMade:
    """What opens a scene is on record, in personal and in neutral words."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A tool that an assistant called has answered, or the call was refused."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class Judged:
    """Somebody said whether they are satisfied; `record.data["satisfied"]`."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class ProfileEdited:
    """A profile changed by one value."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class ProfileUpdated:
    """A profile was brought up to date; the edits were announced one by one before."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class Scored:
    """A judge gave a score."""

    session: str
    node: str
    record: Record


@dataclass(frozen=True, slots=True)
class Failed:
    """A turn could not be taken; the run waits for a retry or ends.

    `record` is a notice that holds the error's kind, message and hint.
    """

    session: str
    node: str
    turn: int
    record: Record


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over."""

    session: str
    record: Record
    turns: int
    reason: str


LabEvent = (
    PersonMade
    | SceneMade
    | QueryMade
    | ToolAnswered
    | Judged
    | ProfileEdited
    | ProfileUpdated
    | Scored
)
"""What only a run of the lab tells."""

Event = (
    Started
    | TurnStarted
    | TextDelta
    | TurnFinished
    | Said
    | Controlled
    | Notice
    | Changed
    | HeadMoved
    | Edited
    | Renamed
    | Proposed
    | Decided
    | Concluded
    | DayStarted
    | Chosen
    | Impacted
    | Learned
    | DayEnded
    | LabEvent
    | Failed
    | Ended
)
