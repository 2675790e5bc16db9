"""The commands of a pane, each declared in one row.

A row drives the key, the key bar, the palette, the help page, the `/command` with its usage,
and what Tab completes. What a row does is either a handler of the pane, found by the row's
name (`tui.pane.handlers`), or a command of the engine (`sends`), which needs no handler.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from textual.binding import Binding

from core.errors import UsageError, nearest
from core.text import read_whole

C = TypeVar("C")
"""The controller of the pane."""
LITERAL = "//"
"""Begins a text that is sent from its second slash on."""
_OPTIONAL = re.compile(r"\[[^][]*]")


def _whole(rest: str) -> tuple[object, ...]:
    return (rest,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[C]):
    """One command of a pane."""

    name: str
    """Of its handler, and of the `/command` where there is one."""
    help: str = ""
    """One line: in the palette, on the help page, beside the `/command`."""
    key: str = ""
    """Textual's names of its keys, separated by commas."""
    shown_key: str = ""
    """How the key reads, where Textual's own reading is not enough."""
    label: str = ""
    """Its word on the key bar; a row without one is not shown there."""
    usage: str = ""
    """The `/command` with its arguments, optional ones in brackets: `/fork [DAY]`."""
    arguments: tuple[object, ...] = ()
    """What the key passes to the handler."""
    reads: Callable[[str], tuple[object, ...]] = _whole
    """Turns what follows the `/command` into arguments; may raise `UsageError`."""
    sends: Callable[..., Any] | None = None
    """The engine's command, made of the arguments, where the engine does it all.

    Where an argument can be left out and the command cannot do without it, the row also has a
    handler, which asks for it.
    """
    when: Callable[[C], bool] | None = None
    """Whether it can be done now; `None`: always."""
    asks: bool = False
    """Whether the handler takes its time: it opens a dialog, shows a page, leaves the pane."""
    complete: Callable[[C, str], Sequence[str]] | None = None
    """What the last word of its arguments can become; called in a thread."""
    group: Binding.Group | None = None

    @property
    def id(self) -> str:
        """What tells it from other rows: its name, and the arguments of its key."""
        return " ".join([self.name, *map(str, self.arguments)])

    @property
    def word(self) -> str:
        """The `/command`; empty where there is none."""
        return self.usage.partition(" ")[0]

    @property
    def needs_text(self) -> bool:
        """Whether its `/command` has an argument that cannot be left out."""
        return " " in _OPTIONAL.sub("", self.usage).strip()

    def possible(self, controller: C) -> bool:
        """Return whether it can be done now."""
        return self.when is None or self.when(controller)

    def bindings(self, pane: str) -> Iterator[Binding]:
        """Yield what Textual is to bind for it."""
        if self.key:
            yield Binding(
                self.key,
                f"command({self.id!r})",
                self.label or self.help,
                show=bool(self.label),
                key_display=self.shown_key or None,
                tooltip=self.help,
                id=f"{pane}.{self.id.replace(' ', '.')}",
                group=self.group,
            )


