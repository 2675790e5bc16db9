"""How well a learnt profile fits the truth, from one update to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.lab.episodes import Episode
from core.lab.measuring.metrics import precision_of, recall_of
from core.lab.spec import learns_every
from core.lab.state import LabState
from core.profiles.history import fold_edits
from core.profiles.profile import Profile
from core.sessions.record import Record


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """A learnt profile as it stood after an update."""

    person: str
    setting: str
    update: int
    """From 1; 0 is what was known before the first scene."""
    scenes: int
    """How many scenes it had taken in by then."""
    values: int
    precision: float | None
    """Share of the values that the truth holds; `None` where there were none."""
    recall: float | None
    """Share of the truth that was known; `None` where nothing can be."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def update_rows(state: LabState) -> list[UpdateRow]:
    """Return a row for each update of each learnt profile, oldest first in a life.

    Edits of an update that is not over count for none.
    """
    return [
        row
        for _, episode in sorted(state.episodes.items())
        if learns_every(episode.setting) is not None
        for row in _of_episode(episode, state.people[episode.person].truth)
    ]


def _of_episode(episode: Episode, truth: Profile) -> list[UpdateRow]:
    by_update: dict[int, list[Record]] = {}
    for each in episode.edits:
        by_update.setdefault(int(each.data.get("update", 0)), []).append(each)
    profile = fold_edits(by_update.get(0, ()))
    rows = [_row(episode, truth, profile, 0, 0)]
    for each in episode.updates:
        number = int(each.data["update"])
        profile = fold_edits(by_update.get(number, ()), profile)
        rows.append(
            _row(episode, truth, profile, number, rows[-1].scenes + int(each.data["scenes"]))
        )
    return rows


def _row(episode: Episode, truth: Profile, profile: Profile, update: int, scenes: int) -> UpdateRow:
    return UpdateRow(
        person=episode.person,
        setting=episode.setting,
        update=update,
        scenes=scenes,
        values=sum(1 for _ in profile.items()),
        precision=precision_of(profile, truth),
        recall=recall_of(profile, truth),
    )
