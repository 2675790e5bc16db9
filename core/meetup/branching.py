"""Going on from another place of the tree: taking back, taking again, forking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError
from core.meetup.log import MeetupLog
from core.meetup.spec import REOPEN, SIDES, Side
from core.meetup.state import RUN_SETTINGS, MeetupState
from core.meetup.turn import TurnTaker
from core.sessions.record import OFF_PATH_KINDS, Author, Kind, Record

HUMAN = Author("human", "moderator")


class Branching:
    """Moves the end of the current path. Nothing is lost: what is left stays in the tree."""

    def __init__(self, log: MeetupLog, turns: TurnTaker) -> None:
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

    async def fork(self, *, turn: int | None, record: str | None) -> None:
        """Go on after a turn of the path (0: before the first), or after any record.

        Raises:
            CommandError: there is no such place; nothing has changed.
        """
        target = self._after_turn(turn or 0) if record is None else self._after_record(record)
        await self._turns.interrupt()
        await self.move_to(target)

    async def move_to(self, target: str) -> None:
        """Let the path end at `target`; seats and settings stay as they are now."""
        log = self._log
        there = MeetupState.fold(log.session.tree.path_to(target))
        drafts = [log.new_head(target)]
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
