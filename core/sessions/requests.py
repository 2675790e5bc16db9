"""What a model was sent, kept without storing the conversation again and again.

A prompt is made of parts; a part is the text of a record, or text of its own. For each
request the session gets one blob whose hash is the request's: a manifest that names
records and other blobs, and that continues the previous manifest of the same node where
their beginnings agree. `rebuild` puts the exact request together again and checks it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import StoreError
from core.ids import Source
from core.messages import Message, Params, Role
from core.providers.base import ModelRequest
from core.providers.tokens import estimate_messages
from core.sessions.record import CODE, Kind, Record
from core.sessions.tree import SessionTree

_LONG_LITERAL = 120
"""Characters from which a text of its own goes into a blob instead of the manifest."""
_LONGEST_CHAIN = 64
"""Manifests that may continue one another before one is written in full."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: `text`, which is that of the record `record` where one is named."""

    text: str
    record: str | None = None
    raw: bool = False
    """True: the record's words as they were written, control words included."""


@dataclass(frozen=True)
class PromptMessage:
    """A message to a model, with the records that its content comes from."""

    role: Role
    parts: tuple[Part, ...]

    @cached_property
    def plain(self) -> Message:
        """The message as the model is sent it, without its provenance."""
        return Message(self.role, "".join(part.text for part in self.parts))

    @cached_property
    def tokens(self) -> int:
        """About how many tokens it takes in a prompt."""
        return estimate_messages([self.plain])

    @property
    def content(self) -> str:
        """The text as the model is sent it."""
        return self.plain.content


def spoken_text(record: Record) -> str:
    """Return a message exactly as its author wrote it, control words included."""
    raw = record.data.get("raw")
    return raw if isinstance(raw, str) else record.text


@dataclass(frozen=True, slots=True)
class _Manifest:
    digest: str
    messages: tuple[PromptMessage, ...]
    depth: int


class RequestLog:
    """Turns the requests of one session into manifests; keeps the last one of each node."""

    def __init__(self, tree: SessionTree, source: Source) -> None:
        self._tree = tree
        self._source = source
        self._last: dict[str, _Manifest] = {}

    def records_for(
        self, node: str, request: ModelRequest, prompt: Sequence[PromptMessage]
    ) -> tuple[str, list[Record]]:
        """Return the hash of `request` and the blobs that the session lacks to rebuild it.

        `prompt` has to be what `request.messages` was made from; the blobs are to be
        appended before the request is sent.
        """
        digest = request.hash()
        if self._tree.blob(digest) is not None:
            return digest, []
        messages = tuple(prompt)
        blobs: dict[str, str] = {}
        base, keep, depth = self._common_beginning(node, messages)
        manifest = {
            "model": request.model,
            "params": request.params.to_json(),
            "schema": self._schema(request.schema, blobs),
            "base": base,
            "keep": keep,
            "messages": [
                [each.role, [self._part(part, blobs) for part in each.parts]]
                for each in messages[keep:]
            ],
        }
        self._last[node] = _Manifest(digest, messages, depth)
        records = [self._blob(key, text) for key, text in blobs.items()]
        records.append(self._blob(digest, _dump(manifest), node=node, media="request"))
        return digest, records

    def _common_beginning(
        self, node: str, messages: tuple[PromptMessage, ...]
    ) -> tuple[str | None, int, int]:
        last = self._last.get(node)
        if last is None or last.depth >= _LONGEST_CHAIN:
            return None, 0, 0
        keep = 0
        for ours, theirs in zip(messages, last.messages, strict=False):
            if ours is not theirs and ours != theirs:
                break
            keep += 1
        return (last.digest, keep, last.depth + 1) if keep else (None, 0, 0)

    def _schema(self, schema: Mapping[str, Any] | None, blobs: dict[str, str]) -> str | None:
        if schema is None:
            return None
        text = _dump(schema)
        return self._keep(text, blobs)

    def _part(self, part: Part, blobs: dict[str, str]) -> dict[str, str] | str:
        if part.record is not None:
            return {"raw" if part.raw else "record": part.record}
        if len(part.text) < _LONG_LITERAL:
            return part.text
        return {"blob": self._keep(part.text, blobs)}

    def _keep(self, text: str, blobs: dict[str, str]) -> str:
        digest = text_hash(text)
        if self._tree.blob(digest) is None:
            blobs[digest] = text
        return digest

    def _blob(self, digest: str, text: str, *, node: str = "", media: str = "text") -> Record:
        return Record(
            id=self._source.new_id(),
            kind=Kind.BLOB,
            parent=self._tree.head,
            author=CODE,
            at=self._source.now(),
            node=node,
            text=text,
            data={"hash": digest, "media": media},
        )


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def blob_record(source: Source, parent: str | None, text: str) -> Record:
    """Return a blob record for a text of its own (a persona, a parameter file)."""
    return Record(
        id=source.new_id(),
        kind=Kind.BLOB,
        parent=parent,
        author=CODE,
        at=source.now(),
        text=text,
        data={"hash": text_hash(text), "media": "text"},
    )


def rebuild(tree: SessionTree, digest: str) -> ModelRequest:
    """Return the exact request with that hash.

    Raises:
        StoreError: the session does not hold it, or what it holds no longer has that hash.
    """
    messages, manifest = _rebuild_messages(tree, digest, _LONGEST_CHAIN + 1)
    schema = manifest["schema"]
    request = ModelRequest(
        model=manifest["model"],
        messages=tuple(messages),
        params=Params.from_json(manifest["params"]),
        schema=None if schema is None else json.loads(_blob_text(tree, schema)),
    )
    if request.hash() != digest:
        raise StoreError(
            f"The request {digest[:12]} cannot be rebuilt: a text it was made of has changed."
        )
    return request


def _rebuild_messages(
    tree: SessionTree, digest: str, links: int
) -> tuple[list[Message], dict[str, Any]]:
    if links == 0:
        raise StoreError(f"The request {digest[:12]} continues itself.")
    manifest: dict[str, Any] = json.loads(_blob_text(tree, digest))
    before: list[Message] = []
    if manifest["base"] is not None:
        before, _ = _rebuild_messages(tree, manifest["base"], links - 1)
    own = [
        Message(role, "".join(_part_text(tree, part) for part in parts))
        for role, parts in manifest["messages"]
    ]
    return before[: manifest["keep"]] + own, manifest


def _part_text(tree: SessionTree, part: dict[str, str] | str) -> str:
    if isinstance(part, str):
        return part
    if "blob" in part:
        return _blob_text(tree, part["blob"])
    if "raw" in part:
        return spoken_text(tree.get(part["raw"]))
    return tree.get(part["record"]).text


def _blob_text(tree: SessionTree, digest: str) -> str:
    blob = tree.blob(digest)
    if blob is None:
        raise StoreError(f"The session does not hold the text {digest[:12]}.")
    return blob.text


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
