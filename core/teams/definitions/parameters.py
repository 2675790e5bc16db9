"""The parameters that a team declares, and the values it is given for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from core import json_safe
from core.config.checks import describe
from core.errors import PersonaError, UsageError, nearest
from core.teams.definitions.located import Lined, plain, read_lined

ParameterKind = Literal["text", "number", "list", "flag"]
KINDS: tuple[ParameterKind, ...] = get_args(ParameterKind)
LONGEST_TEXT = 20_000
"""Characters of one text."""
MOST_ITEMS = 500
"""Texts of one list."""

_EMPTY: Mapping[ParameterKind, Any] = {"text": "", "number": None, "list": (), "flag": False}
_WANTED: Mapping[ParameterKind, str] = {
    "text": f"a text of at most {LONGEST_TEXT:,} characters",
    "number": "a number",
    "list": f"a list of at most {MOST_ITEMS} texts",
    "flag": "true or false",
}
_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a team can be told about whom or what it works on."""

    name: str
    kind: ParameterKind = "text"
    description: str = ""
    default: Any = None
    """A checked value; `None`: there is none."""
    required: bool = False

    def checked(self, value: Any) -> Any:
        """Return a value as the parameter holds it.

        Raises:
            UsageError: it has the wrong type or is too long.
        """
        found = _CHECKS[self.kind](value)
        if found is None:
            wanted = _WANTED[self.kind]
            raise UsageError(f"{self.name} has to be {wanted}, not {describe(value)}.")
        return found

    def typed(self, text: str) -> Any:
        """Return the value that somebody typed.

        A list is JSON or one text, a text stands as it is.

        Raises:
            UsageError: it is none of this kind.
        """
        if self.kind == "text":
            return self.checked(text)
        if self.kind == "flag":
            return self.checked(_FLAGS.get(text.strip().casefold(), text))
        try:
            value = json_safe.loads(text)
        except ValueError:
            value = text
        if self.kind == "list" and not isinstance(value, list):
            value = [text]
        return self.checked(value)


def parse_assignments(
    parameters: Sequence[Parameter], assignments: Iterable[str]
) -> dict[str, Any]:
    """Read flags such as `mood=calm`; of a list each further one adds to it.

    Raises:
        UsageError: one is not NAME=VALUE, or of no declared parameter, or of the wrong type.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{assignment!r} is not NAME=VALUE.", "For example: mood=calm")
        parameter = _named(parameters, name.strip())
        value = parameter.typed(text)
        if parameter.kind == "list" and parameter.name in values:
            value = parameter.checked([*values[parameter.name], *value])
        values[parameter.name] = value
    return values


def read_parameter_file(parameters: Sequence[Parameter], path: Path) -> dict[str, Any]:
    """Read values from a YAML or JSON file.

    Raises:
        UsageError: it cannot be read, or names a parameter that there is none of, or gives one
            a value of the wrong type; with file and line.
    """
    try:
        lined = read_lined(path)
    except PersonaError as error:
        raise UsageError(error.message, error.hint) from error
    return check_values(parameters, lined)


def check_values(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return given values, each checked.

    Raises:
        UsageError: one is of no declared parameter or of the wrong type.
    """
    checked: dict[str, Any] = {}
    for name, value in values.items():
        try:
            checked[name] = _named(parameters, name).checked(plain(value))
        except UsageError as error:
            if not isinstance(values, Lined):
                raise
            place = values.error(name, error.message, error.hint)
            raise UsageError(place.message, place.hint) from error
    return checked


def complete(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for all parameters, in the order they are declared.

    Raises:
        UsageError: a required one is missing, or a value is not valid.
    """
    given = check_values(parameters, values)
    missing = [
        each
        for each in parameters
        if each.required and each.default is None and given.get(each.name) in (None, "", [])
    ]
    if missing:
        names = ", ".join(each.name for each in missing)
        what = f" ({missing[0].description})" if missing[0].description else ""
        raise UsageError(
            f"The team has to be given: {names}.", f"For example --set {missing[0].name}=…{what}"
        )
    return {each.name: given.get(each.name, _default(each)) for each in parameters}


def _default(parameter: Parameter) -> Any:
    value = _EMPTY[parameter.kind] if parameter.default is None else parameter.default
    return list(value) if parameter.kind == "list" else value


def _named(parameters: Sequence[Parameter], name: str) -> Parameter:
    found = next((each for each in parameters if each.name == name), None)
    if found is None:
        names = [each.name for each in parameters]
        hint = nearest(name, names) or "The team declares none."
        raise UsageError(f"{name!r} is no parameter of this team.", hint)
    return found


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) if len(str(value)) <= LONGEST_TEXT else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _list(value: Any) -> list[str] | None:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or len(items) > MOST_ITEMS:
        return None
    texts = [_text(each) for each in items]
    return None if None in texts else [each for each in texts if each is not None]


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_CHECKS = {"text": _text, "number": _number, "list": _list, "flag": _flag}
