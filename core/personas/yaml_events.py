"""What a YAML text holds, from the parser's events: seen before anything is constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.personas.encoding import line_number
from core.personas.problems import PersonaFileError
from core.yaml_safe import safe_loader

_MAX_DEPTH = 32
_MAX_VALUES = 60_000
"""Most values that front matter may hold once every alias is put in for its anchor."""

# Long numbers are cheap to write and dear to read: in base 60, or as keys that collide.
_NUMBER = re.compile(r"[-+.0-9][-+.0-9A-Fa-fxob_:]{15,}")
_LONGEST_NUMBER = 64
_MANY_NUMBERS = 500


@dataclass(slots=True)
class Key:
    """Where a top-level key and its value stand, as indexes into the YAML text."""

    name: str
    start: int
    value_start: int = -1
    value_end: int = -1
    inline: bool = True
    """Whether the value is a plain or quoted scalar or in flow style."""


class _Size:
    """Counts the values of a document as if each alias were a copy; refuses too many."""

    def __init__(self, text: str, path: Path | None) -> None:
        self._text = text
        self._path = path
        self._total = 0
        self._open: list[tuple[str | None, int]] = []
        self._anchored: dict[str, int] = {}
        self._numbers = 0

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
            self._see_number(event)
        if self._total > _MAX_VALUES or len(self._open) > _MAX_DEPTH:
            raise PersonaFileError(
                self._path,
                line_number(self._text, event.start_mark.index) + 1,
                "the front matter is nested too deeply or holds too many values.",
            )

    def _see_number(self, event: Any) -> None:
        """Refuse what takes too long to read as a number."""
        tagged = str(event.tag).endswith((":int", ":float")) and len(event.value) > _LONGEST_NUMBER
        if not tagged and (event.style or not _NUMBER.fullmatch(event.value)):
            return
        self._numbers += 1
        if len(event.value) > _LONGEST_NUMBER or self._numbers > _MANY_NUMBERS:
            raise PersonaFileError(
                self._path,
                line_number(self._text, event.start_mark.index) + 1,
                "the front matter holds numbers that are too long.",
            )


def top_level_keys(text: str, path: Path | None) -> list[Key]:
    """Find the top-level keys, from the parser's events: before anything is constructed.

    Raises:
        PersonaFileError: the document is nested too deeply or grows too large.
        yaml.YAMLError: the text is not YAML.
    """
    import yaml

    keys: list[Key] = []
    size = _Size(text, path)
    depth = 0
    key_next = True
    events: Iterator[Any] = yaml.parse(text, Loader=safe_loader())
    for event in events:
        size.see(event)
        ends = isinstance(event, yaml.CollectionEndEvent)
        node = isinstance(event, yaml.NodeEvent)
        if depth == 1 and node and key_next:
            keys.append(Key(str(getattr(event, "value", "")), event.start_mark.index))
        elif keys and (node or (ends and depth > 1)):
            _extend(keys[-1], event)
        depth += isinstance(event, yaml.CollectionStartEvent) - ends
        if depth == 1 and (node or ends) and not (node and not keys):
            key_next = not key_next
    return keys


def _extend(key: Key, event: Any) -> None:
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
