"""The shapes that a card's JSON has had: flat (V1), or under `data` (V2 and V3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.personas.cards.json_text import JsonObject, dump, parse
from core.personas.cards.lore import rebuilt_book, whole_book
from core.personas.cards.problems import CardError
from core.personas.cards.sheet import EXTENSION, Sheet, title_extension
from core.personas.values import read_text

V2 = "chara_card_v2"
V3 = "chara_card_v3"
_VERSIONS = {V2: "2.0", V3: "3.0"}
_BOOK = "character_book"

_FIRST = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
"""The fields of V1."""
# Names that the fields had in older programs.
_OLDER = {
    "name": "char_name",
    "description": "char_persona",
    "scenario": "world_scenario",
    "first_mes": "char_greeting",
    "mes_example": "example_dialogue",
    "creator_notes": "creatorcomment",
}
_REQUIRED: Mapping[str, Any] = {
    **dict.fromkeys(_FIRST, ""),
    "creator_notes": "",
    "system_prompt": "",
    "post_history_instructions": "",
    "alternate_greetings": [],
    "tags": [],
    "creator": "",
    "character_version": "",
    "extensions": {},
}
"""What every card of V2 and V3 has, and what it has if nothing is said."""


@dataclass(frozen=True)
class Card:
    """A card's JSON, taken apart."""

    root: JsonObject
    data: JsonObject
    """Where the fields are; the root itself in V1."""

    @property
    def is_nested(self) -> bool:
        """Whether it is V2 or V3."""
        return self.data is not self.root

    def key(self, field: str) -> str:
        """Return the key that a field stands under."""
        older = _OLDER.get(field, field)
        values = self.data.values
        return older if not self.is_nested and not values.get(field) and older in values else field

    def values(self) -> dict[str, Any]:
        """Return all that stands beside the fields, with the fields under their present names."""
        known = {field: self.data.values.get(self.key(field)) for field in _REQUIRED}
        return {**self.data.values, **known}


def read_card(text: str) -> Card:
    """Take a card's JSON apart.

    Raises:
        CardError: it is no JSON, or no card.
    """
    return card_of(parse(text))


def card_of(root: JsonObject) -> Card:
    """Find the fields of a card.

    Raises:
        CardError: it is none.
    """
    data = root.inner("data")
    spec = str(root.values.get("spec", ""))
    if spec.startswith("lorebook"):
        raise CardError("It is a lorebook without a character.")
    if data is not None and (spec.startswith("chara_card") or _has_fields(data)):
        return Card(root, data)
    card = Card(root, root)
    if not _has_fields(root):
        raise CardError(
            "It is JSON but no character card.", "A card has at least a name and a description."
        )
    return card


def _has_fields(data: JsonObject) -> bool:
    names = {*_FIRST, *_OLDER.values()}
    return sum(isinstance(data.values.get(name), str) for name in names) > 1


def edited(card: Card, before: Sheet, now: Sheet) -> str:
    """Return a card's JSON with what is not as it was put in; all the rest is copied."""
    changes = _changes(card, before, now)
    if not changes:
        return card.root.text
    if not card.is_nested:
        if any(field not in _FIRST for field in changes):
            return edited(read_card(nested(card)), before, now)
        return card.root.replaced_in_text({card.key(key): each for key, each in changes.items()})
    mirrored = {
        field: text
        for field, text in changes.items()
        if card.root.literal(field) is not None
        and card.root.values[field] == card.data.values.get(field)
    }
    return card.root.replaced_in_text({**mirrored, "data": card.data.rebuilt(changes)})


def _changes(card: Card, before: Sheet, now: Sheet) -> dict[str, str | None]:
    old, new = before.card_fields(), now.card_fields()
    changes: dict[str, str | None] = {}
    for field, value in new.items():
        if value == old[field]:
            continue
        is_book = field == _BOOK
        changes[field] = rebuilt_book(value, card.data, field) if is_book else dump(value)
    ours = title_extension(now.title)
    if ours != title_extension(before.title):
        inner = card.data.inner("extensions")
        entry = {EXTENSION: dump(ours)}
        whole = dump({EXTENSION: ours})
        changes["extensions"] = inner.rebuilt(entry) if inner is not None else whole
    return changes


def nested(card: Card) -> str:
    """Return a card's JSON with the fields under `data`, as V2 and V3 want it.

    What else a flat card holds stays beside them.
    """
    if card.is_nested:
        return card.root.text
    values = card.values()
    members = []
    for field, usual in _REQUIRED.items():
        literal = card.data.literal(card.key(field))
        if literal is None or not isinstance(values[field], type(usual)):
            literal = dump(read_text(values[field]) if usual == "" else usual)
        members.append(f"{dump(field)}: {literal}")
    members += [
        f"{dump(field)}: {literal}"
        for field in ("nickname", _BOOK)
        if (literal := card.data.literal(field)) is not None
    ]
    changes = {"spec": dump(V2), "spec_version": dump("2.0"), "data": f"{{{', '.join(members)}}}"}
    return card.root.replaced_in_text(changes)


def as_spec(text: str, spec: str) -> str:
    """Return the JSON of a nested card as one of V2 or V3; a later version of V3 stays that."""
    card = read_card(text)
    if spec == V3 and "group_only_greetings" not in card.data.values:
        data = card.data.rebuilt({"group_only_greetings": "[]"})
        card = read_card(card.root.replaced_in_text({"data": data}))
    if card.root.values.get("spec") == spec:
        return card.root.text
    return card.root.replaced_in_text({"spec": dump(spec), "spec_version": dump(_VERSIONS[spec])})


def fresh(sheet: Sheet) -> str:
    """Return the JSON, of V3, of a persona that was no card before."""
    fields = {key: value for key, value in sheet.card_fields().items() if value}
    if _BOOK in fields:
        fields[_BOOK] = whole_book(fields[_BOOK])
    ours = title_extension(sheet.title)
    extensions = {EXTENSION: ours} if ours else {}
    data = {**_REQUIRED, **fields, "extensions": extensions, "group_only_greetings": []}
    card = {"spec": V3, "spec_version": _VERSIONS[V3], "data": data}
    return json.dumps(card, ensure_ascii=False, indent=2) + "\n"
