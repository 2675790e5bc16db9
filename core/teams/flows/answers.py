"""What code gets out of a delegate's answer: JSON where there is some, else what words say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.providers.schema import SchemaMismatch, read_answer
from core.text import clean_line

_YES = re.compile(r"\b(true|yes|ja|oui|sí)\b", re.IGNORECASE)
_NO = re.compile(r"\b(false|no|nein|non|not)\b", re.IGNORECASE)
_FENCE = re.compile(r"```[\w-]*+[ \t]*+\n")
_QUOTES = {'"': '"', "“": "”", "«": "»", "‘": "’", "'": "'", "„": "“"}
_WORDS = re.compile(r"[^\W\d_][^{}\[\]\"|#:]*")
_MOST_TRIED = 50
"""Opening braces that are tried for the beginning of an object."""


def json_of(text: str) -> Any:
    """Return the JSON value of an answer: all of it, in a fence, or the first object in prose.

    Raises:
        ValueError: there is none.
    """
    try:
        return read_answer(text, None)
    except SchemaMismatch:
        pass
    for value in _objects(text):
        return value
    raise ValueError("the answer holds no JSON")


def field_of(text: str, name: str) -> Any:
    """Return a field of the JSON object that an answer holds; case does not matter.

    Raises:
        ValueError: there is no such object or field.
    """
    value = json_of(text)
    if isinstance(value, Mapping):
        for key, each in value.items():
            if str(key).strip().casefold() == name.casefold():
                return each
    raise ValueError(f"the answer has no field {name!r}")


def flag_of(text: str, name: str) -> bool:
    """Return the yes or no of an answer: of its field `name`, a lone JSON flag, or words.

    Raises:
        ValueError: it says neither, or both.
    """
    try:
        value = json_of(text)
    except ValueError:
        return _said_flag(text)
    if isinstance(value, Mapping):
        flags = [each for each in value.values() if isinstance(each, bool)]
        value = next((each for key, each in value.items() if str(key).casefold() == name), None)
        if value is None and len(flags) == 1:
            value = flags[0]
    return value if isinstance(value, bool) else _said_flag(str(value))


def line_of(text: str, *speakers: str) -> str:
    """Return the spoken line of an answer: its first one, and only the words.

    A fence around it, quotation marks and the name of one of the speakers before it go; what
    follows is talk that goes on by itself, or remarks.
    """
    line = _without_fence(text.strip())
    for name in (each for speaker in speakers for each in (speaker, *speaker.split()[:1])):
        if name and line[: len(name) + 1].casefold() == f"{name}:".casefold():
            line = line[len(name) + 1 :].strip()
    line = line.partition("\n")[0].strip()
    closing = _QUOTES.get(line[:1])
    if closing and len(line) > 1 and line.endswith(closing) and closing not in line[1:-1]:
        line = line[1:-1].strip()
    return line


def _without_fence(text: str) -> str:
    fence = _FENCE.match(text)
    if fence is None or len(text) < fence.end() + 3 or not text.endswith("```"):
        return text
    return text[fence.end() : -3].strip()


def word_of(text: str, name: str, longest: int) -> str:
    """Return a short text of an answer: its field `name`, a JSON text, or all of a short line.

    Raises:
        ValueError: there is none, or it is longer than `longest` characters.
    """
    try:
        value = json_of(text)
    except ValueError:
        value = _without_label(text, name)
    if isinstance(value, Mapping):
        value = field_of(text, name)
    word = clean_line(value).strip(" .,;\"'*_`") if isinstance(value, str) else ""
    if len(word) > longest or not _WORDS.fullmatch(word):
        raise ValueError(f"the answer names no {name} of at most {longest} characters")
    return word


def _without_label(text: str, name: str) -> str:
    line = text.strip()
    label, colon, rest = line.partition(":")
    return rest if colon and label.strip(" *_").casefold() == name.casefold() else line


def _said_flag(text: str) -> bool:
    yes, no = _YES.search(text), _NO.search(text)
    if bool(yes) == bool(no):
        raise ValueError("the answer says neither yes nor no")
    return bool(yes)


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder = json.JSONDecoder()
    starts = [match.start() for match in re.finditer(r"\{", text)]
    for start in starts[:_MOST_TRIED]:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, Mapping):
            yield value
