"""`salon sessions show` and `export`: what was said, here or in a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json
from core.costs import Total
from core.sessions.reading import StoredView
from core.sessions.record import format_time
from core.sessions.summary import title_of
from core.sessions.transcripts import FORMATS, format_of, render, write_transcript
from core.sessions.transcripts.rows import Row, Speaker, Transcript

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--requests", "record_id", metavar="RECORD", help="Print the prompt sent for this record.")
@click.pass_obj
def show(runtime: Runtime, session_id: str, as_json: bool, record_id: str | None) -> None:
    """Print the current path of a session."""
    view = _read(runtime, session_id)
    if record_id is not None:
        _show_request(view, record_id, as_json)
        return
    total = Total.of(view.tree, runtime.settings.prices)
    if as_json:
        echo_json({**view_json(view), "total": total.to_json()}, indent=2)
    else:
        _show_conversation(view, total)


@click.command()
@click.argument("session_id", metavar="ID")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    help="; ".join(f"{name}: {each.about}" for name, each in FORMATS.items()) + ".",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, or - for standard output.",
)
@click.pass_obj
def export(runtime: Runtime, session_id: str, format_name: str | None, output: Path | None) -> None:
    """Export a transcript, as Markdown unless the file's extension or --format says otherwise.

    It shows the current path; jsonl holds every record. For a meetup, txt is two files:
    NAME-a.txt and NAME-b.txt.
    """
    to_file = output is not None and str(output) != "-"
    if format_name is None:
        format_name = format_of(output, "md") if output is not None else "md"
    view = _read(runtime, session_id)
    if output is not None and to_file:
        for path in write_transcript(view.tree, output, format_name):
            echo(f"Wrote {path}", err=True)
    else:
        click.echo(render(view.tree, format_name), nl=False)


def view_json(view: StoredView) -> dict[str, Any]:
    """Return a whole session as JSON values; `path` names the records that are current."""
    root = view.tree.root
    return {
        "id": view.id,
        "engine": root.data.get("engine"),
        "title": title_of(view.tree),
        "created": format_time(root.at),
        "busy": view.busy,
        "notices": list(view.notices),
        "path": [record.id for record in view.tree.path],
        "records": [record.to_json() for record in view.tree],
    }


def _read(runtime: Runtime, session_id: str) -> StoredView:
    view = asyncio.run(runtime.store.read(session_id))
    for notice in view.notices:
        echo(notice, err=True)
    return view


def _show_conversation(view: StoredView, total: Total) -> None:
    transcript = Transcript.of(view.tree)
    _echo_bold(transcript.title)
    began = "" if transcript.began is None else f"{transcript.began.astimezone():%Y-%m-%d %H:%M}"
    echo(f"{view.id} · {began} · {len(view.tree)} records · {total.amount}")
    speakers = {each.node: each for each in transcript.speakers}
    for each in transcript.speakers:
        echo(f"{each.name}: {each.about}" if each.about else each.name)
    for row in transcript.rows:
        echo()
        _show_row(row, speakers)


def _show_row(row: Row, speakers: dict[str, Speaker]) -> None:
    if row.quiet:
        echo(f"  ({row.text})")
        return
    mark = f" ({row.mark})" if row.mark else ""
    _echo_bold(f"{row.number} {speakers[row.node].name}{mark}")
    echo(row.text)


def _show_request(view: StoredView, record_id: str, as_json: bool) -> None:
    """Print the exact request that a message answered."""
    from core.errors import StoreError
    from core.sessions.requests import rebuild

    found = [each for each in view.tree if each.id.startswith(record_id.upper())]
    record = found[0] if len(found) == 1 else view.tree.get(record_id)
    if record.request is None:
        raise StoreError(f"No model was asked for record {record.id}.", "Name a model's message.")
    request = rebuild(view.tree, record.request)
    messages = [{"role": each.role, "content": each.content} for each in request.messages]
    if as_json:
        echo_json(
            {
                "hash": record.request,
                "model": str(request.model),
                "params": request.params.to_json(),
                "schema": request.schema,
                "messages": messages,
            },
            indent=2,
        )
        return
    echo(f"{request.model} {request.params.to_json()}")
    for message in request.messages:
        echo()
        _echo_bold(message.role)
        echo(message.content)


def _echo_bold(text: str) -> None:
    click.echo(click.style(clean_line(text), bold=True))


COMMANDS = (show, export)
