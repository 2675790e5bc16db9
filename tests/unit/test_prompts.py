"""Prompts of a conversation cost what is new, however long it has become."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from core import messages
from core.engine.prompt import Exchange, PromptEnds
from core.ids import CountingSource
from core.messages import Message, Params
from core.providers import base, tokens
from core.providers.base import MessagesHash, ModelRequest
from core.providers.request_json import encoded
from core.sessions.memory import MemorySession
from core.sessions.prompts import Part, Prompt, PromptMessage, common_beginning, plain_messages
from core.sessions.requests import RequestLog, rebuild

SYSTEM = PromptMessage("system", (Part("You are Ann."),))


def canonical_hash(request: ModelRequest) -> str:
    text = json.dumps(
        request.canonical(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@pytest.mark.parametrize(
    "texts", [[], [""], ["Hi", 'a "quoted"\n\\ line\x00\x7f'], ["é 日本 \U0001f600 \ud800"]]
)
def test_the_hash_is_that_of_the_canonical_json(texts: list[str]) -> None:
    messages = tuple(Message("user", text) for text in texts)
    request = ModelRequest("m", messages, Params(stop=("é",), top_p=0.5), {"type": "object"})
    assert request.hash() == canonical_hash(request)
    grown = MessagesHash()
    for each in messages:
        grown.copy().add([Message("user", "not on this one")])
        grown.add([each])
    assert grown.of(request) == canonical_hash(request)


def talk(exchange: Exchange, start: int, stop: int) -> None:
    for number in range(start, stop):
        role = "user" if number % 2 else "assistant"
        exchange.add(role, f"r{number}", Part(f"word {number}"))


def test_a_prompt_is_the_sequence_of_its_messages() -> None:
    exchange = Exchange()
    talk(exchange, 0, 30)
    view = PromptEnds(exchange).view([(SYSTEM, "")], 2)
    whole = (SYSTEM, *(each.message() for each in exchange.items))
    assert view.prompt == whole
    assert tuple(view.prompt) == whole
    assert [view.prompt[at] for at in range(-31, 31)] == [whole[at] for at in range(-31, 31)]
    for start in range(-33, 34):
        for stop in range(-33, 34):
            assert view.prompt[start:stop] == whole[start:stop]
    assert view.prompt[::-2] == whole[::-2]
    assert [view.first(at) for at in range(31)] == ["", *(f"r{at}" for at in range(30))]
    plain, messages = tuple(each.plain for each in whole), plain_messages(view.prompt)
    assert messages == plain
    assert plain == messages
    assert tuple(reversed(messages)) == plain[::-1]
    assert [messages[at] for at in range(-31, 31)] == [plain[at] for at in range(-31, 31)]
    assert messages[-3:] == plain[-3:]
    assert plain_messages(view.prompt).tokens == sum(each.tokens for each in whole)  # type: ignore[attr-defined]


def test_the_body_of_a_request_has_all_messages_and_encodes_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = Exchange()
    exchange.add("user", "r0", Part('a "quoted"\n\\ line\x00\x7f é 日本 \U0001f600'))
    talk(exchange, 0, 30)
    for stop in (40, 50):
        prompt = PromptEnds(exchange).view([(SYSTEM, "")], 2).prompt
        body = {"model": "m", "messages": plain_messages(prompt), "stop": ["é"]}
        wanted = [{"role": each.role, "content": each.content} for each in prompt]
        assert json.loads(encoded(body)) == {**body, "messages": wanted}
        assert encoded({**body, "messages": tuple(plain_messages(prompt))}) == encoded(body)
        talk(exchange, stop - 10, stop)
    steps: list[Message] = []
    monkeypatch.setattr(messages, "message_json", lambda each: steps.append(each) or b"{}")
    encoded({"messages": plain_messages(PromptEnds(exchange).view([(SYSTEM, "")], 2).prompt)})
    assert len(steps) == 10 + 5


def test_half_a_character_does_not_spoil_a_request() -> None:
    body = encoded({"messages": (Message("user", "a\ud800b"),), "stop": ["\ud800"], "other": []})
    assert json.loads(body) == {
        "messages": [{"role": "user", "content": "a?b"}], "stop": ["?"], "other": [],
    }  # fmt: skip


def test_prompts_have_in_common_what_their_messages_have() -> None:
    exchange = Exchange()
    talk(exchange, 0, 10)
    one = PromptEnds(exchange).view([(SYSTEM, "")], 2).prompt
    talk(exchange, 10, 21)
    two = PromptEnds(exchange).view([(SYSTEM, "")], 2).prompt
    assert common_beginning(one, two) == common_beginning(tuple(one), tuple(two)) == 11
    other = Prompt([PromptMessage("system", (Part("Else."),))], one.stem, 4)  # type: ignore[attr-defined]
    assert common_beginning(two, other) == 0


async def test_a_turn_costs_the_same_steps_however_long_the_talk_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counts the messages that are encoded, estimated and written into manifests."""
    steps = 0

    def encoded(text: str) -> str:
        nonlocal steps
        steps += 1
        return json.dumps(text, ensure_ascii=False)

    def estimated(text: str) -> int:
        nonlocal steps
        steps += 1
        return len(text) // 3

    monkeypatch.setattr(base, "encode_basestring", encoded)
    monkeypatch.setattr(tokens, "estimate_tokens", estimated)
    session = await MemorySession.create(CountingSource(), "meetup", {})
    log = RequestLog(session.tree, session.source)
    exchange, spent, written = Exchange(), [], []
    for turn in range(1_200):
        talk(exchange, 2 * turn, 2 * turn + 2)
        view = PromptEnds(exchange).view([(SYSTEM, "")], 2)
        request = ModelRequest("m", plain_messages(view.prompt))
        steps = 0
        digest, blobs = log.records_for("a", request, view.prompt)
        await session.append(*blobs)
        spent.append(steps)
        written.append(sum(len(each.text) for each in blobs))
        if turn % 299 == 3:
            assert request.hash() == digest
            assert rebuild(session.tree, digest) == request
    assert max(spent[100:]) <= 24
    early, late = sum(written[192:448]), sum(written[944:])
    assert late <= 2 * early
