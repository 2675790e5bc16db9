"""From a card file to a persona in a folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from core.files import make_folder, written
from core.personas.cards import agent, shape, source, yaml_text
from core.personas.cards.json_text import parse
from core.personas.cards.problems import CardError
from core.personas.cards.sheet import Sheet, sheet_of_card
from core.personas.cards.source import Source
from core.personas.casefold import fold
from core.personas.character import AGENT_SUFFIX
from core.personas.encoding import MAX_BYTES
from core.personas.files import file_error
from core.personas.frontmatter import MAX_CHARACTERS
from core.personas.markdown import SUFFIX, parse_persona
from core.personas.problems import PersonaFileError

_LONGEST_STEM = 48
_WORD = re.compile(r"[^\W_]+")
_NOT_PERSONAS = frozenset({"readme"})


@dataclass(frozen=True, slots=True)
class Imported:
    """The files that a card became."""

    persona: Path
    """The Markdown file."""
    card: Path
    """The card beside it, as it was."""


def import_card(path: Path, folder: Path) -> Path:
    """Make a persona of a card and return its Markdown file; see `take_in`."""
    return take_in(path, folder).persona


def take_in(path: Path, folder: Path) -> Imported:
    """Write the persona that a card file holds, and the card beside it, under a free name.

    Raises:
        PersonaError: the card cannot be read, or the files not be written.
    """
    with source.opened(path) as (file, size):
        found = source.read(file, size, path)
        sheet, ending = _sheet(found, path)
        for stem in _stems(sheet.title.name, path):
            imported = Imported(folder / f"{stem}{SUFFIX}", folder / f"{stem}{ending}")
            if imported.persona.exists() or imported.card.exists():
                continue
            content = _content(sheet, imported.card.name, path)
            if _write(imported, content, file):
                return imported
    raise AssertionError("there is always another number")


def _sheet(found: Source, path: Path) -> tuple[Sheet, str]:
    """Return what a card file says, and the ending that its copy gets."""
    stem = path.name.partition(".")[0]
    try:
        root = parse(found.text)
        if agent.is_agent(root):
            return agent.sheet_of_agent(root, stem), AGENT_SUFFIX
        card = shape.card_of(root)
    except CardError as error:
        raise CardError(f"{path}: {error.message}", error.hint) from error
    return sheet_of_card(card.values(), stem), f".card.{found.container}"


def _content(sheet: Sheet, card: str, path: Path) -> bytes:
    """Return the Markdown file, which is read back before anybody relies on it."""
    too_long = CardError(
        f"{path}: its texts are too long for a persona.",
        f"All but the description may have {MAX_CHARACTERS // 1024:,} KB, "
        f"the whole {MAX_BYTES // 1024:,} KB.",
    )
    if sheet.length > MAX_BYTES:
        raise too_long
    front = sheet.front(card)
    block = yaml_text.dump(front)
    if len(block) > MAX_CHARACTERS:
        raise too_long
    content = f"---\n{block}---\n{sheet.body()}".encode()
    try:
        persona = parse_persona(content)
    except PersonaFileError as error:
        raise too_long from error
    if dict(persona.front) != front or persona.body != sheet.body():
        raise CardError(f"{path}: its texts cannot be written as a persona.")
    return content


def _stems(name: str, path: Path) -> Iterator[str]:
    stem = "-".join(_WORD.findall(fold(name)))[:_LONGEST_STEM].strip("-")
    stem = stem or "-".join(_WORD.findall(fold(path.stem)))[:_LONGEST_STEM] or "persona"
    if stem not in _NOT_PERSONAS:
        yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _write(imported: Imported, content: bytes, file: BinaryIO) -> bool:
    """Write both files; `False` if somebody took one of the names meanwhile."""
    folder = imported.persona.parent
    try:
        make_folder(folder)
    except OSError as error:
        raise file_error("create", folder, error) from error
    try:
        with written(imported.card, replace=False) as target:
            file.seek(0)
            shutil.copyfileobj(file, target)
        try:
            with written(imported.persona, replace=False) as target:
                target.write(content)
        except BaseException:
            imported.card.unlink(missing_ok=True)
            raise
    except FileExistsError:
        return False
    except OSError as error:
        raise file_error("write", imported.persona, error) from error
    return True
