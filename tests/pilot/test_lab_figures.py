"""The lab's charts, report and files, over runs that need no model."""

from __future__ import annotations

import errno
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.clm.simulation.spec import ENGINE as CUSTOMERS
from core.config.prices import Prices, check_price
from core.errors import StoreError
from core.personas.markdown import read_persona
from lab_kit import stage, world
from pilot.clm_kit import page
from pilot.lab_runs import EVERY, at_report, stored_run
from pilot.salon import opened_at, runtime_for, until
from tui.dialogs.pick import PickScreen
from tui.lab import reporting
from tui.lab.charts_page import LabChartsScreen
from tui.lab.exporting import write_run
from tui.lab.report_page import LabReportScreen
from tui.lab.reporting import report_on
from tui.widgets.chart import Chart


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_all_charts_can_be_come_to_and_name_every_setting(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, settings=EVERY, judged=True)
    report = await report_on(made.session.tree, runtime.settings.prices)
    async with opened_at(runtime, "sessions", size) as pilot:
        await pilot.app.push_screen(LabChartsScreen(made.engine.state, report))
        await pilot.pause()
        charts = list(pilot.app.screen.query(Chart))
        assert len(charts) == 7
        for chart in charts:
            shown = str(chart.render())
            assert chart.plot is not None
            for line in chart.plot.lines:
                assert f" {line.name}" in shown
        assert "Utterances until satisfied" in page(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "Tokens of a scene" in page(pilot))
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, LabChartsScreen)
    await made.session.close()


async def test_charts_of_a_run_in_its_midst_say_so_in_whole(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, title="A run whose title is as long as titles are at times")
    report = await report_on(made.session.tree, runtime.settings.prices)
    async with opened_at(runtime, "sessions", (80, 24)) as pilot:
        midst = replace(report, finished=False)
        await pilot.app.push_screen(LabChartsScreen(made.engine.state, midst))
        await pilot.pause()
        assert "fewer people" in page(pilot)
    await made.session.close()


async def test_charts_of_a_run_that_has_just_begun_say_that_there_are_none(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, run=False)
    report = await report_on(made.session.tree, runtime.settings.prices)
    async with opened_at(runtime, "sessions", (80, 24)) as pilot:
        await pilot.app.push_screen(LabChartsScreen(made.engine.state, report))
        await pilot.pause()
        assert "no scene is over" in page(pilot)
    await made.session.close()


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_report_says_figures_differences_and_people(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, judged=True, rounds=2)
    async with at_report(runtime, made, size) as (pilot, screen):
        assert screen.report is not None
        seen = page(pilot)
        for _ in range(8):
            await pilot.press("pagedown")
            await pilot.pause()
            seen += page(pilot)
        for words in (
            "utterances until satisfied",
            "learnt-1 against none",
            "fewer utterances",
            "more often satisfied",
            "helpfulness: ",
            "Note: ",
            "Person 3",
        ):
            assert words in seen
        await pilot.press("escape")
        assert pilot.app.screen is not screen


async def test_while_it_is_counted_the_screen_says_so_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime)
    go_on, count = threading.Event(), reporting.report_of
    monkeypatch.setattr(reporting, "report_of", lambda *given: go_on.wait(20) and count(*given))
    async with opened_at(runtime, "sessions", (80, 24)) as pilot:
        screen = LabReportScreen(runtime, made.session, made.engine.state, made.session.tree)
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: "Counting what 3 people" in page(pilot))
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.screen is screen
        go_on.set()
        await until(pilot, lambda: "utterances until satisfied" in page(pilot))
        assert "Counting" not in page(pilot)
    await made.session.close()


async def test_a_run_that_goes_on_is_counted_again(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, run=False)
    async with at_report(runtime, made) as (pilot, screen):
        assert "No scene is over yet" in page(pilot)
        assert await made.run() == "done"
        await pilot.press("r")
        await until(pilot, lambda: screen.report is not None and screen.report.finished)
        await until(pilot, lambda: "utterances until satisfied" in page(pilot))


async def test_another_run_stands_beside_and_goes_away_again(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    other = await stored_run(runtime, 2, 3, drawn=3, title="Elsewhere", settings=("none", "golden"))
    await other.session.close()
    made = await stored_run(runtime, title="Here")
    async with at_report(runtime, made) as (pilot, screen):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press(*"Elsewhere", "enter")
        await until(pilot, lambda: screen.other is not None and "B − A" in page(pilot))
        shown = page(pilot)
        for words in ("A  Here", "B  Elsewhere", "3 people", "2 people", "same"):
            assert words in shown
        await pilot.press("escape")
        await until(pilot, lambda: "Mean over people" in page(pilot))
        assert pilot.app.screen is screen
        assert screen.other is None


async def test_a_run_is_not_compared_with_itself_nor_with_what_is_none(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, title="Here")
    broken = await runtime.store.create("lab", {"title": "Broken"})
    await broken.close()
    await (await runtime.store.create(CUSTOMERS, {"title": "Customers"})).close()
    async with at_report(runtime, made) as (pilot, screen):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        assert "Customers" not in page(pilot)
        await pilot.press(*"Here", "enter")
        await until(pilot, lambda: "this run itself" in page(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press(*"Broken", "enter")
        await until(pilot, lambda: "no run of the lab" in page(pilot))
        assert screen.other is None
        assert "Mean over people" in page(pilot)


async def test_titles_and_names_are_never_markup_nor_commands(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    made = await stored_run(runtime, title="[bold]x[/] \x1b[2J漢字 [@click=quit()]y")
    for person in made.engine.state.people.values():
        person.name = "[red]\x1b]0;z\x07 Ann"
    async with at_report(runtime, made) as (pilot, _):
        assert "[bold]x[/] [2J漢字" in page(pilot).replace("漢 字", "漢字")
        await pilot.press("end")
        await until(pilot, lambda: "[red]]0;z Ann" in page(pilot))


async def test_a_run_is_written_into_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = await stage(world(2, 3), settings=("none", "learnt-1"))
    await run.run()
    told = await write_run(run.session, "csv")
    folder = tmp_path / f"lab-{run.session.id}"
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert told == f"written: {len(files)} files in {folder}"
    assert {each.name for each in folder.iterdir()} == {
        "report.json", "scenes.csv", "lives.csv", "updates.csv", "people.json", "people",
    }  # fmt: skip
    people = sorted(read_persona(each).name for each in (folder / "people").iterdir())
    assert people == ["Person 1", "Person 2"]
    assert json.loads((folder / "report.json").read_text("utf-8"))["by_life"][0]["cost"] == 0
    prices = Prices({"scripted:*": check_price({"input": 1, "output": 10})})
    again = await write_run(run.session, "json", prices)
    assert again.endswith(f"{folder}-2")
    second = Path(f"{folder}-2")
    assert json.loads((second / "report.json").read_text("utf-8"))["by_life"][0]["cost"] > 0
    assert len(json.loads((second / "scenes.json").read_text("utf-8"))) == 12


async def test_a_folder_that_cannot_be_written_to_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await stage(world(1, 1))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.files.create_file", full)
        with pytest.raises(StoreError, match="No space left"):
            await write_run(run.session, "csv")
    assert not list(gone.iterdir())
    gone.rmdir()
    with pytest.raises(StoreError, match="Cannot write"):
        await write_run(run.session, "csv")
