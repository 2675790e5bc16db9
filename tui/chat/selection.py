"""The message that a command of the Chat pane is for."""

from __future__ import annotations

from core.chat.spec import HUMAN, PERSONA
from core.errors import CommandError
from core.sessions.branches import alternatives, replies
from core.sessions.record import Kind, Record
from tui.chat.record_view import ends_with
from tui.chat.session import ChatSession
from tui.widgets.transcript import Transcript


class Selection:
    """The message under the cursor of a transcript, or else the last one."""

    def __init__(self, session: ChatSession, transcript: Transcript) -> None:
        self._session = session
        self._transcript = transcript

    def under_cursor(self) -> Record | None:
        """Return the message under the cursor as it reads now."""
        tree, cursor = self._session.tree, self._transcript.cursor_id
        if tree is None or cursor is None or cursor not in tree:
            return None
        record = tree.shown(tree.get(cursor))
        return record if record is not None and record.kind == Kind.MESSAGE else None

    def message(self) -> Record:
        """Return the message under the cursor as it reads now, or else the last one.

        Raises:
            CommandError: there is none, or it is still being written.
        """
        found, cursor = self.under_cursor(), self._transcript.cursor_id
        state, tree = self._session.state, self._session.tree
        if found is None and cursor is not None and tree is not None and cursor not in tree:
            raise CommandError("That is still being written.", "esc stops it.")
        if found is None and state is not None:
            found = state.last
        if found is None:
            raise CommandError(*ChatSession.NOT_STARTED)
        return found

    def with_request(self) -> Record:
        """Return the message, or the last one that a model wrote if none is under the cursor."""
        record, state = self.message(), self._session.state
        if record.request is None and self._transcript.cursor_id is None and state is not None:
            asked = (each for each in reversed(state.messages) if each.request is not None)
            return next(asked, record)
        return record

    def has_alternative(self, step: int) -> bool:
        """Whether there is another alternative in a direction, or one can be made."""
        session = self._session
        if not session.opened:
            return session.setup is not None and len(session.setup.greetings) > 1
        record = self.under_cursor() or (session.state.last if session.state else None)
        if record is None or session.tree is None or not session.started or session.replying:
            return False
        if step > 0 and self.is_last_reply(record):
            return True
        options = alternatives(session.tree, record.id)
        if len(options) < 2:
            waits = record.node == HUMAN and ends_with(session.tree, record.id)
            return waits and bool(replies(session.tree, record.id, PERSONA))
        at = next((n for n, each in enumerate(options) if each.id == record.id), 0)
        return 0 <= at + step < len(options)

    def is_last_reply(self, record: Record) -> bool:
        """Whether a reply is the last of its alternatives, and nothing follows it."""
        tree = self._session.tree
        if tree is None or record.node != PERSONA or not ends_with(tree, record.id):
            return False
        options = alternatives(tree, record.id)
        return bool(options) and options[-1].id == record.id
