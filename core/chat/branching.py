"""The verbs that only move the path: from one alternative to another, back, to other branches."""

from __future__ import annotations

from core.chat.commands import Fork, Jump, Swipe
from core.chat.log import ChatLog
from core.chat.record_lookup import RecordLookup
from core.chat.replies import Replies
from core.chat.spec import HUMAN, PERSONA
from core.engine.handlers import CommandHandlers, handles
from core.errors import CommandError
from core.sessions.branches import alternatives, leaf_below, replies
from core.sessions.record import Record


class Branching(CommandHandlers):
    """Carries out its verbs on the parts of one engine.

    What is being written is stopped, once it is known that there is somewhere to go.
    """

    def __init__(self, log: ChatLog, lookup: RecordLookup, being_written: Replies) -> None:
        self._log = log
        self._lookup = lookup
        self._being_written = being_written

    @handles(Swipe)
    async def swipe(self, command: Swipe) -> None:
        """Go to another alternative of a message, and to what last followed it."""
        await self._go_below(self._alternative(command))

    @handles(Jump)
    async def jump(self, command: Jump) -> None:
        """Go to the branch of a message, and to what last followed it there."""
        await self._go_below(self._lookup.message(command.record))

    @handles(Fork)
    async def fork(self, command: Fork) -> None:
        """Go on from after a message."""
        message = self._lookup.message(command.record)
        await self._being_written.interrupt()
        await self._lookup.go_to(message.id)

    async def _go_below(self, message: Record) -> None:
        await self._being_written.interrupt()
        await self._lookup.go_to(leaf_below(self._log.session.tree, message.id))

    def _alternative(self, command: Swipe) -> Record:
        """Return what a swipe goes to; replies wait beside a message that was not answered."""
        tree = self._log.session.tree
        message = self._lookup.message(command.record)
        options = alternatives(tree, message.id)
        wanted = [each.id for each in options].index(message.id) + command.step
        if len(options) == 1 and message.node == HUMAN and message.id == self._lookup.last().id:
            options = replies(tree, message.id, PERSONA)
            wanted = command.step - 1 if command.step > 0 else len(options) + command.step
        if not 0 <= wanted < len(options):
            raise CommandError(
                "There is no further alternative.", "Regenerate a reply to have another."
            )
        return options[wanted]
