"""Character cards in every container: taken in beside others, read back, played, given out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from card_samples import AGENT, V1, V2, png, text_chunk
from core.personas.cards.card_export import export_card
from core.personas.cards.card_import import take_in
from core.personas.library import PersonaLibrary
from core.personas.markdown import read_persona
from fuzz.door import Door, Drive, Shape
from fuzz.doors.personas import NEIGHBOURS, play
from fuzz.structures import change_json

_TEXT_KINDS = ("tEXt", "tEXt", "zTXt", "iTXt", "iTXt-z")
_LORE = """{"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Ivo",
 "description": "A keeper of the light: he's calm", "personality": "- dry\\n- warm",
 "tags": ["sea"], "first_mes": "Evening. {{// hidden}}", "group_only_greetings": [],
 "creation_date": 1700000000,
 "nickname": "I", "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
 "creator_notes_multilingual": {"de": "Gut"}, "source": ["x"], "mes_example": "",
 "character_book": {"entries": {"0": {"uid": 0, "key": ["sea"], "keysecondary": ["wave"],
  "content": "@@depth 3\\n@@activate_only_after 2\\n@@@is_greeting 1\\nCold.", "selective": true,
  "selectiveLogic": 3, "order": 100, "position": 4, "depth": 2, "role": 1, "disable": false,
  "matchWholeWords": true, "caseSensitive": false, "probability": 50, "group": "g",
  "extensions": {"sticky": 2}}}}}}"""


def _json_seeds() -> list[bytes]:
    return [each.encode() for each in (V1, V2, V2, _LORE, AGENT)]


def _as_png(rng: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    keyword = rng.choice(("chara", "ccv3"))
    return png(text_chunk(keyword, text, rng.choice(_TEXT_KINDS)), tail=rng.choice((b"", b"x")))


def _as_charx(rng: Random, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as each:
        for name in ("card.json", "assets/icon/main.png"):
            each.writestr(zipfile.ZipInfo(name), data if name == "card.json" else b"\x89PNG")
    return file.getvalue()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Put personas into a folder; each input is taken in there, and taken out again."""
    own = folder / "own"
    own.mkdir()
    for name, text in NEIGHBOURS.items():
        (own / name).write_text(text, "utf-8")
    library = PersonaLibrary([(own, "test")])

    async def drive(shape: str, data: bytes) -> None:
        path = folder / f"in.{shape}"
        path.write_bytes(data)
        imported = None
        try:
            imported = take_in(path, own)
            play(imported.persona)
            _export(imported.persona, folder)
        finally:
            names = {each.file_name for each in library.headers()}
            wanted = set(NEIGHBOURS) | ({imported.persona.name} if imported else set())
            for each in own.iterdir():
                if each.name not in NEIGHBOURS:
                    each.unlink()
            assert names == wanted, f"listed are {names}"

    yield drive


def _export(path: Path, folder: Path) -> None:
    persona = read_persona(path)
    for ending in ("json", "png"):
        export_card(persona, folder / f"out.{ending}")


DOOR = Door(
    "cards",
    (
        Shape("json", _json_seeds, (change_json,)),
        Shape("png", _json_seeds, (change_json,), _as_png),
        Shape("charx", _json_seeds, (change_json,), _as_charx),
        Shape("agent.json", lambda: [AGENT.encode()], (change_json,)),
    ),
    opened,
)
