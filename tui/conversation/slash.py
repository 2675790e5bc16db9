"""What is typed into a prompt: words for the conversation, or a command that begins with `/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import UsageError, nearest
from core.text import read_whole

T = TypeVar("T")
LITERAL = "//"
"""Begins a text that goes out from its second slash on, as it stands."""


@dataclass(frozen=True, slots=True)
class Slash(Generic[T]):
    """A command of a prompt."""

    usage: str
    help: str
    read: Callable[[str], T]
    """Turns what follows the word into what is to be done; may raise `UsageError`."""


def find(slashes: Mapping[str, Slash[T]], word: str, *, spoken: bool = True) -> Slash[T]:
    """Return the command that a word names; `spoken` where words go out from the prompt as well.

    Raises:
        UsageError: there is none.
    """
    slash = slashes.get(word.lower())
    if slash is None:
        names = (each[1:] for each in slashes)
        hint = nearest(word[1:].lower(), names, prefix="/") if len(word) > 1 else ""
        known = hint if hint.startswith("Did") else "F1 shows those there are."
        literal = f" {LITERAL} sends it as it stands." if spoken else ""
        raise UsageError(f"There is no command {word}.", f"{known}{literal}")
    return slash


def suggestions(slashes: Mapping[str, Slash[T]], text: str) -> str:
    """Return the usages that fit what was typed so far; one alone with what it does."""
    word, space, _ = text.partition(" ")
    fitting = [
        each
        for name, each in slashes.items()
        if name == word.lower() or (not space and name.startswith(word.lower()))
    ]
    if len(fitting) == 1:
        return f"{fitting[0].usage}  {fitting[0].help}"
    return "  ".join(each.usage.split(" ")[0] for each in fitting)


def help_table(slashes: Iterable[Slash[T]], *spoken: tuple[str, str]) -> str:
    """Return what can be typed, as a Markdown table; `spoken` are rows for what is no command."""
    rows = [f"| {text} | {what} |" for text, what in spoken]
    rows += [f"| `{each.usage}` | {each.help} |" for each in slashes]
    rows.append(f"| `{LITERAL}…` | sends the rest as it stands |")
    return "\n".join(["| in the prompt | does |", "|---|---|", *rows])


def needed(rest: str, usage: str) -> str:
    """Return what follows a word.

    Raises:
        UsageError: nothing does.
    """
    if not rest:
        raise UsageError(f"Something is missing: {usage}")
    return rest


def whole(rest: str, usage: str) -> int:
    """Read a whole number.

    Raises:
        UsageError: it is none.
    """
    number = read_whole(rest)
    if number is None:
        raise UsageError(f"A whole number is needed: {usage}")
    return number