@dataclass(frozen=True, slots=True)
class ParsedCommand(Generic[C]):
    """A row with the arguments that it is to be carried out with."""

    row: Command[C]
    arguments: tuple[object, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether carrying it out may wait for the user."""
        return self.row.asks and (self.row.sends is None or not self.arguments)


@dataclass(frozen=True)
class CommandTable(Generic[C]):
    """All commands of a pane, in the order in which help shows them."""

    pane: str
    rows: Sequence[Command[C]]
    speech: str = ""
    """The handler of words that are no command; without one every line is a command."""
    spoken: Sequence[tuple[str, str]] = ()
    """For help: what can be typed that is no command, and what it does."""
    passed_on: frozenset[str] = field(default=frozenset())
    """Words with a slash that are speech, such as the control words of a meetup."""

    @cached_property
    def by_id(self) -> Mapping[str, Command[C]]:
        """The rows by id. Raises `ValueError` where two have the same."""
        return _unique((each.id, each) for each in self.rows)

    @cached_property
    def by_word(self) -> Mapping[str, Command[C]]:
        """The rows with a `/command` by its word. Raises `ValueError` where two have the same."""
        return _unique((each.word, each) for each in self.rows if each.word)

    @cached_property
    def by_key(self) -> Mapping[str, Sequence[Command[C]]]:
        """The rows by each of their keys."""
        found: dict[str, list[Command[C]]] = {}
        for row in self.rows:
            for key in row.key.split(",") if row.key else ():
                found.setdefault(key, []).append(row)
        return found

    def bindings(self) -> list[Any]:
        """Return what the screen of the pane binds."""
        return [each for row in self.rows for each in row.bindings(self.pane)]

    def same_key(self, row: Command[C]) -> Sequence[Command[C]]:
        """Return all rows that share the first key of a row, itself included."""
        return self.by_key[row.key.split(",")[0]] if row.key else (row,)

    def words(self) -> list[str]:
        """Return every word that may begin a line, for completion."""
        return [*self.by_word, *sorted(self.passed_on)]

    def parse(self, text: str) -> ParsedCommand[C]:
        """Return what a typed text asks for.

        Raises:
            UsageError: there is no such command, or its arguments are missing or wrong.
        """
        line = text.strip()
        if self.speech:
            if text.startswith(LITERAL):
                return self._said(text[1:], literal=True)
            head = line.split(maxsplit=1)[0] if line else ""
            if not head.startswith("/") or head.lower().rstrip(".!") in self.passed_on:
                return self._said(text)
        elif not line.startswith("/"):
            line = f"/{line}"
        word, *rest = line.split(maxsplit=1)
        return self._typed(self._find(word), rest[0].strip() if rest else "")

    def suggestions(self, text: str) -> str:
        """Return the usages that fit what was typed so far; one alone with its help."""
        word, space, _ = text.partition(" ")
        word = word.lower()
        fitting = [
            row
            for name, row in self.by_word.items()
            if name == word or (not space and name.startswith(word))
        ]
        if len(fitting) == 1:
            return f"{fitting[0].usage}  {fitting[0].help}"
        return "  ".join(each.word for each in fitting)

    def completions(self, controller: C, text: str) -> Sequence[str]:
        """Return the lines that a line with a command in it can become. May read files."""
        word, _, rest = text.partition(" ")
        row = self.by_word.get(word.lower())
        if row is None or row.complete is None:
            return []
        return [f"{word} {each}" for each in row.complete(controller, rest)]

    def help_table(self) -> str:
        """Return the commands that can be typed, as a Markdown table; empty if there are none."""
        if not self.by_word:
            return ""
        rows = [f"| {text} | {does} |" for text, does in self.spoken]
        rows += [f"| `{each.usage}` | {each.help} |" for each in self.by_word.values()]
        if self.speech:
            rows.append(f"| `{LITERAL}…` | sends the rest as it stands |")
        return "\n".join(["| in the prompt | does |", "|---|---|", *rows])

    def _find(self, word: str) -> Command[C]:
        row = self.by_word.get(word.lower())
        if row is None:
            names = (each[1:] for each in self.by_word)
            hint = nearest(word[1:].lower(), names, prefix="/") if len(word) > 1 else ""
            known = hint if hint.startswith("Did") else "F1 shows the commands there are."
            literal = f" {LITERAL} sends it as it stands." if self.speech else ""
            raise UsageError(f"There is no command {word}.", f"{known}{literal}")
        return row

    def _typed(self, row: Command[C], rest: str) -> ParsedCommand[C]:
        if rest and row.word == row.usage:
            raise UsageError(f"{row.word} takes no argument.", "Leave out what follows it.")
        if rest:
            return ParsedCommand(row, row.reads(rest))
        if row.needs_text:
            raise UsageError(f"An argument is missing: {row.usage}")
        return ParsedCommand(row)

    def _said(self, text: str, *, literal: bool = False) -> ParsedCommand[C]:
        return ParsedCommand(Command(name=self.speech), (text, literal))


def whole_number(rest: str, usage: str) -> int:
    """Read a whole number.

    Raises:
        UsageError: it is not one.
    """
    number = read_whole(rest)
    if number is None:
        raise UsageError(f"A whole number is needed: {usage}")
    return number


def _unique(pairs: Iterator[tuple[str, Command[C]]]) -> Mapping[str, Command[C]]:
    found: dict[str, Command[C]] = {}
    for key, row in pairs:
        if key in found:
            raise ValueError(f"Two commands are called {key!r}.")
        found[key] = row
    return found
