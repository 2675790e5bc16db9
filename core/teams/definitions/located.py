"""YAML files of teams and parameters, read with the line that each value stands on.

Only what JSON can say comes out: texts, numbers, flags, lists and mappings with texts as keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.personas.encoding import decode, split_lines, unify_line_ends
from core.personas.markdown import read_bytes
from core.personas.problems import PersonaFileError
from core.yaml_safe import safe_loader

MAX_BYTES = 256 * 1024
"""Largest file that is read."""
_MAX_VALUES = 10_000
"""Most values of a file once every alias is put in for its anchor."""
_MAX_DEPTH = 40
_LONGEST_NUMBER = 32
"""Characters; longer ones are dear to read, and no number that anybody means."""


class TeamFileError(PersonaFileError):
    """A team cannot be read; the message begins with the file and the line."""


class Lined(dict[str, Any]):
    """A mapping that knows where it and its keys stand."""

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        lines: Mapping[str, int] | None = None,
        *,
        path: Path | None = None,
        line: int = 1,
    ) -> None:
        super().__init__(values or {})
        self.lines = dict(lines or {})
        self.path = path
        self.line = line

    def error(self, key: str | None, detail: str, hint: str = "") -> TeamFileError:
        """Return the error to raise about the value of a key, or about the whole."""
        line = self.line if key is None else self.lines.get(key, self.line)
        return TeamFileError(self.path, line, detail, hint)


class LinedList(list[Any]):
    """A list that knows where each of its items stands."""

    def __init__(self, values: Iterable[Any], lines: Iterable[int]) -> None:
        super().__init__(values)
        self.lines = list(lines)

    def line(self, index: int, otherwise: int) -> int:
        """Return the line of an item."""
        return self.lines[index] if index < len(self.lines) else otherwise


def read_lined(path: Path) -> Lined:
    """Read a file that holds one mapping.

    Raises:
        PersonaError: it cannot be read.
        TeamFileError: it is too large, no YAML, or holds something else than plain values.
    """
    data = read_bytes(path)
    if len(data) > MAX_BYTES:
        raise TeamFileError(path, 1, f"the file is larger than {MAX_BYTES // 1024} KiB.")
    return parse_lined(unify_line_ends(decode(data, path).text), path)


def parse_lined(text: str, path: Path | None = None) -> Lined:
    """Read a text that holds one mapping; see `read_lined`."""
    import yaml

    try:
        loader = safe_loader()(text)
        try:
            node = loader.get_single_node()
            if node is not None and not isinstance(node, yaml.MappingNode):
                raise TeamFileError(path, _line(node), "the file has to hold `key: value` lines.")
            return Lined(path=path) if node is None else _Reader(loader, path).mapping(node, 0)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        line = min(mark.line + 1, len(split_lines(text))) if mark is not None else 1
        raise TeamFileError(path, line, f"this is not valid YAML: {reason}.") from error
    except RecursionError as error:
        raise TeamFileError(path, 1, "the file is nested too deeply.") from error


def plain(value: Any) -> Any:
    """Return a value that was read without its lines."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class _Reader:
    """Makes values of YAML nodes, counting them."""

    def __init__(self, loader: Any, path: Path | None) -> None:
        self._loader = loader
        self._path = path
        self._count = 0

    def mapping(self, node: Any, depth: int) -> Lined:
        found = Lined(path=self._path, line=_line(node))
        for key_node, value_node in node.value:
            key, line = self._key(key_node), _line(key_node)
            if key in found:
                raise self._error(key_node, f"`{key}` stands on line {found.lines[key]} already.")
            found[key] = self._value(value_node, depth + 1)
            found.lines[key] = line
        return found

    def _value(self, node: Any, depth: int) -> Any:
        import yaml

        self._count += 1
        if self._count > _MAX_VALUES or depth > _MAX_DEPTH:
            raise self._error(node, "the file is nested too deeply or holds too many values.")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            values = [self._value(each, depth + 1) for each in node.value]
            return LinedList(values, map(_line, node.value))
        return self._scalar(node)

    def _scalar(self, node: Any) -> Any:
        if not node.tag.endswith((":str", ":int", ":float", ":bool", ":null")):
            raise self._error(
                node, f"{node.value!r} is neither text nor number nor flag.", "Put it in quotes."
            )
        if node.tag.endswith((":int", ":float")) and len(node.value) > _LONGEST_NUMBER:
            raise self._error(node, "this number is too long.", "Put it in quotes.")
        value = self._loader.construct_object(node)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(node, f"{node.value!r} is no number to work with.")
        return value

    def _key(self, node: Any) -> str:
        if not node.tag.endswith(":str") or not isinstance(node.value, str):
            raise self._error(node, "a key has to be text.", "Put it in quotes.")
        return node.value

    def _error(self, node: Any, detail: str, hint: str = "") -> TeamFileError:
        return TeamFileError(self._path, _line(node), detail, hint)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
