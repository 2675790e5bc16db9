"""Commands that change messages of a chat, or who replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.chat.commands import (
    Delete,
    Edit,
    Restore,
    SetModel,
    Stop,
)
from core.chat.log import ChatLog
from core.chat.record_lookup import RecordLookup
from core.chat.replies import Replies
from core.chat.speaking import Speaking
from core.chat.spec import PERSONA
from core.engine.handlers import CommandHandlers, chosen_model, handles
from core.engine.participants import ParticipantCache
from core.errors import CommandError
from core.sessions.record import Author, Kind


class ChatHandlers(CommandHandlers):
    """Carries out commands about messages that are there, and about the model."""

    def __init__(
        self,
        log: ChatLog,
        lookup: RecordLookup,
        participants: ParticipantCache[str],
        replies: Replies,
        speaking: Speaking,
    ) -> None:
        self._log = log
        self._lookup = lookup
        self._participants = participants
        self._replies = replies
        self._speaking = speaking

    @handles(Stop)
    async def stop(self, command: Stop) -> None:
        await self._replies.interrupt()

    @handles(Edit)
    async def edit(self, command: Edit) -> None:
        message = self._lookup.message(command.record)
        if not command.text.strip():
            raise CommandError("A message needs words.", "`delete` leaves it out.")
        if command.resend:
            await self._speaking.resend(message, command.text)
        elif command.text != message.text:
            await self._overlay(Kind.EDIT, command.text, {"target": message.id})

    @handles(Delete)
    async def delete(self, command: Delete) -> None:
        message = self._lookup.message(command.record)
        await self._overlay(Kind.DELETE, "", {"target": message.id, "deleted": True})

    @handles(Restore)
    async def restore(self, command: Restore) -> None:
        if not self._log.session.tree.deleted(command.record):
            raise CommandError("That message was not deleted.")
        await self._overlay(Kind.DELETE, "", {"target": command.record, "deleted": False})

    async def _overlay(self, kind: str, text: str, data: Mapping[str, Any]) -> None:
        await self._log.tell(self._log.new_record(kind, text, author=self._me(), data=data))

    @handles(SetModel)
    async def set_model(self, command: SetModel) -> None:
        changed = self._log.state.seat.changed(*chosen_model(command.model, command.params))
        self._participants.ready(PERSONA, changed)
        data = {"model": changed.model, "params": changed.params.to_json()}
        await self._log.tell(
            self._log.new_record(
                Kind.SETTING, changed.model, author=self._me(), node=PERSONA, data=data
            )
        )

    def _me(self) -> Author:
        return Author("human", self._log.state.spec.user)
