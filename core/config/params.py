"""What each sampling parameter may be: for settings files, persona files and flags alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core import json_safe
from core.config.checks import Check, describe, number, texts, whole
from core.errors import UsageError, nearest
from core.messages import Params

_stop_list = texts(1, 16)


def _stop(value: object) -> object:
    return _stop_list([value] if isinstance(value, str) else value)


PARAMETERS: Mapping[str, Check] = {
    "temperature": number(0, 2),
    "top_p": number(0, 1, above=True),
    "top_k": whole(1),
    "max_tokens": whole(1),
    "seed": whole(0, 2**32 - 1),
    "stop": _stop,
    "context_length": whole(64),
}
"""The seed's limit is llama.cpp's, the narrowest of all wires."""


def check_parameters(values: Mapping[str, object]) -> Params:
    """Build parameters from values of any origin.

    Raises:
        UsageError: one is unknown or out of its range; names it.
    """
    checked: dict[str, object] = {}
    for name, value in values.items():
        check = PARAMETERS.get(name)
        if check is None:
            raise UsageError(f"{name!r} is not a parameter.", nearest(name, PARAMETERS))
        try:
            checked[name] = check(value)
        except ValueError as error:
            raise UsageError(f"{name} has to be {error}, not {describe(value)}.") from None
    return Params.from_json(checked)


def parse_assignments(assignments: Iterable[str]) -> Params:
    """Read flags such as `temperature=0.2` or `stop=["END"]`; a later one wins.

    Raises:
        UsageError: one is not NAME=VALUE, is unknown or out of its range.
    """
    values: dict[str, object] = {}
    for assignment in assignments:
        name, value = split_assignment(assignment, "temperature=0.2")
        values[name.replace("-", "_")] = value
    return check_parameters(values)


def split_assignment(assignment: str, example: str) -> tuple[str, object]:
    """Split NAME=VALUE; the value is read as JSON and counts as text where it is none.

    Raises:
        UsageError: a half is missing.
    """
    name, equals, text = assignment.partition("=")
    name, text = name.strip(), text.strip()
    if not name or not equals or not text:
        raise UsageError(f"{assignment!r} is not NAME=VALUE.", f"For example: {example}")
    try:
        return name, json_safe.loads(text)
    except ValueError:
        return name, text
