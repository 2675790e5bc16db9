"""Which method carries out which command: declared at the method, checked with the class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from core.config.params import check_parameters
from core.engine.commands import EngineCommand, Pin, Rename, commands_in
from core.engine.log import SessionLog
from core.errors import CommandError, UsageError
from core.messages import ModelName, Params
from core.sessions.record import Author, Kind
from core.text import clean_line

Command = TypeVar("Command", bound=EngineCommand)
Owner = TypeVar("Owner", bound="CommandHandlers")
Handler = Callable[[Owner, Command], Awaitable[None]]
Dispatch = Mapping[type[EngineCommand], Callable[[Any], Awaitable[None]]]

_MARK = "_handled_command"


def handles(command: type[Command]) -> Callable[[Handler[Owner, Command]], Handler[Owner, Command]]:
    """Declare that a method of `CommandHandlers` carries out a command.

    The method raises `CommandError`, before anything has changed, where it cannot.
    """

    def mark(method: Handler[Owner, Command]) -> Handler[Owner, Command]:
        setattr(method, _MARK, command)
        return method

    return mark


class CommandHandlers:
    """A class with methods that carry out commands."""

    handled: ClassVar[Mapping[type[EngineCommand], str]] = {}
    """The name of the method for each command."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {
            command: name
            for name, member in vars(cls).items()
            if (command := getattr(member, _MARK, None)) is not None
        }
        found: dict[type[EngineCommand], str] = {}
        for each in reversed(cls.__mro__[1:]):
            found |= vars(each).get("handled", {})
        cls.handled = found | own


class SessionHandlers(CommandHandlers):
    """What a session is called, and whether it is pinned."""

    def __init__(self, log: SessionLog[Any], human: Author) -> None:
        self._log = log
        self._human = human

    @handles(Rename)
    async def rename(self, command: Rename) -> None:
        """Give the session a title."""
        title = clean_line(command.title).strip()
        if not title:
            raise CommandError("A title needs words.")
        await self._describe({"title": title})

    @handles(Pin)
    async def pin(self, command: Pin) -> None:
        """Keep the session at the top of lists, or no longer."""
        await self._describe({"pinned": command.pinned})

    async def _describe(self, data: Mapping[str, Any]) -> None:
        """Store facts about the session."""
        await self._log.tell(self._log.new_record(Kind.META, author=self._human, data=data))


def chosen_model(model: str | None, params: Mapping[str, Any] | None) -> tuple[str | None, Params]:
    """Return the full name of the model that a command names, if it does, and its parameters.

    Raises:
        CommandError: it is no name of a model, or a parameter is unknown or wrong.
    """
    try:
        name = None if model is None else str(ModelName.parse(model))
        return name, check_parameters(dict(params or {}))
    except UsageError as error:
        raise CommandError(error.message, error.hint) from error


def check_handlers(union: Any, classes: Iterable[type[CommandHandlers]]) -> None:
    """Check that each command of a union has exactly one handler in these classes.

    Raises:
        TypeError: one has none, or several; names it.
    """
    found: dict[type[EngineCommand], list[str]] = {each: [] for each in commands_in(union)}
    for each in classes:
        for command, name in each.handled.items():
            if command in found:
                found[command].append(f"{each.__name__}.{name}")
    wrong = [
        f"{command.__name__} ({', '.join(names) or 'no handler'})"
        for command, names in found.items()
        if len(names) != 1
    ]
    if wrong:
        raise TypeError(f"Each command needs exactly one handler: {', '.join(wrong)}.")


def bind_handlers(union: Any, owners: Iterable[CommandHandlers]) -> Dispatch:
    """Return the method that carries out each command of a union."""
    commands = set(commands_in(union))
    return {
        command: getattr(owner, name)
        for owner in owners
        for command, name in owner.handled.items()
        if command in commands
    }
