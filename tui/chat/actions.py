"""Does what the chat pane's keys and commands ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.chat import commands
from core.chat.spec import HUMAN, PERSONA
from core.errors import CommandError, UsageError
from core.providers.tokens import estimate_tokens
from core.sessions.branches import alternatives, replies
from core.sessions.record import Kind, Record
from tui.chat.desk import Desk
from tui.chat.granting import Granting
from tui.chat.handing import Handing
from tui.chat.present import ends_with

if TYPE_CHECKING:
    from tui.chat.conductor import Conductor

_ASK = frozenset({
    "branches",
    "clear",
    "compare",
    "compose",
    "edit",
    "editor",
    "help",
    "menu",
    "pager",
    "parameters",
    "persona",
    "resume",
    "saw",
    "system",
})
"""What asks something back, shows a page or leaves the pane."""
_ASK_WHAT = frozenset({"attach", "export", "find", "model", "new", "rename"})
"""What does so unless it is told at once."""


class Actions:
    """The verbs of the pane. Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._stage = conductor.stage
        self._talk = conductor.talk
        desk = Desk(conductor, self)
        granting = Granting(conductor)
        handing = Handing(conductor, self)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "send": self._send,
            "stop": self._stop,
            "go_on": self._go_on,
            "again": self._again,
            "delete": self._delete,
            "restore": self._restore,
            "swipe": self._swipe,
            "fork": self._fork,
            "pin": self._pin,
            "set": self._set,
            "write": self._write,
            "leave": self._leave,
            "scroll": self._scroll,
            "detach": self._detach,
            "where": self._where,
            **desk.verbs(),
            **granting.verbs(),
            **handing.verbs(),
        }
        self._granting = granting
        self.copied = handing.copied
        self.find = desk.find

    def asks(self, verb: str, arguments: tuple[object, ...]) -> bool:
        """Whether a verb asks something back, so that it has to run in a worker."""
        return verb in _ASK or (verb in _ASK_WHAT and not arguments)

    async def do(self, verb: str, *arguments: object) -> None:
        """Carry out a verb of the pane."""
        await self._verbs[verb](*arguments)

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine and show at once what it has changed."""
        await self._stage.send(command)
        self._conductor.board.show_path()
        self._conductor.refresh()

    def selected(self) -> Record:
        """Return the message under the cursor as it reads now, or else the last one."""
        found = self._under_cursor()
        state = self._stage.state
        if found is None and state is not None:
            found = state.last
        if found is None:
            raise CommandError("Nothing has been said yet.", "Write something first.")
        return found

    def _under_cursor(self) -> Record | None:
        tree, cursor = self._stage.tree, self._talk.cursor_id
        if tree is None or cursor is None or cursor not in tree:
            return None
        record = tree.shown(tree.get(cursor))
        return record if record is not None and record.kind == Kind.MESSAGE else None

    # What is said

    async def _send(self, text: str) -> None:
        conductor = self._conductor
        self.check_free()
        files = conductor.attached.files
        self.check_length(text, *(each.text for each in files))
        await self.begin()
        await self._stage.send(commands.Send(text, files))
        await self.sent()

    def check_free(self) -> None:
        """Raise `CommandError` while a reply is being written."""
        state = self._stage.state
        if self._stage.replying and state is not None:
            raise CommandError(
                f"{state.seat.name} is still writing.", "esc stops that, enter sends this then."
            )

    def check_length(self, *texts: str) -> None:
        """Raise `UsageError` for words that no context could hold, whatever is dropped."""
        budget = self._stage.budget
        tokens = sum(estimate_tokens(each) for each in texts)
        if budget is not None and tokens > budget.prompt:
            raise UsageError(
                f"That is about {tokens:,} tokens; the model has room for {budget.prompt:,}.",
                "Shorten it, or pick a model with more room.",
            )

    async def begin(self) -> None:
        """Have a chat to speak in: the drafted one begins with the first word."""
        if self._stage.begun:
            return
        if self._stage.draft is None:
            raise UsageError("There is nobody to talk to yet.", "ctrl+n picks somebody.")
        drafted = self._stage.key
        await self._stage.begin()
        self._conductor.follow()
        await self._conductor.keeper.forget(drafted)

    async def sent(self) -> None:
        """Show what was said, and forget that it was a draft."""
        self._conductor.attached.take()
        self._conductor.board.show_path()
        self._talk.clear_cursor()
        self._talk.follow()
        await self._conductor.keeper.keep(self._stage.key)

    async def _stop(self) -> None:
        if self._stage.replying:
            await self.tell(commands.Stop())
            self._conductor.board.show_state()

    async def _go_on(self) -> None:
        await self.tell(commands.Continue())
        self._talk.follow()

    async def _again(self) -> None:
        record = self._under_cursor()
        await self.tell(commands.Regenerate(None if record is None else record.id))
        self._talk.follow()

    # What becomes of what was said

    async def _delete(self) -> None:
        record = self.selected()
        await self.tell(commands.Delete(record.id))
        self._conductor.board.revise(record.id)
        self._conductor.status.hint = "left out · u takes it back in"

    async def _restore(self) -> None:
        tree = self._stage.tree
        for record in reversed(list(tree or ())):
            target = str(record.data.get("target"))
            if record.kind == Kind.DELETE and tree is not None and tree.deleted(target):
                await self.tell(commands.Restore(target))
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
        record = self._under_cursor() or (stage.state.last if stage.state else None)
        if record is None or stage.tree is None or stage.view is not None:
            return False
        if step > 0 and self._is_last_reply(record):
            return True
        options = alternatives(stage.tree, record.id)
        if len(options) < 2:
            return record.node == HUMAN and bool(replies(stage.tree, record.id, PERSONA))
        at = next((n for n, each in enumerate(options) if each.id == record.id), 0)
        return 0 <= at + step < len(options)

    async def describe(self, title: str | None, pinned: bool | None) -> None:
        """Rename or pin the chat."""
        if title is not None:
            await self.tell(commands.Rename(title))
        if pinned is not None:
            await self.tell(commands.Pin(pinned))
        self._conductor.board.show_state()

    async def _swipe(self, step: int) -> None:
        if not self._stage.begun:
            await self._granting.greet(step)
            return
        record, stays = self.selected(), self._talk.cursor_id is not None
        place = self._place(record)
        if step == 1 and self._is_last_reply(record):
            await self.tell(commands.Regenerate(record.id))
            self._talk.follow()
            return
        await self.tell(commands.Swipe(step, record.id))
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
        record = self.selected()
        await self.tell(commands.Fork(record.id))
        self._talk.follow()
        self._conductor.prompt.focus()
        answer = " or /retry for a reply" if record.node == HUMAN else ""
        self._conductor.status.hint = f"it goes on from here: write{answer}"

    async def _pin(self) -> None:
        tree = self._stage.tree
        pinned = tree is not None and bool(tree.meta.get("pinned"))
        await self.tell(commands.Pin(not pinned))
        self._conductor.board.show_state()

    async def _set(self, params: Mapping[str, object]) -> None:
        await self.change(params=params)

    async def change(
        self, *, model: str | None = None, params: Mapping[str, object] | None = None
    ) -> None:
        """Change model or parameters: of the chat to come, or from here on."""
        if not self._stage.begun:
            await self._granting.redraft(model=model, params=params)
        else:
            await self.tell(commands.SetModel(model, params))

    # Where one is

    async def _write(self) -> None:
        self._conductor.prompt.focus()

    async def _leave(self) -> None:
        self._talk.focus()

    async def _scroll(self, pages: int) -> None:
        if pages < 0:
            self._talk.action_page_up()
        else:
            self._talk.action_page_down()

    async def _detach(self) -> None:
        self._conductor.attached.take()

    async def _where(self) -> None:
        session = self._stage.session
        kept = f"Chat {session.id} is saved as it goes." if session else "Nothing was said yet."
        self._conductor.status.hint = kept
