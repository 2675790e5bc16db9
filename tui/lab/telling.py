"""How the records of a run read in the transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from core.config.prices import Prices
from core.lab.episodes import PersonState, Scene
from core.lab.learning.prompts import SILENCE, call_text
from core.lab.nodes import ASSISTANT
from core.lab.records import LabKind
from core.lab.state import LabState
from core.profiles.fields import FIELDS
from core.sessions.record import Kind, Record
from core.text import clean_line
from tui.conversation.wording import footer_of
from tui.lab.readings import Place
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

ASSISTS, ASKS, TELLS = "a", "b", "scene"
"""Speakers: the assistant, its user, and what the scene is."""


class Telling:
    """Makes entries of records.

    Args:
        state: returns where the run stands.
        prices: what models cost.
    """

    def __init__(self, state: Callable[[], LabState], prices: Callable[[], Prices]) -> None:
        self._state = state
        self._prices = prices
        self._told: Mapping[str, Callable[[Record], Entry | None]] = {
            LabKind.PERSON: self._person,
            LabKind.SCENE: self._scene,
            LabKind.QUERY: self._query,
            Kind.MESSAGE: self._message,
            LabKind.TOOL: self._tool,
            LabKind.VERDICT: self._verdict,
            LabKind.SCORE: self._score,
            Kind.NOTICE: self._notice,
        }

    def opening(self, place: Place) -> Iterator[Entry]:
        """Yield what stands above a scene: what it is about, and what only its user knows."""
        person = self._state().people.get(place.person)
        scene = None if person is None else person.scenes.get(place.scene)
        if person is not None and scene is not None:
            number = list(person.scenes).index(scene.key) + 1
            header = f"Scene {number} · {scene.type}"
            yield Entry(f"opening {place.scene}", _about(scene), speaker=TELLS, header=header)

    def tell(self, record: Record) -> Entry | None:
        """Return the entry of a record; `None` where it needs no words."""
        told = self._told.get(record.kind)
        return None if told is None else told(record)

    def starting(self, record_id: str) -> Entry:
        """Return the entry of a reply that is only being written."""
        return Entry(record_id, speaker=ASSISTS, header="Assistant", status=EntryStatus.STREAMING)

    def footer(self, record: Record) -> str:
        """Return the line below a message: what its writer knew, and what it took."""
        return footer_of(record, self._prices(), marks=_knew(record))

    def _person(self, record: Record) -> Entry:
        person = self._state().people[record.data["person"]]
        text = "\n\n".join(filter(None, (record.text, _portrait(person))))
        return Entry(
            record.id,
            text,
            speaker=TELLS,
            header=f"{clean_line(person.name)} · the truth, which no assistant is told",
            footer=_flags(record),
        )

    def _scene(self, record: Record) -> Entry:
        person = self._state().people[record.data["person"]]
        scene = person.scenes[record.data["scene"]]
        number = list(person.scenes).index(scene.key) + 1
        header = f"Scene {number} · {scene.type}"
        return Entry(record.id, _about(scene), speaker=TELLS, header=header, footer=_flags(record))

    def _query(self, record: Record) -> Entry:
        personal = clean_line(str(record.data.get("personal", "")))
        text = f"opens with “{clean_line(record.text)}”"
        if personal:
            text += f" (in personal words: “{personal}”)"
        return Entry(record.id, text, kind=EntryKind.QUIET, footer=_flags(record))

    def _message(self, record: Record) -> Entry:
        if record.node.endswith(f"/{ASSISTANT}"):
            call = record.data.get("call")
            text = f"*calls* `{call_text(call)}`" if call else record.text
            return Entry(
                record.id,
                text,
                speaker=ASSISTS,
                header="Assistant",
                status=EntryStatus(record.status),
                footer=self.footer(record),
            )
        return Entry(
            record.id,
            record.text.strip() or SILENCE,
            speaker=ASKS,
            header=clean_line(record.author.name),
        )

    def _tool(self, record: Record) -> Entry:
        again = ", as before" if record.data.get("repeated") else ""
        text = f"{call_text(record.data)} → {record.text}{again}"
        return Entry(record.id, text, kind=EntryKind.QUIET)

    def _verdict(self, record: Record) -> Entry:
        replies = record.data.get("turn")
        if "gap" in record.data.get("flags", ()):
            text = "what the user thinks of it could not be read: the scene ends here"
        elif record.data.get("satisfied"):
            text = f"satisfied after {replies} {'reply' if replies == 1 else 'replies'}"
        else:
            text = f"not satisfied: {record.text or 'something is missing'}"
            if record.data.get("over"):
                text += f" · given up after {replies} replies"
        return Entry(record.id, text, kind=EntryKind.QUIET)

    def _score(self, record: Record) -> Entry:
        value, metric = record.data.get("value"), record.data.get("metric")
        said = f": {record.text}" if record.text else ""
        text = f"judged: {metric} {value}{said}" if value is not None else f"no score of {metric}"
        return Entry(record.id, text, kind=EntryKind.QUIET)

    def _notice(self, record: Record) -> Entry:
        error = record.data.get("code") == "error"
        kind = EntryKind.ERROR if error else EntryKind.QUIET
        return Entry(record.id, record.text, kind=kind)


def _about(scene: Scene) -> str:
    parts = [scene.description]
    if scene.facts:
        parts.append("Only the user knows: " + _in_a_row(scene.facts))
    if scene.expected:
        parts.append(f"A good reply: {scene.expected}")
    if scene.tools:
        parts.append("Tools: " + ", ".join(f"`{each.name}`" for each in scene.tools))
    return "\n\n".join(parts)


def _in_a_row(facts: Sequence[str]) -> str:
    """Return facts as one sentence; most writers end each of them as one."""
    return "; ".join(each.strip().rstrip(".") for each in facts) + "."


def _portrait(person: PersonState) -> str:
    rows = [f"- **{FIELDS[path].title.replace('_', ' ')}**: {'; '.join(person.truth.texts(path))}"
            for path in person.truth.values]  # fmt: skip
    return "\n".join(rows)


def _knew(record: Record) -> list[str]:
    """Return what an assistant knew of its user, in words."""
    known = record.data.get("known") or {}
    if "passages" in known:
        return [f"recalled {known['passages']} passages"]
    fields = known.get("fields") or ()
    if not fields:
        return ["knew nothing of the user"]
    names = ", ".join(str(each).partition(".")[2].replace("_", " ") for each in fields)
    return [clean_line(f"knew {names}")]


def _flags(record: Record) -> str:
    flags = record.data.get("flags") or ()
    words = {
        "gap": "not in the form asked for, even after a repair",
        "leak": "gives something of the profile away",
        "alike": "nearly the same as another",
        "renamed": "the name was taken",
    }
    return " · ".join(words.get(str(each), str(each)) for each in flags)
