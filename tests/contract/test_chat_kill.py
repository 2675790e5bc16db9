"""A chat that is killed in mid-reply: what was said is back, in its place, and nothing is sent."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chat_kit import check_branches, every_text
from core.chat.commands import End, Regenerate, Swipe
from core.chat.engine import ChatEngine
from core.chat.state import ChatState
from core.events import Event, HeadMoved, TurnStarted
from core.runtime import Options, Runtime
from core.sessions.branches import alternatives
from core.sessions.record import Kind
from core.sessions.requests import rebuild
from core.sessions.tree import SessionTree
from meetup_kit import check_tree
from salon_process import SalonProcess, script

NOTED = 0.35
"""Seconds after which what was streamed is sure to be noted."""
SLOW = {"text": " ".join(f"slow{n}" for n in range(200)), "tokens_per_second": 20}
NEVER = {"text": "never", "delay": 600}


class Killed:
    """A chat in a process that is going to be killed."""

    def __init__(self, salon: SalonProcess, *replies: Any) -> None:
        model = script(salon.home, *replies)
        flags = ["chat", "freud", "--model", model, "--steer", "--json"]
        self.process = salon.start(*flags, stdin=subprocess.PIPE)
        self.events: list[dict[str, Any]] = []
        self.wait_for("started")

    def do(self, verb: str, *answers: str, **values: Any) -> dict[str, Any]:
        """Give a command and wait for these events; return the last."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": verb, **values}) + "\n")
        self.process.stdin.flush()
        for answer in answers:
            self.wait_for(answer)
        return self.events[-1]

    def wait_for(self, kind: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == kind:
                return
        raise AssertionError(f"no {kind} came after {self.events}")

    def kill(self, seconds: float = NOTED) -> None:
        """Kill it after a while; read what it still said before."""
        time.sleep(seconds)
        self.process.kill()
        rest, _ = self.process.communicate()
        assert self.process.returncode == -9
        # The last line may have been cut off by the kill.
        self.events += [json.loads(line) for line in rest.split("\n")[:-1]]

    @property
    def session(self) -> str:
        return str(self.events[0]["session"])


@asynccontextmanager
async def opened(salon: SalonProcess, session_id: str) -> AsyncIterator[tuple[ChatEngine, list]]:
    """Open a session again, and let its engine run for a while."""
    options = Options(sessions=salon.sessions, data_dir=salon.home / "data")
    async with Runtime(options, salon.environment) as runtime:
        session = await runtime.store.open(session_id)
        try:
            engine = runtime.chats.engine(session)
            events: list[Event] = []
            with engine.subscribe() as subscription:
                run = asyncio.create_task(engine.run())
                await asyncio.sleep(0.1)
                events += subscription.rest()
                yield engine, events
                await engine.send(End())
                await run
        finally:
            await session.close()


def said(engine: ChatEngine) -> list[str]:
    return [each.text for each in engine.state.messages]


def check(tree: SessionTree) -> None:
    check_tree(tree)
    check_branches(tree)
    for record in tree:
        if record.request is not None:
            assert rebuild(tree, record.request).hash() == record.request


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    return SalonProcess(tmp_path)


async def test_a_reply_comes_back_as_far_as_it_was_noted(salon: SalonProcess) -> None:
    chat = Killed(salon, "Alpha.", SLOW)
    chat.do("send", "turn_finished", text="One")
    chat.do("send", "delta", text="Two")
    chat.kill()
    async with opened(salon, chat.session) as (engine, events):
        assert said(engine)[:3] == ["One", "Alpha.", "Two"]
        last = engine.state.messages[3]
        assert last.text.startswith("slow0 slow1 slow2 ")
        assert (last.status, last.node) == ("interrupted", "persona")
        assert not [each for each in events if isinstance(each, TurnStarted | HeadMoved)]
        check(engine.log.session.tree)


async def test_another_take_in_mid_history(salon: SalonProcess) -> None:
    chat = Killed(salon, "Alpha.", "Beta.")
    alpha = chat.do("send", "turn_finished", text="One")["record"]
    chat.do("send", "turn_finished", text="Two")
    chat.do("set", "changed", model=script(salon.home, SLOW))
    chat.do("regenerate", "delta", record=alpha)
    chat.kill()
    async with opened(salon, chat.session) as (engine, events):
        assert said(engine)[0] == "One"
        assert engine.state.messages[1].status == "interrupted"
        tree = engine.log.session.tree
        options = alternatives(tree, engine.state.messages[1].id)
        assert options[0].id == alpha
        assert not [each for each in events if isinstance(each, TurnStarted)]
        await engine.send(Swipe(-1))
        assert said(engine) == ["One", "Alpha.", "Two", "Beta."]
        check(tree)


async def test_another_take_that_had_not_said_a_word(salon: SalonProcess) -> None:
    chat = Killed(salon, "Alpha.", "Beta.")
    alpha = chat.do("send", "turn_finished", text="One")["record"]
    chat.do("send", "turn_finished", text="Two")
    chat.do("set", "changed", model=script(salon.home, NEVER))
    chat.do("regenerate", "turn_started", record=alpha)
    chat.kill()
    async with opened(salon, chat.session) as (engine, events):
        assert said(engine) == ["One", "Alpha.", "Two", "Beta."]
        assert not [each for each in events if isinstance(each, TurnStarted)]
        check(engine.log.session.tree)


async def test_a_reply_that_was_going_on(salon: SalonProcess) -> None:
    chat = Killed(salon, "Alpha.")
    chat.do("send", "turn_finished", text="One")
    chat.do("set", "changed", model=script(salon.home, SLOW))
    chat.do("continue", "delta", "delta")
    chat.kill()
    async with opened(salon, chat.session) as (engine, _):
        assert said(engine)[1].startswith("Alpha. slow0 slow1 ")
        assert engine.state.messages[1].status == "interrupted"
        await engine.send(Swipe(-1))
        assert said(engine) == ["One", "Alpha."]
        check(engine.log.session.tree)


async def test_a_reply_that_did_not_get_to_go_on(salon: SalonProcess) -> None:
    chat = Killed(salon, "Alpha.")
    alpha = chat.do("send", "turn_finished", text="One")["record"]
    chat.do("set", "changed", model=script(salon.home, NEVER))
    chat.do("continue", "delta")
    chat.kill()
    async with opened(salon, chat.session) as (engine, _):
        assert engine.state.last is not None
        assert engine.state.last.id == alpha
        tree = engine.log.session.tree
        assert [each.id for each in alternatives(tree, alpha)] == [alpha]
        check(tree)


@pytest.mark.parametrize("text", [None, "Two"])
async def test_replies_that_were_compared(salon: SalonProcess, text: str | None) -> None:
    chat = Killed(salon, "Alpha.")
    chat.do("send", "turn_finished", text="One")
    models = [script(salon.home, *[each] * 2) for each in (SLOW, "Gamma.", SLOW)]
    values = {} if text is None else {"text": text}
    chat.do("compare", "turn_finished", models=models, **values)
    chat.kill()
    async with opened(salon, chat.session) as (engine, events):
        assert said(engine) == (["One"] if text is None else ["One", "Alpha.", "Two"])
        assert engine.state.waiting
        tree = engine.log.session.tree
        cut_off = [each for each in tree if each.status == "interrupted"]
        assert len(cut_off) == 2
        assert {each.parent for each in cut_off} == {engine.state.messages[-1].id}
        assert not [each for each in events if isinstance(each, TurnStarted)]
        await engine.send(Swipe(-1))
        assert said(engine)[-1].startswith("slow0 ")
        check(tree)


async def test_after_the_kill_it_can_be_asked_for_again(salon: SalonProcess) -> None:
    chat = Killed(salon, NEVER)
    chat.do("send", "turn_started", text="One")
    chat.kill()
    model = salon.home / "script0.json"
    model.write_text(json.dumps({"replies": ["Here."]}), encoding="utf-8")
    async with opened(salon, chat.session) as (engine, _):
        assert (said(engine), engine.state.waiting) == (["One"], True)
        await engine.send(Regenerate())
        await engine.idle()
        assert said(engine) == ["One", "Here."]


COMMANDS = [
    {"do": "send", "text": "More"},
    {"do": "regenerate"},
    {"do": "continue"},
    {"do": "stop"},
    {"do": "edit", "text": "Other", "resend": True},
    {"do": "swipe", "step": -1},
    {"do": "delete"},
]


async def kill_often(folder: Path, times: int) -> int:
    """Kill chats at random moments; return how many replies were announced."""
    rng = random.Random(times)
    announced = 0
    for number in range(times):
        home = folder / str(number)
        home.mkdir()
        salon = SalonProcess(home)
        replies = [{"text": "a b c d", "tokens_per_second": rng.choice([0, 40, 400])}] * 60
        chat = Killed(salon, *replies)
        chat.do("send", "said", text="One")
        assert chat.process.stdin is not None
        for command in rng.choices(COMMANDS, k=30):
            chat.process.stdin.write(json.dumps(command) + "\n")
        chat.process.stdin.flush()
        chat.kill(rng.uniform(0, 0.4))
        announced += await check_kept(salon, chat)
    return announced


async def check_kept(salon: SalonProcess, chat: Killed) -> int:
    async with opened(salon, chat.session) as (engine, _):
        tree = engine.log.session.tree
        check(tree)
        assert engine.state == ChatState.fold(tree)
        whole = [each for each in chat.events if each["event"] in {"turn_finished", "said"}]
        for event in whole:
            assert tree.get(event["record"]).text == event["text"]
        edits = [each for each in chat.events if each["event"] == "edited" and each["text"]]
        assert {each["text"] for each in edits} <= every_text(tree)
        begun = [each["record"] for each in chat.events if each["event"] == "turn_started"]
        missing = [each for each in begun if each not in tree]
        assert missing in ([], begun[-1:])
        assert any(each.kind == Kind.MESSAGE for each in tree.path)
    return sum(each["event"] == "turn_finished" for each in whole)


async def test_killed_at_any_moment_it_loses_nothing_that_was_announced(tmp_path: Path) -> None:
    assert await kill_often(tmp_path, 4) > 4


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_killed_at_sixty_moments_it_loses_nothing(tmp_path: Path) -> None:
    assert await kill_often(tmp_path, 60) > 60
