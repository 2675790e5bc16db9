"""`salon teams list` and `show`: which teams there are, and what one is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json, echo_table

if TYPE_CHECKING:
    from core.runtime import Runtime
    from core.teams.definitions.draft import NodeDraft, TeamDraft
    from core.teams.definitions.library import TeamHeader
    from core.teams.definitions.parameters import Parameter


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_command(runtime: Runtime, as_json: bool) -> None:
    """List teams on the search path, and personas that delegate."""
    headers = runtime.teams.headers()
    if as_json:
        echo_json([_header_json(each) for each in headers], indent=2)
        return
    rows = [(each.name, each.nodes, each.title, each.path.name) for each in headers]
    echo_table(["NAME", "NODES", "TITLE", "FILE"], rows)
    for each in headers:
        if each.problem:
            echo(f"{each.path}: {each.problem}", err=True)


@click.command()
@click.argument("team")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(runtime: Runtime, team: str, as_json: bool) -> None:
    """Print a team: its tree, its nodes with what they may do, and its parameters."""
    draft = runtime.teams.find(team)
    if as_json:
        echo_json(team_json(draft), indent=2)
        return
    click.echo(click.style(clean_line(draft.title or draft.name), bold=True))
    if draft.path is not None:
        echo(str(draft.path))
    echo()
    for line in _tree(draft.root, "", ""):
        echo(line)
    if draft.parameters:
        _show_parameters(draft)


def team_json(draft: TeamDraft) -> dict[str, Any]:
    """Return a team as JSON values."""
    return {
        "name": draft.name,
        "title": draft.title,
        "path": None if draft.path is None else str(draft.path),
        "nodes": len(draft.nodes()),
        "params": [_parameter_json(each) for each in draft.parameters],
        "presets": sorted(draft.presets),
        "preset": draft.preset or None,
        "root": _node_json(draft.root),
    }


def _header_json(header: TeamHeader) -> dict[str, Any]:
    return {
        "name": header.name,
        "path": str(header.path),
        "nodes": header.nodes,
        "title": header.title,
        "problem": header.problem,
    }


def _node_json(node: NodeDraft) -> dict[str, Any]:
    return {
        "path": node.path,
        "name": node.name,
        "persona": None if node.persona is None else node.persona.name,
        "model": _model(node) or None,
        "description": node.description,
        "examples": list(node.examples),
        "memory": node.memory,
        "autonomy": node.autonomy,
        "parallel": node.parallel,
        "rounds": node.rounds,
        "flow": None
        if node.flow is None
        else {"name": node.flow.name, "options": dict(node.flow.options)},
        "delegates": [_node_json(each) for each in node.delegates],
    }


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.kind,
        "description": parameter.description,
        "default": parameter.default,
        "required": parameter.required,
    }


def _tree(node: NodeDraft, first: str, rest: str) -> Iterator[str]:
    """Yield the lines of a node and all below it, joined by rules."""
    yield f"{first}{clean_line(node.name)}{_of_whom(node)}"
    below = "│  " if node.delegates else "   "
    if node.description:
        yield f"{rest}{below}{clean_line(node.description)}"
    yield f"{rest}{below}{_facts(node)}"
    for each in node.delegates:
        last = each is node.delegates[-1]
        yield from _tree(each, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


def _of_whom(node: NodeDraft) -> str:
    if node.flow is not None:
        return f" (flow {clean_line(node.flow.name)})"
    name = "" if node.persona is None else clean_line(node.persona.name)
    return f" ({name})" if name and name.casefold() != node.name.casefold() else ""


def _facts(node: NodeDraft) -> str:
    facts = [] if node.flow is not None else [_model(node) or "the usual model"]
    facts += [f"memory {node.memory}", f"autonomy {node.autonomy.replace('_', ' ')}"]
    if node.parallel:
        facts.append("asks several at once")
    if node.rounds:
        facts.append(f"{node.rounds} rounds")
    return " · ".join(clean_line(each) for each in facts)


def _model(node: NodeDraft) -> str:
    """Return the model that the team's file, then the persona's, names."""
    if node.flow is not None:
        return ""
    own = node.persona.settings()[0] if node.persona is not None else None
    return node.model or own or ""


def _show_parameters(draft: TeamDraft) -> None:
    echo()
    values: Mapping[str, Any] = draft.given()
    rows = [
        (each.name, each.kind, _value(values.get(each.name, each.default)), each.description)
        for each in draft.parameters
    ]
    echo_table(["PARAMETER", "TYPE", "VALUE", "WHAT IT IS"], rows)
    if draft.presets:
        names = ", ".join(sorted(draft.presets))
        usual = f"; {draft.preset} unless you choose" if draft.preset else ""
        echo(f"--params takes a file, or one of: {names}{usual}.")


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return f"{len(value)} texts"
    return value if value != "" else None
