"""What a persona is told: ours as ever, cards in their order, nothing that is not for prompts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from card_samples import V2
from core.meetup.setup import MeetupChoice, SideChoice
from core.messages import Message
from core.personas.cards.card_import import import_card
from core.personas.instructions import Instructions
from core.personas.markdown import parse_persona, read_persona
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay
from core.runtime import Options, Runtime

CHECKOUT = Path(__file__).parents[2]
SHIPPED = sorted((CHECKOUT / "personas").glob("*.md"))
INSTRUCTIONS = Instructions.load(CHECKOUT / "config" / "instructions.md")
OURS = Instructions(in_character="You are {name}, with {partner}.", human="Be human.")


def played(
    front: dict[str, Any] | None = None,
    body: str = "# Sera\n\n{{char}} heals.\n",
    *,
    cast: MacroContext | None = None,
    human: bool = False,
) -> Roleplay:
    persona = Persona("Sera", body=body, front=front or {})
    return Roleplay(persona, OURS, cast or MacroContext("Sera", "Ada", 1), pass_for_human=human)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("user", ["", "Grace"])
def test_a_persona_without_card_keys_is_told_what_it_always_was(path: Path, user: str) -> None:
    persona = read_persona(path)
    roleplay = Roleplay(
        persona, INSTRUCTIONS, MacroContext(persona.name, user, 3), pass_for_human=True
    )
    wanted = INSTRUCTIONS.system_prompt(persona, partner_name=user or None, pass_for_human=True)
    assert roleplay.system == wanted
    assert wanted.startswith(persona.system_text())
    assert roleplay.greetings == roleplay.examples == ()
    assert roleplay.after_history == ""
    assert roleplay.lore(["anything"], tokens=1000) == ()


def test_the_order_of_a_card() -> None:
    front = {
        "personality": "kind to {{user}}",
        "scenario": "A glade.",
        "lorebook": {"entries": [{"constant": True, "content": "Moss glows."}]},
        "creator_notes": "SECRET",
        "tags": ["SECRET"],
        "card": "SECRET.card.json",
        "creator": "SECRET",
    }
    roleplay = played(front, human=True)
    assert roleplay.system == (
        "You are Sera, with Ada.\nBe human.\n\n# Sera\n\nSera heals.\n\n"
        "## Personality\n\nkind to Ada\n\n## Scenario\n\nA glade.\n\nMoss glows."
    )


@pytest.mark.parametrize(
    ("own", "lead"),
    [
        ("", "You are Sera, with Ada."),
        ("{{// nothing}} ", "You are Sera, with Ada."),
        ("Play {{char}}.", "Play Sera."),
        ("First. {{original}} {{Original}}", "First. You are Sera, with Ada."),
    ],
)
def test_ones_own_instructions(own: str, lead: str) -> None:
    assert played({"system_prompt": own, "scenario": "x"}).system.startswith(f"{lead}\n\n# Sera")


def test_a_section_of_instructions_stands_for_ours_as_ever() -> None:
    body = "# Sera\n\nHeals.\n\n## Instructions\n\nBe brief.\n"
    roleplay = played({"system_prompt": "{{original}}", "scenario": "x"}, body)
    assert roleplay.system == body.strip() + "\n\n## Scenario\n\nx"


async def test_a_meetup_is_told_the_same(tmp_path: Path) -> None:
    text = b"---\nscenario: x\n---\n# Sera\n\n{{char}} meets {{user}}.\n"
    sera = parse_persona(text, None)
    freud = parse_persona(b"# Freud\n\nListens.\n", None)
    runtime = Runtime(
        Options(assignments=("model=eliza:doctor",), data_dir=tmp_path), {"HOME": str(tmp_path)}
    )
    choice = MeetupChoice({"a": SideChoice(sera), "b": SideChoice(freud)})
    async with runtime:
        engine = await runtime.meetups.start(choice, runtime.create_unsaved)
        told = engine.participant("a").system
        assert "Sera meets Freud." in told
        assert "## Scenario" in told
        assert "/bye" in told
        await engine.log.session.close()


def test_a_chat_is_told_of_no_control_words() -> None:
    persona = Persona("Sera", body="# Sera\n")
    table = "| Word | Asks | Sent |\n|---|---|---|\n| `/bye` | x | y |"
    ours = Instructions.load(f"## Controls\n\n{table}\n")
    cast = MacroContext("Sera", "", 1)
    meetup = Roleplay(persona, ours, cast, pass_for_human=False)
    chat = Roleplay(persona, ours, cast, pass_for_human=False, controls=False)
    assert "/bye" in meetup.system
    assert "/bye" not in chat.system


def test_who_is_called_what() -> None:
    front = {"nickname": "Phi", "greeting": "I am {{char}}."}
    assert played(front).greetings == ("I am Phi.",)
    assert "You are Phi" in played(front).system
    seated = played(front, cast=MacroContext("Doctor", "Ada", 1))
    assert seated.greetings == ("I am Doctor.",)
    assert played(front, cast=MacroContext("", "", 1)).expand("{{char}} {{user}}") == "Phi User"


def test_greetings_and_last_instructions() -> None:
    roleplay = played({
        "alternate_greetings": ["<BOT> waves.", "", " Hi. "],
        "greeting": "Hello, {{user}}.",
        "post_history_instructions": "{{original}} Stay, {{char}}.",
    })
    assert roleplay.greetings == ("Hello, Ada.", "Sera waves.", "Hi.")
    assert roleplay.after_history == "Stay, Sera."


def test_examples_are_cut_into_talks_and_turns() -> None:
    text = (
        "A prologue.\n<START>\n{{user}}: Hi: there\n{{char}}: Hello.\nHow are you?\n\nFine?\n"
        "<start>\nADA: again\nadA: and again\nSera :yes\nSomebody: else\n<START>\n\n<START>\n"
        "{{user}}:\n{{char}}: alone"
    )
    assert played({"examples": text}).examples == (
        (Message("assistant", "A prologue."),),
        (Message("user", "Hi: there"), Message("assistant", "Hello.\nHow are you?\n\nFine?")),
        (
            Message("user", "again"),
            Message("user", "and again"),
            Message("assistant", "yes\nSomebody: else"),
        ),
        (Message("assistant", "alone"),),
    )


def test_expansion_of_what_is_said() -> None:
    roleplay = played()
    text = "{{user}} rolls {{roll:1000000}}."
    assert roleplay.expand(text, key="a") == roleplay.expand(text, key="a")
    assert roleplay.expand(text, key="a") != roleplay.expand(text, key="b")


def test_wrong_types_count_for_nothing() -> None:
    front = {
        "personality": ["x"],
        "scenario": {"x": 1},
        "greeting": None,
        "alternate_greetings": {"x": 1},
        "examples": True,
        "lorebook": "moss",
        "nickname": 7,
    }
    roleplay = played(front)
    assert roleplay.system == "You are 7, with Ada.\n\n# Sera\n\n7 heals."
    assert roleplay.greetings == roleplay.examples == ()


def test_an_imported_card_plays(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(V2, encoding="utf-8")
    persona = read_persona(import_card(tmp_path / "card.json", tmp_path / "out"))
    # A session keeps nothing but the Markdown.
    stored = parse_persona(persona.source)
    roleplay = Roleplay(stored, OURS, MacroContext("Seraphina", "Ada", 1), pass_for_human=False)
    assert roleplay.system == (
        "Play Seraphina. You are Seraphina, with Ada.\n\nEldoria is at peace.\n\n"
        "# Seraphina\n\nSeraphina heals.\n\n# Not a title\ncafé / 😀\n\n"
        "## Personality\n\nkind, [@click=app.quit]patient[/]\n\n## Scenario\n\nA glade."
    )
    assert roleplay.lore(["Is that moss?"], tokens=100) == ("Moss glows.",)
    assert roleplay.after_history == "Stay gentle."
    assert [len(each) for each in roleplay.examples] == [2, 1]


def test_reading_a_plain_persona_loads_nothing_of_this() -> None:
    code = (
        "import sys\n"
        "from core.personas.library import PersonaLibrary\n"
        "from core.personas.markdown import parse_persona\n"
        "parse_persona(b'---\\ntags: [a]\\n---\\n# A: B\\n')\n"
        "names = ('character', 'lorebook', 'roleplay', 'cards')\n"
        "print([name for name in names if 'core.personas.' + name in sys.modules])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
