"""The YAML front matter of a persona: finding it, reading it, changing a key in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.personas.decoding import line_end, line_number, split_lines, unify_line_ends
from core.personas.problems import PersonaFileError, Problem

MAX_CHARACTERS = 64 * 1024
"""Longest front matter that is read."""
_MAX_DEPTH = 32
_MAX_VALUES = 20_000
"""Most values that front matter may hold once every alias is put in for its anchor."""

_OPENING = "---"
_CLOSING = ("---", "...")

# What everybody writes (`language: de`, `tags: [stage, history]`) is read without the YAML
# library, which takes longer to import than all shipped personas to read. Words that YAML
# reads as something other than text are left to it.
_SIMPLE = re.compile(
    r"([a-z_]++): ++(?:([A-Za-z][\w ./:-]*+)|\[([A-Za-z][\w ,.-]*+)\] *+)(?:\r\n|\n)", re.ASCII
)
_NOT_TEXT = frozenset("yes no true false on off null y n".split())

# The safe constructor of PyYAML lets the errors of the conversions that it calls pass.
_CONSTRUCTOR_ERRORS = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the rules on top of a file."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each top-level key in the file, from 1."""
    repeated: tuple[Problem, ...] = ()
    """Keys that stand there twice; the last one counts."""


@dataclass(slots=True)
class _Key:
    """Where a top-level key and its value stand, as indexes into the YAML text."""

    name: str
    start: int
    value_start: int = -1
    value_end: int = -1
    inline: bool = True
    """Whether the value is a plain or quoted scalar or in flow style."""


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
        keys = _keys(text, path)
        values = yaml.load(text, Loader=_loader())
    except yaml.YAMLError as error:
        raise PersonaFileError(
            path, _error_line(error, text), f"the front matter is not valid YAML: {_why(error)}."
        ) from error
    except _CONSTRUCTOR_ERRORS as error:
        raise PersonaFileError(
            path, 2, f"the front matter holds a value that YAML cannot read: {error}."
        ) from error
    if values is None:
        return FrontMatter()
    if isinstance(values, str):
        return None
    if not isinstance(values, dict):
        raise PersonaFileError(path, 2, "the front matter has to be a list of `key: value` lines.")
    lines: dict[str, int] = {}
    repeated: list[Problem] = []
    for key in keys:
        number = line_number(text, key.start) + 1
        if key.name in lines:
            repeated.append(
                Problem(number, f"the key `{key.name}` stands here again; only this one counts.")
            )
        lines[key.name] = number
    named = {str(key): value for key, value in values.items()}
    return FrontMatter(named, lines, tuple(repeated))


def _loader() -> Any:
    """Return the safe loader, the one in C where PyYAML was built with it."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _why(error: Exception) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)


def _error_line(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = mark.index if mark is not None else getattr(error, "position", 0)
    return line_number(text, min(index, len(text))) + 1


class _Size:
    """Counts the values of a document as if each alias were a copy; refuses too many."""

    def __init__(self, text: str, path: Path | None) -> None:
        self._text = text
        self._path = path
        self._total = 0
        self._open: list[tuple[str | None, int]] = []
        self._anchored: dict[str, int] = {}

    def see(self, event: Any) -> None:
        """Take in one event of PyYAML's parser."""
        import yaml

        if isinstance(event, yaml.AliasEvent):
            # An anchor that is still open would contain itself.
            self._total += self._anchored.get(str(event.anchor), _MAX_VALUES + 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event.anchor, self._total))
            self._total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            if anchor is not None:
                self._anchored[anchor] = self._total - before
        elif isinstance(event, yaml.ScalarEvent):
            self._total += 1
            if event.anchor is not None:
                self._anchored[event.anchor] = 1
        if self._total > _MAX_VALUES or len(self._open) > _MAX_DEPTH:
            raise PersonaFileError(
                self._path,
                line_number(self._text, event.start_mark.index) + 1,
                "the front matter is nested too deeply or holds too many values.",
            )


def _keys(text: str, path: Path | None) -> list[_Key]:
    """Find the top-level keys, from the parser's events: before anything is constructed.

    Raises:
        PersonaFileError: the document is nested too deeply or grows too large.
        yaml.YAMLError: the text is not YAML.
    """
    import yaml

    keys: list[_Key] = []
    size = _Size(text, path)
    depth = 0
    key_next = True
    events: Iterator[Any] = yaml.parse(text, Loader=_loader())
    for event in events:
        size.see(event)
        ends = isinstance(event, yaml.CollectionEndEvent)
        node = isinstance(event, yaml.NodeEvent)
        if depth == 1 and node and key_next:
            keys.append(_Key(str(getattr(event, "value", "")), event.start_mark.index))
        elif keys and (node or (ends and depth > 1)):
            _extend(keys[-1], event)
        depth += isinstance(event, yaml.CollectionStartEvent) - ends
        if depth == 1 and (node or ends) and not (node and not keys):
            key_next = not key_next
    return keys


def _extend(key: _Key, event: Any) -> None:
    """Let the value of `key` reach as far as `event`."""
    start, end = event.start_mark.index, event.end_mark.index
    if key.value_start < 0:
        key.value_start = start
        style = getattr(event, "style", None)
        flow = getattr(event, "flow_style", True)
        key.inline = style not in ("|", ">") and flow is not False
    # The end of a block collection is marked where the next token begins: no characters.
    if end > start or key.value_end < 0:
        key.value_end = max(key.value_end, end)


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
    key = next((key for key in _keys(text, None) if key.name == name), None)
    if key is None:
        return text
    if name in new and key.inline:
        # As the only item of a list in flow style: what such a list can hold fits anywhere.
        value = _dump([new[name]], end, flow=True).strip()[1:-1]
        lead = "" if text[key.value_start - 1 : key.value_start].isspace() else " "
        return f"{text[: key.value_start]}{lead}{value}{text[key.value_end :]}"
    stop = key.value_end
    if not text[:stop].endswith(("\n", "\r")):
        rest = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?").match(text, stop)
        stop = rest.end() if rest else stop
    replacement = _dump({name: new[name]}, end) if name in new else ""
    return text[: key.start] + replacement + text[stop:]


def _dump(values: Mapping[str, Any] | list[Any], end: str, *, flow: bool = False) -> str:
    import yaml

    if not values:
        return ""
    text = yaml.safe_dump(
        values if isinstance(values, list) else dict(values),
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
        default_flow_style=flow or None,
    )
    return unify_line_ends(text, end)
