"""How a meetup comes to be: from two personas and what the user chose, or from its session."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from core.config.settings import Settings
from core.context.budget import Budget
from core.errors import StoreError, UsageError
from core.meetup.engine import MeetupEngine
from core.meetup.spec import REOPEN, SIDES, MeetupSpec, Overflow, Seat, Side, Starter, other
from core.messages import ModelName, Params
from core.participants import Participant, PersonaOnModel
from core.personas.decoding import decode
from core.personas.instructions import Instructions
from core.personas.markdown import parse_persona
from core.personas.persona import Persona
from core.providers.registry import ProviderRegistry
from core.sessions.record import CODE, Kind
from core.sessions.requests import blob_record, text_hash
from core.sessions.session import Session

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


class CreateSession(Protocol):
    """Makes a session with its root record."""

    def __call__(self, engine: str, data: Mapping[str, Any]) -> Awaitable[Session]: ...


class Meetups:
    """Starts and resumes meetups with the parts that the composition root hands in."""

    def __init__(
        self, settings: Settings, providers: ProviderRegistry, instructions: Instructions
    ) -> None:
        self._settings = settings
        self._providers = providers
        self._instructions = instructions

    async def start(
        self, choice: MeetupChoice, create: CreateSession, mode: RunMode | None = None
    ) -> MeetupEngine:
        """Return the engine of a new meetup.

        Raises:
            SalonError: a model is unknown or a parameter wrong (nothing was stored), or
                the session cannot be created.
        """
        spec, texts = self.spec(choice)
        for side in SIDES:
            self._participant(spec, side, choice.sides[side].persona, spec.seats[side]).check()
        session = await create(ENGINE, spec.to_json())
        try:
            blobs = [blob_record(session.source, session.tree.head, text) for text in texts]
            await session.append(*blobs)
            return self.engine(session, mode)
        except BaseException:
            await session.close()
            raise

    async def resume(
        self, session: Session, turns: int | None = None, mode: RunMode | None = None
    ) -> MeetupEngine:
        """Return an engine that goes on with a stored meetup, `turns` more turns.

        Raises:
            StoreError: the session is no meetup, or the note could not be stored.
        """
        engine = self.engine(session, mode)
        log = engine.log
        limit = log.state.spec.turns if turns is None else turns
        await log.append(log.draft(Kind.CONTROL, REOPEN, author=CODE, data={"turns": limit}))
        return engine

    def engine(self, session: Session, mode: RunMode | None = None) -> MeetupEngine:
        """Return an engine over a session whose root record is a meetup's.

        Raises:
            StoreError: it is another engine's session.
        """
        mode = mode or RunMode()
        root = session.tree.root
        if root.data.get("engine") != ENGINE:
            kind = root.data.get("engine", "unknown")
            raise StoreError(f"Session {session.id} is no meetup (it is: {kind}).")

        def seat_participant(side: Side, seat: Seat) -> Participant:
            blob = session.tree.blob(seat.persona)
            if blob is None:
                raise StoreError(f"Session {session.id} lacks the persona of {seat.name}.")
            persona = parse_persona(blob.text.encode("utf-8", "surrogatepass"), None)
            return self._participant(engine.state.spec, side, persona, seat)

        try:
            engine = MeetupEngine(
                session,
                seat_participant,
                self._instructions.ask,
                attended=mode.attended,
                playing=mode.playing,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"Session {session.id} does not say how its meetup was set up.",
                "It can still be read and exported.",
            ) from error
        return engine

    def spec(self, choice: MeetupChoice) -> tuple[MeetupSpec, list[str]]:
        """Return what the choice amounts to, and the text of each persona's file."""
        meetup = self._settings.meetup
        seed = choice.seed
        drawn = random.Random(seed if seed is not None else random.randrange(_SEEDS))
        starter = choice.starter or meetup.starter
        texts: dict[Side, str] = {side: _text(choice.sides[side].persona) for side in SIDES}
        seats = {side: self._seat(choice.sides[side], texts[side], seed) for side in SIDES}
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
        return spec, list(texts.values())

    def _seat(self, side: SideChoice, text: str, seed: int | None) -> Seat:
        persona = side.persona
        own_model, own_params = persona.settings()
        params = self._settings.params.merged(own_params).merged(side.params)
        if seed is not None and params.seed is None:
            params = replace(params, seed=seed)
        return Seat(
            name=persona.name,
            model=str(self._named(side.model or own_model or self._settings.model)),
            params=params,
            role=persona.role,
            language=persona.language or "",
            persona=text_hash(text),
        )

    def _named(self, model: str) -> ModelName:
        """Return the model's full name; a bare provider means its default model."""
        name = ModelName.parse(model)
        return ModelName(name.provider, self._providers.model(name).name)

    def _participant(
        self, spec: MeetupSpec, side: Side, persona: Persona, seat: Seat
    ) -> Participant:
        name = self._named(seat.model)
        model = self._providers.model(name)
        length, assumed = seat.params.context_length, False
        if length is None:
            length, assumed = self._settings.context_length(name)
        params = seat.params
        if self._providers.told_context(name.provider):
            params = replace(params, context_length=length)
        system = self._instructions.system_prompt(
            persona,
            partner_name=spec.seats[other(side)].name,
            pass_for_human=spec.pass_for_human,
        )
        return PersonaOnModel(
            name=seat.name,
            model_name=name,
            params=params,
            budget=Budget.of(length, max_tokens=params.max_tokens, assumed=assumed),
            system=system,
            model=model,
        )


def _text(persona: Persona) -> str:
    """Return the text of a persona's file, whatever its encoding."""
    return decode(persona.source, persona.path).text


T = TypeVar("T")


def _pick(chosen: T | None, default: T) -> T:
    return default if chosen is None else chosen


def _check(spec: MeetupSpec) -> None:
    for name in ("turns", "rate", "pace"):
        value = getattr(spec, name)
        if not 0 <= value < math.inf:
            raise UsageError(f"{name} has to be 0 (no limit) or more, not {value}.")
