"""Values of JSON as a Markdown outline, and the outline read back.

A text is a paragraph, a list its items behind dashes, an object lines `- Key: value` and a
section for each value that is longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.personas.cards.json_text import Number, dump
from core.personas.encoding import split_lines
from core.personas.headings import Heading, headings
from core.personas.values import read_text
from core.text import clean_line

_DEEPEST = 6
"""Levels of headings in Markdown."""
# What would become a heading, a fence or a comment at the beginning of a line.
_MARKUP = re.compile(r"^( {0,3})(#|```|~~~|<!--|[-=]+ *$|\\)", re.MULTILINE)
_ESCAPED = re.compile(r"^( {0,3})\\(?=[#`~<=\\-])", re.MULTILINE)
_ITEM = re.compile(r"^- ", re.MULTILINE)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_KEY = re.compile(r"[^\W_]+")


def title_of(key: str) -> str:
    """Return a key as a heading says it: `long_term_goals` is `Long term goals`."""
    words = clean_line(read_text(key)).replace("_", " ").replace(":", " ").strip("# ")
    return " ".join(f"{words[:1].upper()}{words[1:]}".split()) or "Untitled"


def key_of(title: str) -> str:
    """Return the key for a heading that is new."""
    return "_".join(_KEY.findall(title.casefold())) or "untitled"


def titles(keys: Sequence[str]) -> dict[str, str]:
    """Return the title of each key, no two alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        title = first = title_of(key)
        number = 1
        while title.casefold() in taken:
            number += 1
            title = f"{first} {number}"
        taken.add(title.casefold())
        found[key] = title
    return found


def is_plain(value: Any) -> bool:
    """Whether a value is a text, a number or the like."""
    return not isinstance(value, list | dict)


def say(value: Any) -> str:
    """Return a plain value in words, a longer one as JSON."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return read_text(value) if is_plain(value) else clean_line(dump(value))


def render(value: Any, level: int) -> str:
    """Return a value as Markdown below a heading of `level`."""
    if isinstance(value, list):
        return "\n".join(_item(each) for each in value)
    if isinstance(value, dict):
        return _render_object(value, level)
    return _MARKUP.sub(r"\1\\\2", say(value))


def _render_object(value: Mapping[str, Any], level: int) -> str:
    names = titles(list(value))
    facts = [key for key in value if is_plain(value[key]) or level >= _DEEPEST]
    parts = ["\n".join(_item({key: value[key]}) for key in facts)]
    for key in value:
        if key not in facts:
            parts.append(section(names[key], value[key], level + 1))
    return "\n\n".join(part for part in parts if part)


def section(title: str, value: Any, level: int) -> str:
    """Return a value under a heading of its own."""
    return f"{'#' * level} {title}\n\n{render(value, level)}".rstrip()


def _item(value: Any) -> str:
    if isinstance(value, dict):
        names = titles(list(value))
        text = "\n".join(f"{names[key]}: {say(each)}" for key, each in value.items())
    else:
        text = say(value)
    return "- " + _MARKUP.sub(r"\1\\\2", text).replace("\n", "\n  ")


def split_sections(text: str, level: int) -> tuple[str, dict[str, str]]:
    """Cut a text at its headings of `level` or above: what precedes them, then each by title."""
    lines = split_lines(text)
    found = [each for each in headings(lines) if each.level <= level]
    parts: dict[str, str] = {}
    for heading, end in zip(found, _ends(found, len(lines)), strict=True):
        parts[heading.text] = "".join(lines[heading.index + heading.height : end]).strip()
    first = found[0].index if found else len(lines)
    return "".join(lines[:first]).strip(), parts


def _ends(found: Sequence[Heading], last: int) -> Iterator[int]:
    yield from (each.index for each in found[1:])
    if found:
        yield last


def split_items(text: str) -> list[str]:
    """Return the items of a list, without dashes; what precedes the first is left out."""
    parts = _ITEM.split(text)[1:]
    return [
        "\n".join(line.removeprefix("  ") for line in part.strip().split("\n")) for part in parts
    ]


def facts(text: str) -> dict[str, str]:
    """Return the lines `- Key: value` of a text."""
    pairs = (item.partition(":") for item in split_items(text))
    return {title.strip(): value.strip() for title, colon, value in pairs if colon}


def read_back(text: str, like: Any, level: int) -> Any:
    """Return the value of a section, in the form that `like` has: what it was before.

    Parts that read as they did are the same values.
    """
    if read_text(render(like, level)) == text:
        return like
    if isinstance(like, dict):
        return _read_object(text, like, level)
    items = split_items(text)
    if isinstance(like, list) or (like is None and items and text.startswith("- ")):
        known = {split_items(_item(each))[0]: each for each in like or []}
        found = [known[item] if item in known else _read_item(item, like or []) for item in items]
        return found or ([text] if text else [])
    return _read_plain(text, like)


def _read_object(text: str, like: Mapping[str, Any], level: int) -> dict[str, Any]:
    before, parts = split_sections(text, level + 1)
    keys = {title: key for key, title in titles(list(like)).items()}
    value: dict[str, Any] = {}
    for title, fact in facts(before).items():
        key = keys.get(title, key_of(title))
        value[key] = _read_plain(fact, like.get(key))
    for title, part in parts.items():
        key = keys.get(title, key_of(title))
        value[key] = read_back(part, like.get(key), level + 1)
    order = [*(key for key in like if key in value), *(key for key in value if key not in like)]
    return {key: value[key] for key in order}


def _read_item(item: str, like: Sequence[Any]) -> Any:
    objects = [each for each in like if isinstance(each, dict)]
    lines = item.split("\n")
    if not objects or not all(":" in line for line in lines):
        return _read_plain(item, "")
    keys = {title: key for each in objects for key, title in titles(list(each)).items()}
    value: dict[str, Any] = {}
    for title, _, text in (line.partition(":") for line in lines):
        key = keys.get(title.strip(), key_of(title))
        said = (each[key] for each in objects if key in each)
        same = (each for each in said if say(each) == text.strip())
        value[key] = next(same, _read_plain(text.strip(), ""))
    return value


def _read_plain(text: str, like: Any) -> Any:
    if say(like) == text:
        return like
    text = _ESCAPED.sub(r"\1", text)
    if isinstance(like, bool) and text in {"yes", "no"}:
        return text == "yes"
    if isinstance(like, Number) and _NUMBER.fullmatch(text):
        return Number(text)
    return text
