"""Starts, pauses and stops the talk, speaks in it, undoes turns and forks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import CommandError, UsageError
from core.meetup import commands
from core.meetup.spec import SIDES, Side
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind, Record
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.meetup.controller import MeetupController


class RunHandlers(Handlers["MeetupController"]):
    """Starts, pauses and stops the talk, and speaks in it."""

    async def play(self) -> None:
        """Start the meetup, or continue it."""
        if not await self._controller.start(playing=True):
            await self._controller.tell(commands.Resume())

    async def pause(self) -> None:
        """Pause after the present turn."""
        await self._controller.tell(commands.Pause())

    async def step(self) -> None:
        """Take one turn and pause."""
        await self._controller.tell(commands.Step())

    async def stop(self) -> None:
        """Stop the present turn; what was said is kept."""
        if self._controller.session.running:
            await self._controller.tell(commands.Pause(now=True))

    async def end(self) -> None:
        """End the meetup; it can be resumed."""
        if not self._controller.session.running:
            raise UsageError("The meetup is not running.", "space starts it.")
        await self._controller.tell(commands.Stop())

    async def say(self, text: str, literal: bool = False) -> None:
        """Speak to both sides."""
        self._check_length(text)
        await self._controller.tell(commands.Say(text, literal=literal))
        if not self._controller.session.playing:
            self._controller.status.hint = "space continues: they reply"

    async def speak_as(self, side: Side, text: str) -> None:
        """Speak as one side."""
        self._check_length(text)
        await self._controller.tell(commands.Put(side, text))

    def _check_length(self, text: str) -> None:
        """Raise `UsageError` for a text that fits into no context, whatever is dropped."""
        tokens = estimate_tokens(text)
        for each in self._controller.view.participants():
            if each.context and tokens > each.context:
                raise UsageError(
                    f"That is about {tokens:,} tokens; {each.name}'s model holds {each.context:,}.",
                    "Shorten it, or pick a model with more room.",
                )


class BranchHandlers(Handlers["MeetupController"]):
    """Undoes and regenerates turns, forks."""

    def __init__(self, controller: MeetupController) -> None:
        super().__init__(controller)
        self._session = controller.session

    async def undo(self) -> None:
        """Undo what came last: a turn, words of yours, or a failed turn."""
        await self._pause()
        beside = self._beside_turns()
        if beside is None or beside.parent is None:
            await self._controller.tell(commands.Undo())
        else:
            await self._controller.tell(commands.Fork(record=beside.parent))

    async def redo(self) -> None:
        """Redo the message that was undone."""
        await self._pause()
        await self._controller.tell(commands.Redo())

    async def swipe(self, step: int = 1) -> None:
        """Go to another alternative of the selected turn, or of the last one."""
        talk = self._controller.talk
        record, selected = self._session.turn(talk.cursor_id), talk.cursor_id is not None
        if record is None:
            raise CommandError("Select a turn first.", "↑ and ↓ move between messages.")
        place = self._place(record)
        await self._pause(now=True)
        await self._controller.tell(commands.Swipe(step, record.id))
        state = self._session.state
        if selected and state is not None and place is not None and place < len(state.messages):
            talk.move_cursor(state.messages[place].id)

    def _place(self, record: Record) -> int | None:
        state = self._session.state
        ids = [each.id for each in state.messages] if state is not None else []
        return ids.index(record.id) if record.id in ids else None

    async def branches(self) -> None:
        """Show all branches; the one that is picked becomes the current path."""
        from tui.conversation.branches_screen import BranchesScreen

        controller, tree = self._controller, self._session.tree
        if tree is None:
            raise CommandError(*self._session.NOT_STARTED)
        screen = BranchesScreen(tree, self._session.elsewhere)
        picked = await controller.screen.app.push_screen_wait(screen)
        if picked is not None:
            await self._pause(now=True)
            await controller.tell(commands.Jump(picked))
            self._session.elsewhere = None
            if picked in controller.talk:
                controller.talk.move_cursor(picked)

    async def _pause(self, *, now: bool = False) -> None:
        if self._session.playing:
            await self._controller.tell(commands.Pause(now=now))

    async def regenerate(self) -> None:
        """Regenerate the last turn."""
        beside = self._beside_turns()
        if beside is not None and beside.kind == Kind.MESSAGE:
            raise UsageError("You have spoken since.", "u undoes your words, space continues.")
        await self._controller.tell(commands.Regenerate())

    def _beside_turns(self) -> Record | None:
        """Return the moderator's words or the error that stand after the last turn."""
        tree = self._session.tree
        for record in reversed(tree.path if tree is not None else ()):
            if record.kind == Kind.MESSAGE:
                return None if record.node in SIDES else record
            if record.kind == Kind.NOTICE and record.data.get("code") == "error":
                return record
        return None

    async def fork(self) -> None:
        """Continue from the selected message as a new branch."""
        controller = self._controller
        selected = controller.talk.cursor_id or self._last()
        await self._pause(now=True)
        await controller.tell(commands.Fork(record=selected))
        controller.talk.follow()
        controller.status.hint = (
            "Continue from here: space starts · what followed is kept on its branch"
        )

    def _last(self) -> str:
        state = self._session.state
        if state is None or not state.messages:
            raise CommandError(*self._session.NOT_STARTED)
        return state.messages[-1].id
