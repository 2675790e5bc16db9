"""Going on from another place of the tree: taking back, taking again, forking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError
from core.meetup.log import MeetupLog
from core.meetup.spec import REOPEN, SIDES, Side
from core.meetup.state import RUN_SETTINGS, MeetupState
from core.meetup.turn import TurnRunner
from core.sessions.branches import alternatives, leaf_below, undone
from core.sessions.record import OFF_PATH_KINDS, Author, Kind, Record
from core.text import counted

HUMAN = Author("human", "moderator")


class Branching:
    """Moves the end of the current path. Nothing is lost: what is left stays in the tree."""

    def __init__(self, log: MeetupLog, turns: TurnRunner) -> None:
        self._log = log
        self._turns = turns

    async def take_back(self, count: int) -> None:
        """Take back the last messages of either side; one that is being written counts.

        Raises:
            CommandError: there are not as many; nothing has changed.
        """
        speaking, before = self._turns.speaking, len(self._log.state.messages)
        there = self._log.state.number + speaking
        if count > there:
            raise CommandError(f"Only {there} messages can be taken back.")
        await self._turns.interrupt()
        messages = self._log.state.messages
        if speaking and len(messages) == before:
            # What was being written left nothing on the path.
            count -= 1
        if count:
            await self.move_to(_parent(messages[-count]))

    async def take_again(self) -> None:
        """Take back the last reply, so that the side replies anew.

        Raises:
            CommandError: there is none; nothing has changed.
        """
        messages = self._log.state.messages
        last_is_reply = bool(messages) and messages[-1].author.kind == "persona"
        if not (self._turns.speaking or last_is_reply):
            raise CommandError("There is no reply to regenerate.")
        await self.take_back(1)

    async def put_back(self, count: int) -> None:
        """Put back messages that were taken back last.

        Raises:
            CommandError: there are not as many; nothing has changed.
        """
        below = undone(self._log.session.tree)
        messages = [n for n, each in enumerate(below) if each.kind == Kind.MESSAGE]
        if not messages:
            raise CommandError("There is nothing to redo.")
        if count > len(messages):
            raise CommandError(f"Only {counted(len(messages), 'message')} can be put back.")
        # What stands between two messages belongs to the first.
        end = (messages[count] if count < len(messages) else len(below)) - 1
        await self._turns.interrupt()
        await self.move_to(below[end].id)

    async def swipe(self, step: int, record: str | None) -> None:
        """Go to another alternative of a message, the last one by default.

        Raises:
            CommandError: there is no such message or alternative; nothing has changed.
        """
        messages = self._log.state.messages
        if record is None and not messages:
            raise CommandError("Nothing has been said yet.")
        message = messages[-1] if record is None else self._message(record)
        options = alternatives(self._log.session.tree, message.id)
        wanted = [each.id for each in options].index(message.id) + step
        if not 0 <= wanted < len(options):
            raise CommandError(
                "There is no further alternative.", "Regenerate the last turn to have another."
            )
        await self._go_below(options[wanted])

    async def jump(self, record: str) -> None:
        """Go to the branch of a message, and to what last followed it there.

        Raises:
            CommandError: there is no such message; nothing has changed.
        """
        await self._go_below(self._message(record))

    async def _go_below(self, message: Record) -> None:
        await self._turns.interrupt()
        await self.move_to(leaf_below(self._log.session.tree, message.id))

    def _message(self, record_id: str) -> Record:
        tree = self._log.session.tree
        if record_id not in tree or tree.get(record_id).kind != Kind.MESSAGE:
            raise CommandError(f"There is no message {record_id!r}.")
        return tree.get(record_id)

    async def fork(self, *, turn: int | None, record: str | None) -> None:
        """Go on after a turn of the path (0: before the first), or after any record.

        Raises:
            CommandError: there is no such place; nothing has changed.
        """
        target = self._after_turn(turn or 0) if record is None else self._after_record(record)
        await self._turns.interrupt()
        await self.move_to(target)

    async def move_to(self, target: str) -> None:
        """Let the path end at `target`; seats and settings stay as they are now.

        Where that takes the path back, the record says which end was left, for `put_back`.
        """
        log, tree = self._log, self._log.session.tree
        there = MeetupState.fold(tree.path_to(target))
        left = {"left": tree.head} if tree.on_path(target) else {}
        drafts = [log.new_head(target, **left)]
        for side in SIDES:
            seat = log.state.sides[side].seat
            if seat != there.sides[side].seat:
                drafts.append(_restored(new_setting(log, side, seat)))
        kept = self._run_settings(there)
        if kept:
            drafts.append(_restored(log.new_record(Kind.SETTING, author=HUMAN, data=kept)))
        if there.ended or there.ending or there.answered:
            drafts.append(log.new_record(Kind.CONTROL, REOPEN))
        await log.tell(*drafts)

    def _run_settings(self, there: MeetupState) -> dict[str, object]:
        """Return the settings of the run that would be different at `there`."""
        now = self._log.state
        if replace(there.spec, seats=now.spec.seats) == now.spec and (
            there.limit_from == now.limit_from
        ):
            return {}
        kept: dict[str, object] = {name: getattr(now.spec, name) for name in RUN_SETTINGS}
        return {**kept, "limit_from": min(now.limit_from, there.turns)}

    def _after_record(self, record_id: str) -> str:
        tree = self._log.session.tree
        if record_id not in tree:
            raise CommandError(f"There is no record {record_id!r}.")
        if tree.get(record_id).kind in OFF_PATH_KINDS:
            raise CommandError("Nothing can follow that record.")
        return record_id

    def _after_turn(self, turn: int) -> str:
        messages = [each for each in self._log.state.messages if not each.data.get("opening")]
        if turn == 0 and messages:
            return _parent(messages[0])
        for message in messages:
            if message.data.get("turn") == turn:
                return _with_its_controls(message, self._log.session.tree.path)
        raise CommandError(f"There is no turn {turn} on the current path.")


def new_setting(log: MeetupLog, side: Side, seat: ParticipantSpec) -> Record:
    """Return the record that changes a seat's model and parameters."""
    data = {"model": seat.model, "params": seat.params.to_json()}
    return log.new_record(Kind.SETTING, seat.model, author=HUMAN, node=side, data=data)


def _parent(record: Record) -> str:
    assert record.parent is not None
    return record.parent


def _with_its_controls(message: Record, path: Sequence[Record]) -> str:
    """Return the last record that belongs to a message: its control words follow it."""
    index = next(i for i, record in enumerate(path) if record.id == message.id)
    last = message.id
    for record in path[index + 1 :]:
        if record.kind != Kind.CONTROL or record.node != message.node:
            break
        last = record.id
    return last


def _restored(draft: Record) -> Record:
    """Mark a setting that only carries on what was in force before the path changed."""
    return replace(draft, data={**draft.data, "restored": True})
