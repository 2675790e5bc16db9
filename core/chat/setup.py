"""How a chat comes to be: from a persona and what the user chose, or from its session."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.chat.engine import ChatEngine
from core.chat.spec import ENGINE, PERSONA, ChatSpec
from core.config.settings import Overflow, Settings
from core.engine.factory import ParticipantFactory, SeatTeam, persona_text, stored_persona
from core.engine.instructions import ExtraSource
from core.engine.participant_spec import ParticipantSpec
from core.engine.setup import new_session, reading_setup
from core.ids import Source
from core.messages import Params
from core.participants import Participant
from core.personas.instructions import Instructions
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.providers.registry import ProviderRegistry
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.requests import blob_record
from core.sessions.session import CreateSession, Session

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

        def first(root: Record, source: Source) -> Iterable[Record]:
            yield blob_record(source, root.id, persona_text(choice.persona))
            yield from greetings(roleplay, choice.greeting, root, source)

        async with new_session(create, ENGINE, spec.to_json(), first) as session:
            return self._engine(session, roleplay, new=True)

    def engine(self, session: Session) -> ChatEngine:
        """Return an engine that goes on with a stored chat.

        Raises:
            StoreError: it is another engine's session, or does not say how it was set up.
        """
        with reading_setup(session.tree, ENGINE, "chat", "its chat was"):
            spec = ChatSpec.from_json(session.tree.root.data)
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

    def _engine(self, session: Session, roleplay: Roleplay, *, new: bool = False) -> ChatEngine:
        tell_more = self._tell_more
        persona = roleplay.persona
        return ChatEngine(
            session,
            roleplay,
            lambda seat: self._participant(seat, roleplay),
            None if tell_more is None else lambda: tell_more(persona),
            new=new,
        )

    def _participant(self, seat: ParticipantSpec, roleplay: Roleplay) -> Participant:
        # What was imported from elsewhere names no model.
        named = replace(seat, model=seat.model or self._settings.model)
        return self._factory.participant(named, roleplay.system)


def greetings(roleplay: Roleplay, chosen: int, root: Record, source: Source) -> Sequence[Record]:
    """Return the persona's greetings as alternatives of the first message, one of them chosen."""
    author = Author("persona", roleplay.persona.name)
    records = [
        Record(
            id=source.new_id(),
            kind=Kind.MESSAGE,
            parent=root.id,
            author=author,
            at=source.now(),
            node=PERSONA,
            text=text,
            data={"greeting": number},
        )
        for number, text in enumerate(roleplay.greetings)
    ]
    if not records:
        return ()
    first = records[chosen if 0 <= chosen < len(records) else 0]
    head = Record(
        id=source.new_id(),
        kind=Kind.HEAD,
        parent=records[-1].id,
        author=CODE,
        at=source.now(),
        data={"target": first.id},
    )
    return [*records, head]
