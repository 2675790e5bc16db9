"""How a meetup comes to be: from two personas and what the user chose, or from its session."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from core.config.settings import Settings
from core.engine.factory import ParticipantFactory, SeatTeam, persona_text, stored_persona
from core.engine.participant_spec import ParticipantSpec
from core.engine.setup import new_session, reading_setup, with_texts
from core.errors import UsageError
from core.meetup.engine import MeetupEngine
from core.meetup.spec import REOPEN, SIDES, MeetupSpec, Overflow, Side, Starter, other
from core.messages import Params
from core.participants import Participant
from core.personas.instructions import Instructions
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.providers.registry import ProviderRegistry
from core.sessions.record import CODE, Kind
from core.sessions.session import CreateSession, Session

ENGINE = "meetup"
"""What a meetup's root record calls its engine."""

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class SideChoice:
    """Who the user seats on one side; what is left open comes from persona or settings."""

    persona: Persona
    model: str | None = None
    params: Params = field(default_factory=Params)


@dataclass(frozen=True, slots=True)
class MeetupChoice:
    """What the user chose for a meetup; `None` leaves it to the settings."""

    sides: Mapping[Side, SideChoice]
    starter: Starter | None = None
    turns: int | None = None
    opening: str = ""
    rate: float | None = None
    pace: float | None = None
    overflow: Overflow | None = None
    pass_for_human: bool | None = None
    watch_loops: bool | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class RunMode:
    """How a run behaves towards whoever started it."""

    attended: bool = False
    """A human is there to resume after a pause."""
    playing: bool = True
    """Begin at once."""


class Meetups:
    """Starts and resumes meetups with the parts that the composition root hands in."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderRegistry,
        instructions: Instructions,
        seat_team: SeatTeam | None = None,
    ) -> None:
        self._settings = settings
        self._factory = ParticipantFactory(settings, providers, seat_team)
        self._instructions = instructions

    async def start(
        self, choice: MeetupChoice, create: CreateSession, mode: RunMode | None = None
    ) -> MeetupEngine:
        """Return the engine of a new meetup.

        Raises:
            SalonError: a model is unknown or a parameter wrong (nothing was stored), or
                the session cannot be created.
        """
        spec, texts = await asyncio.to_thread(self._checked, choice)
        async with new_session(create, ENGINE, spec.to_json(), with_texts(texts)) as session:
            return self.engine(session, mode)

    def _checked(self, choice: MeetupChoice) -> tuple[MeetupSpec, list[str]]:
        """Return what `spec` does, for seats whose models can be asked. Blocks."""
        spec, texts = self.spec(choice)
        for side in SIDES:
            self._participant(spec, side, choice.sides[side].persona, spec.seats[side]).check()
        return spec, texts

    async def resume(
        self, session: Session, turns: int | None = None, mode: RunMode | None = None
    ) -> MeetupEngine:
        """Return an engine that goes on with a stored meetup, `turns` more turns.

        Without a number one that was cut off takes those that are left, a finished one as many
        again.

        Raises:
            StoreError: the session is no meetup, or the note could not be stored.
        """
        engine = await asyncio.to_thread(self.engine, session, mode)
        await self.reopen(engine, turns)
        return engine

    async def reopen(self, engine: MeetupEngine, turns: int | None = None) -> None:
        """Have a stored meetup go on once its engine runs; see `resume`. Raises `StoreError`."""
        log = engine.log
        limit = log.state.spec.turns if turns is None and log.state.finished else turns
        data = {} if limit is None else {"turns": limit}
        await log.append(log.new_record(Kind.CONTROL, REOPEN, author=CODE, data=data))

    def engine(self, session: Session, mode: RunMode | None = None) -> MeetupEngine:
        """Return an engine over a session whose root record is a meetup's.

        Raises:
            StoreError: it is another engine's session.
        """
        mode = mode or RunMode()

        def seat_participant(side: Side, seat: ParticipantSpec) -> Participant:
            persona = stored_persona(session, seat)
            return self._participant(engine.state.spec, side, persona, seat)

        with reading_setup(session.tree, ENGINE, "meetup", "its meetup was"):
            engine = MeetupEngine(
                session,
                seat_participant,
                self._instructions.ask,
                attended=mode.attended,
                playing=mode.playing,
            )
        return engine

    def spec(self, choice: MeetupChoice) -> tuple[MeetupSpec, list[str]]:
        """Return what the choice amounts to, and the text of each persona's file."""
        meetup = self._settings.meetup
        seed = choice.seed
        drawn = random.Random(seed if seed is not None else random.randrange(_SEEDS))
        starter = choice.starter or meetup.starter
        texts = [persona_text(choice.sides[side].persona) for side in SIDES]
        seats = {side: self._seat(choice.sides[side], seed) for side in SIDES}
        spec = MeetupSpec(
            seats=seats,
            starter=drawn.choice(SIDES) if starter == "random" else starter,
            turns=_pick(choice.turns, meetup.turns),
            opening=choice.opening,
            rate=_pick(choice.rate, meetup.rate),
            pace=_pick(choice.pace, meetup.pace),
            overflow=_pick(choice.overflow, meetup.overflow),
            pass_for_human=_pick(choice.pass_for_human, meetup.pass_for_human),
            watch_loops=_pick(choice.watch_loops, meetup.loops),
            seed=seed,
        )
        _check(spec)
        return spec, texts

    def _seat(self, side: SideChoice, seed: int | None) -> ParticipantSpec:
        return self._factory.seat(side.persona, model=side.model, params=side.params, seed=seed)

    def _participant(
        self, spec: MeetupSpec, side: Side, persona: Persona, seat: ParticipantSpec
    ) -> Participant:
        cast = MacroContext(persona.name, spec.seats[other(side)].name, spec.seed or 0)
        roleplay = Roleplay(persona, self._instructions, cast, pass_for_human=spec.pass_for_human)
        return self._factory.participant(seat, roleplay.system)


T = TypeVar("T")


def _pick(chosen: T | None, default: T) -> T:
    return default if chosen is None else chosen


def _check(spec: MeetupSpec) -> None:
    for name in ("turns", "rate", "pace"):
        value = getattr(spec, name)
        if not 0 <= value < math.inf:
            raise UsageError(f"{name} has to be 0 (no limit) or more, not {value}.")
