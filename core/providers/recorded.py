"""A provider that gives the answers of a session over again.

Answers are found by node, ordinal at that node and hash of the request; a request that was
never recorded is an error, not an invention. Of a session file only the few fields of
`core.sessions.record.Record` are read that an answer consists of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core import json_safe
from core.errors import ProviderError, ProviderErrorKind
from core.messages import ModelName, Params, Usage
from core.providers.base import (
    ModelInfo,
    ModelRequest,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.local_replay import Answer, read_pace, replay

_HEARD = frozenset({"complete", "stopped", "interrupted", "paused", "unknown"})
"""Statuses of records whose words were heard."""
_ANSWERS = frozenset({"message", "answer"})
"""Kinds of records whose text is what a model wrote."""
_UNLIMITED = Params()


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded answer."""

    model: str
    """The model's name without its provider."""
    params: Params
    request: str
    """Hash of the request that it answered."""
    weight: tuple[bool, bool]
    """Whether it lies on the session's current path, and whether it is complete."""
    answer: Answer


Takes = Mapping[tuple[str, int], list[Take]]
"""Recorded answers by node and ordinal, oldest first."""


class Recorded:
    """Answers from the session file that the model's name is the path of.

    Options: `tokens_per_second`, the pace at which answers are told.
    """

    native_schema = True
    continues = True
    """Requests arrive as they were recorded, nothing put into the prompt for a server's sake."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._pace = read_pace(settings.options.get("tokens_per_second"))
        self._sessions: dict[str, Takes] = {}

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        path = self._path(request.model)
        if path not in self._sessions:
            takes = await asyncio.to_thread(_load, path)
            self._sessions.setdefault(path, takes)
        answer = replace(find(self._sessions[path], request), tokens_per_second=self._pace)
        # Limits were obeyed when the answer was recorded; a stop text is not to cut it twice.
        async with aclosing(replay(answer, replace(request, params=_UNLIMITED))) as parts:
            async for part in parts:
                yield part

    async def models(self) -> list[ModelInfo]:
        return []

    def check(self, model: str) -> None:
        path = self._path(model)
        if not Path(path).expanduser().is_file():
            raise _unreadable(path, "there is no such file")

    async def readiness(self) -> Readiness:
        return Readiness(True)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _path(self, model: str) -> str:
        return model or self._settings.default_model or ""


def find(takes: Takes, request: ModelRequest) -> Answer:
    """Return what was answered to a request.

    What the recording went on with comes first; asked again for a place, the other takes
    follow in their order.

    Raises:
        ProviderError: nothing was (`NOT_RECORDED`); the message says what does not match.
    """
    if request.origin is None:
        raise _not_recorded("The request does not say at which node it belongs.")
    node, ordinal = request.origin.node, request.origin.ordinal
    candidates = takes.get((node, ordinal), [])
    if not candidates:
        count = sum(1 for each, _ in takes if each == node)
        raise _not_recorded(
            f"Node {node!r} has {count} recorded answers; number {ordinal} (from 0) is not there."
        )
    fitting = [each for each in candidates if each.request == _as_recorded(request, each).hash()]
    if not fitting:
        raise _not_recorded(
            f"Answer {ordinal} of node {node!r} was given to another request: "
            "its messages, parameters or schema differ."
        )
    chosen = max(fitting, key=lambda each: each.weight)
    others = [each for each in reversed(fitting) if each is not chosen]
    return [chosen, *others][request.origin.take % len(fitting)].answer


def _as_recorded(request: ModelRequest, take: Take) -> ModelRequest:
    """Return a request as the model of `take` would have been sent it.

    A seed (which a reply taken again changes) and the room a server was to keep decide how
    an answer is drawn, not what is asked.
    """
    drawn = take.params
    params = replace(request.params, seed=drawn.seed, context_length=drawn.context_length)
    return replace(request, model=take.model, params=params)


def read(lines: Iterable[str]) -> Takes:
    """Read the answers in a session file, latest first; skip what is no answer.

    A summary for a side stands in the notice of what it replaces, as of the node `SIDE/summary`.
    """
    records = list(_records(lines))
    path = _current_path(records)
    takes: dict[tuple[str, int], list[Take]] = {}
    for values in filter(_is_answer, records):
        data, node = values["data"], values.get("node", "")
        if values["kind"] == "notice":
            node, text = f"{node}/summary", data["summary"]
        else:
            text = data.get("raw", values.get("text", ""))[data.get("taken_over", 0) :]
        if not text.strip() and values["status"] != "complete":
            continue  # stopped before its first word: nothing was heard of it
        answer = Answer(
            text=text,
            usage=Usage.from_json(values["usage"]) if "usage" in values else None,
            finish=data.get("finish", "stop"),
            model=values["model"],
        )
        take = Take(
            model=ModelName.parse(values["model"]).model,
            params=Params.from_json(values.get("params") or {}),
            request=values["request"],
            weight=(values.get("id") in path, values["status"] == "complete"),
            answer=answer,
        )
        takes.setdefault((node, data["ordinal"]), []).insert(0, take)
    return takes


def _records(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            values = json_safe.loads(line)
        except ValueError:
            continue  # a torn last line, or one that the store sets aside as well
        if isinstance(values, dict) and values.get("kind") != "blob":
            yield values


def _is_answer(values: Mapping[str, Any]) -> bool:
    data = values.get("data", {})
    return bool(
        (values.get("kind") in _ANSWERS or (values.get("kind") == "notice" and "summary" in data))
        and values.get("status") in _HEARD
        and values.get("model")
        and values.get("request")
        and "ordinal" in data
    )


def _current_path(records: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the ids of the records that lead to the current end, as `SessionTree` has it."""
    parents: dict[str, str | None] = {}
    head: str | None = None
    for values in records:
        if values.get("kind") == "head":
            head = values.get("data", {}).get("target", head)
        elif "id" in values:
            parents[values["id"]] = values.get("parent")
            if values.get("parent") == head:
                head = values["id"]
    path: set[str] = set()
    while head is not None and head not in path:
        path.add(head)
        head = parents.get(head)
    return path


def _load(path: str) -> Takes:
    try:
        with Path(path).expanduser().open(encoding="utf-8") as lines:
            takes = read(lines)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise _unreadable(path, reason) from error
    if not takes:
        raise _not_recorded(f"The file {path!r} holds no recorded answer.")
    return takes


def _unreadable(path: str, reason: str | None) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.UNKNOWN_MODEL,
        f"The recording {path!r} cannot be read: {reason}.",
        "Write recorded:PATH, the path of a session file.",
    )


def _not_recorded(message: str) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.NOT_RECORDED,
        message,
        "Replay it with the same personas, opening, starter, parameters (context_length too) "
        "and turns, or pick a model.",
    )
