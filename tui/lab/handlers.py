"""What carries out the commands of the lab pane."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.lab import commands
from core.lab.episodes import PersonState
from core.lab.state import LabState
from core.personas.languages import canonical_language
from core.sessions.session import Session
from core.text import read_whole
from tui.conversation.dialogs import ask_model
from tui.conversation.requests import SELECT_FIRST, show_request
from tui.lab.draft import LabDraft
from tui.lab.keeping import kept_persona
from tui.lab.session import LabSession
from tui.navigation import ChatWith
from tui.pane.common import StartHandlers
from tui.pane.handlers import Handlers
from tui.typed_path import is_there, typed_path

if TYPE_CHECKING:
    from tui.lab.controller import LabController


class SetupHandlers(StartHandlers["LabController"]):
    """Sets up a run and starts it."""

    def __init__(self, controller: LabController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def _show_started(self) -> None:
        await self._controller.show_run()
        await self._controller.resume_run()

    async def people(self, said: str) -> None:
        """Take people from a folder of the lab, or make up so many."""
        number = read_whole(said)
        if number is not None:
            self._change(self._session.draft.with_number("people", number))
            return
        path = typed_path(said)
        if not is_there(path):
            raise UsageError(f"There is no folder {said!r}.", "Tab completes paths.")
        self._change(self._session.draft.with_folder(path))

    async def settings(self, names: Sequence[str]) -> None:
        """Choose the settings that are compared."""
        self._change(self._session.draft.with_settings(names))

    async def language(self, name: str) -> None:
        """Choose the language of new people."""
        draft = self._session.draft
        if not draft.made_up:
            raise UsageError("These people have a language.", "Type how many new ones.")
        self._change(replace(draft, language=canonical_language(name)))

    async def model(self, chosen: str = "") -> None:
        """Choose the model of every role but the judge."""
        name = chosen or await self._ask_model("Model of every role")
        if name is not None:
            self._change(replace(self._session.draft, model=name))

    async def judge(self, chosen: str = "") -> None:
        """Choose the model that judges replies."""
        name = chosen or await self._ask_model("Model that judges replies")
        if name is not None:
            self._change(replace(self._session.draft, judge=name))

    async def again(self) -> None:
        """Show the start card with the same people, to compare other settings."""
        from core.lab.people.imported import given_of

        state, stored = self._session.state, self._session.stored
        if state is None or stored is None:
            return
        given = given_of(state)
        if not given or any(not each.scenes for each in given):
            raise UsageError("Some people have no scenes yet.", "space continues the run.")
        if not await self._controller.may_end():
            return
        self._session.draft = LabDraft.again(state.spec, given, stored.id)
        await self._session.close()
        self._controller.start.form.at = "settings"
        self._controller.show_setup()
        self._controller.status.hint = "enter starts with the same people · ctrl+r: the last run"

    async def parallel(self, calls: int) -> None:
        """Set how many model calls may be under way at a time."""
        if not self._session.started:
            self._change(self._session.draft.with_number("at a time", calls))
            return
        calls = max(1, min(commands.MOST_PARALLEL, calls))
        await self._session.send(commands.SetParallel(calls))
        self._controller.status.hint = f"{calls} {'call' if calls == 1 else 'calls'} at a time"
        self._controller.show_state()

    async def more(self, step: int) -> None:
        """Allow one model call more, or one less."""
        engine = self._session.engine
        if engine is not None:
            await self.parallel(engine.parallel + step)

    async def _ask_model(self, question: str) -> str | None:
        controller = self._controller
        return await ask_model(controller.screen, controller.runtime, question)

    def _change(self, draft: LabDraft) -> None:
        if self._session.started:
            raise UsageError("This run is set up.", "ctrl+n sets up another one, r one like it.")
        self._session.draft = draft
        self._controller.show_setup()


class RunHandlers(Handlers["LabController"]):
    """Continues, pauses and stops a run."""

    def __init__(self, controller: LabController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def run(self) -> None:
        """Continue the run."""
        state = self._session.state
        if state is None:
            raise UsageError(*LabSession.NOT_STARTED)
        if state.finished:
            raise UsageError("The run is done.", "r sets up one with other settings.")
        if self._session.running:
            await self._session.send(commands.Resume())
        else:
            await self._controller.resume_run()
        self._controller.show_state()

    async def pause(self) -> None:
        """Start no further model call."""
        if self._session.running:
            await self._session.send(commands.Pause())
        self._controller.show_state()

    async def stop(self) -> None:
        """Stop at once; what was answered is kept, and space continues."""
        if self._session.running:
            await self._session.send(commands.End())
            self._controller.status.hint = "stopped · space continues where it was"

    async def open(self, folder: str) -> None:
        """Open the newest run of a lab folder."""
        if await self._controller.may_end("End it and open the other"):
            path = typed_path(folder)
            await self._controller.open_by(lambda: self._session.open_folder(path))


class PageHandlers(Handlers["LabController"]):
    """Shows other scenes, evidence, figures and prompts; exports."""

    def __init__(self, controller: LabController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._screen = controller.screen

    async def look(self, step: int) -> None:
        """Show an earlier scene of the life, or a later one."""
        self._controller.view.turn(step)

    async def newest(self) -> None:
        """Show the newest scene and follow it."""
        self._controller.view.follow()
        self._controller.talk.follow()

    async def setting(self, step: int = 1) -> None:
        """Show the same scene under another setting."""
        self._controller.status.hint = f"setting: {self._controller.view.next_setting(step)}"

    async def truth(self) -> None:
        """Show the true profile, or what was learned."""
        view = self._controller.view
        view.show_truth(not view.beside.truth)
        screen = self._screen
        if view.beside.truth and screen.has_class("-narrow") and not screen.has_class("-known"):
            screen.add_class("-known")
            screen.set_focus(self._controller.known)

    async def learned(self) -> None:
        """Go to what was learned, or back to the conversation."""
        controller = self._controller
        there = self._screen.focused is not controller.known
        self._screen.set_class(there, "-known")
        self._screen.set_focus(controller.known if there else controller.main_focus)

    async def write(self) -> None:
        """Let a command be typed."""
        self._controller.input.open()

    async def evidence(self) -> None:
        """Go to the words that the selected value rests on."""
        view, row = self._controller.view, self._controller.known.current
        if row is None or not row.evidence:
            raise UsageError(
                "Select a value that was learned first:", "Tab or l goes there, j and k move."
            )
        said = row.evidence[0].record
        place = view.beside.place_of(said)
        if place is None:
            raise UsageError("The words it rests on were erased.", "The value stays on record.")
        view.go_to(place, said)
        self._controller.show_talk()

    async def charts(self) -> None:
        """Show the measures by scene and setting."""
        from tui.lab.charts_page import LabChartsScreen
        from tui.lab.reporting import report_on

        state, stored = run_of(self._controller)
        report = await report_on(stored.tree, self._controller.runtime.settings.prices)
        await self._screen.app.push_screen_wait(LabChartsScreen(state, report))

    async def compare(self) -> None:
        """Show the figures of the run, and compare them with another's."""
        from tui.lab.report_page import LabReportScreen

        state, stored = run_of(self._controller)
        screen = LabReportScreen(self._controller.runtime, stored, state, stored.tree)
        await self._screen.app.push_screen_wait(screen)

    async def chat(self) -> None:
        """Save the selected person as a persona, and chat with it."""
        state, _ = run_of(self._controller)
        person = self._person()
        runtime = self._controller.runtime
        own, library = runtime.directories.data / "personas", runtime.library
        language = state.spec.plan.language
        path = await asyncio.to_thread(kept_persona, library, own, person, language)
        await self._screen.app.navigate(ChatWith(str(path)))

    async def sent(self) -> None:
        """Show the prompt sent for the selected reply."""
        _, stored = run_of(self._controller)
        at = self._controller.talk.cursor_id
        if at is None or at not in stored.tree:
            raise UsageError(*SELECT_FIRST)
        await show_request(self._screen, stored.tree, stored.tree.get(at))

    async def profile(self) -> None:
        """Show the user's own profile."""
        await self._screen.app.action_own_profile()

    def _person(self) -> PersonState:
        person = self._controller.view.looking.person
        if person is None:
            raise UsageError("There are no people yet.", "The first ones are being made up.")
        return person


def run_of(controller: LabController) -> tuple[LabState, Session]:
    """Return where the run stands and its session. Raises `UsageError` where there is none."""
    state, stored = controller.session.state, controller.session.stored
    if state is None or stored is None:
        raise UsageError(*LabSession.NOT_STARTED)
    return state, stored
