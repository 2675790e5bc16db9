"""Lorebooks of cards and those of personas.

A persona's front matter holds the entries in the shape of cards, without what is usual and
without what no prompt needs: other programs add dozens of settings to every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.personas.cards.json_text import JsonObject, dump
from core.personas.lorebook import lore_entries
from core.personas.values import flag, number, read_keys, read_text, whole

_Reader = Callable[[Any], Any]


def _id(value: Any) -> int | float | str | None:
    found = number(value)
    return found if found is not None else read_text(value) or None


_BOOK: Mapping[str, _Reader] = {
    "name": read_text,
    "description": read_text,
    "scan_depth": whole,
    "token_budget": whole,
    "recursive_scanning": flag,
}
_ENTRY: Mapping[str, _Reader] = {
    "name": read_text,
    "comment": read_text,
    "id": _id,
    "keys": read_keys,
    "secondary_keys": read_keys,
    "selective": flag,
    "constant": flag,
    "enabled": flag,
    "use_regex": flag,
    "case_sensitive": flag,
    "insertion_order": number,
    "priority": number,
    "position": read_text,
    "content": read_text,
}
_EXTENSIONS: Mapping[str, _Reader] = {
    "case_sensitive": flag,
    "depth": whole,
    "exclude_recursion": flag,
    "match_whole_words": flag,
    "position": whole,
    "prevent_recursion": flag,
    "probability": number,
    "role": whole,
    "scan_depth": whole,
    "selectiveLogic": whole,
    "useProbability": flag,
}
_EMPTY: tuple[Any, ...] = (None, "", [])
_AT_DEPTH = 4
_CERTAIN = 100


def tidy_book(value: Any) -> dict[str, Any]:
    """Return a lorebook as a persona holds it; empty if it has no entries."""
    entries = [_tidy_entry(each) for each in lore_entries(value)]
    if not entries:
        return {}
    book = _read(value, _BOOK) if isinstance(value, Mapping) else {}
    return {**book, "entries": entries}


def _tidy_entry(values: Mapping[str, Any]) -> dict[str, Any]:
    entry = _read(values, _ENTRY)
    for name in ("selective", "constant", "use_regex", "case_sensitive"):
        if entry.get(name) is False:
            del entry[name]
    if entry.get("enabled"):
        del entry["enabled"]
    if entry.get("insertion_order") == 0:
        del entry["insertion_order"]
    if entry.get("comment") == entry.get("name"):
        entry.pop("comment", None)
    extensions = values.get("extensions")
    if isinstance(extensions, Mapping) and (kept := _tidy_extensions(extensions)):
        entry["extensions"] = kept
    return entry


def _tidy_extensions(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in _read(values, _EXTENSIONS).items() if value}
    if kept.get("position") != _AT_DEPTH:
        for name in ("position", "depth", "role"):
            kept.pop(name, None)
    elif whole(values.get("depth")) == 0:
        kept["depth"] = 0
    if flag(values.get("useProbability")) is False or kept.get("probability") == _CERTAIN:
        kept.pop("probability", None)
    elif number(values.get("probability")) == 0:
        kept["probability"] = 0
    kept.pop("useProbability", None)
    return kept


def _read(values: Mapping[str, Any], readers: Mapping[str, _Reader]) -> dict[str, Any]:
    found = {key: read(values[key]) for key, read in readers.items() if key in values}
    return {key: value for key, value in found.items() if value not in _EMPTY}


def rebuilt_book(book: Mapping[str, Any], raw: JsonObject | None, key: str) -> str:
    """Return the JSON of an edited lorebook.

    Whatever was not edited is copied from the book that stands under `key` of `raw`, its
    settings, its entries and what else they hold.
    """
    if not book:
        return "null"
    old = raw.inner(key) if raw is not None else None
    if old is None:
        return dump(whole_book(book))
    before = tidy_book(old.values)
    changes: dict[str, str | None] = {
        name: dump(book.get(name)) for name in _BOOK if book.get(name) != before.get(name)
    }
    if book.get("entries") != before.get("entries"):
        elements = [each for each in old.elements("entries") if each is not None]
        texts = _rebuilt_entries(lore_entries(book), elements)
        changes["entries"] = f"[{', '.join(texts)}]"
    return old.rebuilt(changes)


def _rebuilt_entries(
    entries: Sequence[Mapping[str, Any]], elements: Sequence[JsonObject]
) -> list[str]:
    """Return each entry's JSON, from the element that it was if that can be told."""
    before = [_tidy_entry(each.values) for each in elements]
    origins = _origins(entries, before)
    return [
        dump(_whole_entry(entry))
        if origin is None
        else _rebuilt_entry(entry, before[origin], elements[origin])
        for entry, origin in zip(entries, origins, strict=True)
    ]


def _origins(
    entries: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> list[int | None]:
    """Tell for each entry which of those before it was.

    That is the one that is the same, else that of the same number, else the one that stood
    in its place.
    """
    origins: list[int | None] = [None] * len(entries)
    taken: set[int] = set()
    for name in (dump, _number):
        places: dict[str, list[int]] = {}
        for old in range(len(before) - 1, -1, -1):
            if old not in taken:
                places.setdefault(name(before[old]), []).append(old)
        for new, entry in enumerate(entries):
            found = places.get(name(entry)) if origins[new] is None else None
            if found and name(entry):
                old = found.pop()
                origins[new] = old
                taken.add(old)
    for new in range(min(len(entries), len(before))):
        if origins[new] is None and new not in taken:
            origins[new] = new
    return origins


def _number(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id", ""))


def _rebuilt_entry(entry: Mapping[str, Any], before: Mapping[str, Any], raw: JsonObject) -> str:
    changes: dict[str, str | None] = {
        name: dump(entry.get(name, _default(name)))
        for name in _ENTRY
        if entry.get(name) != before.get(name)
    }
    new, old = entry.get("extensions") or {}, before.get("extensions") or {}
    if new != old:
        inner = raw.inner("extensions")
        edited = {
            name: dump(new.get(name)) for name in _EXTENSIONS if new.get(name) != old.get(name)
        }
        changes["extensions"] = inner.rebuilt(edited) if inner is not None else dump(new)
    return raw.rebuilt(changes)


def _default(name: str) -> Any:
    """Return what stands for a setting that a persona leaves out."""
    defaults = {
        "keys": [],
        "secondary_keys": [],
        "content": "",
        "enabled": True,
        "selective": False,
        "constant": False,
        "use_regex": False,
        "insertion_order": 0,
    }
    return defaults.get(name)


def whole_book(book: Mapping[str, Any]) -> dict[str, Any]:
    """Return a persona's lorebook with all that the specification wants of one."""
    entries = [_whole_entry(each) for each in lore_entries(book)]
    return {**book, "extensions": {}, "entries": entries}


def _whole_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with all that the specification wants of one."""
    required = ("keys", "content", "enabled", "insertion_order", "use_regex", "constant")
    return {
        **{name: _default(name) for name in required},
        **entry,
        "extensions": dict(entry.get("extensions") or {}),
    }
