"""Somebody of a run as a persona of one's own: to chat with, to seat at a meetup."""

from __future__ import annotations

from pathlib import Path

from core.lab.episodes import PersonState
from core.lab.folder import person_file
from core.personas.library import PersonaLibrary
from core.personas.markdown import parse_persona, read_persona
from core.personas.persona_files import PersonaFiles


def kept_persona(library: PersonaLibrary, own: Path, person: PersonState, language: str) -> Path:
    """Return the persona file of somebody; made now, unless it was before.

    Args:
        library: where personas are found.
        own: the user's folder of personas.
        person: who.
        language: what they speak.

    Blocks: call it in a thread.

    Raises:
        PersonaError: it cannot be written, or their name cannot be a persona's.
    """
    content = person_file(person, language)
    wanted = parse_persona(content)
    for header in library.headers():
        if header.path.parent != own or not header.name.startswith(wanted.name):
            continue
        # Another of that name may have been there first: what is told of them decides.
        if read_persona(header.path).body == wanted.body:
            return header.path
    return PersonaFiles(library, own).create(content.decode())
