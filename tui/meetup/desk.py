"""Where the meetup pane's questions are asked and their answers carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import StoreError, UsageError
from core.meetup.commands import Command, SetSeat
from core.meetup.setup import ENGINE
from core.meetup.spec import Side
from core.sessions.summary import title_of
from tui.background import Abandoned, waited_for
from tui.conversation.dialogs import ask_model, ask_persona, ask_session
from tui.conversation.finder import Finder
from tui.conversation.requests import SELECT_FIRST, show_request
from tui.dialogs.edit import WriteScreen
from tui.exporting import ask_export, write_export
from tui.meetup.draft import MeetupDraft, SeatDraft
from tui.screens.rules import RulesScreen

if TYPE_CHECKING:
    from tui.meetup.conductor import Conductor

WHERE = {"a": "on the left", "b": "on the right"}
_TAIL = 64
"""Records that are shown of a stored session while the rest is still being read."""


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, tell: Callable[[Command], Awaitable[None]]) -> None:
        self._conductor = conductor
        self._tell = tell
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime
        self._finder = Finder(conductor.screen, conductor.talk, conductor.status)

    async def seat(self, side: Side) -> None:
        """Choose who sits on a side of the next meetup."""
        if self._stage.engine is not None:
            raise UsageError("This meetup has its two.", "ctrl+n sets up a new one.")
        persona = await ask_persona(self._screen, self._runtime, f"Who sits {WHERE[side]}?")
        draft = self._stage.draft
        if persona is not None and draft is not None:
            seat = SeatDraft.of(persona, self._runtime.settings)
            self.redraft(draft.with_seat(side, seat))

    async def model(self, side: Side) -> None:
        """Choose a side's model, for the next meetup or from here on."""
        question = f"Which model speaks {WHERE[side]}?"
        model = await ask_model(self._screen, self._runtime, question)
        draft = self._stage.draft
        if model is None:
            return
        if self._stage.engine is not None:
            await self._tell(SetSeat(side, model=model))
        elif draft is not None:
            self.redraft(draft.with_seat(side, replace(draft.seats[side], model=model)))

    async def opening(self) -> None:
        """Write the first word of the one who does not start."""
        draft = self._stage.draft
        if self._stage.engine is not None or draft is None:
            raise UsageError("The first word has been said.", "ctrl+n sets up a new meetup.")
        title = "The first word, of the one who does not start"
        hint = "An e-mail, a question, a provocation …"
        screen = WriteScreen(title, draft.opening, hint=hint)
        text = await self._screen.app.push_screen_wait(screen)
        if text is not None:
            self.redraft(replace(draft, opening=text))

    async def rules(self) -> None:
        """Set how the next meetup goes."""
        draft = self._stage.draft
        if draft is None:
            return
        changed = await self._screen.app.push_screen_wait(RulesScreen(draft))
        if changed is not None:
            self.redraft(changed)

    async def find(self) -> None:
        """Search in the conversation."""
        await self._finder.ask()

    async def found(self, step: int) -> None:
        """Go to the next place found, or the one before for -1."""
        self._finder.step(step)

    async def export(self) -> None:
        """Write a transcript into the working directory."""
        session = self._stage.session
        if session is None:
            raise UsageError("There is nothing to export yet.", "space lets them talk.")
        title = title_of(session.tree)
        export = await ask_export(self._screen, title, "meetup")
        if export is not None:
            self._conductor.status.hint = await write_export(session.tree, export)

    async def saw(self) -> None:
        """Show the exact request that the selected message answers."""
        session, selected = self._stage.session, self._conductor.talk.cursor_id
        if session is None or selected is None or selected not in session.tree:
            raise UsageError(*SELECT_FIRST)
        await show_request(self._screen, session.tree, session.tree.get(selected))

    async def resume(self) -> None:
        """Open a stored meetup; its end is there at once, the rest follows."""
        question = "Go on with which meetup?"
        chosen = await ask_session(self._screen, self._runtime, ENGINE, question)
        if chosen is not None:
            await self.open(chosen)

    async def open(self, session_id: str) -> None:
        """Show a stored meetup and get ready to go on with it; until it is open, nothing ends."""
        store, board, stage = self._runtime.store, self._conductor.board, self._stage
        if stage.session is not None and stage.session.id == session_id:
            return
        if not stage.running:
            board.show_tail(await store.tail(session_id, _TAIL))
        try:
            opening = waited_for(self._screen.app, "Opening the meetup", store.open(session_id))
            await stage.open(await opening)
        except (StoreError, Abandoned):
            self._show_again()
            raise
        await board.show_earlier()
        self._screen.refresh_bindings()

    def _show_again(self) -> None:
        """Show what the keys act on."""
        if self._stage.engine is not None:
            self._conductor.board.show_path()
        else:
            self._conductor.talk.clear()
            if self._stage.draft is not None:
                self._conductor.board.show_draft(self._stage.draft)

    def redraft(self, draft: MeetupDraft) -> None:
        """Take up a changed draft and show it."""
        self._stage.draft = draft
        self._conductor.board.show_draft(draft)
        self._screen.refresh_bindings()
