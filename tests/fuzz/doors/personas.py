"""Persona files: listed, found, checked, searched, played, with others in the same folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.personas.facts import facts
from core.personas.instructions import Instructions
from core.personas.library import PersonaLibrary
from core.personas.lint import lint
from core.personas.markdown import read_persona, render_persona
from core.personas.roleplay import MacroContext, Roleplay
from core.personas.search import PersonaIndex
from fuzz.door import Door, Drive, Shape
from fuzz.structures import change_yaml

ROOT = Path(__file__).parents[3]
NEIGHBOURS = {"zoe.md": "# Baker: Zoë (fr) [f]\n\nBakes.\n", "yan.md": "# Yan\n\nA friend.\n"}
OURS = Instructions(in_character="You are {name}, with {partner}.", human="Be human.")
SAID = ("Hello, what of the moss?", "The moss glows. {{roll:1d6}} `a`", "And the bees?")
_CARD = """---
character_version: 1
nickname: Mara
greeting: Hello {{user}}.
alternate_greetings: ["You again, {{random:a,b}}?"]
personality: calm, {{char}} never hurries
scenario: |
  A glade at {{time}}.
examples: "<START>\\n{{user}}: hi\\n{{char}}: ho"
system_prompt: "Play {{char}}. {{original}}"
post_history_instructions: Stay gentle. {{original}}
lorebook:
  scan_depth: 2
  recursive_scanning: true
  entries:
    - keys: [moss, /be+s?/i]
      content: "@@depth 2\\n@@role assistant\\nMoss glows at {{pick:dusk,dawn}}."
      enabled: true
      insertion_order: 10
    - keys: []
      constant: true
      content: Eldoria is at peace.
model: scripted:x
parameters: {temperature: 0.7, stop: [END]}
tags: [fantasy, bees]
---
# Beekeeper: Mara (en) [f]

## Ways
*She* says `{{char}}` and looks at {{user}}.
"""


def seeds() -> list[bytes]:
    """Return shipped personas, and one with everything that front matter may hold."""
    shipped = [ROOT / "personas" / f"{name}.md" for name in ("ada", "socrates", "student-sam")]
    return [_CARD.encode(), _CARD.encode(), *(path.read_bytes() for path in shipped)]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Put neighbours into the folder; an input becomes a file between them."""
    for name, text in NEIGHBOURS.items():
        (folder / name).write_text(text, "utf-8")
    library = PersonaLibrary([(folder, "test")])
    index = PersonaIndex(library)
    odd = folder / "yyy.md"

    async def drive(shape: str, data: bytes) -> None:
        odd.unlink(missing_ok=True)
        odd.write_bytes(data)
        names = {header.file_name for header in library.headers()}
        assert names == {*NEIGHBOURS, odd.name}, f"listed are {names}"
        assert library.find("Zoë").role == "Baker"
        index.refresh()
        index.find("bakes")
        lint(data, odd)
        play(odd)

    yield drive


def play(path: Path) -> None:
    """Do with a persona what a chat does. Raises `PersonaError`."""
    persona = read_persona(path)
    assert render_persona(persona) == persona.source
    facts(persona, "scripted:x")
    roleplay = Roleplay(persona, OURS, MacroContext(persona.name, "Ada", 1), pass_for_human=True)
    roleplay.lore(SAID, tokens=1000)


DOOR = Door("personas", (Shape("markdown", seeds, (change_yaml,)),), opened)
