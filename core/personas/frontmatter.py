"""The YAML front matter of a persona: finding it, reading it, changing a key in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.personas.encoding import (
    count_line_ends,
    line_end,
    line_number,
    split_lines,
    unify_line_ends,
)
from core.personas.problems import PersonaFileError, Problem
from core.personas.yaml_events import top_level_keys
from core.yaml_safe import safe_loader

MAX_CHARACTERS = 1024 * 1024
"""Longest front matter that is read."""
_OPENING = "---"
_CLOSING = ("---", "...")

# What everybody writes (`language: de`, `tags: [stage, history]`) is read without the YAML
# library, which takes longer to import than all shipped personas to read. Words that YAML
# reads as something other than text are left to it.
_SIMPLE = re.compile(
    r"([a-z_]++): ++(?:([A-Za-z][\w ./:-]*+)|\[([A-Za-z][\w ,.-]*+)\] *+)(?:\r\n|\n)", re.ASCII
)
_NOT_TEXT = frozenset("yes no true false on off null y n".split())

_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the rules on top of a file."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each top-level key in the file, from 1."""
    repeated: tuple[Problem, ...] = ()
    """Keys that stand there twice; the last one counts."""


def split(text: str, path: Path | None = None) -> tuple[str, str]:
    """Cut a file's text into its front matter, rules included, and the rest.

    Raises:
        PersonaFileError: the front matter is too long.
    """
    if not text.startswith(_OPENING):
        return "", text
    lines = split_lines(text)
    if lines[0].rstrip() != _OPENING:
        return "", text
    length = len(lines[0])
    for number, line in enumerate(lines[1:], 2):
        length += len(line)
        if line.rstrip() in _CLOSING:
            if length > MAX_CHARACTERS:
                raise PersonaFileError(
                    path, number, f"the front matter is longer than {MAX_CHARACTERS} characters."
                )
            return text[:length], text[length:]
    return "", text


def _inner(block: str) -> tuple[str, str, str]:
    """Cut a block into its opening rule, the YAML, and its closing rule."""
    lines = split_lines(block)
    return lines[0], "".join(lines[1:-1]), lines[-1]


def read(block: str, path: Path | None) -> FrontMatter | None:
    """Read what `split` cut off; `None` if it is prose between two rules and no YAML mapping.

    Raises:
        PersonaFileError: it is invalid, with its line.
    """
    if not block:
        return FrontMatter()
    _, text, _ = _inner(block)
    return _read_simple(text) or _read_yaml(text, path)


def _read_simple(text: str) -> FrontMatter | None:
    values: dict[str, Any] = {}
    end = 0
    while end < len(text):
        match = _SIMPLE.match(text, end)
        if match is None:
            return None
        key, scalar, items = match.groups()
        words = [word.strip() for word in ([scalar] if scalar else items.split(","))]
        if key in values or not all(map(_is_text, (key, *words))):
            return None
        values[key] = words[0] if scalar else words
        end = match.end()
    return FrontMatter(values, {key: number for number, key in enumerate(values, 2)})


def _is_text(word: str) -> bool:
    """Whether YAML, too, reads a word that matched `_SIMPLE` as the text it is."""
    return (
        (word[:1].isalpha() or word[:1] == "_")
        and word.lower() not in _NOT_TEXT
        and ": " not in word
        and not word.endswith(":")
    )


def _read_yaml(text: str, path: Path | None) -> FrontMatter | None:
    import yaml

    try:
        keys = top_level_keys(text, path)
        values = yaml.load(text, Loader=safe_loader())
    except yaml.YAMLError as error:
        raise PersonaFileError(
            path, _error_line(error, text), f"the front matter is not valid YAML: {_why(error)}."
        ) from error
    except RecursionError as error:
        raise PersonaFileError(path, 2, "the front matter is nested too deeply.") from error
    if values is None:
        return FrontMatter()
    if isinstance(values, str):
        return None
    if not isinstance(values, dict):
        raise PersonaFileError(path, 2, "the front matter has to be a list of `key: value` lines.")
    lines: dict[str, int] = {}
    repeated: list[Problem] = []
    number, seen = 2, 0
    for key in keys:
        number += count_line_ends(text, seen, key.start)
        seen = key.start
        if key.name in lines:
            repeated.append(
                Problem(number, f"the key `{key.name}` stands here again; only this one counts.")
            )
        lines[key.name] = number
    named = {str(key): value for key, value in values.items()}
    return FrontMatter(named, lines, tuple(repeated))


def _why(error: Exception) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)


def _error_line(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = mark.index if mark is not None else getattr(error, "position", 0)
    return line_number(text, min(index, len(text))) + 1


def edit(block: str, old: Mapping[str, Any], new: Mapping[str, Any], end: str) -> str:
    """Return front matter that reads as `new`, all text kept that belongs to no changed key.

    `block` is what `split` cut off and reads as `old`; `end` is the line end for a block
    that has to be made.
    """
    if dict(old) == dict(new):
        return block
    if not block:
        return f"{_OPENING}{end}{_dump(new, end)}{_OPENING}{end}"
    opening, text, closing = _inner(block)
    end = line_end(block)
    edited = text
    for key in [key for key in old if key not in new or new[key] != old[key]]:
        edited = _replace(edited, key, new, end)
    added = {key: value for key, value in new.items() if key not in old}
    if added:
        edited += _dump(added, end)
    if not _reads_as(edited, new):
        edited = _dump(new, end)
    return opening + edited + closing


def _reads_as(text: str, values: Mapping[str, Any]) -> bool:
    try:
        found = _read_yaml(text, None)
    except PersonaFileError:
        return False
    return found is not None and dict(found.values) == dict(values)


def _replace(text: str, name: str, new: Mapping[str, Any], end: str) -> str:
    """Put the value of `name` in `new` where the old one stands, or take the key out."""
    key = next((key for key in top_level_keys(text, None) if key.name == name), None)
    if key is None:
        return text
    if name in new and key.inline:
        value = _dump_value(new[name], end)
        lead = "" if text[key.value_start - 1 : key.value_start].isspace() else " "
        return f"{text[: key.value_start]}{lead}{value}{text[key.value_end :]}"
    stop = key.value_end
    if not text[:stop].endswith(("\n", "\r")):
        rest = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?").match(text, stop)
        stop = rest.end() if rest else stop
    replacement = _dump({name: new[name]}, end) if name in new else ""
    return text[: key.start] + replacement + text[stop:]


def _dump(values: Mapping[str, Any], end: str) -> str:
    """Return YAML lines, lists of single values in brackets."""
    return "".join(
        _dump_yaml({key: value}, None if isinstance(value, list) else False, end)
        for key, value in values.items()
    )


def _dump_value(value: Any, end: str) -> str:
    """Return a value as it may stand behind its key, where another one stood."""
    if isinstance(value, list | dict):
        # As the only item of a list in brackets: what stands in one fits anywhere.
        return _dump_yaml([value], True, end).strip()[1:-1]
    return _dump_yaml({"x": value}, False, end).removeprefix("x:").strip()


def _dump_yaml(value: Any, flow: bool | None, end: str) -> str:
    import yaml

    def dump(unicode: bool) -> str:
        return yaml.safe_dump(
            value,
            allow_unicode=unicode,
            sort_keys=False,
            width=float("inf"),
            default_flow_style=flow,
        )

    text = dump(True)
    # PyYAML writes these as they are and reads them as line ends; in ASCII it escapes them.
    return unify_line_ends(dump(False) if _OTHER_BREAKS.search(text) else text, end)
