"""The one gate through which every change of a profile goes.

A model proposes in words of its own: another spelling of a field, a quote that nobody said, a
value that is there already. What comes out is an edit that can be made as it stands, or why not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from core.profiles.edits import OPS, Edit, Op
from core.profiles.evidence import Words, find_evidence
from core.profiles.fields import FIELDS, Field, fields_of, find_field
from core.profiles.forms import form, several, text
from core.profiles.profile import Profile, tidy

Why = Literal[
    "unknown_field", "locked", "no_value", "no_choice", "no_evidence", "not_there", "no_change"
]
_IN_WORDS: Mapping[Why, str] = {
    "unknown_field": "a profile has no such field",
    "locked": "the field is locked",
    "no_value": "it says no value",
    "no_choice": "the field cannot have that value",
    "no_evidence": "nobody said the words that it is meant to rest on",
    "not_there": "the value that it would change is not there",
    "no_change": "the profile says so already",
}
_CHOICES = {
    "E": "extra extro",
    "I": "intro",
    "S": "sens",
    "N": "intui",
    "T": "think",
    "F": "feel",
    "J": "judg",
    "P": "perc",
}
"""How the words for each letter begin."""
_NOTHING = frozenset("none null unknown n/a na nil - – ? unspecified".split())


@dataclass(frozen=True, slots=True)
class Proposed:
    """An edit as somebody proposes it: nothing in it is known to be right."""

    field: str
    op: str = "set"
    new: str | None = None
    old: str | None = None
    quote: str = ""
    """The words that it rests on."""
    confidence: float = 1.0

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Read what a model answered for one edit; what is of the wrong type counts as empty."""

        def words(key: str) -> str | None:
            value = values.get(key)
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                return None
            return str(value)

        sure = values.get("confidence", 1.0)
        number = sure if isinstance(sure, int | float) and not isinstance(sure, bool) else 1.0
        return cls(
            field=words("field") or "",
            op=words("op") or "set",
            new=words("new"),
            old=words("old"),
            quote=words("quote") or "",
            confidence=min(1.0, max(0.0, float(number))),
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an edit is not made."""

    why: Why
    proposed: Proposed

    def in_words(self) -> str:
        """Return what was refused and why, on one line."""
        what = tidy(self.proposed.new if self.proposed.new is not None else self.proposed.old or "")
        return f"{tidy(self.proposed.field) or 'edit'} “{what}” refused: {_IN_WORDS[self.why]}."


def locked_paths(spellings: Collection[str]) -> frozenset[str]:
    """Return the paths that fields and groups stand for, however they are spelt.

    Raises:
        UsageError: there is no such field or group.
    """
    return frozenset(field.path for each in spellings for field in fields_of(each))


def check(
    proposed: Proposed,
    profile: Profile,
    locked: Collection[str] = frozenset(),
    said: Sequence[Words] | None = None,
) -> Edit | Refused:
    """Return the edit that a proposal amounts to, or why it is refused.

    Args:
        proposed: what somebody wants changed.
        profile: how it stands.
        locked: paths that may not be touched.
        said: what the person said, oldest first; `None`: they make the edit themselves, and
            need no evidence for it.
    """
    field = find_field(proposed.field)
    if field is None:
        return Refused("unknown_field", proposed)
    if field.path in locked:
        return Refused("locked", proposed)
    edit = _meant(field, proposed, profile)
    if isinstance(edit, Refused) or said is None:
        return edit
    evidence = find_evidence(proposed.quote, said)
    if evidence is None:
        return Refused("no_evidence", proposed)
    return Edit(edit.field, edit.op, edit.old, edit.new, (evidence,), proposed.confidence)


def fit_value(field: Field, given: str | None) -> str | None:
    """Return a value as a field can hold it; `None` if it cannot, empty if there is none."""
    value = tidy(given or "")
    if value.casefold() in _NOTHING:
        return ""
    if not field.choices or not value:
        return value
    if value.upper() in field.choices:
        return value.upper()
    for choice in field.choices:
        if value.casefold().startswith(tuple(_CHOICES[choice].split())):
            return choice
    return None


def _meant(field: Field, proposed: Proposed, profile: Profile) -> Edit | Refused:
    """Return the smallest edit that does what is proposed."""
    op = proposed.op.strip().lower()
    there = profile.texts(field.path)
    if op == "remove":
        return _removal(field, proposed, there)
    new = fit_value(field, proposed.new)
    if new is None:
        return Refused("no_choice", proposed)
    if not new or op not in OPS:
        return Refused("no_value", proposed)
    known = {each.casefold(): each for each in there}
    if new.casefold() in known:
        return Refused("no_change", proposed)
    old = _old(field, proposed, there)
    if field.many and op == "set" and proposed.old and old is None:
        return Refused("not_there", proposed)
    meant: Op = "append" if field.many and old is None else "set"
    return Edit(field.path, meant, old, new, (), proposed.confidence)


def _old(field: Field, proposed: Proposed, there: Sequence[str]) -> str | None:
    """Return the value that would be replaced."""
    if not field.many:
        return there[0] if there else None
    if proposed.op.strip().lower() != "set" or not proposed.old:
        return None
    wanted = tidy(proposed.old).casefold()
    return next((each for each in there if each.casefold() == wanted), None)


def _removal(field: Field, proposed: Proposed, there: Sequence[str]) -> Edit | Refused:
    named = proposed.old or proposed.new
    if not field.many and not named and there:
        return Edit(field.path, "remove", there[0], None, (), proposed.confidence)
    wanted = tidy(named or "").casefold()
    old = next((each for each in there if each.casefold() == wanted), None)
    if old is None:
        return Refused("not_there", proposed)
    return Edit(field.path, "remove", old, None, (), proposed.confidence)


def edit_schema(most: int) -> dict[str, Any]:
    """Return the JSON schema that edits are asked for in, at most so many."""
    value = {"type": ["string", "null"], "maxLength": 200}
    edit = form({
        "field": {"enum": list(FIELDS)},
        "op": {"enum": list(OPS)},
        "old": value,
        "new": value,
        "quote": text(300),
        # Grammars know no bounds, and one number is no reason to lose a whole answer.
        "confidence": {"type": "number"},
    })
    return form({"edits": several(edit, 0, most)})
