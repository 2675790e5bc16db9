"""The kinds of records: what the `data` of each holds, and how it reads in a transcript.

Here are those of every session. An engine declares its own, and what it puts into the data of
common ones, in the module `records` of its package under `core`; these modules are imported
when the first record is read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from types import NoneType
from typing import Annotated, Any, NamedTuple, Required, TypedDict, get_args, get_origin, get_type_hints

import core
from core.sessions.record import Kind, Record
from core.sessions.shapes import Count, Flag, Number, Object, Shape, Text, Texts
from core.sessions.shapes import problems_of as problems_of_fields

Told = Callable[[Record, str, Mapping[str, str]], str]
"""Tells what a record comes to from its text on one line and the names of nodes; empty: hide it."""


class RecordData(TypedDict, total=False):
    """What the data of any record may hold, those of unknown kinds included."""

    erased: Flag
    """Whether the words were erased; other keys may be null then."""
    code: Text
    title: Text
    source: Text
    """The record that it follows from."""
    edited: Text
    reason: Text
    turn: Count
    turns: Count
    ordinal: Count
    flags: Texts


class SessionData(RecordData, total=False):
    """How a session was set up."""

    engine: Text
    opening: Text
    forked_from: Text


class MessageData(RecordData, total=False):
    """What is known of a message."""

    seconds: Number
    estimated_prompt: Number
    finish: Text
    """Why a reply ended before it was complete."""
    finish_reason: Text
    """The server's own word for that, where it is not `length`."""
    thinking: Text
    """What the model thought beside its reply."""
    sent: Object
    """What it was asked with, by the wire's names, where that differs from the parameters."""
    not_sent: Object
    """Why parameters were not sent, by their names."""
    taken_over: Count
    """How many characters of a reply are those that it goes on with."""
    continues: Text
    opening: Flag
    raw: Text
    """The reply as it came, where the text is another."""


class ControlData(RecordData, total=False):
    """What is known of a control word."""

    said: Flag


class NoticeData(RecordData, total=False):
    """What a notice is about; `code` names it."""

    message: Text
    hint: Text
    summary: Text
    kept: Count
    dropped: Count


class TargetData(RecordData, total=False):
    """The record that the current path ends at, or that reads otherwise."""

    target: Required[Text]


class DeleteData(TargetData, total=False):
    """The message that is left out, or back again."""

    deleted: Flag


class MetaData(RecordData, total=False):
    """What the session as a whole is called, and whether it is pinned."""

    pinned: Flag


class BlobData(RecordData, total=False):
    """What a text is addressed by."""

    hash: Text | None
    media: Text


class _Declared(NamedTuple):
    data: list[type]
    told: Told | None


class KindKeys(NamedTuple):
    """What the data of a kind may and has to hold."""

    shapes: Mapping[str, Shape]
    nullable: frozenset[str]
    required: tuple[str, ...]


_DECLARED: dict[str, _Declared] = {
    Kind.SESSION: _Declared([SessionData], None),
    Kind.MESSAGE: _Declared([MessageData], None),
    Kind.CONTROL: _Declared([ControlData], None),
    Kind.NOTICE: _Declared([NoticeData], None),
    Kind.HEAD: _Declared([TargetData], None),
    Kind.EDIT: _Declared([TargetData], None),
    Kind.DELETE: _Declared([DeleteData], None),
    Kind.META: _Declared([MetaData], None),
    Kind.BLOB: _Declared([BlobData], None),
}


def declare(kind: str, data: type = RecordData, told: Told | None = None) -> None:
    """Declare what a record of a kind may hold besides what was declared before.

    Args:
        kind: its name in files.
        data: a `TypedDict` whose values are types of `core.sessions.shapes`; keys that it does
            not name are free.
        told: how it reads in a transcript; without it the text is shown.
    """
    before = _DECLARED.get(kind, _Declared([], None))
    _DECLARED[kind] = _Declared([*before.data, data], told or before.told)
    keys_of.cache_clear()


def told_by(kind: str) -> Told | None:
    """Return how a kind reads in a transcript, if it says so itself."""
    _find_declarations()
    declared = _DECLARED.get(kind)
    return None if declared is None else declared.told


@cache
def keys_of(kind: str) -> KindKeys:
    """Return what the data of a kind may and has to hold."""
    _find_declarations()
    declared = _DECLARED.get(kind)
    hints: dict[str, Any] = {}
    for each in [RecordData] if declared is None else declared.data:
        hints |= get_type_hints(each, include_extras=True)
    shapes, nullable, required = {}, set(), []
    for key, hint in hints.items():
        if get_origin(hint) is Required:
            required.append(key)
            (hint,) = get_args(hint)
        if get_origin(hint) is not Annotated:
            nullable.add(key)
            (hint,) = (each for each in get_args(hint) if each is not NoneType)
        shapes[key] = hint.__metadata__[0]
    return KindKeys(shapes, frozenset(nullable), tuple(required))


def problems_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the fields of a record, by field (`data.turn`)."""
    found = problems_of_fields(values)
    data = values.get("data")
    if isinstance(data, dict):
        shapes, nullable, _ = keys_of(str(values.get("kind")))
        erased = data.get("erased") is True
        for key, value in data.items():
            shape = shapes.get(key)
            if shape is None or (value is None and (erased or key in nullable)):
                continue
            if not shape.fits(value):
                found[f"data.{key}"] = shape.words
    return found


def missing(kind: str, data: Mapping[str, Any]) -> list[str]:
    """Return the keys that the data of a record of this kind lacks; none of an erased one."""
    if data.get("erased") is True:
        return []
    return [key for key in keys_of(kind).required if key not in data]


@cache
def _find_declarations() -> None:
    for found in pkgutil.iter_modules(core.__path__, "core."):
        if found.ispkg and find_spec(name := f"{found.name}.records") is not None:
            importlib.import_module(name)
