"""The rule engine: what it answers, and that it never wearies its partner."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.base import Completion, ModelRequest, ProviderSettings
from core.providers.eliza import Eliza, Speaker
from core.providers.eliza_script import Script, script_names
from core.providers.eliza_text import clauses, echo

START = "/start\nIntroduce yourself: say your name, and in a sentence or two who you are."
BYE = "It was a pleasure.\n\n/bye\nMr Parry says goodbye. Answer once."
CONTROL_WORDS = ("/start", "/help", "/bye", "/end", "/stop")


@pytest.fixture(scope="module")
def speakers() -> dict[str, Speaker]:
    return {name: Speaker(Script.load(name)) for name in script_names()}


@pytest.fixture
def doctor(speakers: dict[str, Speaker]) -> Speaker:
    return speakers["doctor"]


def heard(text: str) -> list[Message]:
    return [Message("user", "Good day."), Message("assistant", "Yes?"), Message("user", text)]


def as_seen(said: Sequence[str], opening: str = START) -> list[Message]:
    """Return a conversation as the one sees it who is to speak next."""
    texts = [opening, *said]
    mine = len(texts) % 2
    return [
        Message("user" if place % 2 != mine else "assistant", text)
        for place, text in enumerate(texts)
    ]


def talk(first: Speaker, second: Speaker, turns: int, opening: str = START) -> list[str]:
    said: list[str] = []
    for turn in range(turns):
        speaker = (first, second)[turn % 2]
        said.append(speaker.reply(as_seen(said, opening)))
    return said


@pytest.mark.parametrize("pair", ["doctor doctor", "doctor parry", "parry doctor", "parry parry"])
@pytest.mark.parametrize("opening", [START, "I dreamt of my mother.", "Hello!"])
def test_thirty_turns_without_a_repetition(
    speakers: dict[str, Speaker], pair: str, opening: str
) -> None:
    one, other = pair.split()
    said = talk(speakers[one], speakers[other], 30, opening)
    assert all(said)
    for earlier, later in combinations(said, 2):
        alike = SequenceMatcher(None, earlier.lower(), later.lower()).ratio()
        assert alike < 0.85, f"{earlier} / {later}"


def test_a_long_talk_never_falls_into_a_rut(speakers: dict[str, Speaker]) -> None:
    said = talk(speakers["doctor"], speakers["parry"], 400)
    for end in range(30, len(said)):
        window = said[end - 30 : end]
        assert len(set(window)) == 30


def test_only_so_much_of_a_long_talk_is_looked_back_at(doctor: Speaker) -> None:
    history = as_seen(talk(doctor, doctor, 80) * 50)
    assert doctor.reply(history) == doctor.reply(history[-60:])


def test_the_same_conversation_gets_the_same_answer_from_anybody(doctor: Speaker) -> None:
    again = Speaker(Script.load("doctor"))
    said = talk(doctor, doctor, 20)
    for turn in range(20):
        assert again.reply(as_seen(said[:turn])) == said[turn]


def test_a_seed_chooses_another_answer(doctor: Speaker) -> None:
    answers = {doctor.reply(heard("I feel sad today."), seed) for seed in range(3)}
    assert len(answers) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I feel like a stranger to myself.", "Do you often feel like a stranger to yourself?"),
        ("You are cold to me.", "What makes you think that I am cold to you?"),
        ("I'm here because I’m bored", "Is that the real reason?"),
        ("Well, I dreamt of a white horse!", "Really, of a white horse?"),
        ("I need a holiday", "What would it mean to you if you got a holiday?"),
        ("Are you a machine?", "Do machines worry you?"),
    ],
)
def test_what_was_said_comes_back_turned_round(doctor: Speaker, text: str, said: str) -> None:
    talked = [Message("assistant", line.text) for line in doctor.script.fallback[:1]]
    assert doctor.reply([*talked, *heard(text)]).startswith(said)


def test_what_was_said_earlier_is_remembered(doctor: Speaker) -> None:
    said = ["Please go on.", "My old piano.", "Your old piano?", "Hm."]
    messages = [
        Message("assistant" if place % 2 == 0 else "user", text) for place, text in enumerate(said)
    ]
    assert "your old piano" in doctor.reply(messages)


@pytest.mark.parametrize("text", [START, "/help", "Fine.\n\n/help\nParry asks who you are.", ""])
def test_an_introduction_is_given_by_the_name_in_the_instructions(
    doctor: Speaker, text: str
) -> None:
    for system, name in (
        ("# Therapist: Dr Wanda Ruh (en) [f]\n\nYou are kind.", "Dr Wanda Ruh"),
        ("You are Sigmund. Speak only as Sigmund.", "Sigmund"),
        ("Be kind.", "the doctor"),
    ):
        assert name in doctor.reply([Message("system", system), Message("user", text)])


def test_a_goodbye_is_answered_with_one(speakers: dict[str, Speaker]) -> None:
    for speaker in speakers.values():
        goodbyes = {line.text for line in speaker.script.goodbye}
        assert speaker.reply([*heard("Well."), Message("user", BYE)]) in goodbyes
        assert speaker.reply(heard("How do you say /bye in Latin?")) not in goodbyes


def test_no_script_has_a_control_word_or_a_broken_slot() -> None:
    for name in script_names():
        script = Script.load(name)
        for line in script.lines():
            assert not any(word in line.text for word in CONTROL_WORDS)
        for rule in script.rules():
            asterisks = rule.pattern.groups
            for line in rule.lines:
                assert all(number <= asterisks for number in line.slots), line.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "?" * 5000,
        "a" * 100_000,
        "my " * 20_000,
        "\x1b[31m",
        "漢字 و😀",
        "i am " * 999,
    ],
)
def test_anything_can_be_answered(doctor: Speaker, text: str) -> None:
    assert doctor.reply(heard(text))


def test_clauses_are_cut_where_a_thought_ends() -> None:
    assert clauses("I'm ill, but you don't care. (The moderator:) Really") == [
        ["i", "am", "ill"],
        ["you", "do", "not", "care"],
        ["really"],
    ]


@pytest.mark.parametrize(
    ("fragment", "turned"),
    [
        ("my mother loves me", "your mother loves you"),
        ("you are afraid", "I am afraid"),
        ("tired of you", "tired of me"),
        ("what I was then", "what you were then"),
        ("to be like the", ""),
        ("a b c d e f g h i j", ""),
    ],
)
def test_words_turn_round(fragment: str, turned: str) -> None:
    assert echo(fragment) == turned


async def test_it_streams_words_and_estimates_usage() -> None:
    provider = Eliza(ProviderSettings("eliza", "eliza"))
    request = ModelRequest("parry", (Message("user", START),))
    async with aclosing(provider.stream(request)) as parts:
        *chunks, end = [part async for part in parts]
    assert isinstance(end, Completion)
    assert len(chunks) > 10
    assert "".join(chunk.text for chunk in chunks) == end.text
    assert end.usage.estimated
    assert [each.name for each in await provider.models()] == ["doctor", "parry"]
    assert (await provider.readiness()).ready


async def test_it_obeys_its_limits_and_knows_its_scripts() -> None:
    provider = Eliza(ProviderSettings("eliza", "eliza", options={"tokens_per_second": 1000}))
    request = ModelRequest("", (Message("user", START),), Params(max_tokens=3))
    async with aclosing(provider.stream(request)) as parts:
        end = [part async for part in parts][-1]
    assert isinstance(end, Completion)
    assert end.text == "Good day, I "
    assert end.finish == "length"
    with pytest.raises(ProviderError) as caught:
        await anext(provider.stream(ModelRequest("nurse", request.messages)))
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_MODEL
    assert "doctor, parry" in caught.value.hint
