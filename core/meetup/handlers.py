"""Commands to a meetup."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.engine.handlers import CommandHandlers, chosen_model, handles
from core.engine.participants import ParticipantCache
from core.errors import CommandError
from core.meetup.branching import HUMAN, Branching, new_setting
from core.meetup.commands import (
    Fork,
    Jump,
    Pause,
    Put,
    Redo,
    Regenerate,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Stop,
    Swipe,
    Undo,
    Whisper,
)
from core.meetup.control_stream import Parsed, parse
from core.meetup.log import MeetupLog
from core.meetup.spec import RESUME, Side
from core.meetup.turn import TurnRunner
from core.meetup.turn_scheduler import TurnScheduler
from core.sessions.record import Kind


class MeetupHandlers(CommandHandlers):
    """Carries out commands on the parts of one engine."""

    def __init__(
        self,
        log: MeetupLog,
        scheduler: TurnScheduler,
        participants: ParticipantCache[Side],
        turns: TurnRunner,
    ) -> None:
        self._log = log
        self._scheduler = scheduler
        self._participants = participants
        self._turns = turns
        self._branching = Branching(log, turns)

    @handles(Pause)
    async def pause(self, command: Pause) -> None:
        self._scheduler.pause()
        if command.now:
            await self._turns.interrupt()
        await self._log.tell(self._log.new_record(Kind.CONTROL, "pause", author=HUMAN))

    @handles(Resume)
    async def resume(self, command: Resume) -> None:
        await self._log.tell(self._log.new_record(Kind.CONTROL, RESUME, author=HUMAN))
        self._scheduler.play()

    @handles(Step)
    async def step(self, command: Step) -> None:
        self._scheduler.step(speaking=self._turns.speaking)

    @handles(Stop)
    async def stop(self, command: Stop) -> None:
        self._scheduler.end("stopped")
        await self._turns.interrupt()

    @handles(Say)
    async def say(self, command: Say) -> None:
        parsed = Parsed(command.text, ()) if command.literal else parse(command.text)
        _require_words(parsed)
        await self._speak(command.text, parsed)

    @handles(Whisper)
    async def whisper(self, command: Whisper) -> None:
        parsed = parse(command.text)
        _require_words(parsed)
        await self._speak(command.text, parsed, audience=(command.to,))

    @handles(Put)
    async def put(self, command: Put) -> None:
        side, parsed = command.side, parse(command.text)
        _require_words(parsed)
        writing = self._turns.speaking and self._log.state.next == side
        await self._turns.interrupt()
        if writing and self._log.state.last == side:
            # The words take the place of those that were being written.
            await self._branching.take_back(1)
        data = {"put": True, "turn": self._log.state.number + 1}
        await self._speak(command.text, parsed, node=side, data=data)

    async def _speak(
        self,
        text: str,
        parsed: Parsed,
        *,
        node: str = "",
        audience: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a human's words on record, and the control words among them."""
        log, drafts = self._log, []
        if parsed.prose or node:
            said = dict(data or {})
            if parsed.words:
                said |= {"raw": text, "words": [word.value for word in parsed.words]}
            drafts.append(
                log.new_record(
                    Kind.MESSAGE,
                    parsed.prose,
                    author=HUMAN,
                    node=node,
                    audience=audience,
                    data=said,
                )
            )
        for word in parsed.words:
            drafts.append(log.new_control(word, author=HUMAN, node=node, audience=audience))
        await log.tell(*drafts)

    @handles(Regenerate)
    async def regenerate(self, command: Regenerate) -> None:
        await self._branching.take_again()
        if not self._scheduler.active:
            self._scheduler.step(speaking=False)

    @handles(Undo)
    async def undo(self, command: Undo) -> None:
        if command.turns < 1:
            raise CommandError("At least one message has to be taken back.")
        await self._branching.take_back(command.turns)

    @handles(Redo)
    async def redo(self, command: Redo) -> None:
        await self._branching.put_back(command.turns)

    @handles(Swipe)
    async def swipe(self, command: Swipe) -> None:
        await self._branching.swipe(command.step, command.record)

    @handles(Jump)
    async def jump(self, command: Jump) -> None:
        await self._branching.jump(command.record)

    @handles(Fork)
    async def fork(self, command: Fork) -> None:
        await self._branching.fork(turn=command.turn, record=command.record)

    @handles(SetSeat)
    async def set_seat(self, command: SetSeat) -> None:
        seat = self._log.state.sides[command.side].seat
        changed = seat.changed(*chosen_model(command.model, command.params))
        self._participants.ready(command.side, changed)
        await self._log.tell(new_setting(self._log, command.side, changed))

    @handles(SetRun)
    async def set_run(self, command: SetRun) -> None:
        values = {
            "turns": command.turns,
            "rate": command.rate,
            "pace": command.pace,
            "watch_loops": command.loops,
        }
        data = {key: value for key, value in values.items() if value is not None}
        if not data:
            raise CommandError("There is nothing to set.")
        for key, value in data.items():
            if not 0 <= value < math.inf:
                raise CommandError(f"{key} has to be 0 or more, not {value}.")
        await self._log.tell(self._log.new_record(Kind.SETTING, author=HUMAN, data=data))


def _require_words(parsed: Parsed) -> None:
    if not (parsed.prose.strip() or parsed.words):
        raise CommandError("There is nothing to say.")
