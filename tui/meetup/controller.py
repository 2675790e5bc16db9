"""Runs the Meetup pane: makes its widgets, passes commands on, shows the turns.

What only a command needs (handlers, dialogs) is imported with the first one, so that the pane
is ready soon after its first paint.
"""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from core.errors import SalonError, StoreError
from core.events import Event, TextDelta
from core.meetup.spec import Side
from tui.background import Abandoned
from tui.conversation.alternatives import has_neighbour
from tui.conversation.finder import Finder
from tui.meetup.session import MeetupSession
from tui.meetup.setup import MeetupSetup, ParticipantSetup
from tui.meetup.view import View
from tui.navigation import NavigationRequest, OpenSession, SeatAt
from tui.pane.controller import PaneController
from tui.pane.key_bar import KeyBar
from tui.widgets.seat_header import SeatHeader
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.pane.screen import CommandScreen

_COLLECT_AT = (20_000, 20, 20)
_TAIL = 64
"""Records that are shown of a stored session while the rest is still being read."""
_EMPTY = """\
Two personas are about to talk, each on a model of its own.

    space   starts and pauses
    text    speaks to both of them
    ctrl+r  resumes a stored meetup
    F1      help

esc leaves the prompt; then

    L  R    choose the left, the right persona
    m       changes a model
    e       edits the opening message
    s       meetup settings
    i       goes back to the prompt
"""


class MeetupController(PaneController[MeetupSession]):
    """Stands between the screen, the meetup and its view."""

    PLACEHOLDER = "space starts and pauses · write to speak · / for commands"
    ENDING = ("They are talking. End that?", "What was said is kept; ctrl+r resumes it.")
    OPENING = "Opening the meetup"

    def __init__(self, screen: CommandScreen[Any], session: MeetupSession) -> None:
        super().__init__(screen, session)
        self.talk = Transcript(id="talk", placeholder=_EMPTY)
        self.prompt.left_to_screen = frozenset({"space"})
        self.input.label.update("you, to both ▸ ")
        headers: dict[Side, SeatHeader] = {
            "a": screen.query_one("#side-a", SeatHeader),
            "b": screen.query_one("#side-b", SeatHeader),
        }
        self.view = View(session, self.talk, headers, self.status)
        self.finder = Finder(screen, self.talk, self.status)
        self._starting = asyncio.Lock()

    def widgets(self) -> list[Widget]:
        """Return what stands below the two headers."""
        return [self.talk, self.status, self.input.row, KeyBar()]

    @property
    def main_focus(self) -> Widget:
        return self.talk

    # What is shown

    async def show(self) -> None:
        self.screen.set_focus(self.prompt)
        if self.session.setup is None:
            return
        await self.screen.app.apply_preferences()
        if self.session.started:
            await self.view.show_all()
        else:
            self.set_up(self.session.setup)
        # What is there now stays: to walk it again in every full collection would hold keys
        # up for 50 to 100 ms. Lists of thousands are no reason for one either.
        gc.freeze()
        gc.set_threshold(*_COLLECT_AT)

    def set_up(self, setup: MeetupSetup) -> None:
        """Take up what the next meetup is to be, and show it unless another one is shown."""
        self.session.setup = setup
        if not self.session.started:
            self.view.show_setup(setup)
        self.refresh()

    async def warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        setup = self.session.setup
        participants = () if setup is None else setup.participants.values()
        if not any(each.model.partition(":")[0] == "local" for each in participants):
            return
        try:
            await self.screen.app.warm_up()
        except SalonError as error:
            self.report(error)

    # Opening and closing

    async def start(self, *, playing: bool) -> bool:
        """Start what is set up or resume what has ended; false where the meetup runs.

        Raises:
            SalonError: it cannot be started.
        """
        async with self._starting:
            if self.session.running:
                return False
            if self.session.started:
                await self.session.resume(playing=playing)
            else:
                await self.session.start(playing=playing)
            self.follow()
            return True

    async def open(self, session_id: str) -> None:
        """Show a stored meetup: its end at once, then the rest; until then nothing ends."""
        store, session = self.runtime.store, self.session
        if not session.running:
            self.view.show_tail(await store.tail(session_id, _TAIL))
        try:
            await session.open(await self.stored(session_id))
        except (StoreError, Abandoned):
            # What is shown must be what the keys act on.
            self._show_present()
            raise
        await self.view.show_all()
        self.refresh()

    def _show_present(self) -> None:
        if self.session.started:
            self.view.show_path()
            return
        self.talk.clear()
        if self.session.setup is not None:
            self.view.show_setup(self.session.setup)

    async def close_session(self) -> None:
        await self.session.close()
        self._show_present()
        self.refresh()

    async def navigate(self, request: NavigationRequest) -> None:
        if isinstance(request, SeatAt):
            await self._seat(request)
        else:
            await super().navigate(request)

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        await self.session.set_metadata(title, pinned)

    async def _seat(self, request: SeatAt) -> None:
        """Put a persona into the next meetup; one that is running is not ended for it."""
        setup = self.session.required_setup()
        persona, _ = await asyncio.to_thread(self.runtime.cast, request.persona, None)
        participant = ParticipantSetup.of(persona, self.runtime.settings)
        setup = setup.with_participant(request.side, participant)
        if self.session.running:
            place = "left" if request.side == "a" else "right"
            self.status.hint = f"ctrl+n: the next meetup, with {persona.name} on the {place}"
        elif self.session.started:
            await self.close_session()
            self.status.hint = "the last meetup is kept · ctrl+r resumes it"
        self.set_up(setup)

    def has_alternative(self, step: int) -> bool:
        """Whether the selected or the last turn has an alternative in a direction."""
        tree, record = self.session.tree, self.session.turn(self.talk.cursor_id)
        return tree is not None and record is not None and has_neighbour(record, tree, step)

    def show_place(self, request: OpenSession) -> None:
        """Go to the record and mark the text that were asked for."""
        if request.record is None and not request.find:
            self.screen.set_focus(self.prompt)
            return
        self.screen.set_focus(self.talk)
        if request.record is not None and request.record not in self.talk:
            self.session.elsewhere = request.record
            self.status.hint = "that is on another branch · b shows it"
            return
        if request.record is not None:
            self.talk.move_cursor(request.record)
        if request.find:
            self.finder.find(request.find)

    # Commands and events

    async def tell(self, command: Any) -> None:
        """Pass a command to the engine, which is started for it if need be.

        A setting of a meetup that has not started is changed in its setup.
        """
        from core.meetup.commands import SetRun, SetSeat

        if isinstance(command, SetSeat | SetRun) and not self.session.started:
            self.set_up(self.session.required_setup().changed(command))
            return
        await self.start(playing=False)
        await self.session.send(command)
        self.show_state()

    def show_event(self, event: Event) -> None:
        self.view.show(event)
        if not isinstance(event, TextDelta):
            self.refresh()

    def show_state(self) -> None:
        self.view.show_state()

    def refresh(self) -> None:
        self.prompt.stoppable = self.session.busy
        super().refresh()
