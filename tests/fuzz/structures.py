"""Mutations of what is written as JSON, YAML or CSV, which leave it well-formed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from fuzz import odd
from fuzz.mutations import encode

_Places = list[tuple[list[Any], int]]
_CELLS = (
    *("", " ", "0", "-1", "1e999", "nan", "inf", "1,5", "1.000,00", "9" * 400, "0x10", "١٢", "½"),
    *(
        "2025-02-30",
        "9999-12-31",
        "0001-01-01",
        "20250810",
        "2025-08-10T25:00",
        "2025-W01-1",
        "1/2/3",
    ),
    *("=1+1", "@SUM(A1)", "'", '"', '""', "a\nb", "a,b", "a;b", "\t", "true", "None", "\x1b[31m"),
)
_DELIMITERS = (b",", b";", b"\t", b"|", b"\x1f")
_YAML = (
    *(
        "&a [*a]",
        "*nope",
        "!!python/object:os.system x",
        "!!binary x",
        "!!timestamp 2025-13-45",
        "~",
    ),
    *(
        "!!int x",
        "!!float .nan",
        ".inf",
        "0b2",
        "0x",
        "1:30:00",
        "1_000",
        "2025-01-01",
        "<<",
        "yes",
    ),
    *("|\n  a", ">-", "{", "[", "? a", "%TAG", "---", "...", "!!set {a}", "!!omap [a: 1]", "@a"),
    *("{a: 1, a: 2}", "[a, [b, {c: d}]]", "'", '"', "- a", "a: b: c", "!<x> y", "!!null x", "-"),
    *(
        "!!bool x",
        '!!int ""',
        '!!float ""',
        "!!timestamp x",
        "!!str [a]",
        "!!map x",
        "!!seq {a: 1}",
    ),
)


class _Pairs(list[Any]):
    """The members of an object, each `[key, value]`, so that one may be there twice."""


class _Raw(str):
    """A value as it is written."""


def change_json(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Change one value, key or member of a JSON document; what is none is cut as text."""
    try:
        root = json.loads(data, object_pairs_hook=lambda pairs: _Pairs(map(list, pairs)))
        holder: list[Any] = [root]
        places = list(_places(holder))
        _change(rng, *rng.choice(places), places)
        return encode(_dumped(holder[0]))
    except (ValueError, RecursionError):
        return data[: rng.randint(0, len(data))]


def change_json_line(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Change one line of JSON Lines as `change_json` does."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = change_json(rng, lines[at], seeds) if lines[at] else b"{}"
    return b"\n".join(lines)


def change_yaml(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Give one `key: value` or list item of a YAML document another value."""
    lines = data.split(b"\n")
    keyed = [at for at, line in enumerate(lines) if b":" in line or line.lstrip().startswith(b"-")]
    if not keyed:
        return data + b"\na: b"
    at = rng.choice(keyed)
    mark = b":" if b":" in lines[at] else b"-"
    head, _, rest = lines[at].partition(mark)
    said = odd.value(rng) if rng.random() < 0.5 else rng.choice(_YAML)
    how = rng.random()
    if how < 0.8:
        lines[at] = head + mark + b" " + encode(said)
    elif how < 0.9:
        key = encode(rng.choice((*_YAML, odd.text(rng)[:50])))
        lines[at] = head[: len(head) - len(head.lstrip())] + key + mark + rest
    else:
        lines.insert(at, lines[at] if rng.random() < 0.5 else head + b"x" + mark + rest)
    return b"\n".join(lines)


def change_csv(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Change one cell, row or column of a CSV file, or how it is written."""
    text = data.decode("utf-8", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return data[: rng.randint(0, len(data))]
    rows = [each for each in rows if each] or [["a"]]
    row = rng.choice(rows[:2] if rng.random() < 0.3 else rows)
    at = rng.randrange(len(row))
    how = rng.randrange(8)
    if how < 4:
        row[at] = rng.choice(_CELLS) if rng.random() < 0.7 else odd.text(rng)
    elif how == 4:
        row.insert(at, row[at])
    elif how == 5:
        del row[at]
    elif how == 6:
        for each in rows:
            each[at:at] = [rng.choice(_CELLS)]
    else:
        rows.append(list(rng.choice(rows)))
    return _written(rows, rng)


def _written(rows: Sequence[Sequence[str]], rng: Random) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=rng.choice(("\n", "\n", "\r\n")))
    writer.writerows(rows)
    data = encode(out.getvalue())
    return data.replace(b",", rng.choice(_DELIMITERS)) if rng.random() < 0.1 else data


def _places(holder: list[Any]) -> Iterator[tuple[list[Any], int]]:
    """Yield every place of a value: the list that holds it, and its index there."""
    for at, each in enumerate(holder):
        if isinstance(holder, _Pairs):
            yield each, 1
            yield from _places_in(each[1])
        else:
            yield holder, at
            yield from _places_in(each)


def _places_in(value: Any) -> Iterator[tuple[list[Any], int]]:
    if isinstance(value, list):
        yield from _places(value)


def _change(rng: Random, holder: list[Any], at: int, places: _Places) -> None:
    how, old = rng.random(), holder[at]
    if how < 0.6:
        holder[at] = _Raw(odd.value(rng))
    elif how < 0.75 and isinstance(old, _Pairs) and old:
        _change_members(rng, old)
    elif how < 0.8 and isinstance(old, list):
        old *= min(50, odd.length(rng))
    elif how < 0.88:
        other, there = rng.choice(places)
        holder[at], other[there] = _Raw(_dumped(other[there])), _Raw(_dumped(old))
    elif how < 0.94:
        holder[at] = [old] if rng.random() < 0.5 else _Pairs([["a", old]])
    else:
        holder[at] = f"{old if isinstance(old, str) else ''}{odd.text(rng)}"


def _change_members(rng: Random, members: _Pairs) -> None:
    member = rng.choice(members)
    how = rng.randrange(4)
    if how == 0:
        members.remove(member)
    elif how == 1:
        members.append([member[0], _Raw(odd.value(rng))])
    elif how == 2:
        member[0] = odd.text(rng)[:200]
    else:
        members.append([odd.text(rng)[:50], _Raw(odd.value(rng))])


def _dumped(value: Any) -> str:
    if isinstance(value, _Raw):
        return value
    if isinstance(value, _Pairs):
        return "{" + ", ".join(f"{json.dumps(key)}: {_dumped(each)}" for key, each in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dumped, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
