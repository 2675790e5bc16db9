"""Between versions of a profile: what differs, the way back, and two profiles made one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from core.errors import CommandError
from core.profiles.edits import Edit, Op, applied, edit_of
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile, Value
from core.profiles.records import ProfileKind
from core.sessions.record import Record


def fold_edits(records: Iterable[Record], start: Profile | None = None) -> Profile:
    """Return the profile that edits on record amount to; erased ones count as never made."""
    profile = start or Profile()
    for record in records:
        edit = edit_of(record) if record.kind == ProfileKind.PROFILE_EDIT else None
        if edit is not None:
            profile = applied(profile, edit, record.id, record.at)
    return profile


def profile_at(records: Sequence[Record], version: str) -> Profile:
    """Return the profile as it was once the record `version` stood; empty: before all of them.

    Raises:
        CommandError: no edit is meant by that id, or part of one, or several are.
    """
    if not version:
        return Profile()
    wanted = version.strip().upper()
    edits = [each for each in records if each.kind == ProfileKind.PROFILE_EDIT]
    found = [each for each in edits if each.id == wanted]
    found = found or [each for each in edits if each.id.endswith(wanted)]
    found = found or [each for each in edits if each.id.startswith(wanted)]
    if len(found) != 1:
        many = "several versions" if found else "no version"
        raise CommandError(
            f"There is {many} {version!r} of this profile.",
            "`salon profile diff` without versions lists them.",
        )
    upto = next(place for place, each in enumerate(records) if each is found[0])
    return fold_edits(records[: upto + 1])


def diff(old: Profile, new: Profile) -> list[Edit]:
    """Return the edits that lead from one profile to another, provenance and all."""
    edits: list[Edit] = []
    for path, field in FIELDS.items():
        before = {each.text: each for each in old.values.get(path, ())}
        after = {each.text: each for each in new.values.get(path, ())}
        gone = [each for text, each in before.items() if text not in after]
        come = [each for text, each in after.items() if each != before.get(text)]
        if field.many:
            edits += [_removed(path, each) for each in gone]
            edits += [_brought(path, each, "append") for each in come]
        elif come:
            old_text = next(iter(before), None)
            edits += [_brought(path, each, "set", old_text) for each in come]
        else:
            edits += [_removed(path, each) for each in gone]
    return edits


def rollback(
    records: Sequence[Record], version: str, locked: Collection[str] = frozenset()
) -> list[Edit]:
    """Return the edits that make the present profile what it was at a version.

    Raises:
        CommandError: there is no such version, or a locked field would change.
    """
    edits = diff(fold_edits(records), profile_at(records, version))
    if held := sorted({each.field for each in edits} & set(locked)):
        raise CommandError(
            f"Locked fields would change: {', '.join(held)}.", "Unlock them first, or leave it."
        )
    return edits


def merge(one: Profile, other: Profile, locked: Collection[str] = frozenset()) -> list[Edit]:
    """Return the edits that bring into one profile what another one knows.

    Of two single values the one held with more confidence stays, of equals the first
    profile's; where a field may hold several, all are kept.
    """
    edits: list[Edit] = []
    for path, field in FIELDS.items():
        if path in locked:
            continue
        mine = one.values.get(path, ())
        known = {each.text.casefold() for each in mine}
        for value in other.values.get(path, ()):
            if value.text.casefold() in known:
                continue
            if field.many or not mine:
                edits.append(_new(path, value, "append" if field.many else "set"))
            elif value.confidence > mine[0].confidence:
                edits.append(_new(path, value, "set", mine[0].text))
    return edits


def _removed(path: str, value: Value) -> Edit:
    return Edit(path, "remove", value.text)


def _brought(path: str, value: Value, op: Op, old: str | None = None) -> Edit:
    return Edit(path, op, old, value.text, value.evidence, value.confidence, restores=value)


def _new(path: str, value: Value, op: Op, old: str | None = None) -> Edit:
    return Edit(path, op, old, value.text, value.evidence, value.confidence)
