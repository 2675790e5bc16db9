"""Reads commands that arrive as JSON objects, and says what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from core.errors import UsageError

Command = TypeVar("Command")
Values = Mapping[str, Any]


def read_command(values: Values, readers: Mapping[str, Callable[[Values], Command]]) -> Command:
    """Return the command that `values["do"]` names.

    Raises:
        UsageError: the verb is unknown, or a field is missing or has the wrong type.
    """
    reader = readers.get(str(values.get("do")))
    if reader is None:
        verbs = ", ".join(sorted(readers))
        raise UsageError(f"Unknown command {values.get('do')!r}.", f"There are: {verbs}.")
    return reader(values)


def text(values: Values, key: str = "text") -> str:
    """Return a text that has to be there. Raises `UsageError`."""
    found = values.get(key)
    if not isinstance(found, str) or not found.strip():
        raise UsageError(f"{values['do']!r} needs a {key}.", f'Add "{key}": "…".')
    return found


def maybe_text(values: Values, key: str) -> str | None:
    """Return a text, if there is one. Raises `UsageError` for anything else."""
    found = values.get(key)
    if found is not None and not isinstance(found, str):
        raise UsageError(f"{key} has to be a text, not {found!r}.")
    return found


def flag(values: Values, key: str, default: bool) -> bool:
    """Return true or false. Raises `UsageError` for anything else."""
    found = values.get(key, default)
    if not isinstance(found, bool):
        raise UsageError(f"{key} has to be true or false, not {found!r}.")
    return found


def whole(values: Values, key: str, low: int, high: int | None = None) -> int | None:
    """Return a whole number from `low` up, if there is one. Raises `UsageError` for others."""
    found = values.get(key)
    if found is None:
        return None
    fits = isinstance(found, int) and not isinstance(found, bool) and found >= low
    if not fits or (high is not None and found > high):
        most = "" if high is None else f" to {high}"
        raise UsageError(f"{key} has to be a whole number from {low}{most}, not {found!r}.")
    return int(found)


def model_and_params(values: Values) -> tuple[str | None, Mapping[str, Any] | None]:
    """Return what a `set` changes of who speaks: the model, parameters, or both.

    Raises:
        UsageError: it changes nothing, or one of them has the wrong type.
    """
    model, params = values.get("model"), values.get("params")
    if model is not None and not isinstance(model, str):
        raise UsageError("model has to be a text like local:smollm2.")
    if params is not None and not isinstance(params, Mapping):
        raise UsageError('params has to be an object like {"temperature": 0.2}.')
    if not model and not params:
        raise UsageError('"set" needs something to set.', 'Add "model" or "params".')
    return model, params
