"""The flows that a team's file can name: Salon's own and those of installed packages.

A package adds one as an entry point of the group `salon.flows`, named as files name it and
pointing at a `core.teams.flow.FlowFunction`. It is loaded when a team that names it runs;
listing and reading teams loads nothing, and a file can name no module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from core.errors import UsageError, nearest
from core.teams.flow import FlowFunction

GROUP = "salon.flows"

_OWN = {"pipeline": "core.teams.flows.pipeline", "dialogue": "core.teams.flows.dialogue"}

FlowCheck = Callable[[Mapping[str, Any], Collection[str], Collection[str]], None]
"""Looks through a flow's options, given names of delegates and parameters; `UsageError`."""


def flow_names() -> list[str]:
    """Return the names of all flows that are installed, Salon's own first."""
    return [*_OWN, *sorted({each.name for each in _entries()} - _OWN.keys())]


def flow_function(name: str) -> FlowFunction:
    """Return the function of a flow.

    Raises:
        UsageError: there is none of that name, or its package cannot be loaded.
    """
    require_flow(name)
    if name in _OWN:
        return cast(FlowFunction, getattr(import_module(_OWN[name]), name))
    entry = next(each for each in _entries() if each.name == name)
    try:
        function = entry.load()
    except Exception as error:
        # Whatever the package raises while it loads is for its maker to mend.
        raise UsageError(
            f"The flow {name!r} cannot be loaded from {entry.value}: {error}.",
            "Reinstall the package that brings it.",
        ) from error
    if not callable(function):
        raise UsageError(f"The flow {name!r} ({entry.value}) is no function.")
    return cast(FlowFunction, function)


def require_flow(name: str) -> None:
    """Raise `UsageError` if there is no flow of that name."""
    names = flow_names()
    if name not in names:
        raise UsageError(
            f"There is no flow {name!r}.",
            f"{nearest(name, names)} Other packages add flows by the entry point group {GROUP}.",
        )


def check_flow(
    name: str,
    options: Mapping[str, Any],
    delegates: Collection[str],
    parameters: Collection[str],
) -> None:
    """Look through what a file says of a flow; of foreign ones only whether they are there.

    Raises:
        UsageError: there is no such flow, or an option is wrong.
    """
    require_flow(name)
    if name in _OWN:
        check = cast(FlowCheck, import_module(_OWN[name]).check)
        check(options, delegates, parameters)


def _entries() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))
