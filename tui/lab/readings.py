"""Which records of a run are told on which page: a page for each scene lived, one for each person.

The state of a run keeps what was said and what was decided apart; read, they belong together
in the order in which they happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from core.lab.records import LabKind
from core.lab.state import LabState
from core.sessions.record import Kind, Record

_SCENE = re.compile(r"s\d+")
_OF_PERSON = frozenset({LabKind.PERSON, LabKind.SCENE, LabKind.QUERY})
_OF_NODE = frozenset({Kind.MESSAGE, LabKind.TOOL, LabKind.VERDICT, LabKind.SCORE, Kind.NOTICE})


class Place(NamedTuple):
    """A page: somebody's scene under a setting, or without a scene who they are."""

    person: str
    setting: str = ""
    scene: str = ""


class Readings:
    """The records of one path by page, in order."""

    def __init__(self, path: Iterable[Record] = ()) -> None:
        """Take in a path; with a long one, call it in a thread."""
        self._pages: dict[Place, list[Record]] = {}
        self._seen: set[str] = set()
        self._scenes: dict[tuple[str, str], list[str]] = {}
        """The scenes that were begun, by person and setting."""
        for record in path:
            self.take(record)

    def take(self, record: Record) -> Place | None:
        """Take in a record once; return the page it is told on, `None` where on none."""
        place = place_of(record)
        if place is None or record.id in self._seen:
            return None
        self._seen.add(record.id)
        if place not in self._pages and place.scene:
            self._scenes.setdefault((place.person, place.setting), []).append(place.scene)
        self._pages.setdefault(place, []).append(record)
        return place

    def page(self, place: Place) -> list[Record]:
        """Return the records of a page; what a model had to write again is left out."""
        return [each for each in self._pages.get(place, ()) if not written_again(each)]

    def scenes(self, person: str, setting: str) -> list[str]:
        """Return the scenes that were begun, in that order."""
        return self._scenes.get((person, setting), [])


def place_of(record: Record) -> Place | None:
    """Return the page that a record is told on, if it is told at all."""
    if record.kind in _OF_PERSON:
        return Place(str(record.data.get("person", "")))
    if record.data.get("code") == "edit_refused":
        # It stands with the profile that it did not change.
        return None
    return place_at(record.node) if record.kind in _OF_NODE else None


def place_at(node: str) -> Place | None:
    """Return the page of a node such as `p001/learnt-3/s002/assistant`."""
    person, setting, scene, *_ = (*node.split("/"), "", "")
    if _SCENE.fullmatch(scene):
        return Place(person, setting, scene)
    return Place(person) if person else None


def newest(state: LabState, readings: Readings, person: str, setting: str) -> Place:
    """Return the page where a life stands now."""
    scenes = readings.scenes(person, setting)
    if (person, setting) not in state.episodes or not scenes:
        return Place(person)
    return Place(person, setting, scenes[-1])


def written_again(record: Record) -> bool:
    """Whether a reply was in the wrong form, so that nobody but its model has seen it."""
    return "malformed" in record.data and not record.data.get("mended")
