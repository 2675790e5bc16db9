"""How each command changes a meetup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import CommandError
from core.events import Changed, Controlled, HeadMoved, Said
from core.meetup.commands import (
    Command,
    Fork,
    Pause,
    Put,
    Regenerate,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Stop,
    Undo,
)
from core.meetup.control import Parsed, parse
from core.meetup.spec import SIDES, Side
from core.messages import ModelName, Params
from core.sessions.record import CODE, Author, Kind, Record

if TYPE_CHECKING:
    from core.meetup.engine import MeetupEngine

HUMAN = Author("human", "moderator")


class Verbs:
    """Carries out commands on one engine."""

    def __init__(self, engine: MeetupEngine) -> None:
        self._engine = engine
        self._log = engine.log
        self._verbs: Mapping[type, Callable[[Any], Awaitable[None]]] = {
            Pause: self._pause,
            Resume: self._resume,
            Step: self._step,
            Stop: self._stop,
            Say: self._say,
            Put: self._put,
            Regenerate: self._regenerate,
            Undo: self._undo,
            SetSeat: self._set_seat,
            SetRun: self._set_run,
            Fork: self._fork,
        }

    async def carry_out(self, command: Command) -> None:
        """Carry out one command. Raises `CommandError` and `StoreError`."""
        await self._verbs[type(command)](command)

    async def control(
        self,
        word: str,
        *,
        author: Author = CODE,
        node: str = "",
        audience: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Record:
        """Put a control word on record and announce it."""
        said = {"said": True} if word.startswith("/") else {}
        record = await self._log.append_one(
            self._log.draft(
                Kind.CONTROL,
                word,
                author=author,
                node=node,
                audience=audience,
                data={**said, **(data or {})},
            )
        )
        self._log.bus.publish(Controlled(self._log.id, self._log.state.number, record))
        return record

    async def announce_said(self, record: Record) -> None:
        """Announce words of a human that are on record."""
        self._log.bus.publish(Said(self._log.id, record))

    async def _pause(self, command: Pause) -> None:
        engine = self._engine
        engine.playing, engine.steps = False, 0
        if command.now:
            await engine.interrupt()
        await self.control("pause", author=HUMAN)

    async def _resume(self, command: Resume) -> None:
        await self.control("resume", author=HUMAN)
        self._engine.playing = True

    async def _step(self, command: Step) -> None:
        engine = self._engine
        if not (engine.playing and engine.speaking):
            engine.steps += 1
        engine.playing = False

    async def _stop(self, command: Stop) -> None:
        self._engine.playing, self._engine.steps = False, 0
        await self._engine.interrupt()
        self._engine.stop("stopped")

    async def _say(self, command: Say) -> None:
        audience = () if command.to is None else (command.to,)
        await self._speak(
            command.text, author=HUMAN, audience=audience, literal=command.literal
        )

    async def _put(self, command: Put) -> None:
        engine = self._engine
        writing = engine.speaking and engine.state.next == command.side
        await engine.interrupt()
        if writing and engine.state.last == command.side:
            await self._move_to(self._before(1))
        number = engine.state.number + 1
        data = {"put": True, "turn": number}
        await self._speak(command.text, author=HUMAN, node=command.side, data=data)

    async def _speak(
        self,
        text: str,
        *,
        author: Author,
        node: str = "",
        audience: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
        literal: bool = False,
    ) -> None:
        """Put words on record; control words in them become control records."""
        parsed = Parsed(text, ()) if literal else parse(text)
        extra = dict(data or {})
        if parsed.words:
            extra |= {"raw": text, "words": [word.value for word in parsed.words]}
        if parsed.prose or node:
            record = await self._log.append_one(
                self._log.draft(
                    Kind.MESSAGE,
                    parsed.prose,
                    author=author,
                    node=node,
                    audience=audience,
                    data=extra,
                )
            )
            await self.announce_said(record)
        for word in parsed.words:
            await self.control(word, author=author, node=node, audience=audience)

    async def _regenerate(self, command: Regenerate) -> None:
        engine = self._engine
        await engine.interrupt()
        messages = engine.state.messages
        if not messages or messages[-1].author.kind != "persona":
            raise CommandError("There is no reply to regenerate.")
        await self._move_to(self._before(1))
        if not engine.playing:
            engine.steps = 1

    async def _undo(self, command: Undo) -> None:
        engine = self._engine
        await engine.interrupt()
        there = len([each for each in engine.state.messages if not each.data.get("opening")])
        if command.turns > there:
            raise CommandError(f"Only {there} messages can be taken back.")
        await self._move_to(self._before(command.turns))

    async def _fork(self, command: Fork) -> None:
        await self._engine.interrupt()
        await self._move_to(self._place(command))

    def _place(self, command: Fork) -> str:
        tree = self._log.session.tree
        if command.record is not None:
            record = tree.get(command.record)
            if record.kind in {Kind.BLOB, Kind.HEAD}:
                raise CommandError("Nothing can follow that record.")
            return record.id
        for record in self._log.state.messages:
            if record.data.get("turn") == command.turn:
                return self._with_its_controls(record)
        raise CommandError(f"There is no turn {command.turn} on the current path.")

    def _with_its_controls(self, message: Record) -> str:
        """Return the last record that belongs to a message: its control words follow it."""
        path = self._log.session.tree.path
        index = next(i for i, record in enumerate(path) if record.id == message.id)
        last = message.id
        for record in path[index + 1 :]:
            if record.kind != Kind.CONTROL or record.node != message.node:
                break
            last = record.id
        return last

    def _before(self, turns: int) -> str:
        """Return the record before the last `turns` messages of either side."""
        parent = self._log.state.messages[-turns].parent
        assert parent is not None
        return parent

    async def _move_to(self, target: str) -> None:
        """Let the path end at `target`; the seats stay as they are set now."""
        seats = {side: self._log.state.sides[side].seat for side in SIDES}
        record = await self._log.append_one(self._log.head_draft(target))
        for side in SIDES:
            if self._log.state.sides[side].seat != seats[side]:
                seat = seats[side]
                await self._store_seat(side, seat.model, seat.params)
        state = self._log.state
        if state.ended or state.ending or state.answered:
            await self.control("resume", author=CODE)
        self._log.bus.publish(HeadMoved(self._log.id, record))

    async def _set_seat(self, command: SetSeat) -> None:
        seat = self._log.state.sides[command.side].seat
        model = seat.model if command.model is None else str(ModelName.parse(command.model))
        params = seat.params.merged(Params.from_json(command.params or {}))
        self._engine.try_seat(command.side, replace(seat, model=model, params=params))
        await self._store_seat(command.side, model, params)

    async def _store_seat(self, side: Side, model: str, params: Params) -> None:
        data = {"model": model, "params": params.to_json()}
        record = await self._log.append_one(
            self._log.draft(Kind.SETTING, model, author=HUMAN, node=side, data=data)
        )
        self._engine.forget_participants()
        self._log.bus.publish(Changed(self._log.id, record))

    async def _set_run(self, command: SetRun) -> None:
        values = {"turns": command.turns, "rate": command.rate, "pace": command.pace}
        data = {key: value for key, value in values.items() if value is not None}
        record = await self._log.append_one(self._log.draft(Kind.SETTING, author=HUMAN, data=data))
        self._log.bus.publish(Changed(self._log.id, record))
