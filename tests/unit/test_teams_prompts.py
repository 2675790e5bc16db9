"""What each node of a team is sent: exactly what is on record, and nothing that is not its own."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import CommandError, ProviderErrorKind
from core.ids import CountingSource
from core.providers.base import ModelRequest
from core.providers.schema import with_instruction
from core.providers.script import Fault, Reply
from core.providers.scripted import Scripted
from core.providers.tokens import estimate_messages
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from core.sessions.requests import rebuild
from core.sessions.session import Session
from core.sessions.tree import SessionTree
from core.teams.commands import Answer, Apply, Autopilot, Edit, Go, Refuse, Say, TakeOver
from core.teams.prompts import briefing
from core.teams.setup import ENGINE
from core.teams.team import Team
from store_samples import store_in
from teams_chance import Moody, all_in_turn, some_command, some_team
from teams_kit import Stage, ask, final, node, playing, provider_of, team
from teams_oracle import retold

DEEDS = 16


def native(provider: Scripted) -> Scripted:
    """Have a provider sent requests as they are on record, schemas and all."""
    provider.native_schema = True
    return provider


def replies(records: Iterable[Record]) -> list[Record]:
    return [each for each in records if each.kind == Kind.MESSAGE and each.request is not None]


def check_sent(tree: SessionTree, sent: Sequence[ModelRequest]) -> None:
    """Every request can be rebuilt from the session, and every reply answers one of them."""
    for request in sent:
        rebuilt = rebuild(tree, request.hash())
        assert rebuilt.canonical() == request.canonical()
    asked = Counter((each.origin.node, each.origin.ordinal, each.hash()) for each in sent)
    noted = Counter((each.node, each.data["ordinal"], each.request) for each in replies(tree))
    assert asked <= noted
    for each in replies(tree):
        if each.status == "complete":
            assert (each.node, each.data["ordinal"], each.request) in asked


def check_told(tree: SessionTree) -> int:
    """Every reply of the tree answers what the records before it tell; return how many."""
    checked = 0
    for reply in replies(tree):
        if reply.status != "complete":
            continue
        before = tree.path_to(reply.id)[:-1]
        mind = retold(before)[reply.node]
        if mind.cut or not mind.at_work:
            continue
        system, *lines = rebuild(tree, reply.request).messages
        assert system.content == briefing(mind.node, f"You are {mind.node.seat.name}.")
        assert [(each.role, each.content) for each in lines] == mind.prompt(reply.data["seen"])
        checked += 1
    return checked


async def play(seed: int, session: Session, provider: Scripted, length: int = 8192) -> None:
    rng = random.Random(seed)
    flows = {"all_in_turn": all_in_turn}
    async with playing(session, provider, flows, longest_alone=20, context_length=length) as stage:
        await stage.engine.send(Go())
        for _ in range(DEEDS):
            with suppress(CommandError):
                await stage.engine.send(some_command(rng, stage))
            if rng.random() < 0.7:
                await stage.settle()
            else:
                for _ in range(rng.randrange(20)):
                    await asyncio.sleep(0)


async def in_memory(seed: int, length: int = 8192) -> tuple[SessionTree, Scripted]:
    what = some_team(random.Random(seed))
    session = await MemorySession.create(CountingSource(), ENGINE, what.to_json())
    provider = native(provider_of(Moody(what, seed)))
    await play(seed, session, provider, length)
    return session.tree, provider


@pytest.mark.parametrize("tens", range(6))
async def test_what_is_sent_is_on_record_and_is_what_was_told(tens: int):
    checked = 0
    for seed in range(tens * 10, tens * 10 + 10):
        tree, provider = await in_memory(seed)
        check_sent(tree, provider.requests)
        checked += check_told(tree)
    assert checked > 20


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(10))
async def test_what_is_sent_in_many_runs(part: int):
    for seed in range(5000 + part * 100, 5000 + part * 100 + 100):
        tree, provider = await in_memory(seed)
        check_sent(tree, provider.requests)
        check_told(tree)


def counted(tree: SessionTree, code: str) -> list[Record]:
    return [each for each in tree if each.kind == Kind.NOTICE and each.data["code"] == code]


@pytest.mark.parametrize("seed", range(10))
async def test_random_runs_in_a_small_context_are_on_record_too(seed: int):
    tree, provider = await in_memory(seed, length=420)
    check_sent(tree, provider.requests)
    for request in provider.requests:
        roles = [each.role for each in request.messages]
        assert roles[:2] == ["system", "user"]
        assert all(one != two for one, two in pairwise(roles))
    for each in counted(tree, "context"):
        assert each.data["dropped"] > 0


@pytest.mark.parametrize("seed", range(4))
async def test_a_run_goes_on_from_disk_with_the_prompts_it_would_have_had(
    seed: int, tmp_path: Path
):
    what = some_team(random.Random(seed))
    store = store_in(tmp_path)
    session = await store.create(ENGINE, what.to_json())
    provider = native(provider_of(Moody(what, seed)))
    checked = 0
    for part in range(4):
        await play(100 * seed + part, session, provider)
        await session.close()
        session = await store.open(session.id)
        check_sent(session.tree, provider.requests)
        checked = check_told(session.tree)
    await session.close()
    assert checked


LONG = "word " * 150
"""About 190 tokens."""


def told(stage: Stage, path: str) -> list[list[tuple[str, str]]]:
    """Return what a node was sent after its instructions, prompt by prompt."""
    return [
        [(each.role, each.content) for each in request.messages[1:]]
        for request in stage.provider.requests
        if request.origin is not None and request.origin.node == path
    ]


def by_ordinal(**scripts: Sequence[str | Reply]) -> Scripted:
    """Let each node, by its name, answer in turn, and give it its schema apart from its prompt."""

    def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        script = scripts[path.rpartition("/")[2]]
        return script[min(ordinal, len(script) - 1)]

    return native(provider_of(answering))


@pytest.mark.parametrize("words", [20, 90, 150, 200, 250, 290])
async def test_the_longest_task_keeps_within_its_context_and_keeps_its_beginning(words: int):
    """The longest answers leave room for nothing but the task and the newest of them."""

    def answering(path: str, ordinal: int, request: ModelRequest) -> str:
        if path != "lead":
            return f"answer {ordinal} {'word ' * words}"
        return ask("left", f"question {ordinal}") if ordinal < 9 else final("end")

    pair = team(node("lead", node("left"), rounds=20))
    async with playing(pair, native(provider_of(answering)), context_length=600) as stage:
        await stage.do(Autopilot(), Say("The task."))
        assert stage.finals == ["end"]
        tree = stage.engine.log.session.tree
    for at, prompt in enumerate(told(stage, "lead")):
        assert prompt[0] == ("user", "The task.")
        assert not at or f"answer {at - 1} " in prompt[-1][1]
    for request in stage.provider.requests:
        assert estimate_messages(request.messages) <= 600 - 64
    dropped = {each.node for each in counted(tree, "context")}
    assert "lead" in dropped
    check_sent(tree, stage.provider.requests)


@pytest.mark.parametrize(("asked", "answered"), [("", LONG), (LONG, "")])
async def test_earlier_tasks_go_before_the_present_one_and_whole(asked: str, answered: str):
    finals = [final(f"final {at} {answered}") for at in range(8)]
    async with playing(
        team(node("lead", node("left"))), by_ordinal(lead=finals), context_length=880
    ) as stage:
        for at in range(8):
            await stage.do(Autopilot(), Say(f"request {at} {asked}"))
    prompts = told(stage, "lead")
    for at, prompt in enumerate(prompts):
        assert prompt[-1] == ("user", f"request {at} {asked}")
        kept = [int(text.split()[1]) for role, text in prompt if role == "user"]
        assert kept == list(range(kept[0], at + 1))
        remembered = [int(text.split()[1]) for role, text in prompt if role == "assistant"]
        assert remembered == kept[:-1]
    assert not prompts[-1][0][1].startswith("request 0")
    # No more goes than has to.
    assert min(len(each) for each in prompts[1:]) == 3


def remembering(memory: str) -> Team:
    return team(node("lead", node("left", memory=memory)))


MEMORIES = {
    "own": [("user", "ask 1"), ("assistant", "left 1"), ("user", "ask 2")],
    "finals": [("user", "request 1"), ("assistant", "final 1"), ("user", "ask 2")],
    "none": [("user", "ask 2")],
}


@pytest.mark.parametrize("memory", list(MEMORIES))
async def test_what_a_node_remembers_of_earlier_tasks(memory: str):
    provider = by_ordinal(
        lead=[ask("left", "ask 1"), final("final 1"), ask("left", "ask 2"), final("final 2")],
        left=["left 1", "left 2"],
    )
    async with playing(remembering(memory), provider) as stage:
        await stage.do(Autopilot(), Say("request 1"), Autopilot(), Say("request 2"))
        assert stage.finals == ["final 1", "final 2"]
    assert told(stage, "lead/left")[1] == MEMORIES[memory]


async def test_a_coordinator_forgets_the_chatter_of_a_task_that_is_over():
    provider = by_ordinal(
        lead=[ask("left", "first try"), ask("left", "second try"), final("final 1"), final("x")],
        left=["left 1", "left 2"],
    )
    async with playing(remembering("own"), provider) as stage:
        await stage.do(Say("request 1"), Refuse(None, "Not that."), Apply(), Apply())
        await stage.do(Edit("final, edited"), Say("request 2"))
    assert len(told(stage, "lead")[2]) == 5
    assert told(stage, "lead")[3] == [
        ("user", "request 1"),
        ("assistant", "final, edited"),
        ("user", "request 2"),
    ]


async def test_edited_and_taken_over_answers_are_remembered_as_the_node_s_own():
    provider = by_ordinal(
        lead=[ask("left", "ask 1"), ask("left", "ask 2"), ask("left", "ask 3")],
        left=["rough", "rough again", "never heard"],
    )
    async with playing(remembering("own"), provider) as stage:
        await stage.do(Say("?"), Edit("ask 1, better"), Edit("smooth"))
        await stage.do(Apply(), TakeOver("left", "mine"), Apply())
    assert told(stage, "lead/left")[2] == [
        ("user", "ask 1, better"),
        ("assistant", "smooth"),
        ("user", "ask 2"),
        ("assistant", "mine"),
        ("user", "ask 3"),
    ]


async def test_words_to_a_node_outlast_a_task_that_did_not_hear_them():
    provider = by_ordinal(
        lead=[ask("left", "ask 1"), ask("left", "ask 2"), final("x")], left=["left 1", "left 2"]
    )
    async with playing(remembering("none"), provider) as stage:
        await stage.do(Answer("left", "Early."), Say("?"), Apply())
        assert stage.state.nodes["lead/left"].inbox == 0
        await stage.do(Apply(), Answer("left", "Late."))
        assert stage.state.nodes["lead/left"].inbox == 1
        await stage.do(Apply())
    heard = "A human who watches says to you:\n\n"
    assert told(stage, "lead/left") == [
        [("user", f"ask 1\n\n{heard}Early.")],
        [("user", f"ask 2\n\n{heard}Late.")],
    ]


async def test_words_to_a_node_that_is_called_off_are_heard_with_its_next_task():
    script = by_ordinal(
        top=[ask("mid", "m 1"), ask("mid", "m 2")], mid=[ask("low", "l"), final("M")], low=["L"]
    )
    async with playing(team(node("top", node("mid", node("low")))), script) as stage:
        await stage.do(Say("?"), Apply(), Apply(), Answer("mid", "Be brief."))
        await stage.do(TakeOver("top", "never mind"), Say("again?"), Apply())
    heard = "A human who watches says to you:\n\nBe brief."
    assert told(stage, "top/mid")[1] == [("user", f"m 2\n\n{heard}")]


async def test_a_prompt_that_the_server_refuses_is_sent_again_shorter():
    """The estimate lets it pass; the server, which counts for itself, does not."""

    def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
        if len(request.messages) > 4:
            return Reply(error=Fault(ProviderErrorKind.CONTEXT_OVERFLOW))
        return f"answer {ordinal} {LONG}"

    async with playing(
        team(node("solo")), native(provider_of(answering)), context_length=800
    ) as stage:
        await stage.do(*(each for at in range(3) for each in (Say(f"request {at}"), Apply())))
        assert len(stage.finals) == 3
        tree = stage.engine.log.session.tree
    lengths = [len(each) for each in told(stage, "solo")]
    assert lengths == [1, 3, 5, 1]
    assert [each.status for each in replies(tree)] == ["complete", "complete", "failed", "complete"]
    assert [each.data["dropped"] for each in counted(tree, "context")] == [4]
    check_sent(tree, stage.provider.requests)


async def test_a_prompt_that_stays_too_long_fails_and_waits():
    refused = Reply(error=Fault(ProviderErrorKind.CONTEXT_OVERFLOW))
    async with playing(team(node("solo")), by_ordinal(solo=[refused])) as stage:
        await stage.do(Say("?"))
        assert stage.state.root.standing == "failed"
        assert len(stage.provider.requests) == 2


async def test_a_schema_that_the_server_does_not_know_is_asked_for_in_words():
    seen = []

    def answering(path: str, ordinal: int, request: ModelRequest) -> str:
        seen.append(request.messages[-1].content)
        return final("x")

    async with playing(team(node("lead", node("left"))), answering) as stage:
        await stage.do(Say("?"))
        (reply,) = replies(stage.engine.log.session.tree)
        asked = rebuild(stage.engine.log.session.tree, reply.request)
    assert asked.schema["properties"]["recipient"]["enum"] == ["left", None]
    assert asked.messages[-1].content == "?"
    (sent,) = seen
    for shown in (sent, with_instruction(asked).messages[-1].content):
        words, schema = shown.split("\n{")
        assert words.startswith("?\n\nAnswer with one JSON value")
        assert json.loads("{" + schema) == asked.schema
