"""Does what the lab pane's keys and commands ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.lifelong import commands
from core.personas.languages import canonical_language
from tui.lab.completing import Completing
from tui.lab.desk import Desk
from tui.lab.draft import LabDraft
from tui.lab.granting import Granting
from tui.lab.slash import Act, read, suggestions, words
from tui.typed_path import is_there, typed_path

if TYPE_CHECKING:
    from tui.lab.conductor import Conductor


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        self._beginning = asyncio.Lock()
        conductor.prompt.completions = words()
        conductor.prompt.completer = Completing(conductor)
        self.desk = desk = Desk(conductor)
        granting = Granting(conductor)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "begin": self._begin,
            "run": self._run,
            "pause": self._pause,
            "stop": self._stop,
            "more": self._more,
            "parallel": self._parallel,
            "look": self._look,
            "newest": self._newest,
            "setting": self._setting,
            "truth": self._truth,
            "settings": self._settings,
            "language": self._language,
            "from": self._from,
            "again": self._again,
            "new": granting.let_go,
            "where": self._where,
            "help": self._help,
            "describe": self._describe,
            "evidence": desk.evidence,
            "model": desk.model,
            "judge": desk.judge,
            "charts": desk.charts,
            "compare": desk.compare,
            "export": desk.export,
            "chat": desk.chat,
            "sent": desk.sent,
            "resume": desk.resume,
            "open": desk.open_folder,
            "rename": desk.rename,
            "you": desk.you,
            "grant": granting.grant,
        }

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    def suggest(self, text: str) -> str:
        """Return the commands that a beginning can become; one alone with what it does."""
        return suggestions(text) if text.startswith("/") else ""

    async def typed(self, text: str) -> None:
        """Carry out what was typed into the prompt."""
        act: Act = read(text)
        if act.later:
            # It may ask something back; the prompt does not wait for the answer.
            self._conductor.screen.run_worker(
                self._conductor.do_later(text, act.verb, *act.arguments), group="ask"
            )
        else:
            await self.do(act.verb, *act.arguments)

    # Before a run

    async def _begin(self) -> None:
        async with self._beginning:
            if self._conductor.begun:
                return
            status = self._conductor.status
            status.state = "setting up …"
            try:
                await self._stage.begin()
            finally:
                status.state = "not begun"
            await self._conductor.show_run()
            await self._conductor.follow()
            self._conductor.look()

    async def _settings(self, names: Sequence[str]) -> None:
        self._redraft(self._stage.draft.with_settings(names))

    async def _language(self, name: str) -> None:
        draft = self._stage.draft
        if not draft.made_up:
            raise UsageError("These people speak what they speak.", "Type how many new ones.")
        self._redraft(replace(draft, language=canonical_language(name)))

    async def _from(self, said: str) -> None:
        """Take people from a folder of the lab, or make up so many."""
        if said.isdecimal():
            self._redraft(self._stage.draft.with_number("people", int(said)))
            return
        path = typed_path(said)
        if not is_there(path):
            raise UsageError(f"There is no folder {said!r}.", "Tab completes paths.")
        self._redraft(self._stage.draft.with_folder(path))

    def _redraft(self, draft: LabDraft) -> None:
        if self._conductor.begun:
            raise UsageError("This run is set up.", "ctrl+n sets up another one, r one like it.")
        self._stage.draft = draft
        self._conductor.show_start()

    async def _again(self) -> None:
        """Show the start card with the same people, to live it through under other settings."""
        from core.lifelong.people.given import given_of

        state, session = self._stage.state, self._stage.session
        if state is None or session is None:
            return
        given = given_of(state)
        if not given or any(not each.scenes for each in given):
            raise UsageError("Not everybody has scenes yet.", "space goes on.")
        self._stage.draft = LabDraft.again(state.spec, given, session.id)
        await self._stage.close()
        self._conductor.start.form.at = "settings"
        self._conductor.show_start()
        self._conductor.status.hint = "enter: the same people live anew · ctrl+r: the last run"

    # A run

    async def _run(self) -> None:
        state = self._stage.state
        if state is None:
            raise UsageError("No run has begun.", "enter starts one.")
        if state.finished:
            raise UsageError("Everything is done.", "r lives it through with other settings.")
        if self._stage.running:
            await self._stage.send(commands.Resume())
        else:
            await self._conductor.follow()
        self._conductor.look()

    async def _pause(self) -> None:
        if self._stage.running:
            await self._stage.send(commands.Pause())
        self._conductor.look()

    async def _stop(self) -> None:
        """End at once; what was answered is kept, and space goes on."""
        if self._stage.running:
            await self._stage.send(commands.End())
            self._conductor.status.hint = "stopped; space goes on where it was"

    async def _more(self, step: int) -> None:
        engine = self._stage.engine
        if engine is not None:
            await self._parallel(engine.parallel + step)

    async def _parallel(self, calls: int) -> None:
        if not self._conductor.begun:
            self._redraft(self._stage.draft.with_number("at a time", calls))
            return
        calls = max(1, min(commands.MOST_PARALLEL, calls))
        await self._stage.send(commands.SetParallel(calls))
        self._conductor.status.hint = f"{calls} {'call' if calls == 1 else 'calls'} at a time"
        self._conductor.look()

    # Looking

    async def _look(self, step: int) -> None:
        self._conductor.board.turn(step)

    async def _newest(self) -> None:
        self._conductor.board.follow()
        self._conductor.talk.follow()

    async def _setting(self, step: int = 1) -> None:
        board = self._conductor.board
        self._conductor.status.hint = f"what is known: {board.next_setting(step)}"

    async def _truth(self) -> None:
        board = self._conductor.board
        board.show_truth(not board.beside.truth)
        if board.beside.truth:
            self._conductor.screen.show_known()

    async def _help(self) -> None:
        await self._conductor.screen.run_action("app.help")

    async def _describe(self, title: str | None, pinned: bool | None) -> None:
        if title is not None:
            await self._stage.send(commands.Rename(title))
        if pinned is not None:
            await self._stage.send(commands.Pin(pinned))

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "No run has begun."
        self._conductor.status.hint = kept
