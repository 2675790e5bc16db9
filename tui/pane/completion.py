"""What Tab completes after a `/command`: functions for the `complete` of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from core.runtime import Runtime

Completer = Callable[[Any, str], Sequence[str]]


class HasRuntime(Protocol):
    """A controller, as far as completion needs it."""

    @property
    def runtime(self) -> Runtime:
        """The composition root."""
        ...


def one_of(names: Iterable[str]) -> Completer:
    """Return a completer of the last word from fixed names."""
    known = tuple(names)
    return lambda controller, rest: last_word(rest, known)


def last_word(rest: str, names: Iterable[str]) -> Sequence[str]:
    """Return `rest` with its last word completed to each of the names that it begins."""
    before, space, typed = rest.rpartition(" ")
    wanted = typed.casefold()
    return [f"{before}{space}{each}" for each in names if each.casefold().startswith(wanted)]


def whole_line(rest: str, names: Iterable[str]) -> Sequence[str]:
    """Return the names, which may hold spaces, that begin with `rest`."""
    wanted = rest.casefold()
    return [each for each in names if each.casefold().startswith(wanted)]


def models(controller: HasRuntime, rest: str) -> Sequence[str]:
    """Complete the provider of a model."""
    return last_word(rest, (f"{name}:" for name in controller.runtime.providers.offered()))


def parameters(controller: object, rest: str) -> Sequence[str]:
    """Complete the name of a sampling parameter."""
    from core.config.params import PARAMETERS

    return last_word(rest, (f"{name}=" for name in PARAMETERS))


def formats(*tables: str) -> Completer:
    """Return a completer of formats: of tables, where a pane writes some, and of transcripts."""

    def complete(controller: object, rest: str) -> Sequence[str]:
        from core.sessions.transcripts import FORMATS

        return last_word(rest, (*tables, *FORMATS))

    return complete


def personas(controller: HasRuntime, rest: str) -> Sequence[str]:
    """Complete the name of a persona."""
    return whole_line(rest, sorted({each.name for each in controller.runtime.library.headers()}))


def paths(controller: object, rest: str) -> Sequence[str]:
    """Complete a path of a file or folder."""
    from tui.chat.attachments import completed_paths

    return completed_paths(rest.lstrip())
