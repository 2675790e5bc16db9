"""What is known of somebody under a setting, as rows: values as they grow, the newest marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.lab.episodes import Episode, PersonState
from core.lab.measuring.metrics import holds
from core.lab.spec import GOLDEN, learns_every
from core.profiles.edits import applied, edit_of
from core.profiles.fields import FIELDS, GROUPS
from core.profiles.profile import Evidence, Profile, Value
from core.sessions.record import Record
from core.text import clean_line
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_NAME = 28
_TAIL = 6
_MOST_REFUSED = 20
"""Refused edits that are shown."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """One line: the name of a group, a value, or an edit that was refused."""

    key: str
    name: str
    text: str = ""
    mark: str = ""
    """Whether the truth says so: ✓ or ✗; nothing for headings and for the truth itself."""
    new: bool = False
    """Whether the last update brought it."""
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What is said of it besides the evidence."""

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        if not self.text:
            return [[(fitted(self.name, width), "quiet")]]
        name = min(_NAME, width // 3)
        tail = ("← " if self.new else "  ") + (self.mark or " ")
        room = max(4, width - name - _TAIL)
        role = {"✓": "good", "✗": "error"}.get(self.mark, "quiet")
        return [
            [
                (f" {fitted(self.name, name)} ", "quiet"),
                (fitted(self.text, room), "mark" if self.new else "row"),
                (f" {tail}", role if self.mark else "mark"),
            ]
        ]


@dataclass(frozen=True, slots=True)
class Known:
    """A profile as it stood at some moment, and what brought it there."""

    profile: Profile
    newest: frozenset[str]
    """Records of the edits of the last update."""
    refused: tuple[Record, ...] = ()


def known_in(episode: Episode, scene: str = "") -> Known:
    """Return what was learnt in a life, or what its assistant knew in a scene gone by."""
    talk = episode.conversations.get(scene)
    version = None
    if talk is not None and talk is not episode.current:
        version = next((_version(each) for each in talk.replies), None)
    edits = list(episode.edits)
    if version is not None:
        ids = [each.id for each in edits]
        edits = edits[: ids.index(version) + 1] if version in ids else []
    profile = episode.profile if version is None else _folded(edits)
    last = edits[-1].data.get("update") if edits else None
    newest = frozenset(each.id for each in edits if last and each.data.get("update") == last)
    refused = () if version is not None else tuple(episode.refused[-_MOST_REFUSED:])
    return Known(profile, newest, refused)


def known_rows(
    person: PersonState, episode: Episode | None, setting: str, scene: str
) -> list[KnownRow]:
    """Return the rows of a life: what is known there, group by group."""
    if setting == GOLDEN:
        return list(_rows(person, Known(person.truth, frozenset()), truth=True))
    if episode is None or learns_every(setting) is None:
        return []
    return list(_rows(person, known_in(episode, scene), truth=False))


def truth_rows(person: PersonState) -> list[KnownRow]:
    """Return who somebody really is."""
    return list(_rows(person, Known(person.truth, frozenset()), truth=True))


def _rows(person: PersonState, known: Known, *, truth: bool) -> Iterator[KnownRow]:
    group = ""
    for path, value in known.profile.items():
        field = FIELDS[path]
        if field.group != group:
            group = field.group
            yield KnownRow(f"group {group}", GROUPS[group])
        mark = "" if truth else "✓" if holds(person.truth, path, value.text) else "✗"
        yield KnownRow(
            key=f"{path} {value.text}",
            name=clean_line(field.title.replace("_", " ")),
            text=clean_line(value.text),
            mark=mark,
            new=value.version in known.newest,
            evidence=value.evidence,
            why=_why(value, truth=truth),
        )
    if known.refused:
        yield KnownRow("group refused", f"Refused: {len(known.refused)}")
    # A keeper that insists is told of once.
    for text, times in Counter(each.text for each in reversed(known.refused)).items():
        data = next(each.data for each in known.refused if each.text == text)
        name = str(data.get("field", "")).rpartition(".")[2].replace("_", " ")
        again = f" ×{times}" if times > 1 else ""
        yield KnownRow(
            key=f"refused {text}",
            name=clean_line(name) or "?",
            text=clean_line(str(data.get("new") or "removal")) + again,
            why=clean_line(text),
        )


def _why(value: Value, *, truth: bool) -> str:
    if truth:
        return "This is the truth."
    if not value.evidence:
        return "Known from the start: part of the truth was given."
    return f"{value.confidence:.0%} sure"


def _version(reply: Record) -> str:
    return str((reply.data.get("known") or {}).get("version", ""))


def _folded(edits: Sequence[Record]) -> Profile:
    profile = Profile()
    for record in edits:
        edit = edit_of(record)
        if edit is not None:
            profile = applied(profile, edit, record.id, record.at)
    return profile
