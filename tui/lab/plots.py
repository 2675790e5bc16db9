"""The charts of a run of the lab: each measure scene by scene, a line for each setting."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from core.lab.measuring.growth import UpdateRow
from core.lab.measuring.metrics import SceneRow
from core.lab.measuring.report import Report
from core.lab.spec import GOLDEN, NONE, RETRIEVAL
from core.text import clean_line
from tui.widgets.plot import Line, Plot

_GIVEN: Mapping[str, str] = {
    NONE: "$text-muted",
    GOLDEN: "$text-success",
    RETRIEVAL: "$text-error",
}
"""Of the settings that learn nothing; their lines are dotted."""
_LEARNT = ("$text-primary", "$text-accent", "$foreground", "$text-secondary")
_SCENES = "scene"


class _Measure(NamedTuple):
    title: str
    of: Callable[[SceneRow], float | None]
    low: float | None = None
    high: float | None = None


_MEASURES = (
    _Measure("Utterances until satisfied", lambda row: row.utterances, 1),
    _Measure("Satisfied, share of people", lambda row: row.satisfied, 0, 1),
    _Measure("Helpfulness", lambda row: row.scores.get("helpfulness"), 0, 10),
    _Measure("Personalisation", lambda row: row.scores.get("personalisation"), 0, 10),
)
_TOKENS = _Measure("Tokens of a scene, keeping profiles apart", lambda row: row.tokens, 0)


def lab_plots(report: Report) -> list[Plot]:
    """Return the charts of which there is anything to draw."""
    plots = [
        *(scene_plot(report, each) for each in _MEASURES),
        growth_plot(report, "Learnt: share of the truth", lambda row: row.recall),
        growth_plot(report, "Learnt: share that is right", lambda row: row.precision),
        scene_plot(report, _TOKENS),
    ]
    return [each for each in plots if each is not None]


def scene_plot(report: Report, measure: _Measure) -> Plot | None:
    """Return the mean of a measure over people by the number of the scene.

    `None` where it was never measured. A scene that nobody has a figure of is a gap.
    """
    last = _last(report)
    lines = []
    for setting in report.settings:
        values: dict[int, list[float]] = {}
        for row in report.scene_rows:
            if row.setting == setting and (value := measure.of(row)) is not None:
                values.setdefault(row.number, []).append(float(value))
        if values:
            means = tuple(_mean(values.get(number, ())) for number in range(1, last + 1))
            lines.append(_line(report.settings, setting, means))
    if not lines:
        return None
    return Plot(measure.title, tuple(lines), measure.low, measure.high, last=last, across=_SCENES)


def growth_plot(report: Report, title: str, of: Callable[[UpdateRow], float | None]) -> Plot | None:
    """Return how well profiles fitted the truth, from before the first scene on.

    At each scene stands the profile of the last update that was over by then. Somebody counts
    as far as their scenes are over; where nobody has a figure is a gap. `None` where nothing
    is learnt.
    """
    last = _last(report)
    lived = _lived(report)
    lines = []
    for setting in report.settings:
        by_person: dict[str, list[UpdateRow]] = {}
        for row in report.update_rows:
            if row.setting == setting:
                by_person.setdefault(row.person, []).append(row)
        curves = [
            _curve(rows, lived.get((person, setting), 0), of) for person, rows in by_person.items()
        ]
        if curves:
            means = tuple(
                _mean(curve[at] for curve in curves if at < len(curve) and curve[at] is not None)
                for at in range(last + 1)
            )
            lines.append(_line(report.settings, setting, means))
    if not lines:
        return None
    return Plot(title, tuple(lines), 0, 1, first=0, last=last, across=_SCENES)


def _curve(
    rows: Sequence[UpdateRow], lived: int, of: Callable[[UpdateRow], float | None]
) -> list[float | None]:
    """Return a figure of somebody's profile after so many scenes, from 0 on."""
    curve: list[float | None] = []
    for place, row in enumerate(rows):
        after = rows[place + 1].scenes if place + 1 < len(rows) else max(row.scenes, lived) + 1
        curve += [of(row)] * (after - row.scenes)
    return curve


def _lived(report: Report) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in report.scene_rows:
        place = (row.person, row.setting)
        found[place] = max(found.get(place, 0), row.number)
    return found


def _last(report: Report) -> int:
    return max((each.number for each in report.scene_rows), default=1)


def _mean(values: Iterable[float | None]) -> float:
    known = [each for each in values if each is not None]
    return fmean(known) if known else math.nan


def _line(settings: Sequence[str], setting: str, values: tuple[float, ...]) -> Line:
    name = clean_line(setting)
    if setting in _GIVEN:
        return Line(name, values, _GIVEN[setting], dotted=True)
    learnt = [each for each in settings if each not in _GIVEN]
    return Line(name, values, _LEARNT[learnt.index(setting) % len(_LEARNT)])
