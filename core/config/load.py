"""From all sources to one `Settings`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config.environment import SETTING_VARIABLES, Variables
from core.config.params import split_assignment
from core.config.prices import Prices
from core.config.providers import build_providers
from core.config.schema import (
    Layer,
    check_leaf,
    dotted,
    is_section,
    split_key,
    unknown_key,
)
from core.config.settings import (
    ChatSettings,
    MeetupSettings,
    RecommendSettings,
    Settings,
    TeamsSettings,
)
from core.config.sources import Sources
from core.errors import ConfigError, UsageError, nearest
from core.messages import ModelName, Params


def load_settings(sources: Sources) -> Settings:
    """Read all sources.

    Raises:
        ConfigError: a file, line or variable is wrong; names it.
        UsageError: a flag is wrong.
    """
    files = tuple(_settings_files(sources))
    dotenv, process = sources.dotenv(), sources.process()
    merged: Layer = {}
    for path in files:
        _lay_over(merged, _read_layer(path))
    _lay_over(merged, variable_layer(dotenv))
    _lay_over(merged, variable_layer(process))
    _lay_over(merged, assignment_layer(sources.assignments))
    return replace(_build(merged, process.over(dotenv)), files=files)


def _read_layer(path: Path) -> Layer:
    from core.config.yaml_layer import read_yaml_layer

    return read_yaml_layer(path)


def _settings_files(sources: Sources) -> Iterable[Path]:
    for folder in sources.folders:
        if folder.is_dir():
            yield from sorted(each for each in folder.iterdir() if each.suffix in {".yml", ".yaml"})
    if sources.config_file is not None:
        yield sources.config_file


def variable_layer(variables: Variables) -> Layer:
    """Return what variables say of settings. Raises `ConfigError`."""
    layer: Layer = {}
    for name, path, read in SETTING_VARIABLES:
        variable = variables.found.get(name)
        if variable is None:
            continue
        try:
            value = read(variable.value)
        except ValueError as error:
            raise ConfigError(f"{variable.origin} has to be {error}.") from None
        layer[path] = check_leaf(path, value, variable.origin)
    return layer


def assignment_layer(assignments: Sequence[str]) -> Layer:
    """Return what `--set KEY=VALUE` flags say.

    Raises:
        UsageError: one is not KEY=VALUE, is unknown or cannot have the value.
    """
    layer: Layer = {}
    for assignment in assignments:
        name, value = split_assignment(assignment, "meetup.turns=4")
        path = split_key(name)
        try:
            if is_section(path):
                raise unknown_key((*path, ""), "--set") from None
            layer[path] = check_leaf(path, value, "--set")
        except ConfigError as error:
            raise UsageError(error.message, error.hint) from None
    return layer


def _lay_over(merged: Layer, upper: Layer) -> None:
    for path, leaf in upper.items():
        if leaf.value is None:
            for below in [each for each in merged if each[: len(path)] == path]:
                del merged[below]
        else:
            merged[path] = leaf


def _build(merged: Layer, variables: Variables) -> Settings:
    origins = {dotted(path): leaf.origin for path, leaf in merged.items()}
    top = {name: leaf.value for (name, *rest), leaf in merged.items() if not rest}
    settings = Settings(
        **_typed(top),
        params=Params(**_typed(_below(merged, "params"))),
        chat=ChatSettings(**_typed(_below(merged, "chat"))),
        meetup=MeetupSettings(**_typed(_below(merged, "meetup"))),
        hierarchy=TeamsSettings(**_typed(_below(merged, "hierarchy"))),
        recommend=RecommendSettings(**_typed(_below(merged, "recommend"))),
        providers=build_providers(merged, variables, origins),
        context_lengths=_typed(_below(merged, "context_lengths")),
        prices=Prices(_typed(_below(merged, "prices"))),
        keymap=_typed(_below(merged, "keymap")),
        clm=_nested(merged, "clm"),
        origins=origins,
    )
    provider = ModelName.parse(settings.model).provider
    if provider not in settings.providers:
        raise ConfigError(
            f"{settings.origin('model')}: model names no known provider: {settings.model}.",
            nearest(provider, settings.providers),
        )
    return settings


def _typed(values: Mapping[str, object]) -> dict[str, Any]:
    """Let values through whose types the schema has checked."""
    return dict(values)


def _below(merged: Layer, section: str) -> dict[str, object]:
    return {path[1]: leaf.value for path, leaf in merged.items() if path[0] == section}


def _nested(merged: Layer, section: str) -> dict[str, object]:
    """Return what stands below a section as the mappings that files write it in."""
    nested: dict[str, Any] = {}
    for path, leaf in merged.items():
        if path[0] == section:
            holder = nested
            for name in path[1:-1]:
                holder = holder.setdefault(name, {})
            holder[path[-1]] = leaf.value
    return nested
