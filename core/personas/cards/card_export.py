"""From a persona back to a card."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from core.errors import UsageError
from core.files import written
from core.personas.cards import agent, charx, png, shape, source
from core.personas.cards.json_text import parse
from core.personas.cards.picture import plain_picture
from core.personas.cards.shape import Card
from core.personas.cards.sheet import sheet_of_card, sheet_of_persona
from core.personas.cards.source import Container, Source
from core.personas.character import AGENT_SUFFIX
from core.personas.files import file_error
from core.personas.persona import Persona


class CardFormat(StrEnum):
    """What a persona can be exported as; the value is the file's ending."""

    PNG = ".png"
    APNG = ".apng"
    CHARX = ".charx"
    AGENT = AGENT_SUFFIX
    JSON = ".json"


def format_of(out: Path) -> CardFormat:
    """Return the format that a file's name asks for.

    Raises:
        UsageError: it asks for none.
    """
    name = out.name.lower()
    for each in CardFormat:
        if name.endswith(each):
            return each
    raise UsageError(
        f"{out.name} is no name for a card.", "Let it end in .png, .json, .charx or .agent.json."
    )


def raw_card(persona: Persona) -> Path | None:
    """Return the card beside a persona that it was imported from, if it is still there."""
    name = persona.character.card
    if not name or persona.path is None:
        return None
    path = persona.path.parent / name
    return path if path.is_file() else None


def export_card(persona: Persona, out: Path) -> Path:
    """Write a persona as the card that the ending of `out` asks for; returns `out`.

    It begins with the card that the persona was imported from: what was not edited stays as
    it is there, whatever it is.

    Raises:
        UsageError: the name of `out` asks for no format.
        PersonaError: the card beside the persona is damaged, or the file cannot be written.
    """
    wanted = format_of(out)
    raw = raw_card(persona)
    try:
        if raw is None:
            with written(out, replace=True) as target:
                _write(target, wanted, persona, None)
            return out
        with source.opened(raw) as (file, size):
            original = _Original(source.read(file, size, raw), file, size)
            with written(out, replace=True) as target:
                _write(target, wanted, persona, original)
    except OSError as error:
        raise file_error("write", out, error) from error
    return out


@dataclass(frozen=True, slots=True)
class _Original:
    """The card that a persona was imported from, open."""

    found: Source
    file: BinaryIO
    size: int

    def card(self) -> Card | None:
        """Return it taken apart; `None` if it is no character card."""
        root = parse(self.found.text)
        return None if agent.is_agent(root) else shape.card_of(root)


def _write(
    target: BinaryIO, wanted: CardFormat, persona: Persona, original: _Original | None
) -> None:
    if wanted is CardFormat.AGENT:
        target.write(_agent_text(persona, original).encode())
        return
    text = _card_text(persona, original)
    if wanted is CardFormat.JSON:
        mark = original.found.mark if original is not None else ""
        target.write((mark + text).encode())
        return
    nested = shape.nested(shape.read_card(text))
    latest = shape.as_spec(nested, shape.V3).encode()
    if wanted is CardFormat.CHARX:
        _write_charx(target, latest, original)
    else:
        texts = {"chara": shape.as_spec(nested, shape.V2).encode(), "ccv3": latest}
        _write_picture(target, texts, persona, original)


def _write_charx(target: BinaryIO, text: bytes, original: _Original | None) -> None:
    if original is not None and original.found.container is Container.CHARX:
        charx.write_card(original.file, original.size, target, text)
    else:
        charx.make_card(target, text)


def _write_picture(
    target: BinaryIO, texts: dict[str, bytes], persona: Persona, original: _Original | None
) -> None:
    if original is not None and original.found.container is Container.PNG:
        png.write_card(original.file, original.size, target, texts)
        return
    picture = plain_picture(persona.name)
    png.write_card(io.BytesIO(picture), len(picture), target, texts)


def _card_text(persona: Persona, original: _Original | None) -> str:
    now = sheet_of_persona(persona)
    card = original.card() if original is not None else None
    if card is None:
        return shape.fresh(now)
    # One without a name was given that of its file.
    return shape.edited(card, sheet_of_card(card.values(), persona.name), now)


def _agent_text(persona: Persona, original: _Original | None) -> str:
    root = parse(original.found.text) if original is not None else None
    if root is None or not agent.is_agent(root):
        return agent.fresh_agent(persona)
    return agent.edited_agent(root, agent.sheet_of_agent(root, persona.name), persona)
