"""The messages of a chat that commands are about, and moving the end of its path."""

from __future__ import annotations

from core.chat.detours import HOME, Detour
from core.chat.log import ChatLog
from core.chat.spec import HUMAN
from core.errors import CommandError
from core.sessions.record import Kind, Record


class RecordLookup:
    """Finds messages and moves the path of one chat."""

    def __init__(self, log: ChatLog) -> None:
        self._log = log

    @property
    def head(self) -> str:
        """Where the path ends."""
        head = self._log.session.tree.head
        assert head is not None
        return head

    def last(self) -> Record:
        """Return the last message.

        Raises:
            CommandError: there is none.
        """
        last = self._log.state.last
        if last is None:
            raise CommandError("Nothing has been said yet.")
        return last

    def message(self, record_id: str | None) -> Record:
        """Return a message as it reads now; the last one where none is named.

        Raises:
            CommandError: there is no such message, or it was deleted.
        """
        if record_id is None:
            return self.last()
        tree = self._log.session.tree
        record = tree.get(record_id) if record_id in tree else None
        shown = None if record is None else tree.shown(record)
        if shown is None or shown.kind != Kind.MESSAGE:
            raise CommandError(f"There is no message {record_id!r}.")
        return shown

    def asked(self) -> Record:
        """Return the human's last message, be it answered or not.

        Raises:
            CommandError: the human did not speak last, nor before the last reply.
        """
        self.last()
        for message in self._log.state.messages[:-3:-1]:
            if message.node == HUMAN:
                return message
        raise CommandError("There is no message to answer.", "Write one.")

    def before(self, message: Record) -> str:
        """Return where the path ends if a message is taken away."""
        assert message.parent is not None
        return message.parent

    def after(self, message: Record) -> str:
        """Return where the path ends if nothing was said after a message, be it deleted or not."""
        tree = self._log.session.tree
        if not tree.on_path(message.id):
            return message.id
        end = self.head
        for record in reversed(tree.path):
            if record.id == message.id:
                break
            if record.kind == Kind.MESSAGE:
                end = self.before(record)
        return end

    async def go_to(self, target: str) -> None:
        """Let the path end somewhere else for good."""
        if target != self.head:
            await self._log.tell(self._log.new_head(target))

    async def detour(self, target: str) -> Detour | None:
        """Let the path end somewhere else for a reply that may come to nothing."""
        if target == self.head:
            return None
        draft = self._log.new_head(target, **{HOME: self.head})
        (head,) = await self._log.tell(draft)
        return Detour.of(head)
