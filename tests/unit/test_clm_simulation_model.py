"""The policy that is a model: what it is told, what it answers, and what is done about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.clm.simulation.answers import (
    ThoughtFilter,
    UnusableAnswer,
    answer_schema,
    read_answer,
    shown_text,
)
from core.clm.simulation.commands import Run, Step
from core.events import Failed, Notice, TextDelta
from core.providers.base import ModelRequest
from core.providers.schema import is_strict
from core.providers.script import Fault, Reply
from core.providers.tokens import estimate_tokens
from core.sessions.record import Kind
from core.sessions.requests import rebuild
from run_kit import answer, first_choice, running, settings_of

NEVER = 0.0
SURE = {"epsilon": NEVER}


def offered(request: ModelRequest) -> list[str]:
    assert request.schema is not None
    return list(request.schema["properties"]["action"]["enum"])


async def test_it_decides_with_a_known_chance_and_says_why(tmp_path: Path) -> None:
    async with running(tmp_path, policy="llm") as bench:
        await bench.do(Run(1))
        for card in bench.state.cards.values():
            choices = card.choice.data["choices"]
            wanted = card.choice.data["wanted"]
            even = 0.1 / len(choices)
            expected = even + 0.9 * (card.action == wanted)
            assert card.propensity == pytest.approx(expected)
            assert card.thought == "because"
            explored = card.choice.data.get("explored", False)
            assert explored == (card.action != wanted)
            assert card.message == ("Hello there." if not explored else card.message)
        replies = [each for each in bench.path if each.kind == Kind.MESSAGE]
        assert [each.text for each in replies] == ["because"] * 5
        assert json.loads(replies[0].data["raw"])["thought"] == "because"


async def test_it_explores_as_often_as_it_says(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, run={"epsilon": 0.5})
    async with running(tmp_path, first_choice, settings=settings, policy="llm", size=60) as bench:
        await bench.do(Run(2))
        cards = [card for who in bench.state.customers.values() for card in who.cards]
        kept = sum(card.action == card.choice.data["wanted"] for card in cards) / len(cards)
        expected = sum(card.choice.data["wanted"] in card.choice.data["choices"] for card in cards)
        even = sum(0.5 / len(card.choice.data["choices"]) for card in cards) / len(cards)
        assert expected == len(cards)
        assert kept == pytest.approx(0.5 + even, abs=0.15)


async def test_the_prompt_says_what_is_known_and_no_truth(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, run=SURE)
    async with running(tmp_path, settings=settings, policy="llm", predictor="mock") as bench:
        await bench.do(Run(4))
        asked = [request.messages for request in bench.provider.requests]
        systems = {messages[0].content for messages in asked}
        assert len(systems) == 1, "the beginning is the same every time"
        for messages in asked:
            text = messages[1].content
            assert estimate_tokens(text) < 400
            for truth in ("sensitiv", "0.9", "0.99", "alive", "refused", "idle"):
                assert truth not in text
        sams = [m[1].content for m in asked if "Student Sam" in m[1].content]
        assert "Never tried" in sams[0]
        assert "SEND_DISCOUNT: worked 1 of 1" in sams[3]
        assert "day 1 SEND_DISCOUNT worked (+8)" in sams[1]
        assert "likely to do something soon (random)" in sams[0]
        claras = [m[1].content for m in asked if "Corporate Clara" in m[1].content]
        assert "RESTING: failed just now" in "".join(claras + sams)
        for request in bench.provider.requests:
            text = request.messages[1].content
            for name in offered(request):
                assert name in text


async def test_what_rests_is_not_on_offer(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, run=SURE)
    async with running(tmp_path, settings=settings, policy="llm") as bench:
        await bench.do(Run(6))
        for who in bench.state.customers.values():
            until: dict[str, int] = {}
            for card in who.cards:
                choices = card.choice.data["choices"]
                resting = [name for name in choices if until.get(name, 0) > card.day]
                assert not resting or len(choices) == len(resting)
                if card.learned is not None and card.learned.data.get("until"):
                    until[card.action] = card.learned.data["until"]


async def test_an_unusable_answer_is_repaired_once(tmp_path: Path) -> None:
    def answering(request: ModelRequest) -> str:
        if len(request.messages) == 2:
            return answer("GIVE_MONEY")
        assert "'GIVE_MONEY' is none of" in request.messages[3].content
        return answer(offered(request)[0], "better now")

    async with running(tmp_path, answering, policy="llm") as bench:
        await bench.do(Step())
        (card,) = bench.state.cards.values()
        assert (card.thought, card.fallback) == ("better now", False)
        notices = [each.record for each in bench.events if isinstance(each, Notice)]
        assert [each.data["code"] for each in notices] == ["repair"]
        first, second = [each for each in bench.path if each.kind == Kind.MESSAGE]
        assert (first.data["ordinal"], second.data["ordinal"]) == (0, 1)
        tree = bench.engine.log.session.tree
        assert second.request is not None
        sent = rebuild(tree, second.request)
        assert [each.role for each in sent.messages] == ["system", "user", "assistant", "user"]
        assert sent.messages[2].content == answer("GIVE_MONEY")


@pytest.mark.parametrize("bad", ["I would rather not say.", '{"thought": "so', '{"action": 3}'])
async def test_a_second_unusable_answer_falls_back_where_everybody_sees_it(
    tmp_path: Path, bad: str
) -> None:
    settings = settings_of(tmp_path, run=SURE)
    async with running(tmp_path, lambda request: bad, settings=settings, policy="llm") as bench:
        await bench.do(Run(1))
        for card in bench.state.cards.values():
            assert card.fallback
            assert card.choice.data["fallback"] == "rules"
            assert card.choice.data["problem"]
            assert card.choice.author.kind == "code", "the model decided nothing"
            assert "the rules decided" in card.thought
        codes = [each.record.data["code"] for each in bench.events if isinstance(each, Notice)]
        assert codes == ["repair", "fallback"] * 5
        actions = [each.action for each in bench.state.cards.values()]
        assert set(actions) != {"SEND_DISCOUNT"}


async def test_a_model_that_fails_is_waited_for(tmp_path: Path) -> None:
    down = True

    def answering(request: ModelRequest) -> str | Reply:
        return Reply(error=Fault()) if down else first_choice(request)

    async with running(tmp_path, answering, policy="llm") as bench:
        await bench.do(Run(1))
        assert bench.state.failed is not None
        assert not bench.state.cards
        assert any(isinstance(each, Failed) for each in bench.events)
        assert bench.fresh().outline() == bench.state.outline()
        down = False
        await bench.do(Run(1))
        assert (bench.state.failed, bench.state.over) == (None, 1)


async def test_only_the_thought_streams(tmp_path: Path) -> None:
    async with running(tmp_path, lambda r: answer(offered(r)[0], "Thinking…"), policy="llm") as b:
        await b.do(Step())
        assert "".join(e.text for e in b.events if isinstance(e, TextDelta)) == "Thinking…"


def test_the_schema_is_one_that_servers_enforce() -> None:
    assert is_strict(answer_schema(["A", "B"]))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (answer("A", "t", "m"), ("t", "A", "m")),
        ("Sure!\n```json\n" + answer("b c", "t", "m") + "\n```", ("t", "B_C", "m")),
        ('{"thought": "x", "action": "a", "message": "never fin', ("x", "A", "never fin")),
        ('{"action": "A", "thought": {"deep": "no"}, }', ("", "A", "")),
    ],
)
def test_answers_are_read(raw: str, expected: tuple[str, str, str]) -> None:
    found = read_answer(raw, ("A", "B_C"))
    assert (found.thought, found.action, found.message) == expected


@pytest.mark.parametrize("raw", ["", "no", "{}", '{"thought": "only"}', answer("C"), "[1]"])
def test_unusable_answers_are_refused(raw: str) -> None:
    with pytest.raises(UnusableAnswer):
        read_answer(raw, ("A", "B_C"))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (answer("A", 'say "x"\nand é', "hidden"), 'say "x"\nand é'),
        ("plain words", "plain words"),
        ('{"message": "m", "thought": "last"}', "last"),
        ('{"thought": "cut of', "cut of"),
    ],
)
def test_a_thought_streams_as_it_is_shown(raw: str, shown: str) -> None:
    assert shown_text(raw) == shown
    for size in (1, 2, 5):
        streaming = ThoughtFilter()
        pieces = [streaming.feed(raw[at : at + size]) for at in range(0, len(raw), size)]
        assert "".join([*pieces, streaming.finish()]) == shown
