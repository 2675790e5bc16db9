"""A chat that is had over again with the answers of a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat_kit import (
    Table,
    ann,
    as_recorded,
    counted,
    failing,
    never,
    one_after_the_other,
    spec,
    table,
)
from core.chat.commands import (
    Compare,
    Continue,
    Delete,
    Edit,
    Jump,
    Regenerate,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.chat.setup import greetings
from core.errors import ProviderErrorKind
from core.ids import CountingSource
from core.messages import Params
from core.providers.base import ProviderSettings
from core.providers.recorded import Recorded
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession


class Replayed(Recorded):
    """Answers from one recording whatever the model is called."""

    path = ""

    def __init__(self) -> None:
        super().__init__(ProviderSettings("scripted", "recorded", default_model=self.path))
        self.requests: list[object] = []

    def check(self, model: str) -> None:
        super().check("")

    def _path(self, model: str) -> str:
        return self.path


async def had_over_again(chat: Table, file: Path) -> Table:
    """Return a chat that begins like `chat` did and is answered by what was said in it."""
    lines = [json.dumps(each.to_json(), ensure_ascii=False) for each in chat.tree]
    file.write_text("\n".join(lines), encoding="utf-8")
    session = await MemorySession.create(CountingSource(), "chat", chat.tree.root.data)
    provider = Replayed()
    provider.path = str(file)
    again = Table(session, Scripted.of([]), chat.persona, context_length=chat.context_length)
    again.provider = provider  # type: ignore[assignment]
    log = again.engine.log
    root, source = log.session.tree.root, log.session.source
    await log.append(*greetings(again.engine.roleplay, 0, root, source))
    again.start()
    await again.until(lambda: bool(again.events))
    return again


async def send_all(chat: Table, *texts: str) -> None:
    for text in texts:
        await chat.send(Send(text))
        await chat.engine.idle()


async def test_the_conversation_is_had_again_word_for_word(tmp_path: Path) -> None:
    chat = await table(persona=ann(greeting="Tea?"), params=Params(seed=3, temperature=0.5))
    await chat.do(Send("1?"), Regenerate(), Regenerate(), Swipe(-1), Send("2?"), Send("3?"))
    await chat.do(Regenerate(chat.at(4)), Send("4?"), Regenerate(), Swipe(-1))
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await send_all(again, *(each for each in chat.said if each.endswith("?") and each != "Tea?"))
    assert again.said == chat.said
    assert not again.notices()


async def test_every_take_is_heard_again_and_no_other(tmp_path: Path) -> None:
    chat = await table()
    await chat.do(Send("1?"), Regenerate(), Regenerate(), Swipe(-1))
    assert chat.options() == ["r1", "r2", "r3"]
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await again.send(Send("1?"))
    await again.engine.idle()
    for _ in range(3):
        await again.send(Regenerate())
        await again.engine.idle()
    # First the one that the recording went on with, then the others; then from the beginning.
    assert again.options() == ["r2", "r1", "r3", "r2"]
    await again.send(Swipe(-2))
    assert again.said == ["1?", "r1"]


async def test_a_reply_that_went_on_goes_on_again(tmp_path: Path) -> None:
    chat = await table(one_after_the_other("Once", "upon a time", "there was", "r4"))
    await chat.do(Send("1?"), Continue(), Continue(), Send("2?"))
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    for command in (Send("1?"), Continue(), Continue(), Send("2?")):
        await again.send(command)
        await again.engine.idle()
    assert again.said == chat.said == ["1?", "Once upon a time there was", "2?", "r4"]


async def test_edits_and_deletions_made_again_are_answered_again(tmp_path: Path) -> None:
    async def talk(chat: Table) -> None:
        for command in (Send("1?"), Send("2?")):
            await chat.send(command)
            await chat.engine.idle()
        await chat.send(Edit("Other.", chat.at(1)))
        await chat.send(Delete(chat.at(0)))
        await send_all(chat, "3?")
        await chat.send(Edit("2 again?", chat.at(1), resend=True))
        await chat.engine.idle()

    chat = await table(counted())
    await talk(chat)
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await talk(again)
    assert again.said == chat.said
    assert [each.text for each in again.tree] == [each.text for each in chat.tree]


async def test_what_was_compared_is_answered_again(tmp_path: Path) -> None:
    chat = await table(lambda r: f"{r.model} {len(r.messages)}")
    await chat.do(Send("1?"), Compare(("scripted:x", "scripted:y"), "2?"))
    kept = chat.named("y 4").id
    await chat.do(Jump(kept), SetModel("scripted:z"), Send("3?"))
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await send_all(again, "1?", "2?", "3?")
    assert again.said == chat.said == ["1?", "x 2", "2?", "y 4", "3?", "z 6"]


async def test_what_was_stopped_before_its_first_word_is_no_take(tmp_path: Path) -> None:
    chat = await table(one_after_the_other("r1", never(), "r3"))
    await chat.do(Send("1?"))
    await chat.send(Regenerate())
    await chat.until(lambda: len(chat.provider.requests) == 2)
    await chat.do(Stop(), Regenerate())
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await send_all(again, "1?")
    for _ in range(2):
        await again.send(Regenerate())
        await again.engine.idle()
    assert again.options() == ["r3", "r1", "r3"]


async def test_what_was_never_asked_is_not_answered(tmp_path: Path) -> None:
    chat = await table(one_after_the_other("r1", failing("Well, "), "r3"))
    await chat.do(Send("1?"), Regenerate())
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await send_all(again, "Other?")
    assert again.state.error is not None
    assert again.state.error.data["kind"] == ProviderErrorKind.NOT_RECORDED
    # What broke off is no answer.
    again = await had_over_again(chat, tmp_path / "s.jsonl")
    await send_all(again, "1?")
    await again.send(Regenerate())
    await again.engine.idle()
    assert set(again.options()) == {"r1"}


@pytest.mark.parametrize("seed", [None, 5])
async def test_a_seed_makes_two_chats_ask_the_same(seed: int | None) -> None:
    async def requests() -> list[str]:
        front = {"greeting": "{{random:Tea,Coffee,Water}}?", "alternate_greetings": ["Hm?"]}
        chat = await table(persona=ann(**front), params=Params(seed=seed), seed=seed or 1)
        await chat.do(Send("1?"), Regenerate(), Continue(), Send("2?"))
        await chat.cancel()
        return [as_recorded(each).hash() for each in chat.provider.requests]

    assert await requests() == await requests()
    assert spec(seed=1) != spec(seed=2)
