"""`salon chat`: one persona answers, in a pipe, on the terminal or as JSON lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from core.chat.commands import Attachment, Command, Send, SetModel
from core.chat.engine import ChatEngine
from core.chat.setup import ChatChoice
from core.chat.spec import ENGINE, HUMAN
from core.cli.chat_plain import ChatPrinter
from core.cli.chat_talk import TypedChat, say
from core.cli.output import echo
from core.cli.runner import drive, drive_work, reopened, show_json, take_commands
from core.cli.steer_help import steer_help
from core.cli.talk_options import (
    Output,
    output_options,
    prompt_options,
    refuse_settled,
    seed_option,
)
from core.cli.texts import is_typed, read_file, read_piped
from core.config.params import parse_assignments
from core.errors import UsageError
from core.runtime import Runtime
from core.sessions.record import Record
from core.sessions.session import Session

_SETTLED = {
    "greeting": "--greeting",
    "user": "--user",
    "seed": "--seed",
    "overflow": "--overflow",
    "pass_for_human": "--human",
    "no_save": "--no-save",
}
"""Flags that only a new chat can take."""
_RECALLED = 2
"""Messages that a resumed chat shows of what was said before."""


@dataclass(frozen=True, slots=True)
class _Input:
    """What is said in this run, and how."""

    messages: Sequence[Send]
    """What is sent by itself, one after the other."""
    files: tuple[Attachment, ...]
    """What goes along with the first message that is typed."""
    typed: bool
    """Whether a human types the messages."""


@click.command()
@click.argument("persona", required=False)
@click.option("--model", metavar="MODEL", help="Model, as provider:model.")
@click.option(
    "--set", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Model parameter."
)
@click.option("--say", "said", multiple=True, metavar="TEXT", help="Message to send.")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Text file to attach to the first message.",
)
@click.option("--user", metavar="NAME", help="Your name in the chat.")
@click.option(
    "--greeting", type=click.IntRange(min=1), help="Number of the persona's greeting. [1]"
)
@seed_option
@prompt_options
@click.option("--resume", "resume_id", metavar="ID", help="Resume a stored chat, or `last`.")
@output_options
@steer_help("core.chat.commands")
@click.pass_obj
def chat(runtime: Runtime, /, persona: str | None, **flags: Any) -> None:
    """Chat with a persona, given by name or by the path of its file.

    The messages of --say are sent one after another. Text piped to standard input is one
    message, or is appended to the first --say. On a terminal without --say, messages are read
    line by line; /help lists the commands.

    When standard output is piped, it holds only the replies.
    """
    output = Output.of(flags)
    if persona is None and not flags["resume_id"]:
        raise UsageError(
            "Whom to chat with?",
            "For example: salon chat freud. `salon personas list` shows them all.",
        )
    given = _given(flags, output)
    if not (given.messages or given.typed or output.steered or flags["resume_id"]):
        raise UsageError("There is nothing to say.", "Give --say TEXT, or pipe it in.")
    if not asyncio.run(_run(runtime, persona, flags, given, output)):
        raise click.exceptions.Exit(1)


def _given(flags: dict[str, Any], output: Output) -> _Input:
    """Read everything that is to be said; standard input unless commands or a human are there."""
    files = tuple(Attachment(path.name, read_file(path)) for path in flags["files"])
    said = [text for text in flags["said"] if text.strip()]
    waiting = is_typed()
    if not waiting and not output.steered:
        piped = read_piped().strip("\n")
        if piped.strip():
            said[:1] = [f"{said[0]}\n\n{piped}" if said else piped]
    if waiting and not said and not output.steered:
        return _Input([], files, typed=True)
    if files and not said:
        said = [""]
    messages = [Send(text, () if i else files) for i, text in enumerate(said)]
    return _Input(messages, (), typed=False)


async def _run(
    runtime: Runtime, persona: str | None, flags: dict[str, Any], given: _Input, output: Output
) -> bool:
    """Run the chat; false if its last reply failed."""
    async with runtime:
        engine = await _engine(runtime, persona, flags, output)
        before = engine.state.error
        try:
            await _drive(engine, given, output)
        finally:
            await output.close(engine.log.session)
            failed = engine.state.error is not None and engine.state.error != before
            if output.save:
                new = not flags["resume_id"]
                await _leave(runtime, engine, new=new, told=given.typed or failed)
                if not (new or given.messages or output.steered or failed):
                    _tell_unanswered(engine)
    return not failed


def _tell_unanswered(engine: ChatEngine) -> None:
    """Say that the last message of a chat was not answered, and how to have that done."""
    last = engine.state.last
    if engine.state.waiting:
        what, verb = "The last message has no reply", "regenerate"
    elif last is not None and last.status == "interrupted":
        what, verb = "The last reply was cut off", "continue"
    else:
        return
    command = f"salon chat --resume {engine.session_id} --steer"
    echo(f'— {what}. Ask for it with: echo \'{{"do": "{verb}"}}\' | {command}', err=True)


async def _leave(runtime: Runtime, engine: ChatEngine, *, new: bool, told: bool) -> None:
    """Say how to go on with a chat; a new one in which the human never spoke is put away."""
    if new and not any(each.node == HUMAN for each in engine.log.session.tree):
        await runtime.store.trash(engine.session_id)
    elif told:
        echo(f"— Resume with: salon chat --resume {engine.session_id}", err=True)
        if await runtime.remembers():
            echo(f"— What it says of you: salon profile learn {engine.session_id}", err=True)


async def _engine(
    runtime: Runtime, persona: str | None, flags: dict[str, Any], output: Output
) -> ChatEngine:
    if flags["resume_id"]:
        return await _resumed(runtime, persona, flags)
    assert persona is not None
    runtime.saved = output.save
    found, model = runtime.cast(persona, flags["model"])
    choice = ChatChoice(
        persona=found,
        model=model,
        params=parse_assignments(flags["params"]),
        user=flags["user"],
        greeting=(flags["greeting"] or 1) - 1,
        overflow=flags["overflow"],
        pass_for_human=flags["pass_for_human"],
        seed=flags["seed"],
    )
    return await runtime.chats.start(choice, runtime.create)


async def _resumed(runtime: Runtime, persona: str | None, flags: dict[str, Any]) -> ChatEngine:
    """Go on with a stored chat, on another model where the flags say so."""
    if persona is not None:
        raise UsageError("--resume brings its own persona.", f"Leave {persona} out.")
    refuse_settled(_SETTLED, ENGINE)
    params = parse_assignments(flags["params"]).to_json()

    async def open_(session: Session) -> ChatEngine:
        engine = runtime.chats.engine(session)
        if flags["model"] or params:
            await engine.send(SetModel(flags["model"], params))
        return engine

    return await reopened(runtime, flags["resume_id"], ENGINE, open_)


async def _drive(engine: ChatEngine, given: _Input, output: Output) -> None:
    """Run an engine on what was given, and print what it says.

    Raises:
        SalonError: what was given could not be sent, or a record not be stored.
    """
    recalled = () if given.messages or output.steered else _recalled(engine)
    printer = ChatPrinter(typed=given.typed, recalled=recalled)
    show = show_json if output.as_json else printer.show

    async def speak() -> None:
        await say(engine, given.messages)
        if output.steered:
            await take_commands(engine.send, Command, as_json=output.as_json)

    if given.typed:
        typed = TypedChat(engine, printer, given.files)
        try:
            await drive(engine, show, typed.feed, on_interrupt=typed.interrupt)
        finally:
            printer.leave()
    else:
        await drive_work(engine, show, speak)


def _recalled(engine: ChatEngine) -> Sequence[Record]:
    """Return where a chat stands: its last messages, and why there is no reply if one failed."""
    error = engine.state.error
    return [*engine.state.messages[-_RECALLED:], *([] if error is None else [error])]
