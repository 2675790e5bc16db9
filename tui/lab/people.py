"""The people of a run as rows: how far each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.lab.episodes import PersonState
from core.lab.state import LabState
from core.text import clean_line
from tui.widgets.bars import bar
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_NAME, _NARROW = 20, 14
_BAR, _SHORT_BAR = 12, 8
_ROOMY = 46
"""Cells from which a name and a bar are long."""


@dataclass(frozen=True)
class PersonRow:
    """One person. It reads the state when it is painted: nothing is made anew meanwhile."""

    key: str
    state: LabState = field(compare=False, repr=False)

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        person = self.state.people[self.key]
        roomy = width >= _ROOMY
        done, total = self._units(person)
        mark, role = self._mark(person, done, total)
        name = fitted(clean_line(person.name), _NAME if roomy else _NARROW)
        cells = _BAR if roomy else _SHORT_BAR
        share = done / total if total else 0.0
        told = f" {self._doing(person, done, total)}"
        rest = max(0, width - 2 - (_NAME if roomy else _NARROW) - 1 - cells)
        return [
            [
                (f"{mark} ", role),
                (name, "title"),
                (" ", "row"),
                (bar(share, cells), "live" if done < total else "good"),
                (fitted(told, rest), "quiet"),
            ]
        ]

    def _units(self, person: PersonState) -> tuple[int, int]:
        """Return how much of what is planned for somebody is done: scenes lived, or made."""
        spec = self.state.spec
        scenes = len(person.scenes) if "people" not in spec.phases else spec.plan.scenes
        if "learning" not in spec.phases:
            made = person.queries if "queries" in spec.phases else person.scenes
            return len(made), scenes
        episodes = (self.state.episodes.get((person.key, each)) for each in spec.settings)
        return sum(0 if each is None else each.done for each in episodes), scenes * len(
            spec.settings
        )

    def _mark(self, person: PersonState, done: int, total: int) -> tuple[str, str]:
        if any(node.split("/")[0] == self.key for node in self.state.failures):
            return "!", "error"
        if done >= total and total:
            return "✓", "good"
        return ("●", "live") if self._under_way(person) else ("○", "quiet")

    def _under_way(self, person: PersonState) -> bool:
        """Whether somebody is being made up, or lives."""
        spec = self.state.spec
        making = "people" in spec.phases and len(person.scenes) < spec.plan.scenes
        return making or self._lives(person)

    def _lives(self, person: PersonState) -> bool:
        return any((person.key, each) in self.state.episodes for each in self.state.spec.settings)

    def _doing(self, person: PersonState, done: int, total: int) -> str:
        planned = self.state.spec.plan.scenes
        if "people" in self.state.spec.phases and len(person.scenes) < planned:
            return f"making {len(person.scenes)}/{planned}"
        if not self._lives(person) and len(person.queries) < len(person.scenes):
            return f"asking {len(person.queries)}/{len(person.scenes)}"
        return f"{done}/{total}"
