"""Routes what happens in a run to the widgets of its pane: the passive half, it never asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.content import Content

from core.config.prices import Prices
from core.events import Event, RecordEvent, TextDelta, TurnFinished, TurnStarted
from core.lab.state import LabState
from tui.lab.beside import Beside
from tui.lab.header import LabHeader, LabView
from tui.lab.known import KnownRow
from tui.lab.looking import Looking, people_rows
from tui.lab.page import Page
from tui.lab.people import PersonRow
from tui.lab.readings import Place, Readings, place_at, place_of, written_again
from tui.lab.session import LabSession
from tui.lab.telling import Telling
from tui.lab.wording import doing, standing
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript


class ViewWidgets(Protocol):
    """The widgets that a board writes to."""

    header: LabHeader
    people: RowList[PersonRow]
    talk: Transcript
    known: RowList[KnownRow]
    evidence: EvidenceCard
    status: StatusLine


class View:
    """Shows where a run stands, and one conversation of it."""

    def __init__(
        self, session: LabSession, shown: ViewWidgets, prices: Callable[[], Prices]
    ) -> None:
        self._session = session
        self._shown = shown
        self.looking = Looking(session, shown.people)
        self.beside = Beside(session, self.looking, shown.known, shown.evidence)
        self._page = Page(shown.talk, Telling(lambda: session.open_state, prices))
        self._listed: tuple[LabState | None, int] = (None, 0)
        """The state that the rows of people read, and how many people it had then."""
        self._selected = ""
        """Whose life is looked at."""

    def show_run(self, readings: Readings) -> None:
        """Show another run from its records."""
        self.looking.anew(readings)
        self.beside.anew()
        self._page.forget()
        self._shown.people.show([])
        self._listed = (None, 0)
        self.refresh()
        person = self.looking.person
        self._selected = "" if person is None else person.key

    def go_to(self, place: Place, record: str = "") -> None:
        """Show a page, and put the cursor on one of its messages."""
        state = self._session.state
        if state is None or place.person not in state.people:
            return
        self._list(state, go_to=place.person)
        self._selected = place.person
        self.looking.go_to(place)
        self.refresh()
        if record:
            self._page.find(record)

    def turn(self, step: int) -> None:
        """Show an earlier scene of the life, or a later one."""
        self.looking.turn(step)
        self.refresh()

    def follow(self) -> None:
        """Show the newest scene of the life, and those that come."""
        self.looking.follow()
        self.refresh()

    def next_setting(self, step: int = 1) -> str:
        """Show the same scene under another setting; returns which."""
        self.looking.next_setting(step)
        self.refresh()
        return self.looking.setting

    def show_truth(self, there: bool) -> None:
        """Show who somebody really is in place of what is known, or no longer."""
        self.beside.truth = there
        self.refresh()

    def select(self) -> None:
        """Show the person that the cursor stands on."""
        person = self.looking.person
        if person is None:
            return
        if person.key != self._selected:
            # Not told from the page: a look may have turned it before the cursor's word came.
            self._selected = person.key
            self.looking.follow()
        self.refresh()

    # What happens

    def show(self, event: Event) -> None:
        """Take note of an event; words come at once, the rest with `refresh`."""
        match event:
            case TurnStarted():
                place = place_at(event.node)
                if place is not None:
                    self._page.start(place, event.record_id)
            case TextDelta():
                self._page.extend(event.record_id, event.start, event.text)
            case TurnFinished():
                self._finish(event)
            case RecordEvent():
                self.looking.readings.take(event.record)
                place = place_of(event.record)
                if place is not None and place == self._page.place:
                    self._page.add(event.record)

    def _finish(self, event: TurnFinished) -> None:
        record, session = event.record, self._session.stored
        place = place_at(event.node)
        self._page.finish(record)
        on_path = session is not None and session.tree.on_path(record.id)
        if on_path and place is not None and "setting" in record.data:
            self.looking.readings.take(record)
        if place is not None and place == self._page.place:
            self._page.settle(record, stays=on_path and not written_again(record))

    # How it stands

    def refresh(self) -> None:
        """Show how things stand now."""
        state, engine = self._session.state, self._session.engine
        if state is None or engine is None:
            self._shown.header.view = None
            return
        listed, people = self._listed
        if listed is not state or people != len(state.people):
            # An engine that goes on after an end has a state of its own.
            self._list(state)
        self._shown.people.refresh()
        self._shown.header.view = LabView.of(engine, doing(self._session))
        self._show_page()
        self.beside.refresh(state)
        self._shown.status.state = standing(state, self._session)

    def _list(self, state: LabState, go_to: str | None = None) -> None:
        self._listed = (state, len(state.people))
        self._shown.people.show(people_rows(state), go_to=go_to)

    def _show_page(self) -> None:
        place = self.looking.place
        # A name is no markup.
        self._shown.talk.border_title = Content(self.looking.heading)
        if place != self._page.place:
            readings = self.looking.readings
            self._page.show(place, readings.page(place) if place is not None else ())
