"""A chat on scripted models, with everything it does written down and checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count, pairwise
from typing import Any

from core.chat.commands import Command
from core.chat.engine import ChatEngine
from core.chat.setup import greetings
from core.chat.spec import ENGINE, ChatSpec
from core.chat.state import ChatState
from core.chat.view import ChatView
from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.errors import ProviderError, ProviderErrorKind
from core.events import Edited, Event, Said, TextDelta, TurnFinished, TurnStarted
from core.ids import CountingSource
from core.messages import ModelName, Params
from core.participants import Participant, PersonaOnModel
from core.personas.instructions import Instructions
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.providers.base import ModelRequest
from core.providers.continuing import GO_ON
from core.providers.model import Model
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.branches import alternatives, branch_map, has_words, leaf_below
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from core.sessions.requests import rebuild
from core.sessions.session import Session
from core.sessions.tree import SessionTree
from meetup_kit import check_tree

Replies = Callable[[ModelRequest], "str | Reply"] | Sequence[Any] | dict[str, Any]

PATIENCE = 20
OURS = Instructions(in_character="You are {name}, with {partner}.", human="Be human.")


def counted() -> Callable[[ModelRequest], str]:
    """Answer every request with other words: `r1`, `r2` …"""
    numbers = count(1)
    return lambda request: f"r{next(numbers)}"


def one_after_the_other(*replies: str | Reply) -> Callable[[ModelRequest], str | Reply]:
    """Answer requests in order, whatever their ordinal."""
    waiting = iter(replies)
    return lambda request: next(waiting)


def slow(text: str) -> Reply:
    """Say the first word at once and the others a second apart."""
    return Reply(text, tokens_per_second=1)


def never(text: str = "x") -> Reply:
    """Take too long for anybody to wait for."""
    return Reply(text, delay=60)


def failing(text: str = "", kind: str = "refused") -> Reply:
    """Break off after some words."""
    return Reply.read({"text": text, "error": {"kind": kind, "message": "Cut.", "hint": "Wait."}})


def ann(**front: Any) -> Persona:
    """Return a persona; what it is given makes it a card."""
    return Persona("Ann", body="# Ann\n\nLikes tea.\n", front=front)


def spec(**changes: Any) -> ChatSpec:
    seat = ParticipantSpec("Ann", "scripted:x", changes.pop("params", Params()))
    return ChatSpec(**{"seat": seat, "user": "Zoë", "seed": 1, "pass_for_human": False, **changes})


class Table:
    """A chat, its models and all that was heard of it."""

    def __init__(
        self,
        session: Session,
        provider: Scripted,
        persona: Persona | None = None,
        *,
        context_length: int = 100_000,
    ) -> None:
        self.session = session
        self.provider = provider
        self.persona = persona or ann()
        self.context_length = context_length
        self.events: list[Event] = []
        self.heads: list[str | None] = []
        """Where the path ended at each of the events."""
        set_up = ChatSpec.from_json(session.tree.root.data)
        cast = MacroContext(self.persona.name, set_up.user, set_up.seed)
        self.roleplay = Roleplay(self.persona, OURS, cast, pass_for_human=set_up.pass_for_human)
        self.engine = ChatEngine(session, self.roleplay, self._seat)
        self._watch_publishing()
        self._running: asyncio.Task[str] | None = None

    def _seat(self, seat: ParticipantSpec) -> Participant:
        name = ModelName.parse(seat.model)
        if name.provider != "scripted":
            raise ProviderError(
                ProviderErrorKind.UNKNOWN_MODEL, f"There is no provider {name.provider!r}."
            )
        length = seat.params.context_length or self.context_length
        return PersonaOnModel(
            name=seat.name,
            model_name=name,
            params=seat.params,
            budget=Budget.of(length, max_tokens=seat.params.max_tokens),
            system=self.roleplay.system,
            model=Model(self.provider, name.model, retries=0),
        )

    def _watch_publishing(self) -> None:
        publish = self.engine.bus.publish

        def watched(event: Event) -> None:
            record = getattr(event, "record", None)
            if record is not None:
                assert self.session.tree.get(record.id) == record, f"{event} before its record"
            self.events.append(event)
            self.heads.append(self.tree.head)
            publish(event)

        self.engine.bus.publish = watched  # type: ignore[method-assign]

    # What it does

    def start(self) -> asyncio.Task[str]:
        self._running = asyncio.create_task(self.engine.run())
        return self._running

    async def send(self, *commands: Command) -> None:
        """Have commands carried out; replies are not waited for."""
        for command in commands:
            await asyncio.wait_for(self.engine.send(command), PATIENCE)

    async def do(self, *commands: Command) -> None:
        """Have commands carried out, one after the other, each with what is said to it."""
        for command in commands:
            await self.send(command)
            await asyncio.wait_for(self.engine.idle(), PATIENCE)
            self.check()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        for turn in range(5000):
            if condition():
                return
            await asyncio.sleep(0.001 if turn > 200 else 0)
        raise AssertionError("it never came to be")

    async def heard(self, text: str) -> None:
        """Wait until a reply that is being written says something."""
        await self.until(lambda: text in "".join(self.being_said().values()))

    async def finish(self) -> str:
        assert self._running is not None
        return await asyncio.wait_for(self._running, PATIENCE)

    async def cancel(self) -> None:
        """End the run as a closed terminal does."""
        assert self._running is not None
        self._running.cancel()
        await self.until(self._running.done)

    # What can be seen of it

    @property
    def state(self) -> ChatState:
        return self.engine.state

    @property
    def tree(self) -> SessionTree:
        return self.session.tree

    @property
    def said(self) -> list[str]:
        """What was said on the current path, as it reads now."""
        return [each.text for each in self.state.messages]

    @property
    def last(self) -> Record:
        assert self.state.last is not None
        return self.state.last

    def at(self, place: int) -> str:
        """Return the id of a message on the current path."""
        return self.state.messages[place].id

    def named(self, text: str) -> Record:
        """Return the one message with a text, wherever it stands."""
        (found,) = [each for each in self.tree if each.kind == Kind.MESSAGE and each.text == text]
        return found

    def options(self, record_id: str | None = None) -> list[str]:
        """Return the texts of a message's alternatives, by default the last one's."""
        found = alternatives(self.tree, record_id or self.last.id)
        return [self.reads(each) for each in found]

    def reads(self, record: Record) -> str:
        shown = self.tree.shown(record)
        assert shown is not None
        return shown.text

    def path(self, kind: str) -> list[Record]:
        return [each for each in self.tree.path if each.kind == kind]

    def notices(self) -> list[str]:
        return [each.data["code"] for each in self.path(Kind.NOTICE)]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def asked(self) -> list[list[str]]:
        """What each request held, without the instructions: contents in order."""
        return [[each.content for each in r.messages[1:]] for r in self.provider.requests]

    def being_said(self) -> dict[str, str]:
        """Return what the replies under way have said so far."""
        said: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, TurnStarted):
                said[event.record_id] = ""
            elif isinstance(event, TextDelta):
                said[event.record_id] += event.text
            elif isinstance(event, TurnFinished):
                del said[event.record.id]
        return said

    # What has to be so

    def check(self) -> None:
        """Check everything that has to be so at any moment."""
        check_tree(self.tree)
        check_branches(self.tree)
        assert self.state == ChatState.fold(self.tree)
        self._check_prompt()
        self._check_requests()
        self._check_events()

    def _check_prompt(self) -> None:
        live, fold = self.engine.log.view, ChatView.fold(self.tree)
        assert live.texts == fold.texts == self.said
        assert live.render("system") == fold.render("system")
        going_on = self.last if self.state.last is not None and self.last.text else None
        for view in (live.render("s"), live.render("s", lore=["l"], after="a", going_on=going_on)):
            roles = [message.role for message in view.prompt]
            assert roles[:2] == ["system", "user"]
            assert all(one != two for one, two in pairwise(roles))
            assert all(each.content.strip() for each in view.prompt)

    def _check_requests(self) -> None:
        sent: set[str] = set()
        for request in self.provider.requests:
            asked = as_recorded(request)
            rebuilt = rebuild(self.tree, asked.hash())
            assert (rebuilt.messages, rebuilt.params) == (asked.messages, asked.params)
            sent.add(asked.hash())
        for record in self.tree:
            if record.request is not None:
                assert rebuild(self.tree, record.request).hash() == record.request
                assert record.request in sent or record.status != "complete"

    def _check_events(self) -> None:
        shown: dict[str, str] = {}
        finished: list[str] = []
        for event in self.events:
            if isinstance(event, TurnStarted):
                assert event.record_id not in shown
                shown[event.record_id] = ""
            elif isinstance(event, TextDelta):
                assert event.start in {0, len(shown[event.record_id])}
                if event.start == 0:
                    shown[event.record_id] = ""
                assert event.record_id not in finished
                shown[event.record_id] += event.text
            elif isinstance(event, TurnFinished):
                assert shown[event.record.id] == event.record.text
                finished.append(event.record.id)
        assert len(set(finished)) == len(finished)
        if not self.engine.replying:
            assert sorted(finished) == sorted(shown)
        for text in self.shown_texts():
            assert text in every_text(self.tree)

    def shown_texts(self) -> set[str]:
        """Return every text that anybody was ever shown as a whole."""
        whole = {e.record.text for e in self.events if isinstance(e, TurnFinished | Said | Edited)}
        return whole - {""}


def as_recorded(request: ModelRequest) -> ModelRequest:
    """Return a request as it is on record, without what was put in for the wire's sake."""
    if request.messages[-1].content == GO_ON:
        return replace(request, messages=request.messages[:-1])
    return request


