"""What a node's reply says: whom it is for, and what of it a human should look at.

A coordinator answers in JSON where its server obeys a schema; elsewhere it may answer in JSON,
in headed blocks, or in whatever it likes. All of it can be read, and what cannot be understood
is a proposal too: to the parent, with the raw text, flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.providers.schema import SchemaMismatch, read_answer
from core.teams.reading.blocks import read_blocks, unfenced
from core.teams.reading.flags import LONG, UNKNOWN_RECIPIENT, UNPARSED, flags_of
from core.teams.reading.names import recipients
from core.teams.reading.parts import Bit
from core.teams.reading.scan import ReplyScanner

Form = Literal["json", "blocks", "text", "leaf"]


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message to somebody."""

    to: str
    """A delegate's name as the team has it; empty for the parent: the node's own answer."""
    message: str


@dataclass(frozen=True, slots=True)
class ReplyRead:
    """What a reply says; there is always a proposal."""

    proposals: tuple[Addressed, ...]
    reasoning: str
    flags: tuple[str, ...]
    """What to look at; see `core.teams.reading.flags.FLAGS`."""
    unknown: tuple[str, ...]
    """Recipients that no delegate is called."""
    raw: str
    """The reply as it came."""
    form: Form
    """How it was understood: `text` not at all."""


@dataclass(slots=True)
class _Part:
    recipients: list[str] = field(default_factory=list)
    """As they were written; none for the final answer."""
    messages: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        return "\n\n".join(filter(None, self.messages))


@dataclass(slots=True)
class _Parts:
    """A structured reply, before names are looked up."""

    reasoning: list[str]
    parts: list[_Part]


def reply_schema(
    names: Sequence[str], *, parallel: bool, final_only: bool = False
) -> dict[str, Any]:
    """Return the JSON schema of a coordinator's answer, strict in OpenAI's sense.

    A recipient of null means the final answer; `final_only` allows nothing else. The reasoning
    comes first, for a model thinks by writing, and the recipient before the message, so that a
    reader knows whom it is for. With `parallel`, several delegates can be addressed at once.
    """
    delegates = [] if final_only else list(dict.fromkeys(names))
    recipient: dict[str, Any] = {"type": "null"}
    if delegates:
        recipient = {"type": ["string", "null"], "enum": [*delegates, None]}
    addressed = {"recipient": recipient, "message": {"type": "string"}}
    reasoning = {"reasoning": {"type": "string"}}
    if not parallel:
        return _object({**reasoning, **addressed})
    proposals = {
        "type": "array",
        "items": _object(addressed),
        "minItems": 1,
        "maxItems": max(1, len(delegates)),
    }
    return _object({**reasoning, "proposals": proposals})


def read_reply(raw: str, names: Sequence[str], *, parallel: bool, limit: int = LONG) -> ReplyRead:
    """Read a coordinator's reply; `names` are its delegates.

    Messages to the same delegate are joined. Of several recipients where not `parallel`, the
    first is kept; a final answer beside requests is left out, for it came before their answers;
    so are messages to nobody that is known, unless there is no other. `limit` is the number of
    characters from which on a message is flagged as long.
    """
    form: Form = "json"
    found = _read_json(raw)
    if found is None:
        form, found = "blocks", _read_blocks(raw, names)
    if found is None:
        flags = flags_of((raw,), limit, (UNPARSED,))
        return ReplyRead((Addressed("", raw),), "", flags, (), raw, "text")
    proposals, unknown = _addressed(found.parts, names)
    doubts = [UNKNOWN_RECIPIENT] if unknown else []
    proposals, several = _settled(proposals, parallel)
    if several:
        doubts.append("several")
    flags = flags_of((each.message for each in proposals), limit, doubts)
    reasoning = "\n\n".join(filter(None, found.reasoning))
    return ReplyRead(proposals, reasoning, flags, unknown, raw, form)


def read_leaf(raw: str, schema: Mapping[str, Any] | None, *, limit: int = LONG) -> ReplyRead:
    """Read the reply of a node without delegates: all of it is for the parent.

    With a schema, a fence around the whole is left out; what does not satisfy it is flagged.
    """
    message, doubts = (raw.strip(), ()) if schema is None else _checked(raw, schema)
    flags = flags_of((message,), limit, doubts)
    return ReplyRead((Addressed("", message),), "", flags, (), raw, "leaf")


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _read_json(raw: str) -> _Parts | None:
    """Return what the JSON in a reply says, or `None` where there is none that is complete."""
    scanner = ReplyScanner()
    bits = [*scanner.feed(raw), *scanner.finish()]
    if any(each.kind == "broken" for each in bits):
        return None
    found = _collected(bits)
    return found if any(each.kind == "end" for each in bits) else None


def _collected(bits: Iterable[Bit]) -> _Parts:
    found, open_ = _Parts([], []), list[_Part]()
    pieces: dict[str, list[str]] = {"reasoning": [], "message": []}
    for kind, text in bits:
        if kind == "open":
            open_.append(_Part())
        elif kind == "close":
            found.parts.append(open_.pop())
        elif kind == "to" and text:
            open_[-1].recipients += text.split("\n")
        elif kind in pieces:
            pieces[kind].append(text)
        elif kind == "stop":
            found.reasoning.append("".join(pieces["reasoning"]).strip())
            open_[-1].messages.append("".join(pieces["message"]).strip())
            pieces = {"reasoning": [], "message": []}
    said = [each for each in found.parts if each.message or each.recipients]
    return _Parts(found.reasoning, said or found.parts[:1])


def _read_blocks(raw: str, names: Sequence[str]) -> _Parts | None:
    blocks = read_blocks(raw)
    if blocks is None:
        return None
    known = (recipients(each.recipient, names)[0] for each in blocks.parts)
    if not (blocks.labelled or all(known)):
        return None  # prose that says "Recipient: …" of something else
    parts = [_Part([each.recipient], [each.message]) for each in blocks.parts]
    return _Parts([blocks.reasoning], parts)


def _addressed(
    parts: Iterable[_Part], names: Sequence[str]
) -> tuple[tuple[Addressed, ...], tuple[str, ...]]:
    """Return messages by recipient, and who is unknown."""
    messages: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for part in parts:
        for written in part.recipients or [""]:
            known, others = recipients(written, names)
            for name in known:
                messages.setdefault(name, []).append(part.message)
            for name in others:
                unknown.setdefault(name, []).append(part.message)
    if not messages:
        messages[""] = [each for texts in unknown.values() for each in texts]
    joined = (Addressed(to, "\n\n".join(filter(None, each))) for to, each in messages.items())
    return tuple(joined), tuple(unknown)


def _settled(
    proposals: tuple[Addressed, ...], parallel: bool
) -> tuple[tuple[Addressed, ...], bool]:
    """Return what can be proposed at once, and whether that is not all."""
    requests = tuple(each for each in proposals if each.to)
    kept = requests if parallel and requests else proposals[:1]
    return kept, len(kept) < len(proposals)


def _checked(text: str, schema: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    bare = unfenced(text)
    try:
        read_answer(bare, schema)
    except (SchemaMismatch, RecursionError):
        return text, (UNPARSED,)
    return bare, ()
