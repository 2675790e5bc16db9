"""The verbs after which somebody speaks: the human, the persona, or several models at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.chat.commands import Attachment, Compare, Continue, Regenerate, Send
from core.chat.log import ChatLog
from core.chat.record_lookup import RecordLookup
from core.chat.replies import Replies
from core.chat.spec import HUMAN, PERSONA
from core.engine.handlers import CommandHandlers, handles
from core.engine.participants import ParticipantCache
from core.errors import CommandError
from core.sessions.record import Author, Kind, Record
from core.text import clean_line

_MOST_COMPARED = 8
_TICKS = re.compile("`{3,}")


class Speaking(CommandHandlers):
    """Carries out its verbs on the parts of one engine.

    What can be refused is refused before anything changes.
    """

    def __init__(
        self,
        log: ChatLog,
        lookup: RecordLookup,
        participants: ParticipantCache[str],
        replies: Replies,
    ) -> None:
        self._log = log
        self._lookup = lookup
        self._participants = participants
        self._replies = replies

    @handles(Send)
    async def send(self, command: Send) -> None:
        """Put the human's words on record and have them answered."""
        participant = self._participants.ready(PERSONA)
        await self._say(command.text, command.files)
        self._replies.reply(participant, None)

    @handles(Continue)
    async def go_on(self, command: Continue) -> None:
        """Have the last reply go on beside itself."""
        if self._replies.active:
            raise CommandError("The reply is still being written.", "Stop it first.")
        last = self._log.state.last
        if last is None or last.node != PERSONA or not last.text.strip():
            raise CommandError("There is no reply to go on with.")
        participant = self._participants.ready(PERSONA)
        detour = await self._lookup.detour(self._lookup.before(last))
        self._replies.reply(participant, detour, going_on=last)

    @handles(Regenerate)
    async def again(self, command: Regenerate) -> None:
        """Have a reply written anew beside the old one, or a message of the human's answered."""
        message = self._lookup.message(command.record)
        participant = self._participants.ready(PERSONA)
        await self._replies.interrupt()
        is_reply = message.node == PERSONA
        target = self._lookup.before(message) if is_reply else self._lookup.after(message)
        self._replies.reply(participant, await self._lookup.detour(target))

    async def resend(self, message: Record, text: str) -> None:
        """Put other words beside a message, as an alternative; the human's are answered."""
        participant = self._participants.ready(PERSONA) if message.node == HUMAN else None
        await self._replies.interrupt()
        data = {"turn": message.data.get("turn", 0), "instead_of": message.id}
        again = replace(self._human_message(text, data), node=message.node)
        if message.node == PERSONA:
            again = replace(again, author=Author("human", message.author.name))
        await self._log.tell(self._log.new_head(self._lookup.before(message)), again)
        if participant is not None:
            self._replies.reply(participant, None)

    @handles(Compare)
    async def compare(self, command: Compare) -> None:
        """Have several models answer the human's last message, or a new one."""
        models = tuple(dict.fromkeys(command.models))
        if not 2 <= len(models) <= _MOST_COMPARED:
            raise CommandError(f"Name two to {_MOST_COMPARED} different models.")
        seat = self._log.state.seat
        participants = [
            self._participants.ready(PERSONA, replace(seat, model=each)) for each in models
        ]
        detour = None
        if command.text.strip() or command.files:
            await self._say(command.text, command.files)
        else:
            asked = self._lookup.asked()
            detour = await self._lookup.detour(self._lookup.after(asked))
        self._replies.reply_beside(participants, self._lookup.head, detour)

    async def _say(self, text: str, files: tuple[Attachment, ...]) -> None:
        if not text.strip() and not files:
            raise CommandError("There is nothing to say.")
        whole = "\n\n".join(filter(None, (text, *map(_quoted, files))))
        data: dict[str, Any] = {"turn": self._log.state.number + 1}
        if files:
            data["files"] = [{"name": each.name, "characters": len(each.text)} for each in files]
        await self._log.tell(self._human_message(whole, data))

    def _human_message(self, text: str, data: Mapping[str, Any]) -> Record:
        author = Author("human", self._log.state.spec.user)
        return self._log.new_record(Kind.MESSAGE, text, author=author, node=HUMAN, data=data)


def _quoted(file: Attachment) -> str:
    """Return a file as part of a message, in a fence that its text cannot close."""
    longest = max((len(run) for run in _TICKS.findall(file.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{clean_line(file.name)}:\n{fence}\n{file.text.rstrip()}\n{fence}"
