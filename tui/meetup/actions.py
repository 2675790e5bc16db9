"""Does what the meetup pane's keys and commands ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.meetup import commands
from tui.meetup.desk import Desk
from tui.meetup.slash import Act, read, words

if TYPE_CHECKING:
    from tui.meetup.conductor import Conductor


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        conductor.prompt.completions = words()
        self.desk = desk = Desk(conductor, self.tell)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "play": self._play,
            "step": self._step,
            "halt": self._halt,
            "undo": self._undo,
            "again": self._again,
            "fork": self._fork,
            "interject": self._interject,
            "copy": self._copy,
            "found": self._found,
            "new": self._new,
            "where": self._where,
            "seat": desk.seat,
            "model": desk.model,
            "opening": desk.opening,
            "rules": desk.rules,
            "saw": desk.saw,
            "find": desk.find,
            "export": desk.export,
            "resume": desk.resume,
        }

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    async def typed(self, text: str) -> None:
        """Carry out what was typed into the prompt."""
        wish = read(text)
        if isinstance(wish, Act):
            await self._conductor.screen.run_action(wish.action)
        else:
            await self.tell(wish)

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine, which is started for it if need be."""
        if not self._stage.running:
            await self._start(playing=False)
        await self._stage.send(command)
        self._conductor.board.show_state()

    async def _start(self, *, playing: bool) -> None:
        """Have an engine that runs: begin the draft, or go on with what has ended."""
        if self._conductor.begun:
            await self._stage.go_on(playing=playing)
        elif self._stage.draft is not None:
            await self._stage.begin(playing=playing)
        else:
            raise UsageError("There is nobody to talk yet.", "Mend the settings, then start again.")
        self._conductor.follow()

    async def _play(self) -> None:
        if self._stage.running:
            await self._stage.toggle()
            self._conductor.board.show_state()
        else:
            await self._start(playing=True)

    async def _step(self) -> None:
        await self.tell(commands.Step())

    async def _halt(self) -> None:
        if self._stage.running:
            await self.tell(commands.Pause(now=True))

    async def _undo(self) -> None:
        if self._stage.playing:
            await self.tell(commands.Pause())
        await self.tell(commands.Undo())

    async def _again(self) -> None:
        await self.tell(commands.Regenerate())

    async def _fork(self) -> None:
        selected = self._conductor.talk.cursor_id
        if selected is None:
            raise UsageError("Select a message first:", "j and k move from one to the next.")
        if self._stage.playing:
            await self.tell(commands.Pause(now=True))
        await self.tell(commands.Fork(record=selected))

    async def _interject(self) -> None:
        self._conductor.prompt.focus()

    async def _copy(self) -> None:
        self._conductor.talk.action_copy_message()

    async def _found(self, step: int) -> None:
        self._conductor.talk.search_next(step)

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "Nothing was said yet."
        self._conductor.status.hint = kept

    async def _new(self) -> None:
        """Set up a new meetup with the same two; the present one is kept."""
        await self._stage.close()
        self._conductor.talk.clear()
        if self._stage.draft is not None:
            self._conductor.board.show_draft(self._stage.draft)
