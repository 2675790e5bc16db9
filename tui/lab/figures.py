"""A report as rows: figures by setting, differences in words, people; and two reports together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from core.lab.measuring import formats
from core.lab.measuring.intervals import LEVEL, Difference
from core.lab.measuring.metrics import EpisodeRow, SceneRow
from core.lab.measuring.report import Report
from core.text import clean, clean_line, counted
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part
from tui.widgets.wrap import wrap

_LABEL, _CELL = 28, 11
_INDENT = "  "
_NO_LINE = re.compile(r"[\n\t]")
_SETTING = 14
_MEASURE, _MEAN, _INTERVAL = 17, 9, 21
_PAIR = 12
_OTHERS = (
    "Two runs with other people, scenes or seeds differ by chance too; between runs no interval "
    "is counted."
)
_LIFE = ("utterances", "satisfied", "right", "of truth", "tokens")
"""Heads of the columns of people."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row that reads the same at any width."""

    key: str
    parts: tuple[Part, ...]

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return its one line; what has no room is cut off."""
        return [self.parts]


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One person's life under one setting."""

    key: str
    episode: EpisodeRow
    utterances: float | None
    satisfied: float | None

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return it in columns."""
        episode = self.episode
        figures = (
            self.utterances,
            self.satisfied,
            episode.precision,
            episode.recall,
            episode.tokens,
        )
        cells = "".join(f"{formats.number(each):>{_CELL}}" for each in figures)
        setting = fitted(clean_line(episode.setting), _SETTING)
        return [[(f"{_INDENT}{setting}", "quiet"), (cells, "row")]]


AnyRow = TextRow | LifeRow


def life_rows(report: Report, names: Mapping[str, str]) -> list[AnyRow]:
    """Return the figures by person: a heading each, and a row for each of their lives."""
    scenes: dict[tuple[str, str], list[SceneRow]] = {}
    for row in report.scene_rows:
        scenes.setdefault((row.person, row.setting), []).append(row)
    rows: list[AnyRow] = []
    heads = "".join(f"{each:>{_CELL}}" for each in _LIFE)
    if report.episode_rows:
        rows.append(_text("people", ("By person".ljust(_SETTING + 2), "title"), (heads, "quiet")))
    person = ""
    for episode in report.episode_rows:
        if episode.person != person:
            person = episode.person
            rows.append(_text(person, (clean_line(names.get(person, person)), "title")))
        mine = scenes.get((person, episode.setting), ())
        rows.append(
            LifeRow(
                f"{person}/{episode.setting}",
                episode,
                fmean(each.utterances for each in mine) if mine else None,
                fmean(each.satisfied for each in mine) if mine else None,
            )
        )
    return rows


def report_rows(report: Report, width: int) -> list[TextRow]:
    """Return the figures of a run in so many cells, its people apart."""
    if not report.settings:
        nothing = _text("nothing", ("No scene is over yet.", "quiet"))
        return [*_heading(report, "", width), _blank("nothing"), nothing, *_notes(report, width)]
    rows = [*_heading(report, "", width), _blank("figures"), *_figures(report, width)]
    rows += _differences(report, width)
    if report.agreements:
        rows += [_blank("judge"), _text("judge", ("How far the judge repeats itself", "title"))]
    for agreement in report.agreements:
        words = _INDENT + formats.agreement_words(agreement)
        rows.append(_text(f"judge {agreement.metric}", (words, "row")))
    return [*rows, *_notes(report, width)]


def compared_rows(one: Report, other: Report, width: int) -> list[TextRow]:
    """Return the figures of two runs side by side, setting by setting."""
    rows = [*_heading(one, "A  ", width), *_heading(other, "B  ", width)]
    rows += _wrapped("others", _OTHERS, width, "quiet")
    measures = [*dict.fromkeys((*formats.measures_of(one), *formats.measures_of(other)))]
    for setting in dict.fromkeys((*one.settings, *other.settings)):
        heads = "".join(f"{each:>{_PAIR}}" for each in ("A", "B", "B − A"))
        rows.append(_blank(setting))
        rows.append(_text(setting, (fitted(setting, _LABEL), "title"), (heads, "quiet")))
        for measure in measures:
            pair = [each.figures.get(setting, {}).get(measure) for each in (one, other)]
            if pair != [None, None]:
                rows.append(_pair_row(f"{setting} {measure}", measure, pair[0], pair[1]))
    return rows


def _pair_row(key: str, measure: str, one: float | None, other: float | None) -> TextRow:
    gap = formats.NOTHING
    if one is not None and other is not None:
        size = formats.number(abs(other - one))
        gap = "same" if size == "0" else f"{'+' if other > one else '−'}{size}"
    cells = "".join(f"{formats.number(each):>{_PAIR}}" for each in (one, other))
    label = fitted(formats.LABELS[measure], _LABEL)
    return _text(key, (label, "quiet"), (cells, "row"), (f"{gap:>{_PAIR}}", "quiet"))


def _heading(report: Report, mark: str, width: int) -> list[TextRow]:
    people, scenes = counted(report.people, "person", "people"), counted(report.scenes, "scene")
    size = f"{people} · {scenes} each · {report.session}"
    if not report.finished:
        size += " · not finished"
    title = f"{mark}{clean_line(report.title)}"
    return [
        _text(f"title {mark}", (fitted(title, width), "title")),
        _text(f"size {mark}", (fitted(" " * len(mark) + size, width), "quiet")),
    ]


def _figures(report: Report, width: int) -> Iterator[TextRow]:
    """Yield the table of settings by measures, in several where it is wider than the page."""
    measures, settings = formats.measures_of(report), report.settings
    most = max(1, (width - _LABEL) // _CELL)
    for start in range(0, len(settings), most):
        group = settings[start : start + most]
        if start:
            yield _blank(f"figures {group}")
        heads = "".join(_right(each) for each in group)
        label = "Mean over people".ljust(_LABEL)
        yield _text(f"figures {group}", (label, "title"), (heads, "title"))
        for measure in measures:
            values = [report.figures[each].get(measure) for each in group]
            cells = "".join(_right(formats.number(each)) for each in values)
            label = fitted(formats.LABELS[measure], _LABEL)
            yield _text(f"{group} {measure}", (label, "quiet"), (cells, "row"))
        thirds = "".join(_right(_thirds(report.thirds.get(each))) for each in group)
        label = "utterances, first → last ⅓".ljust(_LABEL)
        yield _text(f"{group} thirds", (label, "quiet"), (thirds, "row"))


def _thirds(thirds: tuple[float, float] | None) -> str:
    return formats.NOTHING if thirds is None else f"{thirds[0]:.1f} → {thirds[1]:.1f}"


def _right(text: str) -> str:
    return fitted(text, _CELL - 1).rstrip().rjust(_CELL)


def _differences(report: Report, width: int) -> Iterator[TextRow]:
    if not report.differences:
        return
    yield _blank("differences")
    yield _text("differences", ("Differences, person by person", "title"))
    how = (
        f"Means over people, with intervals of {LEVEL:.0%}; a difference is shown where "
        "0 lies outside."
    )
    yield from _wrapped("how", how, width, "quiet")
    for pair, found in report.differences.items():
        one, _, other = pair.partition(" - ")
        yield _text(pair, (f"{one} against {other}", "title"))
        for measure, each in found.items():
            yield _difference(f"{pair} {measure}", measure, each)


def _difference(key: str, measure: str, each: Difference) -> TextRow:
    role = {None: "quiet", True: "good", False: "error"}[formats.better(measure, each)]
    figures = f"{each.mean:>+{_MEAN}.3f}{formats.interval(each):>{_INTERVAL}}  "
    return _text(
        key,
        (_INDENT + fitted(measure, _MEASURE - len(_INDENT)), "quiet"),
        (figures.replace("-", "−"), "row"),
        (formats.in_words(measure, each), role),
    )


def _notes(report: Report, width: int) -> Iterator[TextRow]:
    if report.notes:
        yield _blank("notes")
    for number, note in enumerate(report.notes):
        yield from _wrapped(f"note {number}", f"Note: {note}", width, "mark")


def _wrapped(key: str, text: str, width: int, role: str) -> Iterator[TextRow]:
    for number, line in enumerate(wrap(clean_line(text), max(1, width))):
        yield _text(f"{key} {number}", (line, role))


def _blank(before: str) -> TextRow:
    return TextRow(f"before {before}", ())


def _text(key: str, *parts: Part) -> TextRow:
    """Return a row; what stands in it may come from a file, and its blanks mean something."""
    return TextRow(key, tuple((_NO_LINE.sub(" ", clean(text)), role) for text, role in parts))
