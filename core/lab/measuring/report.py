"""A run in figures: each setting's, and what differs between two of them, person by person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from core.config.prices import Prices
from core.errors import StoreError
from core.lab.measuring.growth import UpdateRow, update_rows
from core.lab.measuring.intervals import Difference, paired
from core.lab.measuring.metrics import (
    Agreement,
    EpisodeRow,
    SceneRow,
    agreement,
    episode_rows,
    scene_rows,
)
from core.lab.records import LabKind
from core.lab.spec import GOLDEN, NONE, learns_every
from core.lab.state import LabState
from core.sessions.record import Record
from core.text import counted

BY_SCENE = ("utterances", "satisfied", "helpfulness", "personalisation")
"""What is measured of each scene; the last two only by a judge."""
BY_EPISODE = (
    "precision",
    "recall",
    "recall_revealed",
    "leaked",
    "edits",
    "changed",
    "refused",
    "consistency",
    "detail",
    "tokens",
    "cost",
)
"""What is measured of each life; `consistency` and `detail` only by a judge."""


@dataclass(frozen=True)
class Report:
    """All figures of one run."""

    session: str
    title: str
    people: int
    scenes: int
    settings: tuple[str, ...]
    figures: Mapping[str, Mapping[str, float | None]]
    """By setting and measure: means over people; `None` where there is nothing to count."""
    thirds: Mapping[str, tuple[float, float]]
    """By setting the mean utterances of the first and of the last third of the scenes."""
    differences: Mapping[str, Mapping[str, Difference]]
    """By "A - B" and measure: how much more A has."""
    agreements: tuple[Agreement, ...]
    scene_rows: tuple[SceneRow, ...]
    episode_rows: tuple[EpisodeRow, ...]
    update_rows: tuple[UpdateRow, ...]
    gaps: int
    leaks: int
    """Neutral queries and scenes that give something of the profile away."""
    finished: bool
    notes: tuple[str, ...]
    """What has to be known to read the figures."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "session": self.session,
            "title": self.title,
            "people": self.people,
            "scenes": self.scenes,
            "finished": self.finished,
            "settings": {name: dict(each) for name, each in self.figures.items()},
            "thirds": {name: list(each) for name, each in self.thirds.items()},
            "differences": {
                pair: {measure: each.to_json() for measure, each in found.items()}
                for pair, found in self.differences.items()
            },
            "agreement": [each.to_json() for each in self.agreements],
            "gaps": self.gaps,
            "leaks": self.leaks,
            "notes": list(self.notes),
            "by_scene": [each.to_json() for each in self.scene_rows],
            "by_life": [each.to_json() for each in self.episode_rows],
            "by_update": [each.to_json() for each in self.update_rows],
        }


def report_of(
    path: Iterable[Record], records: Iterable[Record], prices: Prices, title: str
) -> Report:
    """Return the figures of a run as its records tell it: those of its path, and all.

    Blocks for as long as it takes to read a large run; nothing else may change the records
    meanwhile, so hand copies to a thread.

    Raises:
        StoreError: the session is no run of the lab.
    """
    held = list(path)
    return make_report(stored_state(held), records, prices, held[0].id, title)


def stored_state(path: Sequence[Record]) -> LabState:
    """Return the state of a stored run.

    Raises:
        StoreError: the session is no run of the lab, or a damaged one.
    """
    try:
        return LabState.fold(path)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"Session {path[0].id} is no run of the lab that could be counted.",
            "It can still be read and exported.",
        ) from error


def make_report(
    state: LabState, records: Iterable[Record], prices: Prices, session: str, title: str
) -> Report:
    """Return the figures of a run as far as it is; `records` are all of its session's."""
    held = list(records)
    scenes, episodes = scene_rows(state), episode_rows(state, held, prices)
    settings = tuple(each for each in state.spec.settings if any(r.setting == each for r in scenes))
    leaky = [each for each in held if "leak" in each.data.get("flags", ())]
    return Report(
        session=session,
        title=title,
        people=len({each.person for each in scenes}) or len(state.people),
        scenes=state.spec.plan.scenes,
        settings=settings,
        figures={each: _figures(each, scenes, episodes) for each in settings},
        thirds={each: found for each in settings if (found := _thirds(each, scenes))},
        differences={
            f"{one} - {other}": _differences(one, other, scenes) for one, other in _pairs(settings)
        },
        agreements=tuple(agreement(state)),
        scene_rows=tuple(scenes),
        episode_rows=tuple(episodes),
        update_rows=tuple(update_rows(state)),
        gaps=len(state.gaps),
        leaks=len(leaky),
        finished=state.finished,
        notes=tuple(_notes(state, scenes, leaky)),
    )


