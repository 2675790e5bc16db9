"""How each command changes a chat."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from core.chat.commands import (
    Attachment,
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
from core.chat.replies import Replies
from core.chat.seating import Seating
from core.chat.spec import HUMAN, PERSONA
from core.config.params import check_parameters
from core.errors import CommandError, UsageError
from core.messages import ModelName
from core.sessions.branches import alternatives, leaf_below, replies
from core.sessions.record import Author, Kind, Record
from core.text import clean_line

_MOST_COMPARED = 8
_TICKS = re.compile("`{3,}")


class Verbs:
    """Carries out commands on the parts of one engine."""

    def __init__(
        self, log: ChatLog, seating: Seating, replies: Replies, end: Callable[[], None]
    ) -> None:
        self._log = log
        self._seating = seating
        self._replies = replies
        self._end = end
        self._verbs: Mapping[type, Callable[[Any], Awaitable[None]]] = {
            Send: self._send,
            Stop: self._stop,
            Continue: self._continue,
            Regenerate: self._regenerate,
            Edit: self._edit,
            Swipe: self._swipe,
            Delete: self._delete,
            Restore: self._restore,
            Fork: self._fork,
            Jump: self._jump,
            SetModel: self._set_model,
            Compare: self._compare,
            Rename: self._rename,
            Pin: self._pin,
            End: self._close,
        }

    async def carry_out(self, command: Command) -> None:
        """Carry out one command. Raises `CommandError` and `StoreError`."""
        await self._verbs[type(command)](command)

    async def _send(self, command: Send) -> None:
        participant = self._seating.ready()
        await self._say(command.text, command.files)
        self._replies.reply(participant)

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
        return self._log.draft(Kind.MESSAGE, text, author=author, node=HUMAN, data=data)

    async def _stop(self, command: Stop) -> None:
        await self._replies.interrupt()

    async def _continue(self, command: Continue) -> None:
        await self._replies.interrupt()
        last = self._log.state.last
        if last is None or last.node != PERSONA or not last.text.strip():
            raise CommandError("There is no reply to go on with.")
        participant = self._seating.ready()
        home = await self._step_before(last)
        self._replies.go_on(participant, last, home)

    async def _regenerate(self, command: Regenerate) -> None:
        await self._replies.interrupt()
        message = self._message(command.record)
        participant = self._seating.ready()
        if message.node == PERSONA:
            self._replies.reply_anew(participant, await self._step_before(message))
        elif message.id == self._last().id:
            self._replies.reply(participant)
        else:
            home = self._head()
            await self._log.tell(self._log.head_draft(message.id))
            self._replies.reply_anew(participant, home)

    async def _step_before(self, message: Record) -> str:
        """Let the path end before a message; return where it ended until now."""
        home = self._head() if self._log.session.tree.on_path(message.id) else self._leaf(message)
        await self._log.tell(self._log.head_draft(_parent(message)))
        return home

    async def _edit(self, command: Edit) -> None:
        message = self._message(command.record)
        if not command.text.strip():
            raise CommandError("A message needs words.", "`delete` leaves it out.")
        if command.resend:
            await self._resend(message, command.text)
        elif command.text != message.text:
            target = {"target": message.id}
            await self._log.tell(
                self._log.draft(Kind.EDIT, command.text, author=self._me(), data=target)
            )

    async def _resend(self, message: Record, text: str) -> None:
        """Put other words beside a message, as one of its alternatives."""
        await self._replies.interrupt()
        participant = self._seating.ready() if message.node == HUMAN else None
        turn = {"turn": message.data.get("turn", 0), "instead_of": message.id}
        again = replace(self._human_message(text, turn), node=message.node)
        if message.node == PERSONA:
            again = replace(again, author=Author("human", message.author.name))
        await self._log.tell(self._log.head_draft(_parent(message)), again)
        if participant is not None:
            self._replies.reply(participant)

    async def _swipe(self, command: Swipe) -> None:
        await self._replies.interrupt()
        tree = self._log.session.tree
        message = self._message(command.record)
        options = alternatives(tree, message.id)
        at = next((i for i, each in enumerate(options) if each.id == message.id), 0)
        wanted = at + command.step
        if message.node == HUMAN and len(options) < 2:
            options = replies(tree, message.id, PERSONA)
            wanted = command.step if command.step < 0 else command.step - 1
            wanted = wanted + len(options) if wanted < 0 else wanted
        if not 0 <= wanted < len(options):
            raise CommandError("There is no further alternative.", "`regenerate` makes one.")
        await self._go_to(leaf_below(tree, options[wanted].id))

    async def _delete(self, command: Delete) -> None:
        message = self._message(command.record)
        await self._leave_out(message.id, deleted=True)

    async def _restore(self, command: Restore) -> None:
        if not self._log.session.tree.deleted(command.record):
            raise CommandError("That message was not deleted.")
        await self._leave_out(command.record, deleted=False)

    async def _leave_out(self, record_id: str, *, deleted: bool) -> None:
        data = {"target": record_id, "deleted": deleted}
        await self._log.tell(self._log.draft(Kind.DELETE, author=self._me(), data=data))

    async def _fork(self, command: Fork) -> None:
        await self._replies.interrupt()
        await self._go_to(self._message(command.record).id)

    async def _jump(self, command: Jump) -> None:
        await self._replies.interrupt()
        await self._go_to(self._leaf(self._message(command.record)))

    async def _go_to(self, target: str) -> None:
        if target != self._log.session.tree.head:
            await self._log.tell(self._log.head_draft(target))

    async def _set_model(self, command: SetModel) -> None:
        seat = self._log.state.seat
        try:
            model = seat.model if command.model is None else str(ModelName.parse(command.model))
            params = check_parameters(dict(command.params or {}))
        except UsageError as error:
            raise CommandError(error.message, error.hint) from error
        changed = replace(seat, model=model, params=seat.params.merged(params))
        self._seating.ready(changed)
        data = {"model": changed.model, "params": changed.params.to_json()}
        await self._log.tell(
            self._log.draft(Kind.SETTING, model, author=self._me(), node=PERSONA, data=data)
        )

    async def _compare(self, command: Compare) -> None:
        models = tuple(dict.fromkeys(command.models))
        if not 2 <= len(models) <= _MOST_COMPARED:
            raise CommandError(f"Name two to {_MOST_COMPARED} different models.")
        seat = self._log.state.seat
        participants = [self._seating.ready(replace(seat, model=each)) for each in models]
        if command.text.strip() or command.files:
            await self._say(command.text, command.files)
        asked = self._last()
        if asked.node != HUMAN:
            await self._step_before(asked)
            asked = self._last()
        self._replies.reply_beside(participants, self._head())

    async def _rename(self, command: Rename) -> None:
        title = clean_line(command.title).strip()
        if not title:
            raise CommandError("A title needs words.")
        await self._log.tell(self._log.draft(Kind.META, author=self._me(), data={"title": title}))

    async def _pin(self, command: Pin) -> None:
        data = {"pinned": command.pinned}
        await self._log.tell(self._log.draft(Kind.META, author=self._me(), data=data))

    async def _close(self, command: End) -> None:
        self._end()

    def _me(self) -> Author:
        return Author("human", self._log.state.spec.user)

    def _head(self) -> str:
        head = self._log.session.tree.head
        assert head is not None
        return head

    def _leaf(self, message: Record) -> str:
        return leaf_below(self._log.session.tree, message.id)

    def _last(self) -> Record:
        last = self._log.state.last
        if last is None:
            raise CommandError("Nothing has been said yet.")
        return last

    def _message(self, record_id: str | None) -> Record:
        """Return a message as it reads now; the last one where none is named."""
        if record_id is None:
            return self._last()
        tree = self._log.session.tree
        record = tree.get(record_id) if record_id in tree else None
        shown = None if record is None else tree.shown(record)
        if shown is None or shown.kind != Kind.MESSAGE:
            raise CommandError(f"There is no message {record_id!r}.")
        return shown


def _parent(record: Record) -> str:
    assert record.parent is not None
    return record.parent


def _quoted(file: Attachment) -> str:
    """Return a file as part of a message, in a fence that its text cannot close."""
    longest = max((len(run) for run in _TICKS.findall(file.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{clean_line(file.name)}:\n{fence}\n{file.text.rstrip()}\n{fence}"
