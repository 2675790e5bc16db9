"""`salon lab report`: what a run came to, in figures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from core.cli.output import echo, echo_json, echo_table
from core.errors import UsageError
from core.lab.folder import LabFolder
from core.lab.measuring import formats
from core.lab.measuring.report import Report, report_of
from core.runtime import Runtime
from core.sessions.summary import title_of
from core.text import counted

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--session", metavar="ID", help="Session of the run. [newest]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def report(runtime: Runtime, folder: Path, session: str | None, as_json: bool) -> None:
    """Report the measures of a run."""
    found = asyncio.run(report_in(runtime, folder, session))
    if as_json:
        echo_json(found.to_json())
    else:
        show_report(found)


async def report_in(runtime: Runtime, folder: Path, session: str | None) -> Report:
    """Return the report on a run of a folder; on its newest one if none is named.

    Raises:
        UsageError: there is none.
        StoreError: it cannot be read.
    """
    lab = LabFolder(folder)
    if session is None:
        runs = [each for each in await lab.runs() if "learning" in each.state.spec.phases]
        if not runs:
            raise UsageError(f"{folder} holds no run.", f"Run: salon lab run {folder}")
        session = runs[-1].session
    tree = (await lab.store.read(session)).tree
    return report_of(tree.path, tree, runtime.settings.prices, title_of(tree))


def show_report(found: Report) -> None:
    """Print a report as tables."""
    who = counted(found.people, "person", "people")
    echo(f"{found.title}: {who}, {counted(found.scenes, 'scene')} each · {found.session}")
    echo()
    if found.settings:
        _show_figures(found)
    else:
        echo("No scene is over yet.")
        echo()
    for note in found.notes:
        echo(f"Note: {note}")


def _show_figures(found: Report) -> None:
    rows = [
        [each, *(formats.number(found.figures[setting].get(each)) for setting in found.settings)]
        for each in formats.measures_of(found)
    ]
    thirds = [formats.third_words(found.thirds.get(each)) for each in found.settings]
    rows.append(["first third → last", *thirds])
    echo_table(["mean over people", *found.settings], rows)
    echo()
    differences = [
        [
            pair,
            measure,
            f"{each.mean:+.3f}",
            formats.interval(each),
            formats.in_words(measure, each),
        ]
        for pair, measures in found.differences.items()
        for measure, each in measures.items()
    ]
    if differences:
        headers = ["difference", "in", "mean", "95 % interval", "shows"]
        echo_table(headers, differences)
        echo()
    for each in found.agreements:
        echo(formats.agreement_words(each))
