"""What a model was sent, kept without storing the conversation again and again.

A prompt is made of parts; a part is the text of a record, or text of its own. For each
request the session gets one blob whose hash is the request's: a manifest that names
records and other blobs, and that continues an earlier manifest of the same node where
their beginnings agree. `rebuild` puts the exact request together again and checks it.

Which one it continues follows from its number: the lowest digit of that in base 8 that is not
0, less one. So a request costs what is new since the last one or little more, however long
the conversation is, and no chain is longer than seven times the digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import StoreError
from core.ids import Source
from core.messages import Message, Params
from core.providers.base import MessagesHash, ModelRequest
from core.sessions.prompts import Part, Prompt, PromptMessage, common_beginning
from core.sessions.record import CODE, Kind, Record
from core.sessions.tree import SessionTree

_LONG_LITERAL = 120
"""Characters from which a text of its own goes into a blob instead of the manifest."""
_LONGEST_CHAIN = 64
"""Manifests that may continue one another."""
_RADIX = 8
"""Base of the numbers by which manifests continue one another."""


def spoken_text(record: Record) -> str:
    """Return a message exactly as its author wrote it, control words included."""
    raw = record.data.get("raw")
    return raw if isinstance(raw, str) else record.text


@dataclass(frozen=True, slots=True)
class _Manifest:
    digest: str
    prompt: Sequence[PromptMessage]
    number: int


@dataclass(slots=True)
class _Hashed:
    """The hash of the beginning that the prompts of a node have in common."""

    prompt: Prompt
    state: MessagesHash


class RequestLog:
    """Turns the requests of one session into manifests; keeps what later ones continue."""

    def __init__(self, tree: SessionTree, source: Source) -> None:
        self._tree = tree
        self._source = source
        self._chains: dict[str, list[_Manifest]] = {}
        """For each node the last manifest and those that it continues, oldest first."""
        self._hashed: dict[str, _Hashed] = {}

    def records_for(
        self, node: str, request: ModelRequest, prompt: Sequence[PromptMessage]
    ) -> tuple[str, list[Record]]:
        """Return the hash of `request` and the blobs that the session lacks to rebuild it.

        `prompt` has to be what `request.messages` was made from; the blobs are to be
        appended before the request is sent.
        """
        digest = self._hash(node, request, prompt)
        if self._tree.blob(digest) is not None:
            return digest, []
        blobs: dict[str, str] = {}
        base, keep = self._continued(node, digest, prompt)
        manifest = {
            "model": request.model,
            "params": request.params.to_json(),
            "schema": self._schema(request.schema, blobs),
            "base": base,
            "keep": keep,
            "messages": [
                [each.role, [self._part(part, blobs) for part in each.parts]]
                for each in prompt[keep:]
            ],
        }
        records = [self._blob(key, text) for key, text in blobs.items()]
        records.append(self._blob(digest, _dump(manifest), node=node, media="request"))
        return digest, records

    def _hash(self, node: str, request: ModelRequest, prompt: Sequence[PromptMessage]) -> str:
        """Return the hash of a request, from where the last one of its node began to differ."""
        if not isinstance(prompt, Prompt) or request.messages is not prompt.plain:
            return request.hash()
        last = self._hashed.get(node)
        if last is None or last.prompt.settled > prompt.settled or not prompt.begins_like(last.prompt):
            last = self._hashed[node] = _Hashed(Prompt(prompt.head, prompt.stem), MessagesHash())
            last.state.add(each.plain for each in prompt.head)
        last.state.add(prompt.stem.plain[last.prompt.settled : prompt.settled])
        last.prompt = prompt
        whole = last.state.copy()
        whole.add(each.plain for each in prompt.tail)
        return whole.of(request)

    def _continued(
        self, node: str, digest: str, prompt: Sequence[PromptMessage]
    ) -> tuple[str | None, int]:
        """Return the manifest that a new one continues, and how many messages of it stay."""
        chain = self._chains.setdefault(node, [])
        number = chain[-1].number + 1 if chain else 1
        while chain and chain[-1].number != _continued_number(number):
            chain.pop()
        keep = common_beginning(chain[-1].prompt, prompt) if chain else 0
        if chain and keep * 2 < len(chain[-1].prompt):
            # It has little in common with what came before: a new chain begins.
            chain.clear()
            number, keep = 1, 0
        base = chain[-1].digest if chain else None
        # A list may be lengthened for the next request, which is compared with this one.
        kept = prompt if isinstance(prompt, Prompt) else tuple(prompt)
        chain.append(_Manifest(digest, kept, number))
        return base, keep

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


def _continued_number(number: int) -> int:
    """Return the number less one in its lowest digit that is not 0; 0: it continues none."""
    step = 1
    while number % (step * _RADIX) == 0:
        step *= _RADIX
    return number - step


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
