"""TinyTroupe's specifications: readable Markdown, and back without a loss."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_samples import AGENT
from core.personas.cards.card_export import export_card
from core.personas.cards.card_import import import_card
from core.personas.instructions import Instructions
from core.personas.lint import lint_file
from core.personas.markdown import parse_persona, read_persona
from core.personas.persona import Persona


def taken_in(folder: Path, text: str) -> Persona:
    (folder / "x.agent.json").write_text(text, encoding="utf-8")
    return read_persona(import_card(folder / "x.agent.json", folder / "out"))


def exported(persona: Persona, folder: Path) -> str:
    return export_card(persona, folder / "out.agent.json").read_text("utf-8")


@pytest.fixture
def lisa(tmp_path: Path) -> Persona:
    return taken_in(tmp_path, AGENT)


def test_it_reads_as_markdown(lisa: Persona) -> None:
    assert lisa.body.startswith(
        "# Data Scientist: Lisa Carter\n\n- Age: 28\n- Height: 1.70\n- Nationality: Canadian\n\n"
        "## Occupation\n\n- Title: Data Scientist\n- Organization: Acme\n"
    )
    assert "## Personality\n\n### Traits\n\n- You are curious.\n\n### Big five\n\n- Openness:" in (
        lisa.body
    )
    assert "#### Morning\n\n- Wakes at 6." in lisa.body
    assert "- Name: Alex\n  Description: A colleague.\n" in lisa.body
    assert lisa.front == {"card": "lisa-carter.agent.json"}
    assert lisa.path is not None
    assert lint_file(lisa.path) == []


def test_it_is_told_what_any_persona_is(lisa: Persona) -> None:
    text = Instructions(in_character="You are {name}.").system_prompt(
        lisa, partner_name=None, pass_for_human=True
    )
    assert text == f"{lisa.system_text()}\n\nYou are Lisa Carter."


def test_what_was_not_edited_comes_out_byte_for_byte(lisa: Persona, tmp_path: Path) -> None:
    assert exported(lisa, tmp_path) == AGENT


STYLE = "# Professional\n---\n```\nand kind, with everybody you meet"
EDITS: list[tuple[str, str, list[Any], Any]] = [
    ("- Age: 28\n", "- Age: 29\n", ["age"], 29),
    ("- Age: 28\n", "", ["age"], None),
    ("- Age: 28\n", "- Age: 28\n- Shoe size: 39\n", ["shoe_size"], "39"),
    ("Organization: Acme", "Organization: Ajax", ["occupation", "organization"], "Ajax"),
    ("You are curious.", "Shy.\n- Tall.", ["personality", "traits"], ["Shy.", "Tall."]),
    ("Wakes at 6.", "Wakes at 7.", ["behaviors", "routines", "morning"], ["Wakes at 7."]),
    ("A colleague.", "A friend.", ["relationships", 0, "description"], "A friend."),
    ("To rest: at last.", "To rest: soon.", ["long_term_goals", 1], "To rest: soon."),
    ("yet approachable", "and kind", ["style"], STYLE),
    ("## Odd", "## Beliefs\n\n- All is well.\n\n## Odd", ["beliefs"], ["All is well."]),
    ("## Odd", "## Health\n\nGood.\n\n## Odd", ["health"], "Good."),
    ("# Data Scientist: Lisa Carter", "# Data Scientist: Lisa C", ["name"], "Lisa C"),
]


@pytest.mark.parametrize(("old", "new", "path", "value"), EDITS)
def test_an_edit_changes_one_value(
    lisa: Persona, tmp_path: Path, old: str, new: str, path: list[Any], value: Any
) -> None:
    text = lisa.source.decode().replace(old, new, 1)
    persona = parse_persona(text.encode(), lisa.path)
    found, raw = json.loads(exported(persona, tmp_path)), json.loads(AGENT)
    inner, before = found["persona"], raw["persona"]
    for key in path[:-1]:
        inner, before = inner[key], before[key]
    if value is None:
        assert path[-1] not in inner
        inner[path[-1]] = before[path[-1]]
    else:
        assert inner[path[-1]] == value
        if isinstance(path[-1], int) or path[-1] in before:
            inner[path[-1]] = before[path[-1]]
        else:
            del inner[path[-1]]
    assert found == raw


def test_any_persona_becomes_one(tmp_path: Path) -> None:
    text = (
        b"---\nscenario: At sea.\n---\n# Keeper: Mina (nl) [f]\n\nYou keep the light.\n\n"
        b"## Voice\nSlow.\n\n## Goals\n- To sleep.\n- To wake.\n"
    )
    assert json.loads(exported(parse_persona(text), tmp_path)) == {
        "type": "TinyPerson",
        "persona": {
            "name": "Mina",
            "gender": "f",
            "occupation": {"title": "Keeper"},
            "description": "You keep the light.",
            "voice": "Slow.",
            "goals": ["To sleep.", "To wake."],
            "scenario": "At sea.",
        },
    }


def test_names_that_no_heading_holds(tmp_path: Path) -> None:
    persona = taken_in(
        tmp_path, '{"type": "TinyPerson", "persona": {"name": "A: B [c]", "age": 1}}'
    )
    assert persona.name == "A – B c"
    assert json.loads(exported(persona, tmp_path))["persona"]["name"] == "A: B [c]"
    renamed = replace(persona, name="Bo", body=persona.body.replace("A – B c", "Bo"))
    assert json.loads(exported(renamed, tmp_path))["persona"] == {"name": "Bo", "age": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON))
def test_anything_survives(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("agents")
    text = json.dumps({"type": "TinyPerson", "persona": {**values, "name": "N"}})
    persona = taken_in(folder, text)
    assert exported(persona, folder) == text
    longer = parse_persona(persona.source + b"\n## Added here\n\nYes.\n", persona.path)
    found = json.loads(exported(longer, folder))["persona"]
    assert found["added_here"] == "Yes."
    assert {key: found[key] for key in values if key != "name"} == {
        key: value for key, value in values.items() if key != "name"
    }
