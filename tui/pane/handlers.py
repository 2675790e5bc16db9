"""What carries out the commands of a pane: classes by topic, a method a command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import iscoroutinefunction
from typing import Generic, TypeVar

C = TypeVar("C")
Handler = Callable[..., Awaitable[str | None]]
"""Carries a command out; what it returns is said in the status line."""


class Handlers(Generic[C]):
    """Carries out commands of one topic.

    Every public coroutine method is the handler of the command of its name. It may raise
    `SalonError`, whose sentence is shown in the pane.
    """

    def __init__(self, controller: C) -> None:
        self._controller = controller

    def by_name(self) -> Mapping[str, Handler]:
        """Return the handlers by the names of their commands."""
        names = (name for name in dir(type(self)) if not name.startswith("_"))
        return {
            name: getattr(self, name)
            for name in names
            if iscoroutinefunction(getattr(type(self), name))
        }


def collect(topics: Iterable[Handlers[C]]) -> Mapping[str, Handler]:
    """Return the handlers of several topics by name. Raises `ValueError` for one named twice."""
    found: dict[str, Handler] = {}
    for topic in topics:
        for name, handler in topic.by_name().items():
            if name in found:
                raise ValueError(f"Two handlers are called {name!r}.")
            found[name] = handler
    return found
