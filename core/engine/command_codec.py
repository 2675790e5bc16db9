"""Commands and lines of `--steer`: reads one, says what is wrong with it, documents all."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import NODEFAULT, inspect
from msgspec.structs import FieldInfo, fields

from core.engine.commands import EngineCommand, commands_in
from core.errors import UsageError

_SHOWN = reprlib.Repr()
"""Shortens the wrong values that a message repeats."""
_SHOWN.maxstring = _SHOWN.maxother = 60
_MISFITS = (msgspec.ValidationError, UnicodeEncodeError)
"""What msgspec raises; the second for half a surrogate pair where it looks for a number."""
_BOUNDS = (("gt", "above {}"), ("ge", "from {}"), ("lt", "below {}"), ("le", "to {}"))


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a command, in words."""

    name: str
    expected: str
    """What it has to be: "a whole number from 1"."""
    required: bool
    default: str
    """As JSON; empty where there is none."""
    description: str
    example: str
    """As JSON."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command, as `--steer` takes it, in words."""

    verb: str
    summary: str
    fields: tuple[FieldRow, ...]

    @property
    def line(self) -> str:
        """The shortest line that says it: `{"do": "fork", "day": 0}`."""
        needed = "".join(
            f', "{each.name}": {each.example}' for each in self.fields if each.required
        )
        return f'{{"do": "{self.verb}"{needed}}}'


def decode_command(union: Any, values: Mapping[str, Any]) -> Any:
    """Return the command of a union that a JSON object says.

    A key that no field has is ignored; null stands for a field that is left out.

    Raises:
        UsageError: the verb is unknown, or a field is missing or wrong; names verb and field.
    """
    forms, verb = commands_of(union), values.get("do")
    found = forms.get(verb) if isinstance(verb, str) else None
    if found is None:
        raise UsageError(
            f"Unknown command {_SHOWN.repr(verb)}.", f"There are: {', '.join(sorted(forms))}."
        )
    kind = _form(found, values)
    named = {each.encode_name for each in fields(kind)}
    given = {
        key: _whole(value)
        for key, value in kind.prepare(values).items()
        if key in named and value is not None
    }
    if not any(isinstance(each, float) and not math.isfinite(each) for each in given.values()):
        try:
            command = msgspec.convert(given, kind)
        except _MISFITS:
            pass
        else:
            command.check()
            return command
    raise _fault(kind, given, values)


def document(union: Any) -> list[CommandRow]:
    """Return all commands of a union in words, in the order of their declaration."""
    return [
        CommandRow(verb_of(kind), _summary(kind), tuple(_row(each) for each in fields(kind)))
        for kinds in commands_of(union).values()
        for kind in kinds
    ]


@cache
def commands_of(union: Any) -> Mapping[str, tuple[type[EngineCommand], ...]]:
    """Return the commands of a union by verb; a verb may have several forms."""
    found: dict[str, tuple[type[EngineCommand], ...]] = {}
    for kind in commands_in(union):
        found[verb_of(kind)] = (*found.get(verb_of(kind), ()), kind)
    return found


def verb_of(kind: type[EngineCommand]) -> str:
    """Return the verb of a command."""
    return str(kind.__struct_config__.tag)


def _form(kinds: tuple[type[EngineCommand], ...], values: Mapping[str, Any]) -> type[EngineCommand]:
    """Return the first form of a verb whose required fields are named, else the last."""
    for kind in kinds[:-1]:
        if all(each.encode_name in values for each in fields(kind) if each.required):
            return kind
    return kinds[-1]


def _whole(value: Any) -> Any:
    """Return 2 for 2.0: JSON knows one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _fault(
    kind: type[EngineCommand], given: Mapping[str, Any], values: Mapping[str, Any]
) -> UsageError:
    verb = verb_of(kind)
    for field in fields(kind):
        row = _row(field)
        if row.name not in given:
            if row.required:
                return UsageError(
                    f'"{verb}" needs "{row.name}": {row.expected}.',
                    f'Add "{row.name}": {row.example}.',
                )
        elif not _fits(field, given[row.name]):
            shown = _SHOWN.repr(values.get(row.name))
            return UsageError(f'"{row.name}" of "{verb}" has to be {row.expected}, not {shown}.')
    raise AssertionError(f"a fault of {verb} that no field has")


def _fits(field: FieldInfo, value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    try:
        msgspec.convert(value, field.type)
    except _MISFITS:
        return False
    return True


def _summary(kind: type[EngineCommand]) -> str:
    return (kind.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " ")


def _row(field: FieldInfo) -> FieldRow:
    kind = inspect.type_info(field.type)
    notes = dict(_notes(kind))
    examples = [_json(each) for each in notes.get("examples", ())]
    such = f" such as {examples[0]}" if examples else ""
    default = "" if field.default in {NODEFAULT, None, (), ""} else _json(field.default)
    return FieldRow(
        name=field.encode_name,
        expected=_expected(kind) + such,
        required=field.required,
        default=default,
        description=notes.get("description", ""),
        example=examples[0] if examples else _example(kind),
    )


def _json(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _parts(kind: inspect.Type) -> list[inspect.Type]:
    """Return the alternatives of a type, without null."""
    if not isinstance(kind, inspect.UnionType):
        return [kind]
    return [each for each in kind.types if not isinstance(each, inspect.NoneType)]


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _notes(kind: inspect.Type) -> Iterator[tuple[str, Any]]:
    """Yield the description and the examples that a type was annotated with."""
    for each in (kind, *_parts(_bare(kind))):
        if isinstance(each, inspect.Metadata):
            yield from (each.extra_json_schema or {}).items()


def _expected(kind: inspect.Type) -> str:
    return " or ".join(dict.fromkeys(_expected_one(_bare(each)) for each in _parts(_bare(kind))))


def _expected_one(kind: inspect.Type) -> str:
    match kind:
        case inspect.StrType():
            return "a text that is not blank" if kind.pattern else "a text"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_range(kind)}"
        case inspect.FloatType():
            return f"a number{_range(kind)}"
        case inspect.LiteralType():
            *most, last = map(_json, kind.values)
            return f"{', '.join(most)} or {last}" if most else last
        case inspect.VarTupleType():
            return f"a list, each item {_expected(kind.item_type)}"
        case _:
            return "an object"


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    found = [(getattr(kind, name), words) for name, words in _BOUNDS]
    return "".join(" " + words.format(bound) for bound, words in found if bound is not None)


def _example(kind: inspect.Type) -> str:
    match _bare(_parts(_bare(kind))[0]):
        case inspect.BoolType():
            return "true"
        case inspect.IntType() | inspect.FloatType() as number:
            return str(number.ge if number.ge is not None else 1)
        case inspect.LiteralType(values=values):
            return _json(values[0])
        case inspect.VarTupleType(item_type=item):
            return f"[{_example(item)}]"
        case inspect.StrType():
            return '"…"'
        case _:
            return "{…}"
