"""`salon meetup`: two personas talk, on the terminal or as JSON lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from core.cli.driving import drive
from core.config.params import parse_assignments
from core.errors import UsageError
from core.meetup.commands import Command, SetRun, SetSeat
from core.meetup.engine import MeetupEngine
from core.meetup.setup import MeetupChoice, RunMode, SideChoice
from core.meetup.spec import SIDES, Side
from core.runtime import Runtime
from core.sessions.transcripts import format_of, write_transcript

_MOST_OPENING = 1_000_000
"""Bytes of an opening message."""
_SETTLED = {
    "opening": "--open",
    "open_file": "--open-file",
    "start": "--start",
    "seed": "--seed",
    "overflow": "--overflow",
    "pass_for_human": "--human",
    "no_save": "--no-save",
}
"""Flags that only a new meetup can take."""


@dataclass(frozen=True, slots=True)
class _Output:
    """How this run is shown and kept."""

    as_json: bool
    save: bool
    steered: bool
    transcripts: Sequence[Path]


@click.command()
@click.argument("people", nargs=-1, metavar="[A B]")
@click.option("--a-model", metavar="MODEL", help="Model of the first, as provider:model.")
@click.option("--b-model", metavar="MODEL", help="Model of the second.")
@click.option("--model", metavar="MODEL", help="Model of both.")
@click.option("--a-set", multiple=True, metavar="NAME=VALUE", help="Parameter of the first.")
@click.option("--b-set", multiple=True, metavar="NAME=VALUE", help="Parameter of the second.")
@click.option("--set", "both_set", multiple=True, metavar="NAME=VALUE", help="… of both.")
@click.option("--turns", type=click.IntRange(min=0), help="Model messages; 0: no limit. [10]")
@click.option("--open", "opening", metavar="TEXT", help="First word of the one who answers.")
@click.option(
    "--open-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The same from a file, an e-mail for example.",
)
@click.option("--start", type=click.Choice(["a", "b", "random"]), help="Who begins. [random]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Makes draws repeatable.")
@click.option("--rate", type=click.FloatRange(min=0), help="Most messages a minute.")
@click.option("--pace", type=click.FloatRange(min=0), help="Words a minute you read along.")
@click.option(
    "--overflow",
    type=click.Choice(["drop", "summarise"]),
    help="What becomes of messages that no longer fit a context.",
)
@click.option(
    "--human/--no-human",
    "pass_for_human",
    default=None,
    help="Whether they are asked to pass for human.",
)
@click.option("--no-loop-check", is_flag=True, help="Do not end talk that goes in circles.")
@click.option("--resume", "resume_id", metavar="ID", help="Go on with a stored meetup.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--steer", "steered", is_flag=True, help="Read commands from standard input.")
@click.option("--no-save", is_flag=True, help="Keep nothing.")
@click.option(
    "--transcript",
    "transcripts",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a transcript; its ending says which kind: .md .html .txt .jsonl",
)
@click.pass_obj
def meetup(runtime: Runtime, /, people: tuple[str, ...], **flags: Any) -> None:
    """Let two personas talk to each other.

    A and B are names of personas or paths of their files.
    """
    output = _Output(
        as_json=flags["as_json"],
        save=not flags["no_save"],
        steered=flags["steered"],
        transcripts=flags["transcripts"],
    )
    for path in output.transcripts:
        _require_place(path)
    reason = asyncio.run(_run(runtime, people, flags, output))
    if reason == "error":
        raise click.exceptions.Exit(1)


def _require_place(transcript: Path) -> None:
    """Refuse a transcript that could not be written after all has been said."""
    format_of(transcript)
    folder = transcript.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", f"Create it for {transcript.name} first.")


async def _run(
    runtime: Runtime, people: tuple[str, ...], flags: dict[str, Any], output: _Output
) -> str:
    mode = RunMode(attended=output.steered)
    async with runtime:
        engine = await _engine(runtime, people, flags, output, mode)
        try:
            return await drive(engine, as_json=output.as_json, steered=output.steered)
        finally:
            await engine.log.session.close()
            for path in output.transcripts:
                await asyncio.to_thread(
                    write_transcript, list(engine.log.session.tree), path, format_of(path)
                )


async def _engine(
    runtime: Runtime,
    people: tuple[str, ...],
    flags: dict[str, Any],
    output: _Output,
    mode: RunMode,
) -> MeetupEngine:
    if flags["resume_id"]:
        return await _resumed(runtime, people, flags, mode)
    if len(people) != 2:
        raise UsageError(
            f"A meetup takes two personas, not {len(people)}.",
            "For example: salon meetup freud ada. `salon personas list` shows them all.",
        )
    create = runtime.store.create if output.save else runtime.create_unsaved
    return await runtime.meetups.start(_choice(runtime, people, flags), create, mode)


async def _resumed(
    runtime: Runtime, people: tuple[str, ...], flags: dict[str, Any], mode: RunMode
) -> MeetupEngine:
    """Go on with a stored meetup, changed as far as the flags change it."""
    if people:
        raise UsageError("--resume brings its own two personas.", "Leave A and B out.")
    _refuse_settled(click.get_current_context())
    changes = _changes(flags)
    session = await runtime.store.open(flags["resume_id"])
    try:
        engine = await runtime.meetups.resume(session, flags["turns"], mode)
        for change in changes:
            await engine.send(change)
    except BaseException:
        await session.close()
        raise
    return engine


def _refuse_settled(ctx: click.Context) -> None:
    settled = [
        flag
        for name, flag in _SETTLED.items()
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if settled:
        raise UsageError(
            f"{', '.join(settled)} cannot go with --resume.",
            "That was settled when the meetup began.",
        )


def _changes(flags: dict[str, Any]) -> list[Command]:
    """Return what flags change of a meetup that is resumed."""
    both = parse_assignments(flags["both_set"])
    changes: list[Command] = []
    for side in SIDES:
        model = flags[f"{side}_model"] or flags["model"]
        params = both.merged(parse_assignments(flags[f"{side}_set"])).to_json()
        if model or params:
            changes.append(SetSeat(side, model, params))
    loops = False if flags["no_loop_check"] else None
    run = SetRun(rate=flags["rate"], pace=flags["pace"], loops=loops)
    return [*changes, run] if run != SetRun() else changes


def _choice(runtime: Runtime, people: tuple[str, ...], flags: dict[str, Any]) -> MeetupChoice:
    both = parse_assignments(flags["both_set"])

    def side(which: Side, name: str) -> SideChoice:
        return SideChoice(
            persona=runtime.library.find(name),
            model=flags[f"{which}_model"] or flags["model"],
            params=both.merged(parse_assignments(flags[f"{which}_set"])),
        )

    return MeetupChoice(
        sides={"a": side("a", people[0]), "b": side("b", people[1])},
        starter=flags["start"],
        turns=flags["turns"],
        opening=_opening(flags["opening"], flags["open_file"]),
        rate=flags["rate"],
        pace=flags["pace"],
        overflow=flags["overflow"],
        pass_for_human=flags["pass_for_human"],
        watch_loops=False if flags["no_loop_check"] else None,
        seed=flags["seed"],
    )


def _opening(text: str | None, path: Path | None) -> str:
    if text is not None and path is not None:
        raise UsageError("--open and --open-file exclude each other.")
    if path is None:
        return (text or "").strip()
    try:
        raw = path.read_bytes()[: _MOST_OPENING + 1]
        opening = raw.decode("utf-8-sig").strip()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text.") from None
    if len(raw) > _MOST_OPENING or "\0" in opening:
        raise UsageError(f"{path} is no text of at most {_MOST_OPENING:,} bytes.")
    return opening
