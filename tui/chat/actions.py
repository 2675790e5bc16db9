"""Does what the chat pane's keys and commands ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from core.chat import commands
from core.errors import CommandError, UsageError
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind, Record
from tui.chat.desk import Desk
from tui.chat.granting import Granting
from tui.chat.handing import Handing
from tui.chat.history import History

if TYPE_CHECKING:
    from tui.chat.conductor import Conductor

_ASK = frozenset({
    "branches",
    "compare",
    "compose",
    "edit",
    "editor",
    "help",
    "menu",
    "pager",
    "parameters",
    "persona",
    "profile",
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
        history = History(conductor, self, granting)
        handing = Handing(conductor, self)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "send": self._send,
            "stop": self._stop,
            "go_on": self._go_on,
            "again": self._again,
            "pin": self._pin,
            "set": self._set,
            "write": self._write,
            "leave": self._leave,
            "scroll": self._scroll,
            "detach": self._detach,
            "where": self._where,
            **history.verbs(),
            **desk.verbs(),
            **granting.verbs(),
            **handing.verbs(),
        }
        self._granting = granting
        self.let_go = granting.let_go
        self.can_swipe = history.can_swipe
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
        found, cursor = self.under_cursor(), self._talk.cursor_id
        state, tree = self._stage.state, self._stage.tree
        if found is None and cursor is not None and tree is not None and cursor not in tree:
            raise CommandError("That is still being written.", "esc stops it.")
        if found is None and state is not None:
            found = state.last
        if found is None:
            raise CommandError("Nothing has been said yet.", "Write something first.")
        return found

    def under_cursor(self) -> Record | None:
        """Return the message under the cursor as it reads now."""
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
            raise CommandError(f"{state.seat.name} is still writing.", "esc stops that.")

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
        await self._stage.begin()
        self._conductor.follow()
        await self._conductor.keeper.begin(self._stage.key)

    async def sent(self) -> None:
        """Show what was said, and forget that it was a draft."""
        self._conductor.attached.take()
        self._conductor.board.show_path()
        self._talk.clear_cursor()
        self._talk.follow()
        await self._conductor.keep()

    async def _stop(self) -> None:
        if self._stage.replying:
            await self.tell(commands.Stop())
            self._conductor.board.show_state()

    async def _go_on(self) -> None:
        await self.tell(commands.Continue())
        self._talk.follow()

    async def _again(self) -> None:
        record = self.under_cursor()
        await self.tell(commands.Regenerate(None if record is None else record.id))
        self._talk.follow()

    # What the chat is called, and on what it runs

    async def describe(self, title: str | None, pinned: bool | None) -> None:
        """Rename or pin the chat."""
        if title is not None:
            await self.tell(commands.Rename(title))
        if pinned is not None:
            await self.tell(commands.Pin(pinned))
        self._conductor.board.show_state()

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
        self._conductor.prompt.screen.set_focus(self._conductor.prompt)

    async def _leave(self) -> None:
        self._talk.screen.set_focus(self._talk)

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
