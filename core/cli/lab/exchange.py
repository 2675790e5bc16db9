"""`salon lab import` and `export`: people as the data sets of "AI PERSONA" hold them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.lab.languages import language_of
from core.cli.output import echo, echo_json
from core.errors import UsageError
from core.files import create_file
from core.runtime import Runtime
from core.text import counted

if TYPE_CHECKING:
    from core.profiles.seed_json import SeedData

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--out", type=_FOLDER, default=Path("lab"), show_default=True, help="Lab folder.")
@click.option("--language", default="en", show_default=True, help="Language code of the texts.")
@click.pass_obj
def import_(runtime: Runtime, file: Path, out: Path, language: str) -> None:
    """Import people and scenes from a data set, and report irregularities."""
    from core.profiles.seed_json import read_seed

    language = language_of(language)
    data = read_seed(file)
    for problem in data.problems:
        echo(f"{file}: {problem}", err=True)
    session = asyncio.run(_take_in(runtime, data, out, language))
    who, what = counted(len(data.people), "person", "people"), counted(_scenes(data), "scene")
    echo(f"{who}, {what} · session {session} in {out}")


async def _take_in(runtime: Runtime, data: SeedData, out: Path, language: str) -> str:
    from core.lab.folder import QUERY_PHASES, LabFolder
    from core.lab.people.imported import given_seed
    from core.lab.spec import LabChoice, Plan

    folder = LabFolder(out)
    if await folder.runs():
        raise UsageError(f"{out} holds people already.", "Choose another --out.")
    given = given_seed(data.people)
    choice = LabChoice(
        plan=Plan(len(given), language=language), phases=QUERY_PHASES, title="Imported people"
    )
    async with runtime:
        engine = await runtime.labs.start(choice, folder.store.create, given)
        try:
            await folder.write_people(engine.state)
        finally:
            await engine.log.session.close()
    return engine.session_id


def _scenes(data: SeedData) -> int:
    return sum(len(each.scenes) for each in data.people)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.argument("file", metavar="[FILE]", type=_FILE, required=False)
def export(folder: Path, file: Path | None) -> None:
    """Export the people and scenes of a lab folder as a data set, in the seed's layout."""
    from core.lab.folder import LabFolder
    from core.lab.people.imported import given_json

    _, given = asyncio.run(LabFolder(folder).people())
    values = given_json(given)
    if file is None:
        echo_json(values, indent=2)
        return
    try:
        create_file(file, json.dumps(values, ensure_ascii=False, indent=2).encode())
    except FileExistsError:
        raise UsageError(f"{file} is there already.", "Name another file.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    echo(f"{counted(len(given), 'person', 'people')} · {file}")
