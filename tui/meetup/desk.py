"""Where the meetup pane's questions are asked and their answers carried out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.meetup import commands
from core.meetup.spec import Side
from core.sessions.requests import rebuild
from core.sessions.transcripts import format_of, write_transcript
from tui.meetup import dialogs
from tui.meetup.draft import MeetupDraft, SeatDraft
from tui.screens.ask import AskScreen
from tui.screens.page import PageScreen
from tui.screens.rules import RulesScreen
from tui.screens.write import WriteScreen
from tui.widgets.transcript import Entry

if TYPE_CHECKING:
    from tui.meetup.conductor import Conductor
    from tui.screens.meetup import MeetupScreen

_TAIL = 64
"""Records that are shown of a stored session while the rest is still being read."""


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, screen: MeetupScreen) -> None:
        self._conductor = conductor
        self._screen = screen
        self._sought = ""

    async def seat(self, side: Side) -> None:
        """Choose who sits on a side of the next meetup."""
        screen = self._screen
        if self._conductor.stage.engine is not None:
            raise UsageError("This meetup has its two.", "ctrl+n sets up a new one.")
        persona = await dialogs.ask_persona(screen, screen.app.runtime, side)
        draft = self._conductor.stage.draft
        if persona is not None and draft is not None:
            seat = SeatDraft.of(persona, screen.app.runtime.settings)
            self._redraft(draft.with_seat(side, seat))

    async def model(self, side: Side) -> None:
        """Choose a side's model, for the next meetup or from here on."""
        screen = self._screen
        model = await dialogs.ask_model(screen, screen.app.runtime, side)
        draft = self._conductor.stage.draft
        if model is None:
            return
        if self._conductor.stage.engine is not None:
            await self._conductor.tell(commands.SetSeat(side, model=model))
        elif draft is not None:
            self._redraft(draft.with_seat(side, replace(draft.seats[side], model=model)))

    async def opening(self) -> None:
        """Write the first word of the one who does not start."""
        screen, draft = self._screen, self._conductor.stage.draft
        if self._conductor.stage.engine is not None or draft is None:
            raise UsageError("The first word has been said.", "ctrl+n sets up a new meetup.")
        title = "The first word, of the one who does not start"
        hint = "An e-mail, a question, a provocation …"
        text = await screen.app.push_screen_wait(WriteScreen(title, draft.opening, hint=hint))
        if text is not None:
            self._redraft(replace(draft, opening=text))

    async def rules(self) -> None:
        """Set how the next meetup goes."""
        screen, draft = self._screen, self._conductor.stage.draft
        if draft is None:
            return
        changed = await screen.app.push_screen_wait(RulesScreen(draft))
        if changed is not None:
            self._redraft(changed)

    async def find(self) -> None:
        """Search in the conversation; the same again goes to the next place."""
        screen = self._screen
        words = await screen.app.push_screen_wait(AskScreen("Find", self._sought))
        if not words:
            self._conductor.talk.search("")
            return
        self._sought = words
        count = self._conductor.talk.search(words)
        found = "one place" if count == 1 else f"{count} places"
        self._conductor.status.hint = (
            f"{found} · > and < go on" if count else f"{words!r} was not found."
        )

    async def export(self) -> None:
        """Write a transcript into the working directory."""
        screen, session = self._screen, self._conductor.stage.session
        if session is None:
            raise UsageError("There is nothing to export yet.", "space lets them talk.")
        path = await dialogs.ask_export(screen, str(session.tree.root.data.get("title", "")))
        if path is not None:
            records = list(session.tree)
            files = await asyncio.to_thread(write_transcript, records, path, format_of(path))
            self._conductor.status.hint = "written: " + ", ".join(map(str, files))

    async def saw(self) -> None:
        """Show the exact request that the selected message answers."""
        record_id = self._conductor.talk.cursor_id
        screen, session = self._screen, self._conductor.stage.session
        if session is None or record_id is None or record_id not in session.tree:
            raise UsageError("Select a message first:", "j and k move from one to the next.")
        record = session.tree.get(record_id)
        if record.request is None:
            raise UsageError("That was written by a human: no model was asked.")
        request = await asyncio.to_thread(rebuild, session.tree, record.request)
        entries = [
            Entry(id=str(i), header=each.role, text=each.content)
            for i, each in enumerate(request.messages)
        ]
        params = ", ".join(f"{key} {value}" for key, value in request.params.to_json().items())
        title = f"What {record.author.name} was sent · {record.model} · {params or 'no parameters'}"
        await screen.app.push_screen_wait(PageScreen(title, entries))

    async def resume(self) -> None:
        """Open a stored meetup; its end is there at once, the rest follows."""
        screen = self._screen
        chosen = await dialogs.ask_session(screen, screen.app.runtime)
        if chosen is not None:
            await self.open(chosen)

    async def open(self, session_id: str) -> None:
        """Show a stored meetup and get ready to go on with it."""
        store = self._screen.app.runtime.store
        await self._conductor.stage.close()
        self._conductor.board.show_tail(await store.tail(session_id, _TAIL))
        session = await store.open(session_id)
        await self._conductor.stage.open(session)
        self._conductor.board.show_earlier()

    def _redraft(self, draft: MeetupDraft) -> None:
        self._conductor.stage.draft = draft
        self._conductor.board.show_draft(draft)
