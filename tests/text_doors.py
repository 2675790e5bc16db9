"""Everything that reads text from elsewhere, as functions of a text, and texts to try it with."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.config.environment import parse_dotenv
from core.config.yaml_layer import read_yaml_layer
from core.engine.json_scanner import JsonScanner
from core.errors import SalonError
from core.ids import SystemSource
from core.meetup.control_stream import parse
from core.personas.cards.card_import import take_in
from core.personas.decorators import read_decorators
from core.personas.instructions import Instructions
from core.personas.lint import lint
from core.personas.macros import Macros
from core.personas.markdown import parse_persona
from core.personas.persona_writer import read_draft
from core.prediction.tables import USERS, read_rows
from core.profiles.evidence import locate
from core.sessions.codec import decode_record
from core.sessions.importing import read_import
from core.sessions.matching import parse_words
from core.sessions.transcripts.markdown_table import _block, _code
from core.teams.definitions.located import parse_lined
from core.teams.definitions.templates import fill
from core.teams.files import named_files
from core.teams.flows.answers import json_of, line_of
from core.teams.reading.blocks import read_blocks
from core.teams.reading.flags import refuses
from core.teams.reading.names import recipients
from core.teams.reading.parts import PartReader
from core.teams.reading.reply import read_reply
from core.teams.reading.scan import ReplyScanner
from tui.widgets.transcript.splitter import Splitter
from tui.widgets.transcript.tables import split_cells

Door = Callable[[str, Path], Any]

TOKENS = (
    *" \t\n\\\"'`|-_*#~:,.;<>()[]{}@/&!?0aA\u0301漢\r\x00",
    *("{{", "}}", "@@", "\n@@a ", "\n- ", "\n> ", "```\n", "\n```", "<!--", "-->", "<START>"),
    *("a: ", "\na: b", "| a ", "`a|", "\\|", '"a",', '\\"', "[a](", "\n# a", "\n\n", "a ", "/a "),
    *("\n## a\n", "<think>", "{{random:", "${", "{a}", "\n1. ", "\r\n", "&a ", "*a ", "- - "),
)


def _card(**fields: Any) -> Door:
    def door(text: str, folder: Path) -> Any:
        data = {"name": "Mira", "description": "d", **json.loads(json.dumps(fields))}
        path = folder / "card.json"
        body = json.dumps({"spec": "chara_card_v2", "data": data})
        path.write_text(body.replace('"@text"', json.dumps(text)), "utf-8")
        return take_in(path, folder)

    return door


def _file(read: Callable[[Path], Any], before: str = "", after: str = "") -> Door:
    def door(text: str, folder: Path) -> Any:
        path = folder / "file.txt"
        path.write_bytes((before + text + after).encode("utf-8", "replace"))
        return read(path)

    return door


def _pieces(text: str, folder: Path) -> Any:
    scanner = ReplyScanner()
    found = [scanner.feed(text[at : at + 3]) for at in range(0, len(text), 3)]
    return found, scanner.finish()


def _whole(text: str, folder: Path) -> Any:
    scanner = ReplyScanner()
    return scanner.feed(text), scanner.finish()


def _json_pieces(text: str, folder: Path) -> Any:
    scanner = JsonScanner(PartReader())
    for each in ('{"message": "', *(text[at : at + 3] for at in range(0, len(text), 3))):
        at = 0
        while at < len(each) and not scanner.done and not scanner.broken:
            at = scanner.feed(each, at)


def _rows(path: Path) -> Any:
    return list(read_rows(path, ("user_id",), USERS))


def _blocks(text: str, folder: Path) -> Any:
    splitter = Splitter()
    return [*splitter.feed(text), *splitter.finish()]


def _chat(text: str, folder: Path) -> Any:
    path = folder / "chat.jsonl"
    head = {"user_name": "Ann", "character_name": "Mira", "create_date": "", "chat_metadata": {}}
    lines = [head, {"name": "Mira", "is_user": False, "mes": text, "swipes": [text, text]}]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), "utf-8")
    return read_import(path, SystemSource())


_BOOK = {"entries": [{"keys": ["k"], "content": "@text", "extensions": {}, "enabled": True}]}
_KEYS = {"entries": [{"keys": ["@text"], "content": "c", "extensions": {}, "enabled": True}]}

DOORS: Mapping[str, Door] = {
    "persona": lambda text, folder: parse_persona(f"# Mira\n\n{text}".encode("utf-8", "replace")),
    "persona title": lambda text, folder: parse_persona(f"# {text}".encode("utf-8", "replace")),
    "persona bare": lambda text, folder: parse_persona(text.encode("utf-8", "replace")),
    "front matter": lambda text, folder: parse_persona(
        f"---\ntags: {text}\n---\n# Mira\n".encode("utf-8", "replace")
    ),
    "front matter bare": lambda text, folder: parse_persona(
        f"---\n{text}\n---\n# Mira\n".encode("utf-8", "replace")
    ),
    "lint": lambda text, folder: lint(f"# Mira\n\n{text}".encode("utf-8", "replace")),
    "card description": _card(description="@text"),
    "card name": _card(name="@text"),
    "card scenario": _card(scenario="@text"),
    "card greeting": _card(first_mes="@text", alternate_greetings=["@text"]),
    "card examples": _card(mes_example="@text"),
    "card tags": _card(tags=["@text"], creator="@text", character_version="@text"),
    "card lore": _card(character_book=_BOOK),
    "card keys": _card(character_book=_KEYS),
    "card extension": _card(extensions={"x": "@text", "y": {"z": ["@text"]}}),
    "decorators": lambda text, folder: read_decorators(f"@@a\n{text}"),
    "macros": lambda text, folder: Macros("Mira", "Ann", 1).expand("{{" + text),
    "instructions": lambda text, folder: Instructions.load(f"## Controls\n{text}"),
    "draft": lambda text, folder: read_draft(text, "an idea"),
    "team": lambda text, folder: parse_lined(f"name: a\nnote: {text}"),
    "team bare": lambda text, folder: parse_lined(text),
    "template": lambda text, folder: fill(text, {"a": "b"}),
    "named files": lambda text, folder: named_files(f"```{text}\na\n```\n{text}\n```py\na\n```\n"),
    "answer line": lambda text, folder: line_of(f"```\n{text}", "Mira"),
    "answer JSON": lambda text, folder: json_of(text),
    "reply": lambda text, folder: read_reply(text, ["Mira", "Bob"], parallel=True),
    "reply JSON": lambda text, folder: read_reply(
        json.dumps({"to": "Mira", "message": text}), ["Mira"], parallel=True
    ),
    "reply blocks": lambda text, folder: read_blocks(f"## Message\n{text}\n## Recipient\n{text}"),
    "reply in one piece": _whole,
    "reply in pieces": _pieces,
    "reply JSON in pieces": _json_pieces,
    "recipients": lambda text, folder: recipients(text, ["Mira", "Bob"]),
    "refusal": lambda text, folder: refuses(text),
    "control words": lambda text, folder: parse(f"/a {text}"),
    "evidence": lambda text, folder: locate(text[:600] + "a b", text),
    "search": lambda text, folder: parse_words(text),
    "environment": lambda text, folder: parse_dotenv(f'A={text}\nB="{text}', ".env"),
    "settings": _file(read_yaml_layer, "a: "),
    "table of customers": _file(_rows, "user_id,name\n1,"),
    "table heading": _file(_rows, "user_id,", "\n1,2\n"),
    "record": lambda text, folder: decode_record(text.encode("utf-8", "replace")),
    "chat": _chat,
    "chat file": _file(lambda path: read_import(path, SystemSource())),
    "Markdown cell": lambda text, folder: (_block(text), _code(text, 3)),
    "Markdown blocks": _blocks,
    "table cells": lambda text, folder: split_cells(text),
}


def seconds_of(door: Door, text: str, folder: Path) -> float:
    """Return the processor time that a door takes for a text, refused or not."""
    started = time.thread_time()
    with contextlib.suppress(SalonError, ValueError):
        door(text, folder)
    return time.thread_time() - started
