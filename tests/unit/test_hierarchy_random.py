"""Whatever anybody does to a team at whatever moment: the run stays whole."""

from __future__ import annotations

import asyncio
import random
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import CommandError, ProviderErrorKind
from core.hierarchy.commands import (
    Answer,
    Apply,
    Autopilot,
    Command,
    Edit,
    Fork,
    Go,
    Jump,
    Redirect,
    Refuse,
    Replay,
    Say,
    SetAutonomy,
    SetModel,
    Skip,
    Stop,
    TakeOver,
)
from core.hierarchy.flow import Answer as FlowAnswer
from core.hierarchy.flow import Ask, Step
from core.hierarchy.setup import ENGINE
from core.hierarchy.state import PASSED, HierarchyState
from core.hierarchy.team import AUTONOMY, Team, TeamNode
from core.ids import CountingSource
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.sessions.memory import MemorySession
from core.sessions.record import OFF_PATH_KINDS, Kind
from core.sessions.session import Session
from core.sessions.tree import SessionTree
from hierarchy_kit import Stage, ask, final, node, playing, team
from store_samples import store_in

DEPTH, FAN_OUT, MOST_NODES = 5, 4, 14
DEEDS = 14
VERBS = (
    "say say say apply apply apply apply apply answer answer now edit redirect refuse take_over "
    "skip autonomy autopilot autopilot go stop set fork replay jump"
).split()


def some_team(rng: random.Random) -> Team:
    left = [MOST_NODES]

    def grow(name: str, depth: int) -> TeamNode:
        left[0] -= 1
        count = 0 if depth == DEPTH else rng.choice([0, 1, 2, 3, FAN_OUT])
        names = [f"n{depth}{i}" for i in range(min(count, max(0, left[0])))]
        children = [grow(each, depth + 1) for each in names]
        return node(
            name,
            *children,
            memory=rng.choice(["own", "own", "finals", "none"]),
            autonomy=rng.choice([*AUTONOMY, "ask"]),
            parallel=rng.random() < 0.3,
            flow="all_in_turn" if children and rng.random() < 0.25 else None,
        )

    return team(grow("top", 1))


def all_in_turn(step: Step) -> Ask | FlowAnswer:
    """Ask every delegate once; count in the state how often it was called."""
    count = int(step.state.get("calls", 0)) + 1
    names = list(step.delegates)
    place = 0 if step.finished is None else names.index(step.finished) + 1
    if place < len(names):
        return Ask(names[place], f"{step.inbound} {place}", {"calls": count})
    return FlowAnswer(step.message or "nothing", {"calls": count})


