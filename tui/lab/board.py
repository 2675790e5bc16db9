"""Routes what happens in a run to the widgets of its pane: the passive half, it never asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from core.config.prices import Prices
from core.events import Event, TextDelta, TurnFinished, TurnStarted
from core.lifelong.lanes import PersonState
from core.lifelong.spec import GOLDEN, NONE, RETRIEVAL, learns_every
from core.lifelong.state import LabState
from tui.lab.evidence import EvidenceCard
from tui.lab.header import LabHeader, LabView
from tui.lab.known import KnownRow, known_rows, truth_rows
from tui.lab.page import Page
from tui.lab.people import PersonRow
from tui.lab.readings import Place, Readings, newest, place_at, place_of, written_again
from tui.lab.stage import LabStage
from tui.lab.telling import Telling
from tui.lab.wording import standing
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript


class Shown(Protocol):
    """The widgets that a board writes to."""

    header: LabHeader
    people: RowList[PersonRow]
    talk: Transcript
    known: RowList[KnownRow]
    evidence: EvidenceCard
    status: StatusLine


class Board:
    """Shows where a run stands, and one conversation of it."""

    def __init__(self, stage: LabStage, shown: Shown, prices: Callable[[], Prices]) -> None:
        self._stage = stage
        self._shown = shown
        self._readings = Readings()
        self._page = Page(shown.talk, Telling(self._state, prices))
        self._setting = ""
        """The setting that is shown; empty: the one that learns."""
        self._scene: str | None = None
        """The scene that is shown; `None`: the newest of the life."""
        self.truth = False
        """Whether the truth is shown in place of what is known."""
        self._busy: Counter[str] = Counter()
        """Replies that are being written, by person."""
        self._told: object = None
        """What the profile that is shown was made of."""

    # What is shown

    @property
    def person(self) -> PersonState | None:
        """The person under the cursor."""
        state, row = self._stage.state, self._shown.people.current
        return None if state is None or row is None else state.people.get(row.key)

    @property
    def setting(self) -> str:
        """The setting whose life is shown."""
        state = self._stage.state
        if state is None:
            return ""
        names = state.spec.settings
        if self._setting in names:
            return self._setting
        return next((each for each in reversed(names) if learns_every(each)), names[-1])

    @property
    def following(self) -> bool:
        """Whether the newest scene of the life is shown."""
        return self._scene is None

    @property
    def place(self) -> Place | None:
        """The page that is shown."""
        state, person = self._stage.state, self.person
        if state is None or person is None:
            return None
        if self._scene is None:
            return newest(state, self._readings, person.key, self.setting)
        return Place(person.key, self.setting if self._scene else "", self._scene)

    def show_run(self, readings: Readings) -> None:
        """Show another run from its records."""
        self._readings = readings
        self._page.forget()
        self._busy.clear()
        self._setting, self._scene, self.truth, self._told = "", None, False, None
        self._shown.people.show([])
        self.refresh()

    def go_to(self, place: Place, record: str = "") -> None:
        """Show a page, and put the cursor on one of its messages."""
        state = self._stage.state
        if state is None or place.person not in state.people:
            return
        self._shown.people.show(self._rows(state), go_to=place.person)
        if place.setting:
            self._setting = place.setting
        self._scene = place.scene
        self.refresh()
        if record:
            self._page.find(record)

    def turn(self, step: int) -> None:
        """Show an earlier scene of the life, or a later one; before the first is who it is."""
        state, person, place = self._stage.state, self.person, self.place
        if state is None or person is None or place is None:
            return
        scenes = ["", *self._readings.scenes(person.key, self.setting)]
        at = scenes.index(place.scene) if place.scene in scenes else 0
        at = max(0, min(len(scenes) - 1, at + step))
        self._scene = None if at == len(scenes) - 1 and at else scenes[at]
        self.refresh()

    def next_setting(self, step: int = 1) -> str:
        """Show the same scene under another setting; returns which."""
        state = self._stage.state
        if state is None:
            return ""
        names = state.spec.settings
        self._setting = names[(names.index(self.setting) + step) % len(names)]
        person = self.person
        if self._scene and person is not None:
            begun = self._readings.scenes(person.key, self._setting)
            self._scene = self._scene if self._scene in begun else None
        self.refresh()
        return self._setting

    def select(self) -> None:
        """Show the person that the cursor stands on."""
        place = self.place
        if place is not None and self._page.place is not None:
            if place.person != self._page.place.person:
                self._scene = None
            self.refresh()

    # What happens

    def show(self, event: Event) -> None:
        """Take note of an event; words come at once, the rest with `refresh`."""
        match event:
            case TurnStarted():
                self._start(event.node, event.record_id)
            case TextDelta():
                self._extend(event)
            case TurnFinished():
                self._finish(event)
            case _:
                self._readings.take(event.record)
                place = place_of(event.record)
                if place is not None and place == self._page.place:
                    self._page.add(event.record)

    def _start(self, node: str, record_id: str) -> None:
        place = place_at(node)
        if place is not None and self._page.start(place, record_id):
            self._busy[place.person] += 1

    def _extend(self, event: TextDelta) -> None:
        place = place_at(event.node)
        if not self._page.writes(event.record_id) and place is not None and event.start == 0:
            self._start(event.node, event.record_id)
        self._page.extend(event.record_id, event.start, event.text)

    def _finish(self, event: TurnFinished) -> None:
        record, session = event.record, self._stage.session
        place = place_at(event.node)
        if self._page.finish(record) and place is not None:
            self._busy[place.person] -= 1
        on_path = session is not None and session.tree.on_path(record.id)
        if on_path and place is not None and "setting" in record.data:
            self._readings.take(record)
        if place is not None and place == self._page.place:
            self._page.settle(record, stays=on_path and not written_again(record))

    # How it stands

    def refresh(self) -> None:
        """Show how things stand now."""
        state, engine = self._stage.state, self._stage.engine
        if state is None or engine is None:
            self._shown.header.view = None
            return
        if len(state.people) != len(self._shown.people.rows):
            self._shown.people.show(self._rows(state))
        self._shown.people.refresh()
        self._shown.header.view = LabView.of(engine, self._doing())
        self._show_page(state)
        self._show_known(state)
        self._shown.status.state = standing(state, self._stage)

    def show_evidence(self) -> None:
        """Show what the selected value rests on."""
        row = self._shown.known.current
        self._shown.evidence.where = "" if row is None else self._where(row)
        self._shown.evidence.row = row

    def _state(self) -> LabState:
        state = self._stage.state
        assert state is not None, "entries are made of a run"
        return state

    def _rows(self, state: LabState) -> list[PersonRow]:
        learning = "learning" in state.spec.phases
        people = state.taking_part() if learning else state.people.values()
        return [PersonRow(each.key, state, self._busy) for each in people]

    def _show_page(self, state: LabState) -> None:
        place = self.place
        self._shown.talk.border_title = self._heading(state, place)
        if place != self._page.place:
            self._page.show(place, self._readings.page(place) if place is not None else ())

    def _heading(self, state: LabState, place: Place | None) -> str:
        person = self.person
        if place is None or person is None:
            return ""
        if not place.scene:
            return f"{person.name} · who they are"
        number = list(person.scenes).index(place.scene) + 1 if place.scene in person.scenes else 0
        later = "" if self.following else " · → on"
        return f"{person.name} · scene {number} of {len(person.scenes)} · {place.setting}{later}"

    def _show_known(self, state: LabState) -> None:
        person, setting, place = self.person, self.setting, self.place
        if person is None or place is None:
            self._shown.known.show([])
            return
        lane = state.lanes.get((person.key, setting))
        counts = (0, 0, 0) if lane is None else (len(lane.edits), len(lane.refused), lane.done)
        told = (person.key, setting, place.scene, self.truth, counts, len(person.truth.values))
        if told == self._told:
            return
        self._told = told
        widget = self._shown.known
        if self.truth:
            rows, title = truth_rows(person), "The truth"
        else:
            rows = known_rows(person, lane, setting, place.scene)
            title = _title(setting, then=not self.following)
        widget.placeholder = _NOTHING.get(setting, _NOT_YET)
        new = next((each.key for each in rows if each.new), None)
        widget.show(rows, go_to=None if widget.has_focus else new)
        widget.border_title = title
        self.show_evidence()

    def _where(self, row: KnownRow) -> str:
        if not row.evidence:
            return ""
        said = [self._said_in(each.record) for each in row.evidence]
        return "said in " + ", ".join(dict.fromkeys(filter(None, said))) + " · e goes there"

    def _said_in(self, record_id: str) -> str:
        place = self.place_of_record(record_id)
        person = self.person
        if place is None or person is None or place.scene not in person.scenes:
            return ""
        return f"scene {list(person.scenes).index(place.scene) + 1}"

    def place_of_record(self, record_id: str) -> Place | None:
        """Return the page on which a record of this run is told."""
        session = self._stage.session
        if session is None or record_id not in session.tree:
            return None
        return place_of(session.tree.get(record_id))

    def _doing(self) -> str:
        engine = self._stage.engine
        if engine is None or not self._stage.running:
            return ""
        calls = engine.calls
        if not engine.going:
            return f"pausing: {calls} to finish" if calls else ""
        return f"{calls} of {engine.parallel} at work"


def _title(setting: str, *, then: bool) -> str:
    what = "everything" if setting == GOLDEN else setting
    return f"Known then: {what}" if then else f"Known: {what}"


_NOT_YET = "Nothing was learnt yet."
_NOTHING = {
    NONE: "Nothing is known here: that is what\nthe others are measured against.",
    RETRIEVAL: "No profile here: what was said before\nis searched for each scene.",
}
