"""`salon personas import` and `export`: character cards, in and out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import complain, echo, echo_json
from core.faults import as_salon_error

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory to write to. [your personas]",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def import_command(
    ctx: click.Context, files: Sequence[Path], folder: Path | None, as_json: bool
) -> None:
    """Import character cards (.png, .json, .charx) and .agent.json files as personas.

    Prints the path of each new file; existing files are never overwritten. Exit status 1 if a
    card could not be read; the others are imported.
    """
    runtime: Runtime = ctx.obj
    where = folder if folder is not None else runtime.directories.data / "personas"
    results = [_take_in(path, where, quiet=as_json) for path in files]
    if as_json:
        echo_json(results, indent=2)
    if any("error" in each for each in results):
        ctx.exit(1)


@click.command("export")
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--card",
    "out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: .png, .json, .charx or .agent.json.",
)
@click.pass_obj
def export_command(runtime: Runtime, name: str, out: Path) -> None:
    """Export a persona as a character card, or as a TinyTroupe specification.

    An imported persona keeps all fields of its card that were not edited.
    """
    from core.personas.cards.card_export import export_card, format_of

    format_of(out)
    echo(f"Wrote {export_card(runtime.library.find(name), out)}", err=True)


def _take_in(path: Path, folder: Path, *, quiet: bool) -> dict[str, Any]:
    from core.personas.cards.card_import import take_in

    try:
        imported = take_in(path, folder)
    except Exception as error:  # noqa: BLE001 - said and logged; the other files are taken in
        told = as_salon_error(error, f"importing {path}")
        complain(told.message, told.hint)
        return {"file": str(path), "error": told.message, "hint": told.hint}
    if not quiet:
        echo(str(imported.persona))
        echo(str(imported.card))
    return {"file": str(path), "persona": str(imported.persona), "card": str(imported.card)}
