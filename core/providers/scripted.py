"""A provider that answers from a script: for demonstrations and tests.

A script is a list of replies, or a mapping with `replies`, `nodes` (lists by node) and
`loop`; as YAML, as JSON, or as plain text in which a line `---` stands between replies.
A reply is a text or a mapping with the fields of `Reply`.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self, get_args

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Usage
from core.providers.base import (
    Completion,
    FinishReason,
    ModelInfo,
    ModelRequest,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.local_replay import Answer, read_pace, replay

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


Answering = Callable[[ModelRequest], "str | Reply"]


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


class Scripted:
    """Answers in the order of a script, whatever is said.

    The model's name is the path of a script or one of the names in the option `models`,
    which maps names to paths or to scripts; `tokens_per_second` is the default pace.
    """

    native_schema = False

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self.requests: list[ModelRequest] = []
        """Everything that was asked, oldest first."""
        self._settings = settings
        self._pace = read_pace(settings.options.get("tokens_per_second"))
        self._scripts: dict[str, Script] = {}
        self._answering: Answering | None = None
        self._asked: Counter[str] = Counter()
        self._failed: Counter[tuple[str, str, int]] = Counter()

    @classmethod
    def of(
        cls,
        script: Answering | Sequence[str | Reply | Mapping[str, Any]] | Mapping[str, Any],
        *,
        loop: bool = False,
        name: str = "scripted",
    ) -> Self:
        """Build a provider that answers every model name from one script or function."""
        provider = cls(ProviderSettings(name, "scripted"))
        if callable(script):
            provider._answering = script
        else:
            read = Script.read(script)
            provider._scripts[""] = replace(read, loop=read.loop or loop)
        return provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.requests.append(request)
        reply = await self._reply(request)
        await asyncio.sleep(reply.delay)
        pace = reply.tokens_per_second
        answer = Answer(
            reply.text,
            reply.chunks,
            reply.usage,
            reply.finish,
            tokens_per_second=self._pace if pace is None else pace or None,
        )
        async with aclosing(replay(answer, request)) as parts:
            async for part in parts:
                if reply.error is not None and isinstance(part, Completion):
                    raise reply.error.error()
                yield part

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo(name) for name in self._named]

    def check(self, model: str) -> None:
        if self._answering is None and not {model, ""} & self._scripts.keys():
            source = self._source(model)
            if isinstance(source, str) and not Path(source).expanduser().is_file():
                raise _unreadable(source, "there is no such file")

    async def readiness(self) -> Readiness:
        return Readiness(True)

    async def aclose(self) -> None:
        """Nothing is held."""

    @property
    def _named(self) -> Mapping[str, Any]:
        named: Mapping[str, Any] = self._settings.options.get("models") or {}
        return named

    async def _reply(self, request: ModelRequest) -> Reply:
        ordinal = request.origin.ordinal if request.origin else self._asked[request.model]
        if request.origin is None:
            self._asked[request.model] += 1
        if self._answering is not None:
            return Reply.read(self._answering(request))
        reply = (await self._script(request.model)).reply(request, ordinal)
        return self._survived(request, ordinal, reply)

    def _survived(self, request: ModelRequest, ordinal: int, reply: Reply) -> Reply:
        """Return the reply without its error once that has happened often enough."""
        if reply.error is None or reply.error.times is None:
            return reply
        key = (request.model, request.origin.node if request.origin else "", ordinal)
        self._failed[key] += 1
        if self._failed[key] > reply.error.times:
            return replace(reply, error=None)
        return Reply(error=reply.error)

    async def _script(self, model: str) -> Script:
        for known in (model, ""):
            if known in self._scripts:
                return self._scripts[known]
        script = await asyncio.to_thread(_load, self._source(model))
        return self._scripts.setdefault(model, script)

    def _source(self, model: str) -> object:
        """Return the path of a script, or the values of one that stands in the settings."""
        name = model or self._settings.default_model or ""
        source = self._named.get(name, name)
        if not source:
            raise ProviderError(
                ProviderErrorKind.UNKNOWN_MODEL,
                "No script is named.",
                f"Write {self.name}:PATH, the path of a YAML, JSON or text file.",
            )
        return source


def _load(source: object) -> Script:
    """Read a script from a path, or from the values of one."""
    path = Path(source).expanduser() if isinstance(source, str) else None
    try:
        return Script.read(source if path is None else _parsed(path))
    except OSError as error:
        raise _unreadable(path, error.strerror) from error
    except (TypeError, ValueError) as error:
        raise ProviderError(
            ProviderErrorKind.PROTOCOL,
            f"The script {path or 'in the settings'} is not valid: {error}.",
            "It is a list of replies, or a mapping with replies, nodes and loop.",
        ) from error


def _unreadable(path: object, reason: str | None) -> ProviderError:
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
        return json.loads(text)
    if path.suffix not in {".yml", ".yaml"}:
        return [part.strip("\n") for part in _split(text)]
    import yaml

    try:
        return yaml.safe_load(text)
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
