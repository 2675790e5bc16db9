"""Does what the days pane's keys and commands ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clm.run import commands
from core.errors import UsageError
from tui.days.completing import Completing
from tui.days.desk import Desk
from tui.days.draft import RunDraft
from tui.days.granting import Granting
from tui.days.slash import Act, read, suggestions, words
from tui.days.story import text_of
from tui.typed_path import is_there, typed_path

if TYPE_CHECKING:
    from tui.days.conductor import Conductor

_WEEK = 7


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        self._beginning = asyncio.Lock()
        conductor.prompt.completions = words()
        conductor.prompt.completer = Completing(conductor)
        self.desk = desk = Desk(conductor, self.tell)
        granting = Granting(conductor)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "begin": self._begin,
            "run": self._run,
            "pause": self._pause,
            "next": self._next,
            "week": self._week,
            "step": self._step,
            "stop": self._stop,
            "look": self._look,
            "newest": self._newest,
            "copy": self._copy,
            "reset": self._reset,
            "new": granting.let_go,
            "where": self._where,
            "customers": self._customers,
            "help": self._help,
            "describe": self._describe,
            "policy": desk.policy,
            "model": desk.model,
            "fork": desk.fork,
            "compare": desk.compare,
            "customer": desk.customer,
            "charts": desk.charts,
            "sent": desk.sent,
            "export": desk.export,
            "resume": desk.resume,
            "rename": desk.rename,
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
        wish = read(text)
        if not isinstance(wish, Act):
            await self.tell(wish)
        elif wish.later:
            # It may ask something back; the prompt does not wait for the answer.
            self._conductor.screen.run_worker(
                self._conductor.do_later(text, wish.verb, *wish.arguments), group="ask"
            )
        else:
            await self.do(wish.verb, *wish.arguments)

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine; a drafted run is started for it."""
        if not self._conductor.begun:
            if isinstance(command, commands.SetPolicy | commands.SetModel):
                self._redraft(command)
                return
            if not isinstance(command, commands.Run | commands.Step):
                raise UsageError("No run has begun.", "enter starts one.")
            await self._begin()
        elif not self._stage.running:
            self._conductor.follow()
        await self._stage.send(command)
        self._conductor.look()
        self._conductor.look_after()

    def _redraft(self, command: commands.SetPolicy | commands.SetModel) -> None:
        draft = self._stage.draft
        if isinstance(command, commands.SetPolicy):
            if command.policy not in draft.policies:
                raise UsageError(
                    f"There is no policy {command.policy!r} for this run.",
                    f"There are: {', '.join(draft.policies)}.",
                )
            draft = replace(draft, policy=command.policy)
        elif command.model:
            draft = replace(draft, model=command.model)
        if isinstance(command, commands.SetModel) and command.params:
            raise UsageError("Parameters are set once a run has begun.", "enter starts it.")
        self._stage.draft = draft
        self._conductor.show_start()

    async def _begin(self) -> None:
        """Start the drafted run; its first day waits for a key."""
        # A large population takes a moment; a key that comes meanwhile is for the same run.
        async with self._beginning:
            if self._conductor.begun:
                return
            self._conductor.status.state = "setting up …"
            try:
                await self._stage.begin()
            finally:
                self._conductor.status.state = "not begun"
            self._conductor.follow()
            self._conductor.show_run()

    async def _customers(self, said: str) -> None:
        """Choose whom the next run is about: so many who are drawn, or those of a file."""
        if self._conductor.begun:
            raise UsageError("This run has its customers.", "ctrl+n sets up another one.")
        number, draft = said.replace(",", "").replace("_", ""), self._stage.draft
        if number.isdecimal():
            self._stage.draft = draft.with_size(int(number))
        else:
            path = typed_path(said)
            if not is_there(path):
                raise UsageError(f"There is no file {said!r}.", "Tab completes paths.")
            self._stage.draft = draft.with_cast(path)
        self._conductor.show_start()

    async def _help(self) -> None:
        await self._conductor.screen.run_action("app.help")

    async def _run(self) -> None:
        """Go on to the end of what is planned."""
        state = self._stage.state
        over = state is not None and state.spec.days and state.over >= state.spec.days
        if over:
            raise UsageError("All planned days are over.", "n lives one more, w a week more.")
        await self.tell(commands.Run())

    async def _pause(self) -> None:
        await self.tell(commands.Pause())

    async def _next(self) -> None:
        await self.tell(commands.Run(1))

    async def _week(self) -> None:
        await self.tell(commands.Run(_WEEK))

    async def _step(self) -> None:
        await self.tell(commands.Step())

    async def _stop(self) -> None:
        if self._stage.running:
            await self.tell(commands.Stop())

    async def _look(self, step: int) -> None:
        """Show the cards of an earlier day, or of a later one."""
        board = self._conductor.board
        board.look_at(board.day + step)

    async def _newest(self) -> None:
        state = self._stage.state
        if state is not None:
            self._conductor.board.look_at(state.day)

    async def _copy(self) -> None:
        story = self._conductor.stories.current
        if story is None:
            raise UsageError("There is no card to copy.", "n lives the next day.")
        self._conductor.screen.app.copy_to_clipboard(text_of(story))
        self._conductor.status.hint = "card sent to the terminal's clipboard"

    async def _reset(self) -> None:
        """Show the start card with what this run began with, seed and all."""
        state = self._stage.state
        if state is None:
            return
        self._stage.draft = RunDraft.like(state.spec, state.policy, state.model)
        await self._stage.close()
        self._conductor.start.form.at = "seed"
        self._conductor.show_start()
        self._conductor.status.hint = (
            f"enter begins again with seed {state.spec.seed}; the last run is kept: ctrl+r"
        )

    async def _describe(self, title: str | None, pinned: bool | None) -> None:
        if title is not None:
            await self.tell(commands.Rename(title))
        if pinned is not None:
            await self.tell(commands.Pin(pinned))

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "No run has begun."
        self._conductor.status.hint = kept
