"""Does what the meetup pane's keys and commands ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.meetup import commands
from core.meetup.spec import SIDES
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind, Record
from tui.conversation.requests import SELECT_FIRST
from tui.meetup.desk import Desk
from tui.meetup.granting import Granting
from tui.meetup.slash import Act, read, suggestions, words

if TYPE_CHECKING:
    from tui.meetup.conductor import Conductor


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        conductor.prompt.completions = words()
        self.desk = desk = Desk(conductor, self.tell)
        granting = Granting(conductor, desk)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "play": self._play,
            "pause": self._play,
            "step": self._step,
            "halt": self._halt,
            "undo": self._undo,
            "again": self._again,
            "fork": self._fork,
            "interject": self._interject,
            "copy": self._copy,
            "new": granting.close_session,
            "where": self._where,
            "seat": desk.seat,
            "model": desk.model,
            "opening": desk.opening,
            "rules": desk.rules,
            "saw": desk.saw,
            "find": desk.find,
            "found": desk.found,
            "export": desk.export,
            "resume": desk.resume,
            "navigate": granting.navigate,
        }

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    def suggest(self, text: str) -> str:
        """Return the commands that a beginning can become; one alone with what it does."""
        return suggestions(text)

    async def typed(self, text: str) -> None:
        """Carry out what was typed into the prompt."""
        wish = read(text)
        if isinstance(wish, Act):
            await self._conductor.screen.run_action(wish.action)
            return
        if isinstance(wish, commands.Say | commands.Put):
            self._check_length(wish.text)
        await self.tell(wish)
        if isinstance(wish, commands.Say) and not self._stage.playing:
            self._conductor.status.hint = "esc, then space: they answer"

    def _check_length(self, text: str) -> None:
        """Refuse words that no context could hold, whatever is dropped to make room."""
        tokens = estimate_tokens(text)
        for view in self._conductor.board.seats():
            if view.context and tokens > view.context:
                raise UsageError(
                    f"That is about {tokens:,} tokens; {view.name}'s model holds {view.context:,}.",
                    "Shorten it, or pick a model with more room.",
                )

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
        """Take back what was said last, be it a turn or words of the moderator's."""
        if self._stage.playing:
            await self.tell(commands.Pause())
        aside = self._aside()
        if aside is None or aside.parent is None:
            await self.tell(commands.Undo())
        else:
            await self.tell(commands.Fork(record=aside.parent))

    async def _again(self) -> None:
        aside = self._aside()
        if aside is not None and aside.kind == Kind.MESSAGE:
            raise UsageError("You have spoken since.", "u takes your words back, space goes on.")
        await self.tell(commands.Regenerate())

    def _aside(self) -> Record | None:
        """Return the moderator's words or the error that stand after the last turn."""
        session = self._stage.session
        for record in reversed(session.tree.path if session is not None else ()):
            if record.kind == Kind.MESSAGE:
                return None if record.node in SIDES else record
            if record.kind == Kind.NOTICE and record.data.get("code") == "error":
                return record
        return None

    async def _fork(self) -> None:
        selected = self._conductor.talk.cursor_id
        if selected is None:
            raise UsageError(*SELECT_FIRST)
        if self._stage.playing:
            await self.tell(commands.Pause(now=True))
        await self.tell(commands.Fork(record=selected))

    async def _interject(self) -> None:
        self._conductor.prompt.screen.set_focus(self._conductor.prompt)

    async def _copy(self) -> None:
        self._conductor.talk.action_copy_message()

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "Nothing was said yet."
        self._conductor.status.hint = kept
