"""`salon sessions list`, `search` and `trash`: which there are, and what was said where."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json, echo_table
from core.sessions.record import Kind, format_time
from core.sessions.summary import SORTS, SessionSummary, arranged

if TYPE_CHECKING:
    from core.runtime import Runtime
    from core.sessions.index import Rebuild
    from core.sessions.search import Hit
    from core.sessions.store import SessionStore

_TITLE, _LAST_WORDS = 48, 48
"""Characters of the last words that the list shows."""


@click.command("list")
@click.option("--sort", type=click.Choice(list(SORTS)), default="updated", help="Sort order.")
@click.option("--filter", "words", metavar="WORDS", default="", help="Only sessions that match.")
@click.option("--engine", default="", help="Only sessions of one engine: chat, meetup …")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_command(runtime: Runtime, sort: str, words: str, engine: str, as_json: bool) -> None:
    """List sessions: pinned ones first, then by last change.

    --filter matches titles, names, models, ids and last messages.
    """
    found, left = asyncio.run(_found(runtime.store))
    shown = arranged(found, sort=sort, words=words, engine=engine)
    if found and not shown and not as_json:
        echo(f"None of {len(found):,} sessions fits.", err=True)
    else:
        _echo_list(shown, as_json, f"No sessions in {runtime.store.folder}.")
    if left and not as_json:
        names = ", ".join(each.name for each in left)
        echo(f"Left behind by processes that were killed, and safe to delete: {names}", err=True)


async def _found(store: SessionStore) -> tuple[Sequence[SessionSummary], Sequence[Path]]:
    return await store.list(_say_when_rebuilt), await store.leftovers()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def trash(runtime: Runtime, as_json: bool) -> None:
    """List deleted sessions; `restore` brings one back."""
    _echo_list(asyncio.run(runtime.store.trashed()), as_json, "The trash is empty.")


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Maximum matches."
)
@click.option("--engine", help="Only sessions of one engine: chat, meetup …")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.pass_obj
def search(
    runtime: Runtime, words: tuple[str, ...], limit: int, engine: str | None, as_json: bool
) -> None:
    """Search messages, titles and names for all WORDS; the newest sessions come first.

    Quoted words match as an exact phrase. Edited messages match by their current text. Each
    line begins with the ID of the session.
    """
    count = asyncio.run(_search(runtime, words, limit, engine, as_json))
    if not count:
        echo("Nothing was found.", err=True)
    elif count == limit:
        echo(f"These are the first {limit}; --limit shows more.", err=True)


async def _search(
    runtime: Runtime, words: Sequence[str], limit: int, engine: str | None, as_json: bool
) -> int:
    count = 0
    async with aclosing(runtime.store.search(words, limit=limit, engine=engine)) as hits:
        async for hit in hits:
            count += 1
            if as_json:
                echo_json(hit_json(hit))
            else:
                click.echo(_hit_line(hit))
    return count


def summary_json(summary: SessionSummary) -> dict[str, Any]:
    """Return a list entry as JSON values."""
    return {
        "id": summary.id,
        "engine": summary.engine,
        "title": summary.title,
        "created": format_time(summary.created),
        "updated": format_time(summary.updated),
        "records": summary.records,
        "messages": summary.messages,
        "size": summary.size,
        "names": list(summary.names),
        "models": list(summary.models),
        "last": summary.last,
        "pinned": summary.pinned,
        "busy": summary.busy,
        "erased": summary.erased,
        "problem": summary.problem,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return something found as JSON values; `spans` says where in the snippet the words are."""
    return {
        "session": hit.session,
        "title": hit.title,
        "engine": hit.engine,
        "record": hit.record,
        "kind": hit.kind,
        "node": hit.node,
        "speaker": hit.speaker,
        "turn": hit.turn,
        "at": format_time(hit.at),
        "snippet": hit.snippet,
        "spans": [list(each) for each in hit.spans],
        "on_path": hit.on_path,
    }


def _echo_list(summaries: Sequence[SessionSummary], as_json: bool, none: str) -> None:
    if as_json:
        echo_json([summary_json(each) for each in summaries], indent=2)
    elif summaries:
        echo_table(
            ["ID", "UPDATED", "ENGINE", "TITLE", "MESSAGES", "LAST WORDS"],
            [_summary_row(each) for each in summaries],
        )
        for each in summaries:
            if each.problem:
                echo(f"{each.id}: {clean_line(each.problem)}", err=True)
    else:
        echo(none, err=True)


def _summary_row(summary: SessionSummary) -> Sequence[object]:
    title = "erased" if summary.erased and not summary.title else summary.title
    return (
        summary.id,
        "in use" if summary.busy else f"{summary.updated.astimezone():%Y-%m-%d %H:%M}",
        engine_shown(summary),
        f"{_cut(title, _TITLE)} (pinned)" if summary.pinned else _cut(title, _TITLE),
        summary.messages,
        _cut(summary.last, _LAST_WORDS),
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def engine_shown(summary: SessionSummary) -> str:
    """Return what a session is for, and whether it is damaged."""
    if not summary.engine:
        return "unreadable"
    return f"{summary.engine} (damaged)" if summary.problem else summary.engine


def _hit_line(hit: Hit) -> str:
    if hit.kind == Kind.SESSION:
        where = "title"
    else:
        turn = "" if hit.turn is None else f"{hit.turn} "
        where = turn + hit.speaker + ("" if hit.on_path else " (another branch)")
    return f"{hit.session} {clean_line(where)}: {_marked(hit)}"


def _marked(hit: Hit) -> str:
    """Return the snippet with what was looked for in bold, where the terminal has it."""
    out, done = "", 0
    for start, stop in hit.spans:
        out += hit.snippet[done:start] + click.style(hit.snippet[start:stop], bold=True)
        done = stop
    return out + hit.snippet[done:]


def _say_when_rebuilt(rebuild: Rebuild) -> None:
    if rebuild.done == rebuild.total:
        echo(str(rebuild), err=True)


COMMANDS = (list_command, search, trash)
