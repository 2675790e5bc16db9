"""`salon config`: every setting in force, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

import click

from core.cli.output import echo, echo_json, echo_table
from core.config.files import shown
from core.config.settings import DEFAULT_ORIGIN, Settings
from core.providers.addresses import without_user
from core.providers.base import ProviderSettings
from core.runtime import Runtime


class Row(NamedTuple):
    """One setting as it is shown."""

    key: str
    value: object
    origin: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def config(runtime: Runtime, as_json: bool) -> None:
    """Show every effective setting and its source; keys are never shown."""
    settings = runtime.settings
    rows = [*setting_rows(settings), *place_rows(runtime)]
    if as_json:
        echo_json([row._asdict() for row in rows], indent=2)
        return
    echo_table(["SETTING", "VALUE", "FROM"], rows)
    echo("\nFiles read: " + (", ".join(shown(path) for path in settings.files) or "none"))


def setting_rows(settings: Settings) -> Iterator[Row]:
    """Yield every key with its value and where that came from, secrets left out."""
    for key, value in _values(settings):
        shown = without_user(value) if isinstance(value, str) else value
        yield Row(key, shown, settings.origin(key))
    for name, provider in settings.providers.items():
        if provider.key_variable:
            yield _key_row(name, provider, settings)


def _values(settings: Settings) -> Iterator[tuple[str, object]]:
    yield "model", settings.model
    yield "theme", settings.theme
    yield from _fields("params", settings.params)
    yield from _fields("chat", settings.chat)
    yield from _fields("meetup", settings.meetup)
    yield from _fields("recommend", settings.recommend)
    for name, provider in settings.providers.items():
        yield from _fields(f"providers.{name}", provider, {"name", "api_key", "options", "masker"})
        yield from _entries(f"providers.{name}.options", provider.options.items())
    yield from _entries("context_lengths", settings.context_lengths.items())
    prices = settings.prices.table.items()
    yield from _entries("prices", ((pattern, price.to_json()) for pattern, price in prices))
    yield from _entries("keymap", settings.keymap.items())
    yield from _leaves("clm", settings.clm, settings)


def _fields(section: str, holder: Any, hidden: Iterable[str] = ()) -> Iterator[tuple[str, object]]:
    names = [each.name for each in fields(holder) if each.name not in set(hidden)]
    return _entries(section, [(name, getattr(holder, name)) for name in names])


def _entries(section: str, items: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    for name, value in items:
        yield f"{section}.{name}", value


def _leaves(
    section: str, values: Mapping[str, Any], settings: Settings
) -> Iterator[tuple[str, object]]:
    """Yield what stands below a section of any depth, down to the keys that files set."""
    for name, value in values.items():
        key = f"{section}.{name}"
        if key in settings.origins:
            yield key, value
        else:
            yield from _leaves(key, value, settings)


def _key_row(name: str, provider: ProviderSettings, settings: Settings) -> Row:
    key = f"providers.{name}.api_key"
    if provider.api_key is None:
        return Row(key, "not set", f"expected in {provider.key_variable}")
    return Row(key, "set", settings.origin(key))


def place_rows(runtime: Runtime) -> Iterator[Row]:
    """Yield the folders in use and what chose them."""
    places, options, found = runtime.directories, runtime.options, runtime.variables.found
    data = "--data-dir" if options.data_dir else DEFAULT_ORIGIN
    sessions, personas = found.get("SALON_SESSIONS"), found.get("SALON_PERSONAS")
    chosen = "--sessions" if options.sessions else sessions.origin if sessions else data
    yield Row("places.sessions", str(places.sessions), chosen)
    searched = [str(folder) for folder in places.personas]
    yield Row("places.personas", searched, personas.origin if personas else data)
    yield Row("places.data", str(places.data), data)
