"""What of a run is looked at: a person, a setting, a scene of that life or its newest."""

from __future__ import annotations

from core.lab.episodes import PersonState
from core.lab.spec import learns_every
from core.lab.state import LabState
from core.text import clean_line
from tui.lab.people import PersonRow
from tui.lab.readings import Place, Readings, newest
from tui.lab.session import LabSession
from tui.widgets.row_list import RowList


class Looking:
    """Where somebody is in a run; the person is whoever the cursor of the list stands on."""

    def __init__(self, session: LabSession, people: RowList[PersonRow]) -> None:
        self._session = session
        self._people = people
        self.readings = Readings()
        self._setting = ""
        """The setting; empty: the one that learns."""
        self._scene: str | None = None
        """The scene, empty for who somebody is; `None`: the newest of the life."""

    def anew(self, readings: Readings) -> None:
        """Look at another run."""
        self.readings = readings
        self._setting, self._scene = "", None

    @property
    def person(self) -> PersonState | None:
        """The person."""
        state, row = self._session.state, self._people.current
        return None if state is None or row is None else state.people.get(row.key)

    @property
    def setting(self) -> str:
        """The setting whose life is looked at."""
        state = self._session.state
        if state is None:
            return ""
        names = state.spec.settings
        if self._setting in names:
            return self._setting
        return next((each for each in reversed(names) if learns_every(each)), names[-1])

    @property
    def following(self) -> bool:
        """Whether it is the newest scene of the life, whichever that is."""
        return self._scene is None

    @property
    def place(self) -> Place | None:
        """The page; `None` before there is anybody."""
        state, person = self._session.state, self.person
        if state is None or person is None:
            return None
        if self._scene is None:
            return newest(state, self.readings, person.key, self.setting)
        return Place(person.key, self.setting if self._scene else "", self._scene)

    @property
    def heading(self) -> str:
        """What stands above the page."""
        person, place = self.person, self.place
        if place is None or person is None:
            return ""
        name = clean_line(person.name)
        if not place.scene:
            return f"{name} · who they are"
        later = "" if self.following else " · → on"
        number = scene_number(person, place.scene)
        return f"{name} · scene {number} of {len(person.scenes)} · {place.setting}{later}"

    def go_to(self, place: Place) -> None:
        """Look at a page of the person under the cursor."""
        self._setting = place.setting or self._setting
        self._scene = place.scene

    def follow(self) -> None:
        """Look at the newest scene of the life from here on."""
        self._scene = None

    def turn(self, step: int) -> None:
        """Look at an earlier scene of the life, or a later one; before the first is who it is."""
        person, place = self.person, self.place
        if person is None or place is None:
            return
        scenes = ["", *self.readings.scenes(person.key, self.setting)]
        at = scenes.index(place.scene) if place.scene in scenes else 0
        at = max(0, min(len(scenes) - 1, at + step))
        self._scene = None if at == len(scenes) - 1 and at else scenes[at]

    def next_setting(self, step: int) -> None:
        """Look at the same scene under another setting, if it was begun there."""
        state, person = self._session.state, self.person
        if state is None:
            return
        names = state.spec.settings
        self._setting = names[(names.index(self.setting) + step) % len(names)]
        if self._scene and person is not None:
            begun = self.readings.scenes(person.key, self._setting)
            self._scene = self._scene if self._scene in begun else None


def scene_number(person: PersonState, scene: str) -> int:
    """Return which scene of somebody's it is, counted from 1; 0 for none of theirs."""
    return list(person.scenes).index(scene) + 1 if scene in person.scenes else 0


def people_rows(state: LabState) -> list[PersonRow]:
    """Return a row for everybody who takes part."""
    learning = "learning" in state.spec.phases
    people = state.taking_part() if learning else state.people.values()
    return [PersonRow(each.key, state) for each in people]
