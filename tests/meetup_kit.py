"""A meetup on scripted models, with everything it does written down and checked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.errors import ProviderError, ProviderErrorKind
from core.events import Event, TextDelta, TurnFinished, TurnStarted
from core.ids import CountingSource
from core.meetup.commands import Command
from core.meetup.engine import MeetupEngine
from core.meetup.spec import SIDES, MeetupSpec, Side
from core.meetup.state import MeetupState
from core.meetup.view import SideView
from core.messages import ModelName, Params
from core.participants import Participant, PersonaOnModel
from core.providers.base import ModelRequest
from core.providers.model import Model
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from core.sessions.requests import rebuild
from core.sessions.session import Session
from core.sessions.tree import SessionTree

Replies = Callable[[ModelRequest], "str | Reply"] | Sequence[Any] | dict[str, Any]

_WORD = re.compile(r"(?:^|\s)/(?:start|help|bye|end|stop)\b", re.IGNORECASE)


def ask(word: str, speaker: str) -> str:
    """What a control word asks for, without the word itself, so that leaks show."""
    return f"<{word[1:]} from {speaker}>"


def numbered(request: ModelRequest) -> str:
    """Answer with who speaks and how often it has spoken: `a1`, `b1`, `a2` …"""
    assert request.origin is not None
    return f"{request.origin.node}{request.origin.ordinal + 1}"


def spec(**changes: Any) -> MeetupSpec:
    seats: dict[Side, ParticipantSpec] = {
        "a": ParticipantSpec("Ann", "scripted:x", changes.pop("a_params", Params())),
        "b": ParticipantSpec("Bob", "scripted:x", changes.pop("b_params", Params())),
    }
    return MeetupSpec(**{"seats": seats, "starter": "a", "watch_loops": False, **changes})


class Table:
    """A meetup, its model and all that was heard of it."""

    def __init__(
        self,
        session: Session,
        provider: Scripted,
        *,
        attended: bool = False,
        playing: bool = True,
        context_length: int = 100_000,
    ) -> None:
        self.session = session
        self.provider = provider
        self.context_length = context_length
        self.events: list[Event] = []
        self.engine = MeetupEngine(session, self._seat, ask, attended=attended, playing=playing)
        self._watch_publishing()
        self._running: asyncio.Task[str] | None = None

    def _seat(self, side: Side, seat: ParticipantSpec) -> Participant:
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
            system=f"You are {seat.name}. You talk with {'Bob' if side == 'a' else 'Ann'}.",
            model=Model(self.provider, name.model, retries=0),
        )

    def _watch_publishing(self) -> None:
        publish = self.engine.bus.publish

        def watched(event: Event) -> None:
            record = getattr(event, "record", None)
            if record is not None:
                assert self.session.tree.get(record.id) == record, f"{event} before its record"
            self.events.append(event)
            publish(event)

        self.engine.bus.publish = watched  # type: ignore[method-assign]

    @property
    def state(self) -> MeetupState:
        return self.engine.state

    @property
    def said(self) -> list[str]:
        """What the sides said on the current path, as `a: text`."""
        return [f"{each.node}: {each.text}" for each in self.state.messages]

    @property
    def heard(self) -> list[tuple[str, ...]]:
        """The last prompt each side was sent, without instructions: contents in order."""
        return [
            tuple(message.content for message in request.messages[1:])
            for request in self.provider.requests
        ]

    def controls(self) -> list[str]:
        return [f"{r.node or '-'}:{r.text}" for r in self.path(Kind.CONTROL)]

    def path(self, kind: str) -> list[Record]:
        return [each for each in self.session.tree.path if each.kind == kind]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def start(self) -> asyncio.Task[str]:
        self._running = asyncio.create_task(self.engine.run())
        return self._running

    async def run(self) -> str:
        return await asyncio.wait_for(self.start(), 20)

    async def send(self, *commands: Command) -> None:
        for command in commands:
            await asyncio.wait_for(self.engine.send(command), 20)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        for _ in range(5000):
            if condition():
                return
            await asyncio.sleep(0.001 if _ > 200 else 0)
        raise AssertionError("it never came to be")

    async def quiet(self) -> None:
        """Wait until no turn is being taken and nothing is about to happen."""
        for _ in range(30):
            await asyncio.sleep(0)
            await self.until(lambda: not self.engine.speaking)

    async def finish(self) -> str:
        assert self._running is not None
        return await asyncio.wait_for(self._running, 20)

    def check(self) -> None:
        """Check everything that has to be so at any moment."""
        tree = self.session.tree
        check_tree(tree)
        assert self.state == MeetupState.fold(tree.path)
        for side, view in self.engine.log.views.items():
            live = view.render("system")
            assert live == SideView.fold(tree.path, side, ask).render("system")
            roles = [message.role for message in live.prompt]
            assert all(one != two for one, two in pairwise(roles))
        self._check_requests(tree)
        self._check_events(tree)

    def _check_requests(self, tree: SessionTree) -> None:
        sent = {request.hash(): request for request in self.provider.requests}
        for digest, request in sent.items():
            rebuilt = rebuild(tree, digest)
            assert (rebuilt.messages, rebuilt.params) == (request.messages, request.params)
            assert request.origin is not None
            if request.origin.node in SIDES:
                heard = [each.content for each in request.messages if each.role == "user"]
                assert not _WORD.search("\n".join(heard)), heard
        for record in tree:
            if record.request is not None:
                assert record.request in sent or record.status != "complete"

    def _check_events(self, tree: SessionTree) -> None:
        shown: dict[str, str] = {}
        begun: list[str] = []
        for event in self.events:
            if isinstance(event, TurnStarted):
                begun.append(event.record_id)
            elif isinstance(event, TextDelta):
                assert event.record_id == begun[-1]
                assert event.start == len(shown.get(event.record_id, ""))
                shown[event.record_id] = shown.get(event.record_id, "") + event.text
            elif isinstance(event, TurnFinished):
                assert event.record.id == begun[-1]
                assert shown.get(event.record.id, "") == event.record.text
        finished = [event.record.id for event in self.events if isinstance(event, TurnFinished)]
        assert finished == begun[: len(finished)]
        assert len(begun) - len(finished) <= 1


def check_tree(tree: SessionTree) -> None:
    """Check that a tree is the fold of its records."""
    folded = SessionTree.fold(tree)
    assert [each.id for each in folded.path] == [each.id for each in tree.path]
    assert folded.head == tree.head
    for place, record in enumerate(tree.path[1:], 1):
        assert record.parent == tree.path[place - 1].id
        assert tree.on_path(record.id)


async def table(replies: Replies = numbered, **changes: Any) -> Table:
    """Return a meetup that has not begun; `changes` go to `Table` or to the spec."""
    options = {
        key: changes.pop(key) for key in ("attended", "playing", "context_length") if key in changes
    }
    session = await MemorySession.create(CountingSource(), "meetup", spec(**changes).to_json())
    return Table(session, Scripted.of(replies), **options)
