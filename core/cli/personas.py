"""`salon personas`: what there is, what one says, and what is wrong with a file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.cards import export_command, import_command
from core.cli.output import echo, echo_json, echo_table
from core.personas.library import PersonaHeader, PersonaLibrary
from core.personas.lint import lint_file
from core.personas.persona import Persona

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.group()
def personas() -> None:
    """List, show, check, import and export personas."""


personas.add_command(import_command)
personas.add_command(export_command)


@personas.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_command(runtime: Runtime, as_json: bool) -> None:
    """List all personas on the search path."""
    headers = runtime.library.headers()
    if as_json:
        echo_json([header_json(header) for header in headers], indent=2)
        return
    echo_table(
        ["NAME", "ROLE", "LANG", "FILE"],
        [(each.name, each.role, each.language, each.path.name) for each in headers],
    )
    for each in headers:
        if each.problem:
            echo(f"{each.path}: {each.problem}", err=True)


@personas.command()
@click.argument("name", metavar="NAME|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(runtime: Runtime, name: str, as_json: bool) -> None:
    """Print one persona."""
    persona = runtime.library.find(name)
    if as_json:
        echo_json(persona_json(persona), indent=2)
        return
    echo(persona.system_text())
    echo()
    for label, value in _facts(persona):
        echo(f"{label}: {value}")


@personas.command("lint")
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@click.pass_context
def lint_command(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Check personas, or all on the search path; exit status 1 if there is a problem."""
    library: PersonaLibrary = ctx.obj.library
    paths = [_file(library, each) for each in names] or [each.path for each in library.headers()]
    found = False
    for path in paths:
        for problem in lint_file(path):
            found = True
            echo(f"{path}:{problem.line}: {problem.message}")
    if found:
        ctx.exit(1)


def _file(library: PersonaLibrary, name: str) -> Path:
    """Return the file that a path or a name stands for, even if it does not load."""
    path = Path(name)
    return path if path.suffix == ".md" or path.exists() else library.find(name).path or path


def header_json(header: PersonaHeader) -> dict[str, Any]:
    """Return a list entry as JSON values."""
    return {
        "name": header.name,
        "role": header.role,
        "language": header.language,
        "gender": header.gender,
        "path": str(header.path),
        "tags": list(header.tags),
        "source": header.source,
        "problem": header.problem or None,
    }


def persona_json(persona: Persona) -> dict[str, Any]:
    """Return a persona as JSON values."""
    model, params = persona.settings()
    return {
        "name": persona.name,
        "role": persona.role,
        "language": persona.language,
        "gender": persona.gender,
        "path": str(persona.path),
        "tags": list(persona.tags),
        "model": model,
        "parameters": params.to_json(),
        "own_instructions": persona.has_own_instructions,
        "front_matter": _plain(persona.front),
        "sections": [
            {"title": each.title, "level": each.level, "text": each.text}
            for each in persona.sections
        ],
        "text": persona.system_text(),
    }


def _facts(persona: Persona) -> Iterable[tuple[str, str]]:
    model, params = persona.settings()
    yield "file", str(persona.path)
    if persona.tags:
        yield "tags", ", ".join(persona.tags)
    if model:
        yield "model", model
    if values := params.to_json():
        yield "parameters", ", ".join(f"{key} {value}" for key, value in values.items())


def _plain(value: object) -> Any:
    """Return a value from YAML as JSON can say it: dates and the like as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)