def _figures(
    setting: str, scenes: Sequence[SceneRow], episodes: Sequence[EpisodeRow]
) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for measure in BY_SCENE:
        found[measure] = _mean(_by_person(_by_place(setting, measure, scenes)))
    for measure in BY_EPISODE:
        values = [_of_episode(each, measure) for each in episodes if each.setting == setting]
        found[measure] = _mean(each for each in values if each is not None)
    return found


def _by_place(setting: str, measure: str, rows: Iterable[SceneRow]) -> dict[tuple[str, str], float]:
    read = _of_scene(measure)
    return {
        (each.person, each.scene): value
        for each in rows
        if each.setting == setting and (value := read(each)) is not None
    }


def _by_person(values: Mapping[tuple[str, str], float]) -> list[float]:
    """Return each person's mean, as the differences take it: nobody counts for more scenes."""
    found: dict[str, list[float]] = {}
    for (person, _), value in values.items():
        found.setdefault(person, []).append(value)
    return [fmean(each) for each in found.values()]


def _of_scene(measure: str) -> Callable[[SceneRow], float | None]:
    if measure in {"utterances", "satisfied"}:
        return lambda row: float(getattr(row, measure))
    return lambda row: row.scores.get(measure)


def _of_episode(row: EpisodeRow, measure: str) -> float | None:
    if measure in row.__slots__:
        value = getattr(row, measure)
        return None if value is None else float(value)
    return row.scores.get(measure)


def _differences(one: str, other: str, scenes: Sequence[SceneRow]) -> dict[str, Difference]:
    found = {
        measure: paired(_by_place(one, measure, scenes), _by_place(other, measure, scenes))
        for measure in BY_SCENE
    }
    return {measure: each for measure, each in found.items() if each is not None}


def _pairs(settings: Sequence[str]) -> list[tuple[str, str]]:
    """Return which settings are compared: each with none, and what was learnt with the truth."""
    pairs = [(each, NONE) for each in settings if each != NONE and NONE in settings]
    learnt = [each for each in settings if learns_every(each)]
    if GOLDEN in settings:
        pairs += [(each, GOLDEN) for each in learnt]
    pairs += [(other, one) for place, one in enumerate(learnt) for other in learnt[place + 1 :]]
    return pairs


def _thirds(setting: str, rows: Sequence[SceneRow]) -> tuple[float, float] | None:
    mine = [each for each in rows if each.setting == setting]
    last = max((each.number for each in mine), default=0)
    size = max(1, last // 3)
    first = [each.utterances for each in mine if each.number <= size]
    end = [each.utterances for each in mine if each.number > last - size]
    return (fmean(first), fmean(end)) if first and end else None


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def _notes(state: LabState, scenes: Sequence[SceneRow], leaky: Sequence[Record]) -> Iterable[str]:
    spec = state.spec
    if spec.judge is None:
        yield "No judge was named: only what can be counted is measured."
    elif spec.judge == spec.seats["assistant"].model:
        yield f"The judge and the assistant are the same model, {spec.judge}: it judges itself."
    asked = [each for episode in state.episodes.values() for each in episode.scores]
    if asked and all(each.data.get("value") is None for each in asked):
        times = counted(len(asked), "time")
        yield f"{spec.judge} gave no score that can be read, {times}: name another judge."
    never = sum(not each.satisfied for each in scenes)
    if never:
        yield (
            f"In {never} of {len(scenes)} scenes the user was never satisfied; they count as "
            f"{spec.rounds + 1} utterances."
        )
    if state.gaps:
        were = "answer was" if len(state.gaps) == 1 else "answers were"
        yield f"{len(state.gaps)} {were} not in the form asked for even after a repair."
    if leaky:
        yield _leak_note(leaky)
    if not state.finished:
        yield "The run is not finished."


def _leak_note(leaky: Sequence[Record]) -> str:
    queries = sum(each.kind == LabKind.QUERY for each in leaky)
    scenes = len(leaky) - queries
    found = [counted(queries, "neutral query", "neutral queries")] if queries else []
    found += [counted(scenes, "scene")] if scenes else []
    give = "gives" if len(leaky) == 1 else "give"
    return (
        f"{' and '.join(found)} {give} something of the profile away: there, nobody knows nothing."
    )
