"""`salon sessions`: what is on record, and getting it out again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json, echo_table
from core.sessions.index import SessionSummary, session_title
from core.sessions.reading import StoredView
from core.sessions.record import format_time
from core.sessions.transcripts import FORMATS, format_of, render, write_transcript
from core.sessions.transcripts.rows import Row, Speaker, Transcript

if TYPE_CHECKING:
    from core.runtime import Runtime

_LAST_WORDS = 48
"""Characters of the last words that the list shows."""


@click.group()
def sessions() -> None:
    """List, show and export sessions. The beginning of an ID will do if no other has it."""


@sessions.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects.")
@click.pass_obj
def list_command(runtime: Runtime, as_json: bool) -> None:
    """List all sessions, the one written to last first."""
    found = asyncio.run(runtime.store.list())
    if as_json:
        echo_json([summary_json(each) for each in found], indent=2)
    elif found:
        echo_table(
            ["ID", "UPDATED", "ENGINE", "TITLE", "RECORDS", "LAST WORDS"],
            [_summary_row(each) for each in found],
        )
    else:
        echo(f"No sessions in {runtime.store.folder}.", err=True)


@sessions.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--requests", "record_id", metavar="RECORD", help="Print what its model was sent.")
@click.pass_obj
def show(runtime: Runtime, session_id: str, as_json: bool, record_id: str | None) -> None:
    """Print a session as it stands."""
    view = _read(runtime, session_id)
    if record_id is not None:
        _show_request(view, record_id, as_json)
    elif as_json:
        echo_json(view_json(view), indent=2)
    else:
        _show_conversation(view)


@sessions.command()
@click.argument("session_id", metavar="ID")
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="Of the transcript.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, or - for standard output; for txt, NAME-a.txt and NAME-b.txt.",
)
@click.pass_obj
def export(runtime: Runtime, session_id: str, format_name: str | None, output: Path | None) -> None:
    """Write a transcript: Markdown unless the file's name or --format says otherwise.

    md, html and txt hold the current path, jsonl every record.
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


@sessions.command()
@click.argument("session_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(runtime: Runtime, session_id: str, yes: bool) -> None:
    """Move a session to the trash folder."""
    full_id = asyncio.run(runtime.store.resolve(session_id))
    if not yes:
        click.confirm(f"Move session {full_id} to the trash?", abort=True, err=True)
    echo(f"Moved to {asyncio.run(runtime.store.trash(full_id))}")


@sessions.command()
@click.argument("session_id", metavar="ID")
@click.pass_obj
def fork(runtime: Runtime, session_id: str) -> None:
    """Copy a session, in use or not, into a new one; prints its ID."""
    echo(asyncio.run(runtime.store.fork(session_id)))


@sessions.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_command(runtime: Runtime, file: Path) -> None:
    """Take in a session that was exported as jsonl; prints its ID."""
    echo(asyncio.run(runtime.store.import_jsonl(file)))


def summary_json(summary: SessionSummary) -> dict[str, Any]:
    """Return a list entry as JSON values."""
    return {
        "id": summary.id,
        "engine": summary.engine,
        "title": summary.title,
        "created": format_time(summary.created),
        "updated": format_time(summary.updated),
        "records": summary.records,
        "size": summary.size,
        "last": summary.last,
        "busy": summary.busy,
    }


def view_json(view: StoredView) -> dict[str, Any]:
    """Return a whole session as JSON values; `path` names the records that are current."""
    root = view.tree.root
    return {
        "id": view.id,
        "engine": root.data.get("engine"),
        "title": session_title(root),
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


def _summary_row(summary: SessionSummary) -> Sequence[object]:
    return (
        summary.id,
        "in use" if summary.busy else f"{summary.updated.astimezone():%Y-%m-%d %H:%M}",
        summary.engine or "unreadable",
        summary.title,
        summary.records,
        summary.last[:_LAST_WORDS],
    )


def _show_conversation(view: StoredView) -> None:
    transcript = Transcript.of(view.tree)
    _echo_bold(transcript.title)
    began = "" if transcript.began is None else f"{transcript.began.astimezone():%Y-%m-%d %H:%M}"
    echo(f"{view.id} · {began} · {len(view.tree)} records")
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