def every_text(tree: SessionTree) -> set[str]:
    """Return everything that stands in a session's messages and edits."""
    return {each.text for each in tree if each.kind in {Kind.MESSAGE, Kind.EDIT}}


def check_branches(tree: SessionTree) -> None:
    """Check that every message can be found, and where going to it leads."""
    messages = [each for each in tree if each.kind == Kind.MESSAGE]
    for record in messages:
        ids = [each.id for each in alternatives(tree, record.id)]
        assert (record.id in ids) != tree.deleted(record.id)
        assert len(set(ids)) == len(ids)
        leaf = leaf_below(tree, record.id)
        if tree.on_path(record.id):
            assert leaf == tree.head
        assert record.id in {each.id for each in tree.path_to(leaf)}
    mapped = [each.id for stretch in branch_map(tree) for each in stretch.messages]
    assert len(set(mapped)) == len(mapped)
    for record in messages:
        if has_words(record) or tree.edit_of(record.id) is not None:
            assert (record.id in mapped) != tree.deleted(record.id)


def shape(tree: SessionTree) -> Mapping[str, Any]:
    """Return everything of a chat that a reload has to bring back, as comparable values."""
    lines = [json.dumps(each.to_json(), sort_keys=True) for each in tree]
    state = ChatState.fold(tree)
    return {
        "records": lines,
        "path": [each.id for each in tree.path],
        "reads": [(each.id, each.text) for each in tree.conversation],
        "meta": dict(tree.meta),
        "seat": state.seat,
        "number": (state.number, state.spoken, state.ratios, state.prompt_tokens, state.examples),
        "alternatives": {
            each.id: [other.id for other in alternatives(tree, each.id)]
            for each in tree
            if each.kind == Kind.MESSAGE
        },
        "leaves": {
            each.id: leaf_below(tree, each.id) for each in tree if each.kind == Kind.MESSAGE
        },
        "map": branch_map(tree),
    }


async def table(replies: Replies | None = None, **changes: Any) -> Table:
    """Return a chat that runs; `changes` go to `Table` or to the spec.

    Args:
        replies: what the models say; by default `r1`, `r2` …
    """
    options = {key: changes.pop(key) for key in ("context_length",) if key in changes}
    persona, greeting = changes.pop("persona", None), changes.pop("greeting", 0)
    session = changes.pop("session", None)
    if session is None:
        session = await MemorySession.create(CountingSource(), ENGINE, spec(**changes).to_json())
    provider = Scripted.of(counted() if replies is None else replies)
    chat = Table(session, provider, persona, **options)
    log = chat.engine.log
    root, source = log.session.tree.root, log.session.source
    await log.append(*greetings(chat.engine.roleplay, greeting, root, source))
    chat.start()
    await chat.until(lambda: bool(chat.events))
    return chat


async def reopened(chat: Table, session: Session | None = None) -> Table:
    """Return a chat that goes on where another one ended."""
    again = Table(
        session or chat.session, chat.provider, chat.persona, context_length=chat.context_length
    )
    again.start()
    await again.until(lambda: bool(again.events))
    return again
