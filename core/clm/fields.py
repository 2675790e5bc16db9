"""From what a settings file or a record says to a checked, frozen dataclass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from core.config.checks import Check, describe
from core.errors import ConfigError, nearest

T = TypeVar("T")


def read_fields(
    kind: type[T],
    values: object,
    checks: Mapping[str, Check],
    where: str,
    *,
    needed: Iterable[str] = (),
    **given: Any,
) -> T:
    """Build a dataclass from a mapping; what is left out keeps its default.

    Args:
        kind: a dataclass; `checks` names the fields that the mapping may set.
        where: the dotted key of the mapping, for messages.
        needed: keys that must not be left out.
        given: fields that the mapping may not set.

    Raises:
        ConfigError: a key is unknown, missing or has a value that it cannot have; names it.
    """
    found = read_mapping(values, where)
    for key in found:
        if key not in checks:
            raise ConfigError(f"{where}.{key} is not a setting.", nearest(key, checks))
    for key in needed:
        if key not in found:
            raise ConfigError(f"{where}.{key} is missing.")
    read = {key: read_value(said, checks[key], f"{where}.{key}") for key, said in found.items()}
    return kind(**read, **given)


def read_mapping(values: object, where: str) -> Mapping[str, object]:
    """Return a mapping with text for keys. Raises `ConfigError`."""
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{where} has to be a mapping of keys, not {describe(values)}.")
    return values


def read_value(value: object, check: Check, where: str) -> Any:
    """Return a checked value. Raises `ConfigError`."""
    try:
        return check(value)
    except ValueError as error:
        raise ConfigError(f"{where} has to be {error}, not {describe(value)}.") from None


def share(value: object) -> float:
    """Accept a number from 0 to 1."""
    return _between(value, 0, 1, "a number from 0 to 1")


def signed(value: object) -> float:
    """Accept any finite number."""
    return _between(value, -1e300, 1e300, "a number")


def _between(value: object, low: float, high: float, wanted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(wanted)
    return float(value)


def numbers_by_name(check: Check) -> Check:
    """Accept a mapping of names to values that pass `check`."""

    def read(value: object) -> dict[str, object]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise ValueError("a mapping of names to numbers")
        try:
            return {key: check(each) for key, each in value.items()}
        except ValueError as error:
            raise ValueError(f"a mapping of names, each to {error}") from None

    return read


def texts_by_name(value: object) -> dict[str, str]:
    """Accept a mapping of names to texts that are not empty."""
    wanted = "a mapping of names to texts"
    if not isinstance(value, Mapping):
        raise ValueError(wanted)
    for key, each in value.items():
        if not isinstance(key, str) or not isinstance(each, str) or not each.strip():
            raise ValueError(wanted)
    return dict(value)


def words(value: object) -> tuple[str, ...]:
    """Accept a list of texts, which may be empty."""
    if not isinstance(value, list | tuple) or not all(isinstance(e, str) and e for e in value):
        raise ValueError("a list of texts")
    return tuple(value)
