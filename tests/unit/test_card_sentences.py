"""Cards of ordinary sentences, whichever field they stand in."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.personas.cards.card_import import take_in
from core.personas.markdown import read_persona
from core.personas.persona import Persona

SHIPPED = Path(__file__).resolve().parents[2] / "personas"
_FIELDS = (
    *("scenario", "creator", "character_version", "creator_notes", "system_prompt"),
    *("post_history_instructions", "first_mes", "description", "personality", "mes_example"),
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]")


def imported(folder: Path, **fields: Any) -> Persona:
    data = {"name": "Mira", "description": "{{char}} mends clocks.", **fields}
    path = folder / "card.json"
    path.write_text(json.dumps({"spec": "chara_card_v2", "data": data}), "utf-8")
    return read_persona(take_in(path, folder).persona)


def entry(content: str) -> dict[str, Any]:
    return {"keys": ["lantern"], "content": content, "extensions": {}, "enabled": True}


def test_a_scenario_of_one_line(tmp_path: Path) -> None:
    text = "Sherlock Holmes investigates mysterious disappearances, London 1890"
    assert imported(tmp_path, scenario=text).character.scenario == text


def test_a_tag_of_several_words(tmp_path: Path) -> None:
    text = "overprotective stepsister (adopted)"
    assert imported(tmp_path, tags=[text]).tags == (text,)


def test_an_entry_of_one_line(tmp_path: Path) -> None:
    text = "The lantern is kept in the northern lighthouse, on the shelf."
    book = imported(tmp_path, character_book={"entries": [entry(text)]}).character.lorebook
    assert [each.content for each in book.entries] == [text]


def test_a_name_that_is_too_long_is_cut(tmp_path: Path) -> None:
    assert imported(tmp_path, name="Very " * 60).name == ("Very " * 20).strip()


def shipped() -> list[str]:
    texts = [path.read_text("utf-8") for path in sorted(SHIPPED.rglob("*.md"))]
    return [each.strip() for text in texts for each in _SENTENCE.findall(text) if each.strip()]


def generated(words: Sequence[str], count: int) -> Iterator[str]:
    """Yield sentences, most of them of one line and at most 72 characters."""
    chance = random.Random(12)
    marks = (" ", " ", " ", " ", ", ", "-", "'", "_", ". ", " (", ") ", ": ", '"', "\\", "{", "` ")
    for _ in range(count):
        picked = chance.sample(words, chance.randint(1, 12))
        text = "".join(f"{each}{chance.choice(marks)}" for each in picked)
        yield text[: chance.choice((20, 72, 72, 200))].strip()


def take_all(folder: Path, sentences: Sequence[str], size: int = 40) -> None:
    """Import cards that hold the sentences in every field, and read the texts back."""
    for number, at in enumerate(range(0, len(sentences), size)):
        part = sentences[at : at + size]
        place = folder / str(number)
        place.mkdir()
        fields = {name: part[index % len(part)] for index, name in enumerate(_FIELDS)}
        book = {"name": part[0], "entries": [entry(each) for each in part]}
        persona = imported(
            place, **fields, tags=part, alternate_greetings=part, character_book=book
        )
        assert persona.name == "Mira"
        assert [each.content for each in persona.character.lorebook.entries] == part


def test_sentences_of_the_shipped_personas(tmp_path: Path) -> None:
    sentences = shipped()
    assert len(sentences) > 100
    take_all(tmp_path, sentences[::4])


def test_generated_sentences(tmp_path: Path) -> None:
    take_all(tmp_path, list(generated(" ".join(shipped()).split(), 300)))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_sentences_by_the_thousand(tmp_path: Path) -> None:
    sentences = shipped()
    take_all(tmp_path, [*sentences, *generated(" ".join(sentences).split(), 10_000)])
