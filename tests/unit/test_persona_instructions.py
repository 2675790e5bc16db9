"""The common instructions: composed once, from a file that a person may edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.personas.instructions import Instructions
from core.personas.markdown import parse_persona
from core.personas.persona import Persona

SHIPPED = Path(__file__).parents[2] / "config" / "instructions.md"
WORDS = ("/start", "/help", "/bye", "/end", "/stop")
ADA = parse_persona(b"---\nmodel: x\n---\n# Analyst: Ada (en) [f]\n\nYou count.\n")


@pytest.fixture
def shipped() -> Instructions:
    return Instructions.load(SHIPPED)


def prompt(
    instructions: Instructions,
    persona: Persona = ADA,
    partner: str | None = "Freud",
    human: bool = True,
) -> str:
    return instructions.system_prompt(persona, partner_name=partner, pass_for_human=human)


def test_the_persona_comes_first_then_what_all_share(shipped: Instructions) -> None:
    text = prompt(shipped)
    assert text.startswith("# Analyst: Ada (en) [f]\n\nYou count.\n\nYou are Ada.")
    assert "You are talking with Freud." in text
    assert "Speak English." in text
    assert all(word in text for word in WORDS)
    assert "{" not in text
    assert "<!--" not in text
    assert "Sent with it" not in text


def test_what_is_unknown_is_left_out(shipped: Instructions) -> None:
    text = prompt(shipped, Persona("Bo", body="# Bo\n"), partner=None)
    assert "You are Bo." in text
    assert "Speak " not in text.replace("Speak only", "")
    assert "You are talking with" not in text


def test_passing_for_human_can_be_switched_off(shipped: Instructions) -> None:
    assert shipped.human in prompt(shipped)
    assert shipped.human
    assert shipped.human not in prompt(shipped, human=False)


def test_a_persona_with_instructions_keeps_to_them(shipped: Instructions) -> None:
    own = parse_persona(b"# R: N\n\nText.\n\n## Instructions\n\nBe brief.\n")
    assert prompt(shipped, own) == own.system_text()


def test_the_common_text_is_short(shipped: Instructions) -> None:
    common = prompt(shipped).removeprefix(ADA.system_text())
    assert len(common) < 720  # about 180 tokens


@pytest.mark.parametrize("word", WORDS)
def test_a_control_word_comes_with_what_it_asks_for(shipped: Instructions, word: str) -> None:
    first, _, rest = shipped.ask(word.upper(), "Freud").partition("\n")
    assert first == word
    assert rest.endswith(".")
    assert "{" not in rest
    assert "\n" not in rest


def test_who_spoke_is_named(shipped: Instructions) -> None:
    assert "Freud says goodbye" in shipped.ask("/bye", "Freud")
    assert "Your partner says goodbye" in shipped.ask("/bye", None)


def test_an_edited_file_is_taken_at_its_word() -> None:
    text = (
        "## In character\r\nBe {name} {unknown}.\r\n\r\n## Controls\r\n"
        "| Word | Asks | Sent |\r\n|--|--|--|\r\n| /bye | leave | {speaker} left. |\r\n"
    )
    instructions = Instructions.load(text)
    assert prompt(instructions) == (
        "# Analyst: Ada (en) [f]\n\nYou count.\n\nBe Ada {unknown}.\n/bye: leave."
    )
    assert instructions.ask("/bye", "Freud {name}") == "/bye\nFreud {name} left."
    assert instructions.ask("/start", "Freud") == "/start"


def test_an_empty_file_adds_nothing() -> None:
    assert prompt(Instructions.load("")) == ADA.system_text()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary, long = tmp_path / "binary.md", tmp_path / "long.md"
    binary.write_bytes(b"\xff\xfe\x00")
    long.write_text("x" * 70_000)
    for path in (tmp_path / "none.md", tmp_path, binary, long):
        with pytest.raises(ConfigError, match=str(path)):
            Instructions.load(path)
