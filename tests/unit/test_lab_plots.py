"""What the charts and figures of the lab show, held against counts by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from rich.cells import cell_len

from core.config.prices import Prices
from core.lab.measuring import formats
from core.lab.measuring.growth import UpdateRow
from core.lab.measuring.report import Report, make_report
from lab_kit import stage, world
from tui.lab.figures import AnyRow, compared_rows, life_rows, report_rows
from tui.lab.plots import lab_plots
from tui.widgets.plot import Plot

SETTINGS = ("none", "golden", "retrieval", "learnt-1", "learnt-3", "learnt-5")


async def report_of(people: int = 3, scenes: int = 7, **options: Any) -> Report:
    options = {"settings": ("none", "learnt-1", "learnt-3"), **options}
    run = await stage(world(people, scenes), **options)
    await run.run()
    return make_report(run.engine.state, run.session.tree, Prices(), run.session.id, "A run")


def titled(plots: Sequence[Plot], title: str) -> Plot:
    (found,) = [each for each in plots if each.title.startswith(title)]
    return found


def read(rows: Sequence[AnyRow], width: int = 80) -> str:
    return "\n".join("".join(t for t, _ in line) for row in rows for line in row.lines(width))


async def test_each_point_is_the_mean_over_people_of_one_scene() -> None:
    report = await report_of(judged=True)
    plots = lab_plots(report)
    for title, of in (
        ("Utterances", lambda row: row.utterances),
        ("Satisfied", lambda row: row.satisfied),
        ("Helpfulness", lambda row: row.scores["helpfulness"]),
        ("Personalisation", lambda row: row.scores["personalisation"]),
        ("Tokens", lambda row: row.tokens),
    ):
        plot = titled(plots, title)
        assert (plot.first, plot.last, plot.across) == (1, 7, "scene")
        assert [each.name for each in plot.lines] == list(report.settings)
        for line in plot.lines:
            mine = [each for each in report.scene_rows if each.setting == line.name]
            assert line.values == tuple(
                fmean(of(each) for each in mine if each.number == number) for number in range(1, 8)
            )


async def test_what_was_learnt_stands_as_of_the_last_update() -> None:
    report = await report_of()
    plot = titled(lab_plots(report), "Learnt: share of the truth")
    assert [each.name for each in plot.lines] == ["learnt-1", "learnt-3"]
    every, third = (each.values for each in plot.lines)
    assert (plot.first, plot.last) == (0, 7)
    assert len(every) == len(third) == 8
    assert every[0] == third[0] == third[1] == third[2] == 0
    assert third[3] == third[4] == third[5] > 0
    assert every == tuple(sorted(every))
    for line in plot.lines:
        lives = [each.recall for each in report.episode_rows if each.setting == line.name]
        assert line.values[-1] == pytest.approx(fmean(each or 0 for each in lives))


async def test_nothing_is_drawn_of_what_was_not_measured() -> None:
    titles = {each.title for each in lab_plots(await report_of(settings=("none", "golden")))}
    assert not any(each.startswith(("Helpful", "Personal", "Learnt")) for each in titles)
    assert len(titles) == 3
    assert lab_plots(replace(await report_of(), settings=(), scene_rows=())) == []


async def test_a_life_that_is_not_over_counts_as_far_as_it_is() -> None:
    report = await report_of(2, 6, settings=("learnt-3",))
    first, second = sorted({each.person for each in report.scene_rows})
    cut = replace(
        report,
        scene_rows=tuple(e for e in report.scene_rows if e.person == first or e.number <= 4),
        update_rows=tuple(e for e in report.update_rows if e.person == first or e.scenes <= 3),
    )
    (line,) = titled(lab_plots(cut), "Learnt: share of the truth").lines
    at = {(e.person, e.update): e.recall or 0 for e in cut.update_rows}
    both = fmean((at[first, 1], at[second, 1]))
    assert line.values == pytest.approx((0, 0, 0, both, both, at[first, 1], at[first, 2]))


async def test_nobody_has_learnt_wrongly_who_has_learnt_nothing() -> None:
    report = await report_of(1, 2, settings=("learnt-1",))
    rows = [
        UpdateRow("p001", "learnt-1", number, number, number, right, 0.5)
        for number, right in enumerate((None, 0.5, 1.0))
    ]
    plot = titled(lab_plots(replace(report, update_rows=tuple(rows))), "Learnt: share that")
    assert math.isnan(plot.lines[0].values[0])
    assert plot.lines[0].values[1:] == (0.5, 1.0)


@pytest.mark.parametrize("width", [73, 100, 126])
async def test_every_figure_is_there_at_any_width(width: int) -> None:
    report = await report_of(settings=SETTINGS, judged=True)
    rows = report_rows(report, width)
    assert len({each.key for each in rows}) == len(rows)
    shown = read(rows, width)
    assert all(cell_len(line) <= width for line in shown.splitlines())
    for setting in SETTINGS:
        assert setting in shown
        for measure in ("utterances", "tokens", "recall"):
            assert formats.number(report.figures[setting][measure]) in shown
    assert "learnt-1 against none" in shown
    assert "fewer utterances" in shown
    assert "no difference shown" in shown
    assert "helpfulness: " in shown


async def test_people_have_a_row_for_each_of_their_lives() -> None:
    report = await report_of(2, 3)
    rows = life_rows(report, {"p001": "Ann\x1b[2J\nB", "p002": "[red]Bela"})
    shown = read(rows)
    assert "Ann[2J B" in shown
    assert "[red]Bela" in shown
    assert "\x1b" not in shown
    assert len(rows) == 1 + 2 + 6
    for episode in report.episode_rows:
        (row,) = [each for each in rows if each.key == f"{episode.person}/{episode.setting}"]
        assert f"{episode.tokens:,}" in read([row])


async def test_two_runs_stand_side_by_side_also_where_their_settings_differ() -> None:
    one = await report_of(2, 3, settings=("none", "learnt-1"), judged=True)
    other = replace(await report_of(2, 3, settings=("none", "golden")), title="\x1b[2JOther")
    rows = compared_rows(one, other, 73)
    assert len({each.key for each in rows}) == len(rows)
    shown = read(rows)
    assert all(cell_len(line) <= 73 for line in shown.splitlines())
    for words in ("A  A run", "B  [2JOther", "none", "golden", "learnt-1", "same", "B − A"):
        assert words in shown
    (row,) = [each for each in rows if each.key == "golden utterances"]
    assert read([row]).split()[-3:] == ["–", "1", "–"]


async def test_a_run_without_a_life_says_so() -> None:
    run = await stage(world(2, 2))
    report = make_report(run.engine.state, run.session.tree, Prices(), "x", "t")
    shown = read(report_rows(report, 60))
    assert "No scene is over yet." in shown
    assert "not finished" in shown
    assert life_rows(report, {}) == []
