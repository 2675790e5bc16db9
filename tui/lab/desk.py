"""Where the lab pane's questions are asked and their answers carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.lifelong.commands import Rename
from core.lifelong.lanes import PersonState
from core.lifelong.spec import ENGINE
from core.lifelong.state import LabState
from core.sessions.session import Session
from core.sessions.summary import title_of
from tui.conversation.dialogs import ask_model, ask_session
from tui.conversation.requests import SELECT_FIRST, show_request
from tui.exporting import ask_export, write_export
from tui.lab.keeping import kept_persona
from tui.screens.ask import AskScreen
from tui.screens.pick import Choice, PickScreen
from tui.typed_path import typed_path
from tui.wishes import ChatWith

if TYPE_CHECKING:
    from tui.lab.conductor import Conductor

NOT_BEGUN = ("No run has begun.", "enter starts one.")
_TABLES = {
    "csv": "scenes, lives, updates; the report, and the people as personas",
    "json": "the same as JSON",
    "parquet": "the same as Parquet",
}
_TRANSCRIPT = "transcript"


class Desk:
    """Asks, and acts on the answer. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime

    # Before a run

    async def model(self, chosen: str | None = None) -> None:
        """Choose the model of every role but the judge."""
        chosen = chosen or await ask_model(self._screen, self._runtime, "Which model?")
        if chosen is not None:
            self._stage.draft = replace(self._stage.draft, model=chosen)
            self._conductor.show_start()

    async def judge(self, chosen: str | None = None) -> None:
        """Choose the model that judges replies."""
        chosen = chosen or await ask_model(self._screen, self._runtime, "Which model judges?")
        if chosen is not None:
            self._stage.draft = replace(self._stage.draft, judge=chosen)
            self._conductor.show_start()

    async def you(self) -> None:
        """Show what Salon knows of the person at the keyboard."""
        await self._screen.app.action_own_profile()

    # What was learnt

    async def evidence(self) -> None:
        """Go to the words that the selected value rests on."""
        board, row = self._conductor.board, self._conductor.known.current
        if row is None or not row.evidence:
            raise UsageError(
                "Select a value that was learnt first:", "Tab or l goes there, j and k move."
            )
        said = row.evidence[0].record
        place = board.beside.place_of(said)
        if place is None:
            raise UsageError("The words it rests on were erased.", "The value stays on record.")
        board.go_to(place, said)
        self._screen.show_talk()

    async def charts(self) -> None:
        """Show the metrics by scene and setting."""
        from tui.lab.reporting import report_on
        from tui.screens.lab_charts import LabChartsScreen

        state, session = self._run()
        report = await report_on(session.tree, self._runtime.settings.prices)
        await self._screen.app.push_screen_wait(LabChartsScreen(state, report))

    async def compare(self) -> None:
        """Show the figures of the run, and compare them with another's."""
        from tui.screens.lab_report import LabReportScreen

        state, session = self._run()
        screen = LabReportScreen(self._runtime, session, state, session.tree)
        await self._screen.app.push_screen_wait(screen)

    async def chat(self) -> None:
        """Keep the selected person as a persona, and chat with them."""
        state, _ = self._run()
        person = self._person()
        own, library = self._runtime.places.data / "personas", self._runtime.library
        language = state.spec.plan.language
        path = await asyncio.to_thread(kept_persona, library, own, person, language)
        await self._screen.app.go(ChatWith(str(path)))

    async def sent(self) -> None:
        """Show what exactly was sent for the selected reply."""
        _, session = self._run()
        at = self._conductor.talk.cursor_id
        if at is None or at not in session.tree:
            raise UsageError(*SELECT_FIRST)
        await show_request(self._screen, session.tree, session.tree.get(at))

    async def export(self) -> None:
        """Write the run into the working directory: figures, people, or a transcript."""
        from tui.lab.exporting import write_run

        _, session = self._run()
        rows = [Choice(form, f"{form} tables", does) for form, does in _TABLES.items()]
        rows.append(Choice(_TRANSCRIPT, "a transcript", "Markdown, HTML, plain text, JSON Lines"))
        form = await self._screen.app.push_screen_wait(PickScreen("Export as what?", rows))
        status = self._conductor.status
        if form == _TRANSCRIPT:
            export = await ask_export(self._screen, title_of(session.tree), "run")
            if export is not None:
                status.hint = await write_export(session.tree, export)
        elif form is not None:
            status.hint = await write_run(session, form, self._runtime.settings.prices)

    # Sessions

    async def rename(self, title: str = "") -> None:
        """Give the run a title."""
        _, session = self._run()
        if not title:
            asked = AskScreen("What is this run called?", title_of(session.tree))
            answer = await self._screen.app.push_screen_wait(asked)
            title = answer or ""
        if title.strip():
            await self._stage.send(Rename(title))

    async def resume(self) -> None:
        """Open a stored run."""
        chosen = await ask_session(self._screen, self._runtime, ENGINE, "Open which run?")
        if chosen is not None:
            await self.open(chosen)

    async def open_folder(self, said: str) -> None:
        """Open the newest run of a folder that `salon learn` wrote."""
        await self._opened(lambda: self._stage.open_folder(typed_path(said)))

    async def open(self, session_id: str) -> None:
        """Show a stored run, to be gone on with; until it is open, nothing ends."""
        session = self._stage.session
        if session is not None and session.id == session_id:
            return

        async def opened() -> None:
            await self._stage.open(await self._runtime.store.open(session_id))

        await self._opened(opened)

    async def _opened(self, opening: Callable[[], Awaitable[None]]) -> None:
        status = self._conductor.status
        status.state = "reading …"
        try:
            await opening()
            await self._conductor.show_run()
        finally:
            if status.state == "reading …":
                status.state = ""
                self._conductor.look()

    def _run(self) -> tuple[LabState, Session]:
        state, session = self._stage.state, self._stage.session
        if state is None or session is None:
            raise UsageError(*NOT_BEGUN)
        return state, session

    def _person(self) -> PersonState:
        person = self._conductor.board.looking.person
        if person is None:
            raise UsageError("Nobody is there yet.", "Wait until somebody was made up.")
        return person
