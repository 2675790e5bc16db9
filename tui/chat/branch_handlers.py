"""Edits and excludes messages, goes to alternatives and branches. Everything stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.chat import commands
from core.chat.spec import HUMAN
from core.errors import CommandError
from core.sessions.record import Kind, Record
from core.text import clean_line
from tui.chat.reply_handlers import check_idle
from tui.chat.session import ChatSession
from tui.conversation.branches_screen import BranchesScreen
from tui.dialogs.edit import EditScreen
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.chat.controller import ChatController


class BranchHandlers(Handlers["ChatController"]):
    """Edits and excludes messages, goes to alternatives and branches."""

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._talk = controller.talk

    async def edit(self) -> None:
        """Edit a message in place, or beside it as a branch."""
        record = self._controller.selection.message()
        self._session.check_writable()
        mine = record.author.kind == "human"
        name = clean_line(record.author.name or record.node)
        screen = EditScreen(
            "Edit your message" if mine else f"Edit the reply of {name}", record.text
        )
        text = await self._controller.screen.app.push_screen_wait(screen)
        if text is not None and (screen.resend or text != record.text):
            await self._controller.tell(commands.Edit(text, record.id, screen.resend))
            self._controller.view.revise(record.id)

    async def exclude(self) -> None:
        """Exclude a message from the chat and its prompts."""
        record = self._controller.selection.message()
        await self._controller.tell(commands.Delete(record.id))
        self._controller.view.revise(record.id)
        self._controller.status.hint = "excluded · u restores it"

    async def restore(self) -> None:
        """Restore the message that was excluded last."""
        tree = self._session.tree
        for record in reversed(list(tree or ())):
            target = str(record.data.get("target"))
            if record.kind == Kind.DELETE and tree is not None and tree.deleted(target):
                await self._controller.tell(commands.Restore(target))
                self._controller.view.revise(target)
                self._controller.status.hint = "restored"
                if target in self._talk:
                    self._talk.move_cursor(target)
                return
        raise CommandError("No message is excluded.")

    async def swipe(self, step: int = 1) -> None:
        """Go to the next alternative of a message, or to the previous one for -1."""
        if not self._session.opened:
            self._greet(step)
            return
        check_idle(self._session)
        selection = self._controller.selection
        record, stays = selection.message(), self._talk.cursor_id is not None
        place = self._place(record)
        if step == 1 and selection.is_last_reply(record):
            await self._controller.tell(commands.Regenerate(record.id))
            return
        await self._controller.tell(commands.Swipe(step, record.id))
        at = self._entry_at(place)
        if stays and at is not None:
            self._talk.move_cursor(at)

    def _greet(self, step: int) -> None:
        """Choose another greeting for a chat that has not started."""
        setup = self._session.required_setup()
        if len(setup.greetings) < 2:
            raise CommandError("There is no other greeting.")
        self._session.setup = setup.greeting(step)
        self._controller.view.show_setup(self._session.setup)

    def _place(self, record: Record) -> int:
        state = self._session.state
        ids = [each.id for each in state.messages] if state is not None else []
        return ids.index(record.id) if record.id in ids else -1

    def _entry_at(self, place: int) -> str | None:
        state = self._session.state
        there = state is not None and 0 <= place < len(state.messages)
        return state.messages[place].id if state is not None and there else None

    async def fork(self) -> None:
        """Continue from a message as a new branch; of a chat that can only be read, a copy."""
        controller = self._controller
        if self._session.stored_view is not None:
            # Opening the copy may take a while and can be given up.
            controller.screen.run_worker(controller.do("open_copy"), group="ask")
            return
        record = controller.selection.message()
        await controller.tell(commands.Fork(record.id))
        self._talk.follow()
        controller.focus_prompt()
        reply = ", or /retry for a reply" if record.node == HUMAN else ""
        controller.status.hint = (
            f"Continue from here: write{reply} · what followed is kept on its branch"
        )

    async def open_copy(self) -> None:
        """Continue with a copy of a chat that another program writes to. Call it in a worker."""
        controller, view = self._controller, self._session.stored_view
        if view is not None:
            await controller.open(await controller.runtime.store.fork(view.id))
            controller.status.hint = "this is a copy of the chat"

    async def branches(self) -> None:
        """Show all branches; the one that is picked becomes the current path."""
        tree = self._session.tree
        if tree is None:
            raise CommandError(*ChatSession.NOT_STARTED)
        screen = BranchesScreen(tree, self._session.elsewhere)
        picked = await self._controller.screen.app.push_screen_wait(screen)
        if picked is not None:
            await self._controller.tell(commands.Jump(picked))
            self._session.elsewhere = None
            if picked in self._talk:
                self._talk.move_cursor(picked)
