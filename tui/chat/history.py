"""Changes what was said: leaves it out, goes to its alternatives, forks. Nothing is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.chat import commands
from core.chat.spec import HUMAN, PERSONA
from core.errors import CommandError
from core.sessions.branches import alternatives, replies
from core.sessions.record import Kind, Record
from tui.chat.present import ends_with

if TYPE_CHECKING:
    from tui.chat.actions import Actions
    from tui.chat.conductor import Conductor
    from tui.chat.granting import Granting


class History:
    """Every method but `can_swipe` may raise `SalonError`."""

    def __init__(self, conductor: Conductor, actions: Actions, granting: Granting) -> None:
        self._conductor = conductor
        self._actions = actions
        self._granting = granting
        self._stage = conductor.stage
        self._talk = conductor.talk

    def verbs(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """Return what is done here."""
        return {
            "delete": self._delete,
            "restore": self._restore,
            "swipe": self._swipe,
            "fork": self._fork,
        }

    async def _delete(self) -> None:
        record = self._actions.selected()
        await self._actions.tell(commands.Delete(record.id))
        self._conductor.board.revise(record.id)
        self._conductor.status.hint = "left out · u takes it back in"

    async def _restore(self) -> None:
        tree = self._stage.tree
        for record in reversed(list(tree or ())):
            target = str(record.data.get("target"))
            if record.kind == Kind.DELETE and tree is not None and tree.deleted(target):
                await self._actions.tell(commands.Restore(target))
                self._conductor.board.revise(target)
                self._conductor.status.hint = "taken back in"
                if target in self._talk:
                    self._talk.move_cursor(target)
                return
        raise CommandError("Nothing was left out.")

    def can_swipe(self, step: int) -> bool:
        """Whether there is another alternative, or one can be made."""
        stage = self._stage
        if not stage.begun:
            return stage.draft is not None and len(stage.draft.greetings) > 1
        record = self._actions.under_cursor() or (stage.state.last if stage.state else None)
        if record is None or stage.tree is None or stage.view is not None or stage.replying:
            return False
        if step > 0 and self._is_last_reply(record):
            return True
        options = alternatives(stage.tree, record.id)
        if len(options) < 2:
            waits = record.node == HUMAN and ends_with(stage.tree, record.id)
            return waits and bool(replies(stage.tree, record.id, PERSONA))
        at = next((n for n, each in enumerate(options) if each.id == record.id), 0)
        return 0 <= at + step < len(options)

    async def _swipe(self, step: int) -> None:
        if not self._stage.begun:
            await self._granting.greet(step)
            return
        self._actions.check_free()
        record, stays = self._actions.selected(), self._talk.cursor_id is not None
        place = self._place(record)
        if step == 1 and self._is_last_reply(record):
            await self._actions.tell(commands.Regenerate(record.id))
            self._talk.follow()
            return
        await self._actions.tell(commands.Swipe(step, record.id))
        at = self._entry_at(place)
        if stays and at is not None:
            self._talk.move_cursor(at)

    def _place(self, record: Record) -> int:
        state = self._stage.state
        ids = [each.id for each in state.messages] if state is not None else []
        return ids.index(record.id) if record.id in ids else -1

    def _entry_at(self, place: int) -> str | None:
        state = self._stage.state
        there = state is not None and 0 <= place < len(state.messages)
        return state.messages[place].id if state is not None and there else None

    def _is_last_reply(self, record: Record) -> bool:
        """Whether a reply is the last of its alternatives, and nothing follows it."""
        tree = self._stage.tree
        if tree is None or record.node != PERSONA or not ends_with(tree, record.id):
            return False
        options = alternatives(tree, record.id)
        return bool(options) and options[-1].id == record.id

    async def _fork(self) -> None:
        if self._stage.view is not None:
            await self._granting.copy()
            return
        record = self._actions.selected()
        await self._actions.tell(commands.Fork(record.id))
        self._talk.follow()
        self._conductor.prompt.screen.set_focus(self._conductor.prompt)
        answer = " or /retry for a reply" if record.node == HUMAN else ""
        self._conductor.status.hint = f"it goes on from here: write{answer}"
