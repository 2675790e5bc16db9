"""A run as files: what they hold is what the report says, and what Salon reads back."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config.prices import Prices
from core.errors import StoreError, UsageError
from core.lab.export import export_run
from core.lab.measuring.report import make_report
from core.lab.people.imported import Given
from core.personas.markdown import read_persona
from core.profiles.seed_json import read_seed
from lab_kit import Stage, stage, world


async def lived(**options: Any) -> Stage:
    run = await stage(world(3, 4), settings=("none", "learnt-1"), **options)
    assert await run.run() == "done"
    return run


def export(run: Stage, folder: Path, form: Any = "csv") -> list[Path]:
    tree = run.session.tree
    return export_run(list(tree.path), list(tree), Prices(), "A run", folder, form)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_files_hold_what_the_report_says(tmp_path: Path) -> None:
    run = await lived(judged=True)
    folder = tmp_path / "out" / "lab"
    files = export(run, folder)
    assert sorted(files) == sorted(each for each in folder.rglob("*") if each.is_file())
    report = make_report(run.engine.state, run.session.tree, Prices(), run.session.id, "A run")
    assert json.loads((folder / "report.json").read_text("utf-8")) == json.loads(
        json.dumps(report.to_json())
    )
    scenes = rows(folder / "scenes.csv")
    assert len(scenes) == len(report.scene_rows) == 24
    for shown, row in zip(scenes, report.scene_rows, strict=True):
        assert shown["name"] == run.engine.state.people[row.person].name
        assert int(shown["utterances"]) == row.utterances
        assert float(shown["helpfulness"]) == row.scores["helpfulness"]
    lives = rows(folder / "lives.csv")
    assert [float(each["recall"] or -1) for each in lives] == [
        -1 if each.recall is None else each.recall for each in report.episode_rows
    ]
    assert len(rows(folder / "updates.csv")) == len(report.update_rows) == 15


async def test_people_are_read_back_as_they_were(tmp_path: Path) -> None:
    run = await lived()
    export(run, tmp_path / "lab")
    people = list(run.engine.state.people.values())
    data = read_seed(tmp_path / "lab" / "people.json")
    assert [each.name for each in data.people] == [each.name for each in people]
    assert [each.profile.plain() for each in data.people] == [e.truth.plain() for e in people]
    assert [len(each.scenes) for each in data.people] == [4, 4, 4]
    files = sorted((tmp_path / "lab" / "people").iterdir())
    assert [read_persona(each).name for each in files] == [each.name for each in people]


async def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    run = await lived()
    folder = tmp_path / "lab"
    folder.mkdir()
    with pytest.raises(UsageError, match="is there already"):
        export(run, folder)
    assert not list(folder.iterdir())
    assert [each.name for each in tmp_path.iterdir()] == ["lab"]


async def test_a_run_without_lives_has_people_and_no_empty_tables(tmp_path: Path) -> None:
    run = await stage(world(2, 2))
    export(run, tmp_path / "lab")
    names = sorted(each.name for each in (tmp_path / "lab").iterdir())
    assert names == ["people", "people.json", "report.json"]


async def test_names_that_are_formulas_or_the_same_do_no_harm(tmp_path: Path) -> None:
    first, second = world(2, 2)
    twins = [
        Given(each.key, "=Ann()", each.summary, each.profile, each.scenes, each.queries)
        for each in (first, second)
    ]
    run = await stage(twins, settings=("none",))
    await run.run()
    export(run, tmp_path / "lab")
    assert {each["name"] for each in rows(tmp_path / "lab" / "scenes.csv")} == {"'=Ann()"}
    assert len(list((tmp_path / "lab" / "people").iterdir())) == 2


async def test_a_session_that_is_no_run_is_told(tmp_path: Path) -> None:
    run = await stage(world(1, 1))
    broken = [replace(run.session.tree.root, data={"engine": "lab"})]
    with pytest.raises(StoreError, match="no run of the lab"):
        export_run(broken, broken, Prices(), "x", tmp_path / "lab", "csv")
    assert not list(tmp_path.iterdir())