class Moody:
    """Answers, fails, rambles, takes its time: as a seed has it."""

    def __init__(self, what: Team, seed: int) -> None:
        self.nodes = what.nodes()
        self.rng = random.Random(seed)

    def __call__(self, path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        rng, each = self.rng, self.nodes[path]
        mood = rng.random()
        if mood < 0.05:
            return Reply("half a", error=Fault(rng.choice(list(ProviderErrorKind))))
        if mood < 0.12:
            return rng.choice(["", "no form at all", "{", '{"recipient": 3}', "```\n```"])
        text = f"{each.name} {rng.choice([ordinal, 0])} {rng.randrange(3)}"
        if each.delegates and rng.random() < 0.6:
            name = rng.choice([child.name for child in each.delegates] + ["stranger"])
            reply = ask(name, text)
        else:
            reply = final(text) if each.delegates else text
        slow = rng.random() < 0.2
        return Reply(reply, delay=0.004 if slow else 0)


def some_command(rng: random.Random, stage: Stage) -> Command:
    state = stage.state
    tree = stage.engine.log.session.tree
    path = rng.choice(list(state.nodes))
    pending = [each.id for each in state.inbox if each.kind == Kind.PROPOSAL]
    proposal = rng.choice([None, *pending, *list(state.proposals)[-2:]])
    records = [each.id for each in tree if each.kind not in OFF_PATH_KINDS]
    record = rng.choice(records)
    names = [each.name for each in state.nodes[path].node.delegates] + ["", "stranger"]
    text = f"word {rng.randrange(4)}"
    commands: dict[str, Command] = {
        "say": Say(text),
        "apply": Apply(proposal),
        "answer": Answer(path, text),
        "now": Answer(path, text, now=True),
        "edit": Edit(proposal, text),
        "redirect": Redirect(proposal, rng.choice(names), rng.choice([None, text])),
        "refuse": Refuse(proposal, rng.choice(["", text])),
        "take_over": TakeOver(path, text, rng.choice(names)),
        "skip": Skip(proposal),
        "autonomy": SetAutonomy(rng.choice(AUTONOMY), rng.choice([None, path])),
        "autopilot": Autopilot(rng.random() < 0.8, steps=rng.choice([None, 1, 5])),
        "go": Go(),
        "stop": Stop(),
        "set": SetModel(path, "scripted:y", {"temperature": 0.5}),
        "fork": Fork(record),
        "replay": Replay(record, path, text),
        "jump": Jump(record),
    }
    return commands[rng.choice(VERBS)]


def check(state: HierarchyState, tree: SessionTree, *, settled: bool) -> None:
    """Say what holds at any moment of any run."""
    assert HierarchyState.fold(tree.path).outline() == state.outline()
    pending = {each for each, became in state.states.items() if became == "pending"}
    assert set(state.states) == set(state.proposals) == set(state.numbers)
    assert pending == {each for every in state.nodes.values() for each in every.pending}
    decisions = [each for each in tree.path if each.kind == Kind.DECISION]
    decided = [each.data["proposal"] for each in decisions]
    assert len(decided) == len(set(decided)) == len(state.states) - len(pending)
    for path, each in state.nodes.items():
        at_work = {
            child.name for child in each.node.delegates if state.nodes[child.path].task is not None
        }
        assert each.waiting == at_work, path
        if each.task is None:
            assert not each.pending
        heard = [h.record for h in each.view.unseen]
        assert len(heard) == len(set(heard)), path
    if settled:
        assert state.owed is None
        assert (state.request is None) == (state.root.task is None)
    check_reports(state, tree)


def check_reports(state: HierarchyState, tree: SessionTree) -> None:
    """Every answer that was let through is heard by its parent, once, while its task lasts."""
    for record in tree.path:
        if record.kind != Kind.DECISION or record.data["state"] not in PASSED:
            continue
        parent = state.nodes.get(record.node.rpartition("/")[0])
        if record.data["to"] or parent is None or parent.task is None:
            continue
        given = tree.get(parent.task.record)
        if given.seq > record.seq:
            continue
        asked, said, unseen = parent.view.outline()
        once = [ids for _, ids in parent.view.sources() if record.id in ids]
        if parent.node.flow is None:
            assert len(once) == 1, (record.id, asked, said, unseen)


async def play(seed: int, session: Session, what: Team, deeds: int = DEEDS) -> None:
    rng = random.Random(seed)
    async with playing(
        session, Moody(what, seed), {"all_in_turn": all_in_turn}, longest_alone=12
    ) as stage:
        stage.engine._advancing.resume()
        for _ in range(deeds):
            command = some_command(rng, stage)
            with suppress(CommandError):
                await stage.engine.send(command)
            settled = rng.random() < 0.7
            if settled:
                await stage.settle()
            else:
                for _ in range(rng.randrange(20)):
                    await asyncio.sleep(0)
            check(stage.state, session.tree, settled=settled and stage.engine.going)
    assert not stage.engine.thinking


async def play_in_memory(seed: int) -> None:
    what = some_team(random.Random(seed))
    session = await MemorySession.create(CountingSource(), ENGINE, what.to_json())
    await play(seed, session, what)


@pytest.mark.parametrize("tens", range(20))
async def test_random_runs_stay_whole(tens: int):
    for seed in range(tens * 10, tens * 10 + 10):
        await play_in_memory(seed)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(40))
async def test_many_random_runs_stay_whole(part: int):
    for seed in range(1000 + part * 250, 1000 + part * 250 + 250):
        await play_in_memory(seed)


@pytest.mark.parametrize("seed", range(8))
async def test_a_run_on_disk_reloads_as_it_was(seed: int):
    what = some_team(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        store = store_in(Path(folder))
        session = await store.create(ENGINE, what.to_json())
        for part in range(4):
            await play(100 * seed + part, session, what, deeds=5)
            before = HierarchyState.fold(session.tree.path).outline()
            await session.close()
            session = await store.open(session.id)
            assert HierarchyState.fold(session.tree.path).outline() == before
        await session.close()
