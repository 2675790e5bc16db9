"""Damaged and odd sessions: a seeded mutator of the lines of real ones."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Line = dict[str, Any]

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**30,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "x" * 300,
    "\ud800",
    "\x1b[31m[@click=app.quit]red[/]",
    "9999-12-31T23:59:59Z",
    [],
    ["a"],
    [[]],
    [None, 1, {"a": []}],
    {},
    {"a": 1},
    {"target": [1]},
    {"": None},
    {"name": 5, "kind": []},
)
"""Values put in place of those of a session."""
LATER_WORDS = ("later", "archived", "v9", "ülo", "complete ")
"""Words that a later version might use."""


def _odd(rng: random.Random) -> Any:
    # A copy: what is put in may be changed by the next mutation.
    return deepcopy(rng.choice(ODD_VALUES))


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Yield every container with each of its keys, however deep."""
    if depth > 6:
        return
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key], depth + 1)


def _field(records: list[Line], rng: random.Random) -> None:
    record = rng.choice(records)
    record[rng.choice(list(record))] = _odd(rng)


def _deep(records: list[Line], rng: random.Random) -> None:
    container, key = rng.choice(list(_places(rng.choice(records))))
    container[key] = _odd(rng)


def _data(records: list[Line], rng: random.Random) -> None:
    having = [each for each in records if isinstance(each.get("data"), dict) and each["data"]]
    if having:
        data = rng.choice(having)["data"]
        container, key = rng.choice(list(_places(data)))
        container[key] = _odd(rng)


def _root(records: list[Line], rng: random.Random) -> None:
    container, key = rng.choice(list(_places(records[0])))
    container[key] = _odd(rng)


def _loss(records: list[Line], rng: random.Random) -> None:
    record = rng.choice(records)
    inside = record["data"] if rng.random() < 0.6 and record.get("data") else record
    if isinstance(inside, dict) and inside:
        del inside[rng.choice(list(inside))]


def _word(records: list[Line], rng: random.Random) -> None:
    record, key = rng.choice(records), rng.choice(["status", "kind", "author", "state"])
    if key == "author":
        record["author"] = {"kind": rng.choice(LATER_WORDS), "name": "N"}
    elif key == "state":
        record.setdefault("data", {})["state"] = rng.choice(LATER_WORDS)
    else:
        record[key] = rng.choice(LATER_WORDS)


def _swap_kinds(records: list[Line], rng: random.Random) -> None:
    rng.choice(records)["kind"] = rng.choice(records)["kind"]


def _tree(records: list[Line], rng: random.Random) -> None:
    one, other = rng.choice(records), rng.choice(records)
    one[rng.choice(["parent", "id"])] = other.get("id")


def _order(records: list[Line], rng: random.Random) -> None:
    if rng.random() < 0.5:
        records.insert(rng.randrange(len(records) + 1), records.pop(rng.randrange(len(records))))
    else:
        records.insert(rng.randrange(len(records) + 1), deepcopy(rng.choice(records)))


def _lines_lost(records: list[Line], rng: random.Random) -> None:
    if len(records) > 2:
        at = rng.randrange(len(records))
        del records[at : at + rng.randrange(1, 4)]


_MUTATIONS: tuple[Callable[[list[Line], random.Random], None], ...] = (
    *(_field, _deep, _deep, _data, _data, _data, _root, _root),
    *(_loss, _loss, _word, _swap_kinds, _tree, _order, _lines_lost),
)


def mutant(content: bytes, rng: random.Random) -> bytes:
    """Return a session's file with one to three faults."""
    if rng.random() < 0.15:
        return _damaged_bytes(content, rng)
    records = [json.loads(line) for line in content.splitlines() if line.strip()]
    for _ in range(rng.choice([1, 1, 2, 3])):
        if records:
            rng.choice(_MUTATIONS)(records, rng)
    lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in records]
    return "".join(f"{each}\n" for each in lines).encode("utf-8", "surrogatepass")


def _damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    kind = rng.randrange(5)
    at = rng.randrange(len(damaged))
    if kind <= 1:
        damaged[at] ^= 1 << rng.randrange(8)
    elif kind == 2:
        del damaged[at : at + rng.randrange(1, 200)]
    elif kind == 3:
        damaged[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 30)))
    else:
        del damaged[at:]
    return bytes(damaged)
