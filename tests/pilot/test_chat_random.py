"""Whatever is done in whatever order, the pane shows what a fresh look at the records shows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from core.chat import commands
from core.errors import CommandError
from core.sessions.record import Kind
from pilot.chat_kit import chatting, idle, said, say, scripted
from tui.chat.controller import ChatController
from tui.widgets.transcript import Entry

REPLIES = {
    "replies": [
        "short",
        {"text": "a longer one with\n\n- a list\n- of things", "tokens_per_second": 400},
        {"text": "half of it", "error": {"kind": "refused", "message": "No.", "times": 2}},
        {"text": "slow " * 30, "tokens_per_second": 300},
    ],
    "loop": True,
}


def looks(entry: Entry) -> tuple[object, ...]:
    return (entry.id, entry.kind, entry.text, entry.header, entry.footer, entry.status)


def any_message(chat: ChatController, dice: random.Random) -> str:
    tree = chat.session.tree
    assert tree is not None
    return dice.choice([each.id for each in tree if each.kind == Kind.MESSAGE])


def command(chat: ChatController, dice: random.Random) -> commands.Command:
    record = any_message(chat, dice)
    here = dice.choice(chat.session.state.messages).id if chat.session.state.messages else record
    return dice.choice([
        commands.Send(f"text {dice.random()}"),
        commands.Stop(),
        commands.Continue(),
        commands.Regenerate(),
        commands.Regenerate(here),
        commands.Edit(f"changed {dice.random()}", here),
        commands.Edit(f"instead {dice.random()}", here, resend=True),
        commands.Swipe(dice.choice((1, -1)), here),
        commands.Delete(here),
        commands.Delete(record),
        commands.Restore(record),
        commands.Fork(here),
        commands.Jump(record),
        commands.SetModel(params={"temperature": dice.choice((0.1, 0.2))}),
        commands.Rename(f"title {dice.random()}"),
        commands.Compare(("scripted:talk", "eliza:doctor"), f"both {dice.random()}"),
    ])


async def play(chat: ChatController, dice: random.Random) -> None:
    wanted = command(chat, dice)
    if isinstance(wanted, commands.Compare):
        await chat.session.engine.idle()
        chat.session.comparing = True
    try:
        await chat.tell(wanted)
    except CommandError:
        chat.session.comparing = False


SEEDS = [
    *range(2),
    *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 30)),
]


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_shown_is_what_is_on_record(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with chatting(scripted(tmp_path, REPLIES)) as (pilot, chat):
        await say(pilot, chat, "begin")
        for _ in range(60):
            await play(chat, dice)
            if dice.random() < 0.5:
                await pilot.pause(dice.random() / 50)
            if dice.random() < 0.6:
                await idle(pilot, chat)
                afresh = [looks(each) for each in chat.view.entries()]
                assert [looks(each) for each in chat.talk.entries] == afresh
        await idle(pilot, chat)
        assert [each.text for each in chat.talk.entries if each.speaker] == said(chat)
