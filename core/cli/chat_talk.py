"""How a chat on the command line gets its messages: from flags, or typed line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from core.chat.commands import (
    Attachment,
    Command,
    Continue,
    End,
    Regenerate,
    Send,
    SetModel,
    Stop,
)
from core.chat.engine import ChatEngine
from core.cli.chat_plain import ChatPrinter
from core.cli.output import clean_line, complain, echo
from core.cli.steering import TypedReader
from core.errors import SalonError, StoreError, UsageError

CatchUp = Callable[[], None]


async def say(engine: ChatEngine, messages: Sequence[Send]) -> None:
    """Send messages, each when the one before is answered; a reply that fails ends it.

    Raises:
        CommandError: the model cannot be had.
        StoreError: a message could not be stored.
    """
    for message in messages:
        await engine.send(message)
        await engine.idle()
        if engine.state.error is not None:
            return


async def finish(engine: ChatEngine) -> None:
    """Close a chat once the replies under way are written. Raises `StoreError`."""
    if not engine.ended:
        await engine.send(End())


class _Slash(NamedTuple):
    """A command that can be typed."""

    usage: str
    help: str
    read: Callable[[str], Command]


def _set_model(rest: str) -> Command:
    return SetModel(model=rest)


TYPED: Mapping[str, _Slash] = {
    "/retry": _Slash(
        "/retry", "Regenerate the reply, or reply to the last message", lambda _: Regenerate()
    ),
    "/continue": _Slash("/continue", "Continue the last reply", lambda _: Continue()),
    "/stop": _Slash("/stop", "Stop the reply; what was written is kept", lambda _: Stop()),
    "/model": _Slash(
        "/model [NAME]", "Change the model from here on, or say which it is", _set_model
    ),
    "/quit": _Slash("/quit", "Leave, as Ctrl-D does", lambda _: End()),
}
"""The commands that can be typed, in the words of the Chat pane."""
_HELP = "/help"


def read_typed(text: str) -> Command | None:
    """Return what a typed text amounts to; `None` where only help is wanted.

    A doubled slash sends the rest as it stands.

    Raises:
        UsageError: it begins with a slash and is no command.
    """
    if text.startswith("//"):
        return Send(text[1:])
    word, _, rest = text.partition(" ")
    if not word.startswith("/"):
        return Send(text)
    if word.lower() == _HELP:
        return None
    slash = TYPED.get(word.lower())
    if slash is None:
        raise UsageError(
            f"There is no command {word}.", "/help lists them; // sends what begins with a slash."
        )
    return slash.read(rest.strip())


def help_lines() -> str:
    """Return what can be typed, one command a line."""
    rows = [(each.usage, each.help) for each in TYPED.values()]
    rows.append(("//…", "Send the rest as it stands, one slash left"))
    return "\n".join(f"  {usage:<14} {about}" for usage, about in rows)


class TypedChat:
    """A chat whose human types on the terminal.

    Args:
        files: what goes along with the first message.
    """

    def __init__(
        self, engine: ChatEngine, printer: ChatPrinter, files: tuple[Attachment, ...] = ()
    ) -> None:
        self._engine = engine
        self._printer = printer
        self._files = files
        self._leaving = False
        self._prompting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def feed(self, catch_up: CatchUp) -> None:
        """Carry out what is typed until that ends, then close the chat.

        Raises:
            StoreError: a record could not be stored.
        """
        self._ask(catch_up)
        try:
            async for text in TypedReader(0):
                self._printer.answered()
                await self._carry_out(text)
                self._ask(catch_up)
            self._leaving = True
            await finish(self._engine)
        finally:
            if self._prompting is not None:
                self._prompting.cancel()

    def interrupt(self) -> bool:
        """Stop the reply that is being written; false if there is none, or it was asked before."""
        if self._stopping is not None and not self._stopping.done():
            return False
        if not self._engine.replying:
            return False
        self._stopping = asyncio.create_task(self._engine.send(Stop()))
        return True

    def _ask(self, catch_up: CatchUp) -> None:
        """Prompt as soon as nothing is being written any more."""

        async def when_idle() -> None:
            await self._engine.idle()
            catch_up()
            if not self._leaving:
                self._printer.prompt(f"{clean_line(self._engine.state.spec.user)}> ")

        if self._prompting is None or self._prompting.done():
            self._prompting = asyncio.create_task(when_idle())

    async def _carry_out(self, text: str) -> None:
        if not text.strip():
            return
        try:
            command = read_typed(text)
            if command is None:
                echo(help_lines(), err=True)
            elif isinstance(command, SetModel) and not command.model:
                echo(self._engine.state.seat.model, err=True)
            else:
                await self._send(command)
        except StoreError:
            raise
        except SalonError as error:
            complain(error.message, error.hint)

    async def _send(self, command: Command) -> None:
        self._leaving = isinstance(command, End)
        if isinstance(command, Send):
            await self._engine.send(Send(command.text, self._files))
            self._files = ()
            return
        last = self._engine.state.last
        if isinstance(command, Continue) and last is not None:
            self._printer.go_on_from(last.text)
        try:
            await self._engine.send(command)
        except SalonError:
            self._printer.go_on_from("")
            raise
