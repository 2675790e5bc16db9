"""One YAML settings file as a layer: every value checked, with the line it stands on.

Import this only when there is a file to read: PyYAML costs a third of the time that the
app has for its first paint.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from core.config.files import read_text, shown
from core.config.schema import (
    KeyPath,
    Layer,
    Leaf,
    check_leaf,
    dotted,
    is_section,
)
from core.errors import ConfigError
from core.yaml_safe import safe_loader

_MOST_VALUES = 20_000
"""Values that a file may hold once every alias is put in for its anchor."""


def read_yaml_layer(path: Path) -> Layer:
    """Read and check a settings file.

    Raises:
        ConfigError: it cannot be read, is no YAML, or says something that is no setting.
    """
    source = shown(path)
    text = read_text(path)
    try:
        loader = safe_loader()(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return {}
            if not isinstance(root, yaml.MappingNode):
                raise ConfigError(f"{source}:{_line(root)}: a settings file is a mapping of keys.")
            if _size(root, {}) > _MOST_VALUES:
                raise ConfigError(f"{source} holds too many values.")
            return dict(_leaves(loader, root, (), source))
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ConfigError(_explain(error, text, source)) from None
    except RecursionError:
        raise ConfigError(f"{source} is nested too deeply.") from None


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the values of a node as if each alias were a copy; what holds itself has no end."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = _MOST_VALUES + 1
        parts = chain(*node.value) if isinstance(node, yaml.MappingNode) else node.value
        known[id(node)] = 1 + sum(_size(each, known) for each in parts)
    return known[id(node)]


def _leaves(
    loader: Any, mapping: yaml.MappingNode, above: KeyPath, source: str
) -> Iterator[tuple[KeyPath, Leaf]]:
    seen: dict[str, int] = {}
    for key_node, node in mapping.value:
        key = _key(key_node, source)
        path, line = (*above, key), _line(key_node)
        origin = f"{source}:{line}"
        if key in seen:
            raise ConfigError(f"{origin}: {dotted(path)} stands on line {seen[key]} already.")
        seen[key] = line
        if not is_section(path):
            yield path, check_leaf(path, _value(loader, node, path, origin), origin)
        elif isinstance(node, yaml.MappingNode):
            yield from _leaves(loader, node, path, source)
        elif node.tag == "tag:yaml.org,2002:null":
            yield path, Leaf(None, origin)
        else:
            raise ConfigError(f"{origin}: {dotted(path)} has to be a mapping of keys.")


def _value(loader: Any, node: yaml.Node, path: KeyPath, origin: str) -> object:
    try:
        return loader.construct_object(node, deep=True)
    except yaml.constructor.ConstructorError as error:
        raise ConfigError(f"{origin}: {dotted(path)}: {error.problem}.") from None


def _key(node: yaml.Node, source: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
        raise ConfigError(f"{source}:{_line(node)}: a key has to be text; put it in quotes.")
    return str(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _explain(error: yaml.YAMLError, text: str, source: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", "it cannot be read")
    lines = len(text.splitlines())
    where = f"{source}:{min(mark.line + 1, lines)}" if mark else source
    return f"{where}: this is not valid YAML: {problem}."
