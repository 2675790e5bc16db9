"""What a long chat costs its event loop: `python -m tests.bench.chat [--check]`.

Swipes, edits and the prompt of the next reply in chats of 5,000 messages, and the functions
that find branches in one of 20,000; in memory, since the disk is `tests.bench.store`'s.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from core.chat.commands import Command, Delete, Edit, Fork, Regenerate, Restore, Send, Swipe
from core.chat.engine import ChatEngine
from core.chat.spec import HUMAN, PERSONA, ChatSpec
from core.chat.state import ChatState
from core.chat.view import ChatView
from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.ids import CountingSource
from core.messages import ModelName, Usage
from core.participants import PersonaOnModel
from core.personas.instructions import Instructions
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.providers.model import Model
from core.providers.scripted import Scripted
from core.sessions.branches import alternatives, branch_map, leaf_below
from core.sessions.memory import MemorySession
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.tree import SessionTree
from tests.bench._texts import words
from tests.bench.store import Figure

CHAT, SESSION, WORDS = 5_000, 20_000, 50
ROUNDS = 7
STEP_BAR = 20.0
"""Milliseconds for which a command may keep the event loop to itself."""
_SPEC = ChatSpec(ParticipantSpec("Ada", "scripted:x"))


async def chat_of(messages: int) -> MemorySession:
    """A chat in which every fourth reply was taken twice."""
    source = CountingSource()
    session = await MemorySession.create(source, "chat", _SPEC.to_json())
    drawn = words(8 * WORDS)
    authors = {PERSONA: Author("persona", "Ada"), HUMAN: Author("human", "You")}
    parent, records = session.id, []
    for at in range(messages):
        node = (HUMAN, PERSONA)[at % 2]
        start = at % 8 * WORDS
        message = Record(
            id=source.new_id(),
            kind=Kind.MESSAGE,
            parent=parent,
            author=authors[node],
            at=source.now(),
            node=node,
            text=" ".join(drawn[start : start + WORDS]),
            model="scripted:x" if at % 2 else None,
            request=f"{at:064}" if at % 2 else None,
            usage=Usage(100, 50) if at % 2 else None,
            data={"turn": at + 1, "ordinal": at // 2, "estimated_prompt": 90, "seconds": 1.0},
        )
        blob = Record(
            source.new_id(), Kind.BLOB, parent, CODE, source.now(), data={"hash": f"{at:064}"}
        )
        records += [blob, message]
        if at % 8 == 1:
            records.append(replace(message, id=source.new_id()))
        parent = message.id
    await session.append(*records)
    assert session.tree.head == parent
    return session


def engine_on(session: MemorySession, context_length: int) -> ChatEngine:
    persona = Persona("Ada", body="# Ada\n")
    instructions = Instructions(in_character="You are {name}.", human="")
    roleplay = Roleplay(persona, instructions, MacroContext("Ada", "You", 1), pass_for_human=False)
    provider = Scripted.of(lambda request: "Well.")

    def participant(seat: ParticipantSpec) -> PersonaOnModel:
        name, budget = ModelName.parse(seat.model), Budget.of(context_length, max_tokens=None)
        model = Model(provider, name.model)
        return PersonaOnModel(seat.name, name, seat.params, budget, roleplay.system, model)

    return ChatEngine(session, roleplay, participant)


def spent(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes, the median of a few rounds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - start)
    return statistics.median(rounds) * 1e3


class Steps:
    """Measures for how long the event loop is held at a time."""

    def __init__(self) -> None:
        self._worst: list[float] = []

    async def of(self, engine: ChatEngine, commands: list[Command]) -> float:
        """Longest step in milliseconds while commands are carried out; the median of all."""
        self._worst.clear()
        for command in commands:
            watching = asyncio.create_task(self._watch())
            await asyncio.sleep(0)
            await engine.send(command)
            await engine.idle()
            watching.cancel()
            await asyncio.wait([watching])
        return statistics.median(self._worst) * 1e3

    async def _watch(self) -> None:
        worst, last = 0.0, time.perf_counter()
        try:
            while True:
                await asyncio.sleep(0)
                worst, last = max(worst, time.perf_counter() - last), time.perf_counter()
        finally:
            self._worst.append(max(worst, time.perf_counter() - last))


async def stepping(context_length: int, what: str, bar: float | None = STEP_BAR) -> list[Figure]:
    """`bar` is for what composes a prompt; hashing one of 1.7 MB takes what it takes."""
    session = await chat_of(CHAT)
    engine = engine_on(session, context_length)
    run = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    steps, messages = Steps(), engine.state.messages
    early, middle, last = messages[1].id, messages[CHAT // 2].id, messages[-1].id
    other = next(each.id for each in alternatives(session.tree, early) if each.id != early)
    there_and_back: list[Command] = [Swipe(1, early), Swipe(-1, other)] * ROUNDS
    deeds: dict[str, list[Command]] = {
        "a swipe at the beginning": there_and_back,
        "a fork near the end and back": [Fork(messages[-3].id), Fork(last)] * ROUNDS,
        "an edit in the middle": [Edit(f"New {n}.", middle) for n in range(ROUNDS)],
        "leaving out and taking in": [Delete(middle), Restore(middle)] * ROUNDS,
        "a message and its reply": [Send(f"Hm {n}?") for n in range(ROUNDS)],
        "another take of the last": [Regenerate()] * ROUNDS,
    }
    figures = [
        Figure(
            f"{name}, {what}",
            await steps.of(engine, commands),
            "ms",
            bar if isinstance(commands[0], Send | Regenerate) else STEP_BAR,
        )
        for name, commands in deeds.items()
    ]
    run.cancel()
    await asyncio.wait([run])
    return figures


async def finding() -> list[Figure]:
    tree = (await chat_of(SESSION)).tree
    messages = [each for each in tree.path if each.kind == Kind.MESSAGE]
    first, last = messages[0].id, messages[-1].id
    off = next(each.id for each in tree if each.kind == Kind.MESSAGE and not tree.on_path(each.id))
    records = list(tree)
    return [
        Figure("alternatives, of all messages", spent(lambda: each_of(tree, messages)), "ms"),
        Figure("leaf below the first message", spent(lambda: leaf_below(tree, first)), "ms", 1.0),
        Figure("leaf below one off the path", spent(lambda: leaf_below(tree, off)), "ms", 1.0),
        Figure("leaf below the last", spent(lambda: leaf_below(tree, last)), "ms", 1.0),
        Figure("the map of all branches", spent(lambda: branch_map(tree)), "ms"),
        Figure("the state, folded anew", spent(lambda: ChatState.fold(tree)), "ms"),
        Figure("what the model is sent, folded anew", spent(lambda: ChatView.fold(tree)), "ms"),
        Figure("the tree, folded anew", spent(lambda: SessionTree.fold(records)), "ms"),
    ]


def each_of(tree: SessionTree, messages: list[Record]) -> None:
    for each in messages:
        alternatives(tree, each.id)


async def measure() -> list[Figure]:
    return [
        *await finding(),
        *await stepping(8_192, "8,192 tokens of context"),
        *await stepping(1_000_000, "all of it sent", bar=None),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chat", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    options = parser.parse_args()
    figures = asyncio.run(measure())
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
