"""Scripts of answers and how they are read: what `core.providers.scripted` answers from.

A script is a list of replies, or a mapping with `replies`, `nodes` (lists by node) and
`loop`; as YAML, as JSON, or as plain text in which a line `---` stands between replies.
A reply is a text or a mapping with the fields of `Reply`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_args

from core import json_safe
from core.errors import ProviderError, ProviderErrorKind
from core.messages import Usage
from core.providers.base import FinishReason, ModelRequest
from core.providers.local_replay import read_pace

_LARGEST_FILE = 10_000_000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in place of an answer, or after the text of one."""

    kind: ProviderErrorKind = ProviderErrorKind.UNAVAILABLE
    message: str = "The script says that this fails."
    hint: str = ""
    retry_after: float | None = None
    times: int | None = None
    """How often it happens before the request is answered; `None`: always."""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Build a fault from a script. Raises `TypeError` or `ValueError`."""
        values = dict(values)
        return cls(**{**values, "kind": ProviderErrorKind(values.get("kind", "unavailable"))})

    def error(self) -> ProviderError:
        """Return the exception to raise."""
        return ProviderError(self.kind, self.message, self.hint, retry_after=self.retry_after)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a script."""

    text: str = ""
    delay: float = 0.0
    """Seconds before the first word."""
    tokens_per_second: float | None = None
    error: Fault | None = None
    """Raised after the text."""
    usage: Usage | None = None
    finish: FinishReason = "stop"
    chunks: tuple[str, ...] | None = None
    """The pieces to send, in place of `text`."""

    @classmethod
    def read(cls, value: object) -> Self:
        """Build a reply from a script. Raises `TypeError` or `ValueError`."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            return cls(_text(value))
        values: dict[str, Any] = dict(value)
        if "error" in values:
            values["error"] = Fault.read(values["error"])
        if "usage" in values:
            values["usage"] = Usage.from_json(values["usage"])
        if "chunks" in values:
            values["chunks"] = tuple(map(_text, values["chunks"]))
            values["text"] = "".join(values["chunks"])
        if values.get("finish", "stop") not in get_args(FinishReason):
            raise ValueError(f"finish is {values['finish']!r}")
        read_pace(values.get("tokens_per_second"))
        return cls(**values | {"delay": float(values.get("delay", 0))})


@dataclass(frozen=True, slots=True)
class Script:
    """Replies in order, some of them for one node only."""

    replies: tuple[Reply, ...] = ()
    nodes: Mapping[str, tuple[Reply, ...]] = field(default_factory=dict)
    loop: bool = False

    @classmethod
    def read(cls, value: object) -> Self:
        """Build a script from a list or a mapping. Raises `TypeError` or `ValueError`."""
        if not isinstance(value, Mapping):
            return cls(_replies(value))
        unknown = set(value) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
        return cls(
            _replies(value.get("replies", ())),
            {str(node): _replies(each) for node, each in value.get("nodes", {}).items()},
            bool(value.get("loop", False)),
        )

    def reply(self, request: ModelRequest, ordinal: int) -> Reply:
        """Return the answer to a request.

        Raises:
            ProviderError: the script is exhausted (`NOT_RECORDED`).
        """
        node = request.origin.node if request.origin else ""
        replies = self.nodes.get(node, self.replies)
        place = ordinal % len(replies) if self.loop and replies else ordinal
        if place < len(replies):
            return replies[place]
        whose = f" for {node}" if node else ""
        raise ProviderError(
            ProviderErrorKind.NOT_RECORDED,
            f"The script has {len(replies)} replies{whose}; reply {ordinal + 1} was asked for.",
            "Add replies, or set loop: true.",
        )


def load_script(source: object) -> Script:
    """Read a script from a path, or from the values of one; blocks. Raises `ProviderError`."""
    path = Path(source).expanduser() if isinstance(source, str) else None
    try:
        return Script.read(source if path is None else _parsed(path))
    except OSError as error:
        raise unreadable(path, error.strerror) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ProviderError(
            ProviderErrorKind.PROTOCOL,
            f"The script {path or 'in the settings'} is not valid: {error}.",
            "It is a list of replies, or a mapping with replies, nodes and loop.",
        ) from error


def unreadable(path: object, reason: str | None) -> ProviderError:
    """Return the error for a script whose file cannot be read."""
    return ProviderError(
        ProviderErrorKind.UNKNOWN_MODEL,
        f"The script {path} cannot be read: {reason}.",
        "Check its path.",
    )


def _parsed(path: Path) -> object:
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError(f"it is larger than {_LARGEST_FILE} bytes")
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".json":
        return json_safe.loads(text)
    if path.suffix not in {".yml", ".yaml"}:
        return [part.strip("\n") for part in _split(text)]
    import yaml

    from core.yaml_safe import safe_loader

    try:
        return yaml.load(text, Loader=safe_loader())
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _split(text: str) -> list[str]:
    parts = [""]
    for line in text.splitlines(keepends=True):
        if line.rstrip() == "---":
            parts.append("")
        else:
            parts[-1] += line
    return parts


def _replies(value: object) -> tuple[Reply, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"a list of replies is wanted, not {type(value).__name__}")
    return tuple(map(Reply.read, value))


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"a text is wanted, not {type(value).__name__}")
    return str(value)
