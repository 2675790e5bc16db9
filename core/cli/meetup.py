"""`salon meetup`: two personas talk, on the terminal or as JSON lines."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from core.cli.output import echo
from core.cli.plain import PlainPrinter
from core.cli.runner import Show, drive, reopened, show_json, steering
from core.cli.steer_help import steer_help
from core.cli.talk_options import (
    Output,
    output_options,
    prompt_options,
    refuse_settled,
    seed_option,
)
from core.cli.texts import read_file
from core.config.params import parse_assignments
from core.errors import UsageError
from core.events import Ended, Event, Started
from core.meetup.commands import Command, SetRun, SetSeat
from core.meetup.engine import MeetupEngine
from core.meetup.records import Said
from core.meetup.setup import ENGINE, MeetupChoice, RunMode, SideChoice
from core.meetup.spec import SIDES, Side
from core.runtime import Runtime
from core.sessions.record import Kind
from core.sessions.session import Session

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
_RECALLED = 2
"""Messages that are shown of a meetup that had finished."""


@click.command()
@click.argument("people", nargs=-1, metavar="[A B]")
@click.option("--a-model", metavar="MODEL", help="Model of participant A, as provider:model.")
@click.option("--b-model", metavar="MODEL", help="Model of participant B.")
@click.option("--model", metavar="MODEL", help="Model of both participants.")
@click.option("--a-set", multiple=True, metavar="NAME=VALUE", help="Model parameter of A.")
@click.option("--b-set", multiple=True, metavar="NAME=VALUE", help="Model parameter of B.")
@click.option(
    "--set", "both_set", multiple=True, metavar="NAME=VALUE", help="Model parameter of both."
)
@click.option("--turns", type=click.IntRange(min=0), help="Turn limit; 0: none. [10]")
@click.option(
    "--open", "opening", metavar="TEXT", help="Opening message of the side that does not start."
)
@click.option(
    "--open-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the opening message.",
)
@click.option("--start", type=click.Choice(["a", "b", "random"]), help="Side that starts. [random]")
@seed_option
@click.option("--rate", type=click.FloatRange(min=0), help="Rate limit, messages per minute.")
@click.option("--pace", type=click.FloatRange(min=0), help="Reading speed in words per minute.")
@prompt_options
@click.option("--no-loop-check", is_flag=True, help="Do not end repetitive conversations.")
@click.option("--resume", "resume_id", metavar="ID", help="Resume a stored meetup, or `last`.")
@output_options
@steer_help("core.meetup.commands")
@click.pass_obj
def meetup(runtime: Runtime, /, people: tuple[str, ...], **flags: Any) -> None:
    """Run a conversation between two personas.

    A and B are personas, given by name or by the path of a file, or teams: team:NAME.
    """
    output = Output.of(flags)
    reason = asyncio.run(_run(runtime, people, flags, output))
    if reason == "error":
        raise click.exceptions.Exit(1)


async def _run(
    runtime: Runtime, people: tuple[str, ...], flags: dict[str, Any], output: Output
) -> str:
    mode = RunMode(attended=output.steered)
    async with runtime:
        engine = await _engine(runtime, people, flags, output, mode)
        finished = bool(flags["resume_id"]) and not output.steered and engine.state.finished
        try:
            if finished:
                return await _tell_finished(engine, output)
            return await _drive(engine, _show(output), output)
        finally:
            await output.close(engine.log.session)


def _show(output: Output) -> Show:
    return show_json if output.as_json else PlainPrinter().show


async def _tell_finished(engine: MeetupEngine, output: Output) -> str:
    """Show how a meetup ended, and say how to go on with it."""
    state, show = engine.state, _show(output)

    def recall(event: Event) -> None:
        show(event)
        if isinstance(event, Started):
            for record in state.messages[-_RECALLED:]:
                show(Said(engine.session_id, record))

    reason = state.finished
    if state.ended is None:
        # It was killed before the end went on record.
        await _drive(engine, recall, output)
    else:
        tree = engine.log.session.tree
        end = next(each for each in reversed(tree.path) if each.kind == Kind.ENDED)
        recall(Started(engine.session_id, tree.root, resumed=True))
        show(Ended(engine.session_id, end))
    more = f"salon meetup --resume {engine.session_id} --turns N"
    echo(f"The meetup has finished. For more turns: {more}", err=True)
    return reason


async def _drive(engine: MeetupEngine, show: Show, output: Output) -> str:
    feed = steering(engine, Command, as_json=output.as_json) if output.steered else None
    return await drive(engine, show, feed)


async def _engine(
    runtime: Runtime,
    people: tuple[str, ...],
    flags: dict[str, Any],
    output: Output,
    mode: RunMode,
) -> MeetupEngine:
    if flags["resume_id"]:
        return await _resumed(runtime, people, flags, output, mode)
    if len(people) != 2:
        raise UsageError(
            f"A meetup takes two personas, not {len(people)}.",
            "For example: salon meetup freud ada. `salon personas list` shows them all.",
        )
    runtime.saved = output.save
    return await runtime.meetups.start(_choice(runtime, people, flags), runtime.create, mode)


async def _resumed(
    runtime: Runtime,
    people: tuple[str, ...],
    flags: dict[str, Any],
    output: Output,
    mode: RunMode,
) -> MeetupEngine:
    """Go on with a stored meetup, changed as far as the flags change it."""
    if people:
        raise UsageError("--resume brings its own two personas.", "Leave A and B out.")
    refuse_settled(_SETTLED, "meetup")
    changes = _changes(flags)

    async def open_(session: Session) -> MeetupEngine:
        engine = await asyncio.to_thread(runtime.meetups.engine, session, mode)
        told = changes or flags["turns"] is not None or output.steered
        if told or not engine.state.finished:
            await runtime.meetups.reopen(engine, flags["turns"])
        for change in changes:
            await engine.send(change)
        return engine

    return await reopened(runtime, flags["resume_id"], ENGINE, open_)


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
        persona, model = runtime.cast(name, flags[f"{which}_model"])
        return SideChoice(
            persona=persona,
            model=model or flags["model"],
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
    return read_file(path).strip()
