"""`salon learn report`: what a run came to, in figures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from core.cli.output import echo, echo_json, echo_table
from core.errors import UsageError
from core.lifelong.folder import LabFolder
from core.lifelong.measuring.intervals import Difference
from core.lifelong.measuring.report import BY_LANE, BY_SCENE, Report, make_report
from core.lifelong.state import LabState
from core.runtime import Runtime
from core.sessions.summary import title_of

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--session", metavar="ID", help="A run of the folder; the newest if none is named.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def report(runtime: Runtime, folder: Path, session: str | None, as_json: bool) -> None:
    """Say in figures what a run came to."""
    found = asyncio.run(_report(runtime, folder, session))
    if as_json:
        echo_json(found.to_json())
    else:
        _show(found)


async def _report(runtime: Runtime, folder: Path, session: str | None) -> Report:
    lab = LabFolder(folder)
    if session is None:
        runs = [each for each in await lab.runs() if "learning" in each.state.spec.phases]
        if not runs:
            raise UsageError(f"{folder} holds no run.", f"Run: salon learn run {folder}")
        session = runs[-1].session
    tree = (await lab.store.read(session)).tree
    state = LabState.fold(tree.path)
    return make_report(state, tree, runtime.settings.prices, tree.root.id, title_of(tree))


def _show(found: Report) -> None:
    echo(f"{found.title}: {found.people} people, {found.scenes} scenes each · {found.session}")
    echo()
    if found.settings:
        _show_figures(found)
    else:
        echo("No scene is over yet.")
        echo()
    for note in found.notes:
        echo(f"Note: {note}")


def _show_figures(found: Report) -> None:
    measures = [
        each
        for each in (*BY_SCENE, *BY_LANE)
        if any(figures.get(each) is not None for figures in found.figures.values())
    ]
    rows = [
        [each, *(_number(found.figures[setting].get(each)) for setting in found.settings)]
        for each in measures
    ]
    rows.append([
        "first third → last",
        *(
            f"{found.thirds[each][0]:.2f} → {found.thirds[each][1]:.2f}"
            if each in found.thirds
            else "–"
            for each in found.settings
        ),
    ])
    echo_table(["mean over people", *found.settings], rows)
    echo()
    differences = [
        [pair, measure, f"{each.mean:+.3f}", _interval(each), "yes" if each.sure else "no"]
        for pair, measures_ in found.differences.items()
        for measure, each in measures_.items()
    ]
    if differences:
        headers = ["difference", "in", "mean", "95 % interval", "outside 0"]
        echo_table(headers, differences)
        echo()
    for each in found.agreements:
        same = "–" if each.same is None else f"{each.same:.0%} of {each.pairs} pairs the same"
        echo(f"{each.metric}: {each.judgements} judgements, {same}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _interval(each: Difference) -> str:
    if each.low is None or each.high is None:
        return "one person only"
    return f"{each.low:+.3f} … {each.high:+.3f}"
