"""Whatever anybody does in a chat at whatever moment: nothing breaks and nothing is lost."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_kit import Table, ann, every_text, reopened, shape, spec, table
from core.chat.commands import (
    Attachment,
    Command,
    Compare,
    Continue,
    Delete,
    Edit,
    End,
    Fork,
    Jump,
    Pin,
    Regenerate,
    Rename,
    Restore,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.errors import CommandError
from core.events import TextDelta
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from core.sessions.session import Session
from core.sessions.tree import SessionTree
from store_samples import SOURCE, store_in

MODELS = ("scripted:x", "scripted:y", "scripted:z")
VERBS = (
    "send send send send stop edit resend regenerate regenerate continue swipe swipe swipe delete "
    "restore fork jump jump compare set rename pin"
).split()
LORE = {"entries": [{"keys": ["talk"], "content": "Talk is cheap."}]}
EXAMPLES = "<START>\nZoë: Hm?\nAnn: " + "Well, well. " * 20


class Deed(NamedTuple):
    """Something to do, in numbers that mean something once it is known what there is."""

    verb: str
    place: int
    pick: int
    moments: int
    """How long to wait before, in turns of the loop."""


DEEDS = st.builds(
    Deed, st.sampled_from(VERBS), st.integers(0, 40), st.integers(0, 9), st.integers(0, 40)
)


def deeds_of(seed: int, count: int) -> Iterator[Deed]:
    """Yield many deeds; a drawn list of as many takes hypothesis too much."""
    rng = random.Random(seed)
    for _ in range(count):
        moments = rng.choice([0, 0, rng.randrange(40)])
        yield Deed(rng.choice(VERBS), rng.randrange(400), rng.randrange(10), moments)


class Moody:
    """Answers, fails, says nothing, takes its time: as a seed has it."""

    def __init__(self, seed: int, *, patient: bool) -> None:
        self._rng = random.Random(seed)
        self._number = 0
        self._paces = [None, 5_000.0] if patient else [None, 2_000.0, 20.0]

    def __call__(self, request: ModelRequest) -> Reply:
        rng, self._number = self._rng, self._number + 1
        if rng.random() < 0.1:
            kind = rng.choice(["network", "context_overflow", "refused"])
            text = rng.choice(["", f"Well {self._number}, I "])
            return Reply(text, error=Fault.read({"kind": kind}))
        if rng.random() < 0.06:
            return Reply(rng.choice(["", " "]))
        text = " ".join([f"talk{self._number}"] * rng.randrange(1, 30))
        return Reply(text, tokens_per_second=rng.choice(self._paces))


def command(deed: Deed, chat: Table, number: int) -> Command:
    """Return what a deed comes to in a chat as it stands."""
    verb, place, pick, _ = deed
    everything = [each.id for each in chat.tree if each.kind == Kind.MESSAGE] or ["nobody"]
    here = [each.id for each in chat.state.messages] or ["nobody"]
    anywhere, near = everything[place % len(everything)], here[place % len(here)]
    maybe = near if pick % 2 else None
    text = f"word{number} {'x ' * pick * pick}?"
    files = (Attachment(f"f{number}", f"```{number}"),) if pick == 9 else ()
    gone = [each for each in everything if chat.tree.deleted(each)] or ["nobody"]
    made: dict[str, Command] = {
        "send": Send(text, files),
        "stop": Stop(),
        "edit": Edit(text, anywhere if pick < 3 else near),
        "resend": Edit(text, maybe, resend=True),
        "regenerate": Regenerate(anywhere if pick == 0 else maybe),
        "continue": Continue(),
        "swipe": Swipe((-1, 1, -2, 2)[pick % 4], anywhere if pick > 6 else maybe),
        "delete": Delete(anywhere if pick == 0 else maybe),
        "restore": Restore(gone[place % len(gone)]),
        "fork": Fork(anywhere if pick < 5 else near),
        "jump": Jump(anywhere),
        "compare": Compare(MODELS[: 2 + pick % 2], text if pick < 5 else ""),
        "set": SetModel(MODELS[pick % 3] if pick else "nobody:z", {"top_k": pick + 1}),
        "rename": Rename(text),
        "pin": Pin(pick % 2 == 0),
    }
    return made[verb]


class Watch:
    """All words that were ever shown, in whatever way."""

    def __init__(self) -> None:
        self.typed: set[str] = set()

    def shown(self, chat: Table) -> set[str]:
        said: dict[str, str] = {}
        for event in chat.events:
            if isinstance(event, TextDelta):
                said[event.record_id] = said.get(event.record_id, "") + event.text
        return (self.typed | set(said.values()) | chat.shown_texts()) - {""}

    async def do(self, chat: Table, wanted: Command) -> None:
        """Carry out a command, and remember its words unless it is refused."""
        with suppress(CommandError):
            await chat.send(wanted)
            if isinstance(wanted, Edit):
                self.typed.add(wanted.text)


async def begin(session: Session, seed: int, *, patient: bool) -> Table:
    persona = ann(
        greeting="Tea?",
        alternate_greetings=["Coffee?", "Water?"],
        lorebook=LORE if seed % 2 else {},
        examples=EXAMPLES if seed % 3 == 0 else "",
        post_history_instructions="Be brief." if seed % 5 == 0 else "",
    )
    if seed % 4 == 0:
        persona = ann()
    length = (600, 1500, 100_000)[seed % 3]
    chat = await table(
        Moody(seed, patient=patient), session=session, persona=persona, context_length=length
    )
    chat.provider.continues = seed % 2 == 0
    return chat


async def one_by_one(chat: Table, deeds: Sequence[Deed], watch: Watch, every: int = 1) -> None:
    """Do one thing after the other, each when the replies before are written."""
    for number, deed in enumerate(deeds):
        await watch.do(chat, command(deed, chat, number))
        if deed.pick == 1:
            await watch.do(chat, Stop())
        await asyncio.wait_for(chat.engine.idle(), 20)
        if number % every == 0:
            chat.check()


async def crossing(chat: Table, deeds: Sequence[Deed], watch: Watch, every: int = 1) -> None:
    """Do things while replies are written; what has to wait is waited for by somebody else."""
    waiting: list[asyncio.Task[None]] = []
    for number, deed in enumerate(deeds):
        for _ in range(deed.moments):
            await asyncio.sleep(0)
        doing = watch.do(chat, command(deed, chat, number))
        if deed.moments % 3 == 0:
            waiting.append(asyncio.create_task(doing))
        else:
            waiting.append(asyncio.create_task(doing))
            await asyncio.wait(waiting[-1:], timeout=0.003)
        if deed.verb == "stop" and deed.moments % 5 == 0 and len(waiting) > 1:
            waiting[-2].cancel()
        if number % every == 0:
            chat.check()
    while not all(each.done() for each in waiting):
        await watch.do(chat, Stop())
        await asyncio.wait(waiting, timeout=0.01)
    assert not [each for each in waiting if not each.cancelled() and each.exception()]


async def play(
    session: Session, deeds: Sequence[Deed], seed: int, *, cross: bool, every: int = 1
) -> Table:
    """Play a chat to its end and check it; return it, with its session still open."""
    before = asyncio.all_tasks()
    chat, watch = await begin(session, seed, patient=not cross), Watch()
    await (crossing if cross else one_by_one)(chat, deeds, watch, every)
    if seed % 2:
        await chat.send(Stop(), End())
        assert await chat.finish() == "closed"
    else:
        await chat.cancel()
    assert asyncio.all_tasks() == before
    chat.check()
    assert watch.shown(chat) <= every_text(chat.tree)
    assert len([each for each in chat.tree if each.kind == Kind.ENDED]) <= 1
    return chat


async def in_memory(deeds: Sequence[Deed], seed: int, cross: bool) -> None:
    session = await MemorySession.create(SOURCE, "chat", spec(overflow=overflow(seed)).to_json())
    chat = await play(session, deeds, seed, cross=cross)
    again = SessionTree.fold(Record.from_json(each.to_json()) for each in chat.tree)
    assert shape(again) == shape(chat.tree)


def overflow(seed: int) -> str:
    return "summarise" if seed % 7 == 0 else "drop"


@asynccontextmanager
async def stored(folder: Path, seed: int):  # type: ignore[no-untyped-def]
    session = await store_in(folder).create("chat", spec(overflow=overflow(seed)).to_json())
    yield session
    await session.close()


async def on_disk(deeds: Sequence[Deed], seed: int, cross: bool, every: int = 1) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with stored(folder, seed) as session:
            chat = await play(session, deeds, seed, cross=cross, every=every)
        before = shape(chat.tree)
        view = await store_in(folder).read(session.id)
        assert shape(view.tree) == before
        assert not list(folder.glob("*.partial"))
        session = await store_in(folder).open(session.id)
        try:
            assert (shape(session.tree), session.notices) == (before, [])
            again = await reopened(chat, session)
            again.check()
            assert again.said == chat.said
            await one_by_one(again, [Deed("send", 0, 2, 0), Deed("swipe", 3, 8, 0)], Watch())
            await again.cancel()
        finally:
            await session.close()


LAX = settings(suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 10**6)


@settings(LAX, max_examples=60)
@given(st.lists(DEEDS, max_size=25), SEEDS)
def test_one_thing_after_the_other(deeds: list[Deed], seed: int) -> None:
    asyncio.run(in_memory(deeds, seed, cross=False))


@settings(LAX, max_examples=60)
@given(st.lists(DEEDS, max_size=25), SEEDS)
def test_at_whatever_moment(deeds: list[Deed], seed: int) -> None:
    asyncio.run(in_memory(deeds, seed, cross=True))


@settings(LAX, max_examples=15)
@given(st.lists(DEEDS, max_size=25), SEEDS, st.booleans())
def test_a_reload_from_the_file_shows_the_same(deeds: list[Deed], seed: int, cross: bool) -> None:
    asyncio.run(on_disk(deeds, seed, cross))


def test_two_hundred_things_in_one_chat() -> None:
    asyncio.run(on_disk(list(deeds_of(1, 200)), 1, cross=False, every=50))
    asyncio.run(on_disk(list(deeds_of(2, 200)), 2, cross=True, every=50))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(LAX, max_examples=20)
@given(SEEDS, st.booleans())
def test_a_thousand_things_in_one_chat(seed: int, cross: bool) -> None:
    asyncio.run(on_disk(list(deeds_of(seed, 1000)), seed, cross, every=200))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(LAX, max_examples=2000)
@given(st.lists(DEEDS, max_size=30), SEEDS, st.booleans())
def test_whatever_is_done_many_times(deeds: list[Deed], seed: int, cross: bool) -> None:
    asyncio.run(in_memory(deeds, seed, cross))
