"""How each command changes a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from core.chat.branching import Branching
from core.chat.commands import (
    Command,
    Compare,
    Continue,
    Delete,
    Edit,
    End,
    Fork,
    Jump,
    Pin,
    Regenerate,
    Rename,
    Restore,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.chat.log import ChatLog
from core.chat.participants import ParticipantCache
from core.chat.places import Places
from core.chat.replies import Replies
from core.chat.speaking import Speaking
from core.chat.spec import PERSONA
from core.config.params import check_parameters
from core.errors import CommandError, UsageError
from core.messages import ModelName
from core.sessions.record import Author, Kind
from core.text import clean_line


class Verbs:
    """Carries out commands on the parts of one engine."""

    def __init__(
        self,
        log: ChatLog,
        participants: ParticipantCache,
        replies: Replies,
        end: Callable[[], None],
    ) -> None:
        self._log = log
        self._participants = participants
        self._replies = replies
        self._end = end
        self._places = Places(log)
        self._speaking = Speaking(log, self._places, participants, replies)
        branching = Branching(log, self._places, replies)
        self._verbs: Mapping[type, Callable[[Any], Awaitable[None]]] = {
            Send: self._speaking.send,
            Stop: self._stop,
            Continue: self._speaking.go_on,
            Regenerate: self._speaking.again,
            Edit: self._edit,
            Swipe: branching.swipe,
            Delete: self._delete,
            Restore: self._restore,
            Fork: branching.fork,
            Jump: branching.jump,
            SetModel: self._set_model,
            Compare: self._speaking.compare,
            Rename: self._rename,
            Pin: self._pin,
            End: self._close,
        }

    async def carry_out(self, command: Command) -> None:
        """Carry out one command. Raises `CommandError` and `StoreError`."""
        await self._verbs[type(command)](command)

    async def _stop(self, command: Stop) -> None:
        await self._replies.interrupt()

    async def _edit(self, command: Edit) -> None:
        message = self._places.message(command.record)
        if not command.text.strip():
            raise CommandError("A message needs words.", "`delete` leaves it out.")
        if command.resend:
            await self._speaking.resend(message, command.text)
        elif command.text != message.text:
            await self._overlay(Kind.EDIT, command.text, {"target": message.id})

    async def _delete(self, command: Delete) -> None:
        message = self._places.message(command.record)
        await self._overlay(Kind.DELETE, "", {"target": message.id, "deleted": True})

    async def _restore(self, command: Restore) -> None:
        if not self._log.session.tree.deleted(command.record):
            raise CommandError("That message was not deleted.")
        await self._overlay(Kind.DELETE, "", {"target": command.record, "deleted": False})

    async def _overlay(self, kind: str, text: str, data: Mapping[str, Any]) -> None:
        await self._log.tell(self._log.new_record(kind, text, author=self._me(), data=data))

    async def _set_model(self, command: SetModel) -> None:
        seat = self._log.state.seat
        try:
            model = seat.model if command.model is None else str(ModelName.parse(command.model))
            params = check_parameters(dict(command.params or {}))
        except UsageError as error:
            raise CommandError(error.message, error.hint) from error
        changed = replace(seat, model=model, params=seat.params.merged(params))
        self._participants.ready(changed)
        data = {"model": changed.model, "params": changed.params.to_json()}
        await self._log.tell(
            self._log.new_record(Kind.SETTING, model, author=self._me(), node=PERSONA, data=data)
        )

    async def _rename(self, command: Rename) -> None:
        title = clean_line(command.title).strip()
        if not title:
            raise CommandError("A title needs words.")
        await self._overlay(Kind.META, "", {"title": title})

    async def _pin(self, command: Pin) -> None:
        await self._overlay(Kind.META, "", {"pinned": command.pinned})

    async def _close(self, command: End) -> None:
        self._end()

    def _me(self) -> Author:
        return Author("human", self._log.state.spec.user)
