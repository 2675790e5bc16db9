"""How a chat comes to be: from a persona and what the user chose, or from its session."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from core.chat.engine import ChatEngine
from core.chat.spec import ENGINE, PERSONA, ChatSpec
from core.config.settings import Overflow, Settings
from core.engine.factory import ParticipantFactory, SeatTeam, persona_text, stored_persona
from core.engine.instructions import ExtraSource
from core.engine.participant_spec import ParticipantSpec
from core.errors import StoreError
from core.messages import Params
from core.participants import Participant
from core.personas.instructions import Instructions
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.providers.registry import ProviderRegistry
from core.sessions.record import Author, Kind
from core.sessions.requests import blob_record
from core.sessions.session import Session
from core.sessions.understanding import NOT_UNDERSTOOD

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """What the user chose for a chat; `None` leaves it to the persona and the settings."""

    persona: Persona
    model: str | None = None
    params: Params = field(default_factory=Params)
    user: str | None = None
    """The name that the human goes by."""
    greeting: int = 0
    """Which of the persona's greetings begins the chat."""
    overflow: Overflow | None = None
    pass_for_human: bool | None = None
    seed: int | None = None
    """Makes what is left to chance repeatable: macros, and sampling where the wire has it."""


class CreateSession(Protocol):
    """Makes a session with its root record."""

    def __call__(self, engine: str, data: Mapping[str, Any]) -> Awaitable[Session]: ...


class Chats:
    """Starts and resumes chats with the parts that the composition root hands in."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderRegistry,
        instructions: Instructions,
        seat_team: SeatTeam | None = None,
        tell_more: ExtraSource | None = None,
    ) -> None:
        """`tell_more` says what personas are told beside their instructions, if anything."""
        self._tell_more = tell_more
        self._settings = settings
        self._factory = ParticipantFactory(settings, providers, seat_team)
        self._instructions = instructions

    async def start(
        self, choice: ChatChoice, create: CreateSession, spec: ChatSpec | None = None
    ) -> ChatEngine:
        """Return the engine of a new chat, its greetings on record.

        `spec` is what the choice amounts to, where that was shown before: what chance has
        decided stays so.

        Raises:
            SalonError: the model is unknown or a parameter wrong (nothing was stored), or
                the session cannot be created.
        """
        spec = spec or self.spec(choice)
        roleplay = self.roleplay(choice.persona, spec)
        await asyncio.to_thread(self._participant(spec.seat, roleplay).check)
        session = await create(ENGINE, spec.to_json())
        try:
            text = persona_text(choice.persona)
            await session.append(blob_record(session.source, session.tree.head, text))
            engine = self._engine(session, roleplay)
            await greet(engine, choice.greeting)
        except BaseException:
            await session.close()
            raise
        return engine

    def engine(self, session: Session) -> ChatEngine:
        """Return an engine that goes on with a stored chat.

        Raises:
            StoreError: it is another engine's session, or does not say how it was set up.
        """
        root = session.tree.root
        if root.data.get("engine") != ENGINE:
            kind = root.data.get("engine", "unknown")
            raise StoreError(f"Session {session.id} is no chat (it is: {kind}).")
        try:
            spec = ChatSpec.from_json(root.data)
        except NOT_UNDERSTOOD as error:
            raise StoreError(
                f"Session {session.id} does not say how its chat was set up.",
                "It can still be read and exported.",
            ) from error
        persona = stored_persona(session, spec.seat)
        return self._engine(session, self.roleplay(persona, spec))

    def spec(self, choice: ChatChoice) -> ChatSpec:
        """Return what the choice amounts to.

        Raises:
            SalonError: the model is unknown or a parameter wrong.
        """
        chat = self._settings.chat
        seed = choice.seed
        return ChatSpec(
            seat=self._factory.seat(
                choice.persona, model=choice.model, params=choice.params, seed=seed
            ),
            user=choice.user or chat.user,
            seed=random.randrange(_SEEDS) if seed is None else seed,
            overflow=choice.overflow or chat.overflow,
            pass_for_human=(
                chat.pass_for_human if choice.pass_for_human is None else choice.pass_for_human
            ),
        )

    def roleplay(self, persona: Persona, spec: ChatSpec) -> Roleplay:
        """Return a persona made ready to be played as the spec says."""
        cast = MacroContext(char=persona.name, user=spec.partner, seed=spec.seed)
        return Roleplay(
            persona,
            self._instructions,
            cast,
            pass_for_human=spec.pass_for_human,
            controls=False,
        )

    def _engine(self, session: Session, roleplay: Roleplay) -> ChatEngine:
        tell_more = self._tell_more
        persona = roleplay.persona
        return ChatEngine(
            session,
            roleplay,
            lambda seat: self._participant(seat, roleplay),
            None if tell_more is None else lambda: tell_more(persona),
        )

    def _participant(self, seat: ParticipantSpec, roleplay: Roleplay) -> Participant:
        # What was imported from elsewhere names no model.
        named = replace(seat, model=seat.model or self._settings.model)
        return self._factory.participant(named, roleplay.system)


async def greet(engine: ChatEngine, chosen: int) -> None:
    """Put the persona's greetings on record as alternatives of the first message."""
    log, greetings = engine.log, engine.roleplay.greetings
    if not greetings:
        return
    root = log.session.tree.root
    author = Author("persona", log.state.seat.name)
    drafts = [
        replace(
            log.new_record(Kind.MESSAGE, text, author=author, node=PERSONA, data={"greeting": i}),
            parent=root.id,
        )
        for i, text in enumerate(greetings)
    ]
    first = drafts[chosen if 0 <= chosen < len(drafts) else 0]
    await log.append(*drafts, log.new_head(first.id))
