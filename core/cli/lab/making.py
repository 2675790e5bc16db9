"""`salon lab generate`, `queries`, `run` and `pipeline`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from core.cli.lab.languages import language_of
from core.cli.lab.showing import LabPrinter
from core.cli.output import complain, echo, echo_json
from core.cli.runner import drive, show_json, steering
from core.cli.steer_help import steer_help
from core.errors import UsageError
from core.lab.commands import Command
from core.lab.engine import LabEngine
from core.lab.folder import LEARNING_PHASES, PEOPLE_PHASES, QUERY_PHASES, LabFolder
from core.lab.people.imported import Given
from core.lab.setup import refuse_unknown
from core.lab.spec import PHASES, LabChoice, Plan, setting_names
from core.lab.state import LabState
from core.runtime import Runtime
from core.sessions.record import Kind
from core.text import counted

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_FOLDER = click.Path(path_type=Path, file_okay=False)
_PLAN = (
    click.option("--people", type=click.IntRange(1), default=5, show_default=True, help="People."),
    click.option(
        "--scenes", type=click.IntRange(1), default=10, show_default=True, help="Scenes per person."
    ),
    click.option("--out", type=_FOLDER, default=Path("lab"), show_default=True, help="Lab folder."),
    click.option("--language", default="en", show_default=True, help="Language code, such as de."),
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Random seed."
    ),
)
_MODELS = (
    click.option("--model", metavar="MODEL", help="Model of every role, as provider:model."),
    click.option("--max-tokens", type=click.IntRange(1), help="Token limit of an answer."),
    click.option("--temperature", type=click.FloatRange(0, 2), help="Sampling temperature."),
    click.option(
        "--parallel",
        type=click.IntRange(1, 256),
        default=4,
        show_default=True,
        help="Limit of concurrent model calls.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line."),
    click.option("--steer", "steered", is_flag=True, help="Read commands from standard input."),
    steer_help("core.lab.commands"),
)
_LEARNING = (
    click.option(
        "--setting",
        "settings",
        multiple=True,
        metavar="NAME",
        help="Setting to compare: none, golden, retrieval or learnt. [none, learnt]",
    ),
    click.option(
        "--k",
        "ks",
        multiple=True,
        type=click.IntRange(1),
        help="Number of scenes between two profile updates. [3]",
    ),
    click.option(
        "--person", "people_", multiple=True, metavar="NAME", help="Person to include. [all]"
    ),
    click.option("--judge", metavar="MODEL", help="Model that judges replies. [no judge]"),
    click.option("--user-model", metavar="MODEL", help="Model that plays the users."),
    click.option(
        "--rounds",
        type=click.IntRange(1, 20),
        default=3,
        show_default=True,
        help="Maximum number of replies per scene.",
    ),
    click.option(
        "--start",
        type=click.FloatRange(0, 1),
        default=0.0,
        show_default=True,
        help="Share of the true profile that is known at the start.",
    ),
    click.option(
        "--lock", "locked", multiple=True, metavar="FIELD", help="Field that is never learned."
    ),
    click.option(
        "--judgements",
        type=click.IntRange(1, 20),
        default=2,
        show_default=True,
        help="Number of judgements per reply.",
    ),
)


def _with(*groups: Sequence[Callable[[Decorated], Decorated]]) -> Callable[[Decorated], Decorated]:
    def decorate(command: Decorated) -> Decorated:
        for option in reversed([each for group in groups for each in group]):
            command = option(command)
        return command

    return decorate


@dataclass(frozen=True, slots=True)
class _Task:
    """What one command has done."""

    folder: LabFolder
    choice: LabChoice
    given: Sequence[Given] = ()


@click.command()
@_with(_PLAN, _MODELS)
@click.pass_obj
def generate(runtime: Runtime, /, **flags: Any) -> None:
    """Generate people and the scenes of their lives."""
    choice = LabChoice(plan=_plan(flags), phases=PEOPLE_PHASES, **_common(flags))
    asyncio.run(_work(runtime, flags, [lambda: _made_up(flags, choice)]))


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_with(_MODELS)
@click.pass_obj
def queries(runtime: Runtime, /, folder: Path, **flags: Any) -> None:
    """Generate two opening queries per scene: a personal one, and a neutral one."""

    async def task() -> _Task:
        return await _asked(LabFolder(folder), flags)

    asyncio.run(_work(runtime, flags, [task]))


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_with(_LEARNING, _MODELS)
@click.pass_obj
def run(runtime: Runtime, /, folder: Path, **flags: Any) -> None:
    """Run the scenes under each setting, and update the learned profiles."""

    async def task() -> _Task:
        return await _lived(LabFolder(folder), flags)

    asyncio.run(_work(runtime, flags, [task]))


@click.command()
@_with(_PLAN, _LEARNING, _MODELS)
@click.pass_obj
def pipeline(runtime: Runtime, /, **flags: Any) -> None:
    """Generate people and queries, and run the scenes: one run, one session."""
    choice = LabChoice(plan=_plan(flags), phases=PHASES, **_common(flags), **_learning(flags))
    asyncio.run(_work(runtime, flags, [lambda: _made_up(flags, choice)]))


async def _made_up(flags: Mapping[str, Any], choice: LabChoice) -> _Task:
    return _Task(LabFolder(flags["out"]), choice)


async def _asked(folder: LabFolder, flags: Mapping[str, Any]) -> _Task:
    source, given = await folder.people()
    choice = LabChoice(phases=QUERY_PHASES, source=source, **_common(flags))
    return _Task(folder, choice, [replace(each, queries={}) for each in given])


async def _lived(folder: LabFolder, flags: Mapping[str, Any]) -> _Task:
    source, given = await folder.people(queries=True)
    choice = LabChoice(phases=LEARNING_PHASES, source=source, **_common(flags), **_learning(flags))
    return _Task(folder, choice, given)


def _plan(flags: Mapping[str, Any]) -> Plan:
    language = language_of(flags["language"])
    return Plan(flags["people"], flags["scenes"], language, flags["seed"])


def _common(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: flags[name] for name in ("model", "max_tokens", "temperature", "parallel")}


def _learning(flags: Mapping[str, Any]) -> dict[str, Any]:
    models = {"judge": flags["judge"], "user": flags["user_model"]}
    return {
        "settings": setting_names(flags["settings"] or ("none", "learnt"), flags["ks"] or (3,)),
        "models": {role: model for role, model in models.items() if model},
        "only": flags["people_"],
        "rounds": flags["rounds"],
        "start": flags["start"],
        "locked": flags["locked"],
        "judgements": flags["judgements"],
    }


async def _work(
    runtime: Runtime, flags: Mapping[str, Any], tasks: Sequence[Callable[[], Any]]
) -> None:
    async with runtime:
        for each in tasks:
            await _do(runtime, flags, await each())


async def _do(runtime: Runtime, flags: Mapping[str, Any], task: _Task) -> None:
    labs, folder = runtime.labs, task.folder
    spec = labs.spec(task.choice, task.given)
    if "people" in spec.phases:
        await folder.refuse_others(spec)
    if (done := await folder.done(spec)) is not None:
        await _tell_done(runtime, folder, done, flags)
        return
    steered = bool(flags["steered"])
    if (earlier := await folder.unfinished(spec)) is not None:
        session = await folder.store.open(earlier)
        try:
            await labs.take_in(session, task.given)
            engine = labs.engine(session, attended=steered)
        except BaseException:
            await session.close()
            raise
    else:
        engine = await labs.start(
            task.choice, folder.store.create, task.given, spec=spec, attended=steered
        )
    try:
        reason = await _drive(engine, flags)
    finally:
        await folder.write_people(engine.state)
        await engine.log.session.close()
    if reason == "failed":
        raise click.exceptions.Exit(1)
    if reason == "done":
        _tell_unknown(engine)


async def _tell_done(
    runtime: Runtime, folder: LabFolder, session: str, flags: Mapping[str, Any]
) -> None:
    """Say that a run had finished, and print what came of it."""
    from core.cli.lab.reporting import report_in, show_report

    echo(f"That is done already: session {session} in {folder.folder}.", err=True)
    tree = (await folder.store.read(session)).tree
    end = next((each for each in reversed(tree.path) if each.kind == Kind.ENDED), None)
    if flags["as_json"]:
        turns = 0 if end is None else int(end.data.get("turns", 0))
        echo_json({"event": "ended", "reason": "done", "turns": turns, "session": session})
    elif "learning" in LabState.fold(tree.path).spec.phases:
        show_report(await report_in(runtime, folder.folder, session))
    else:
        people = counted(len(LabState.fold(tree.path).people), "person", "people")
        echo(f"{people} · {folder.folder}")


def _tell_unknown(engine: LabEngine) -> None:
    """Say which of those who were to take part was never made up: names come with the people.

    Raises:
        click.exceptions.Exit: there is one.
    """
    try:
        refuse_unknown(engine.state.spec.only, engine.state.people.values())
    except UsageError as error:
        complain(error.message, error.hint)
        raise click.exceptions.Exit(1) from None


async def _drive(engine: LabEngine, flags: Mapping[str, Any]) -> str:
    show = show_json if flags["as_json"] else LabPrinter(engine).show
    feed = steering(engine, Command, as_json=flags["as_json"]) if flags["steered"] else None
    return await drive(engine, show, feed)
