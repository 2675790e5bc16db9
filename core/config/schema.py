"""Every key that a settings file, a variable or a flag may set, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.config.checks import (
    Check,
    describe,
    flag,
    number,
    one_of,
    plain,
    text,
    texts,
    whole,
)
from core.config.params import PARAMETERS
from core.config.prices import check_price
from core.errors import ConfigError, nearest
from core.providers.addresses import normal_url
from core.providers.kinds import ADAPTERS

KeyPath = tuple[str, ...]

ANY = "*"
"""Stands for a name that the user chooses."""

_SECRET = re.compile(r"(^|[-_])(api_?key|key|token|secret|password|authorization)$", re.IGNORECASE)
_MODEL = re.compile(r"[^\s:]+(:\S+)?")


class Leaf(NamedTuple):
    """One checked value of one source; `None` takes back what lower sources say."""

    value: object
    origin: str


Layer = dict[KeyPath, Leaf]
"""What one source says. Laying one over another is a deep merge that replaces lists."""


def _model(value: object) -> str:
    if not isinstance(value, str) or not _MODEL.fullmatch(value):
        raise ValueError("provider:model")
    return value


def _url(value: object) -> str:
    return normal_url(text(value))


SCHEMA: Mapping[KeyPath, Check] = {
    ("model",): _model,
    ("theme",): text,
    **{("params", name): check for name, check in PARAMETERS.items()},
    ("chat", "user"): text,
    ("chat", "overflow"): one_of("drop", "summarise"),
    ("chat", "pass_for_human"): flag,
    ("meetup", "turns"): whole(0),
    ("meetup", "starter"): one_of("a", "b", "random"),
    ("meetup", "rate"): number(0),
    ("meetup", "pace"): number(0),
    ("meetup", "overflow"): one_of("drop", "summarise"),
    ("meetup", "pass_for_human"): flag,
    ("meetup", "loops"): flag,
    ("meetup", "ready_pair"): texts(2, 2),
    ("hierarchy", "steps"): whole(1),
    ("recommend", "predictor"): one_of("local", "mock", "kumo"),
    ("recommend", "horizon"): whole(1, 3650),
    ("recommend", "threshold"): number(0, 1),
    ("recommend", "otherwise"): text,
    ("recommend", "actions"): texts(1, 100),
    ("recommend", "rows_may_leave"): flag,
    ("providers", ANY, "kind"): one_of(*ADAPTERS),
    ("providers", ANY, "base_url"): _url,
    ("providers", ANY, "key_variable"): text,
    ("providers", ANY, "key_required"): flag,
    ("providers", ANY, "default_model"): text,
    ("providers", ANY, "connect_timeout"): number(0, above=True),
    ("providers", ANY, "read_timeout"): number(0, above=True),
    ("providers", ANY, "prompt_timeout"): number(0, above=True),
    ("providers", ANY, "options", ANY): plain,
    ("context_lengths", ANY): whole(64),
    ("prices", ANY): check_price,
    ("keymap", ANY): text,
    **{
        ("clm", section, *(ANY,) * depth): plain
        for section, depth in (
            ("actions", 2),
            ("cast", 2),
            ("classic", 1),
            ("observer", 1),
            ("ledger", 1),
            ("market", 1),
            ("messages", 1),
            ("run", 1),
            ("catalogue", 0),
            ("segments", 2),
        )
    },
}
"""What stands below `clm` is checked when it is used, by the package of that name."""


def _fits(pattern: KeyPath, path: KeyPath) -> bool:
    return all(wanted in {ANY, name} for wanted, name in zip(pattern, path, strict=False))


def is_section(path: KeyPath) -> bool:
    """Whether keys stand below `path`."""
    return any(len(key) > len(path) and _fits(key, path) for key in SCHEMA)


def check_leaf(path: KeyPath, value: object, origin: str) -> Leaf:
    """Return the checked value of the key at `path`.

    Raises:
        ConfigError: there is no such key, or it cannot have this value.
    """
    refuse_secrets(path, value, origin)
    check = _find(path, origin)
    if value is None:
        return Leaf(None, origin)
    try:
        return Leaf(check(value), origin)
    except ValueError as error:
        raise ConfigError(
            f"{origin}: {dotted(path)} has to be {error}, not {describe(value)}."
        ) from None


def _find(path: KeyPath, origin: str) -> Check:
    for key, check in SCHEMA.items():
        if len(key) == len(path) and _fits(key, path):
            return check
    raise unknown_key(path, origin)


def unknown_key(path: KeyPath, origin: str) -> ConfigError:
    """Return the error for a key that does not exist, naming the nearest that do."""
    siblings = {
        key[len(path) - 1] for key in SCHEMA if len(key) >= len(path) and _fits(key[:-1], path[:-1])
    } - {ANY}
    hint = nearest(path[-1], siblings, prefix="".join(f"{each}." for each in path[:-1]))
    elsewhere = sorted(dotted(key) for key in SCHEMA if ANY not in key and key[-1] == path[-1])
    if elsewhere and not hint.startswith("Did"):
        hint = f"Did you mean {' or '.join(elsewhere)}?"
    return ConfigError(f"{origin}: {dotted(path)} is not a setting.", hint)


def refuse_secrets(path: KeyPath, value: object, origin: str) -> None:
    """Refuse keys and passwords anywhere in what a file says of a provider.

    Raises:
        ConfigError: there is one; the value is not quoted.
    """
    if path[0] != "providers":
        return
    for name in (path[-1], *_names(value)):
        if _SECRET.search(name):
            raise ConfigError(
                f"{origin}: {dotted(path)} looks like a secret, and settings hold none.",
                "Put it into the environment (or .env), and name that variable with key_variable.",
            )


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _names(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)


def dotted(path: KeyPath) -> str:
    """Return a key as it is written in messages and flags."""
    return ".".join(path)


def split_key(key: str) -> KeyPath:
    """Read a dotted key; names chosen by users may hold dots themselves."""
    parts = tuple(key.split("."))
    for pattern in SCHEMA:
        if pattern[-1] == ANY and len(parts) > len(pattern) and _fits(pattern, parts):
            return (*parts[: len(pattern) - 1], ".".join(parts[len(pattern) - 1 :]))
    return parts
