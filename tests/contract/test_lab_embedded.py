"""The whole pipeline on the embedded model, for real."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.personas.markdown import read_persona
from salon_process import SalonProcess, lines, of


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the embedded model is not installed")
def test_two_people_live_through_four_scenes_on_the_embedded_model(tmp_path: Path) -> None:
    salon, out = SalonProcess(tmp_path), tmp_path / "lab"
    process = salon.start(
        *("learn", "pipeline", "--people", "2", "--scenes", "4", "--out", str(out)),
        *("--setting", "learnt", "--rounds", "1", "--max-tokens", "48", "--parallel", "2"),
        *("--model", "local:smollm2", "--json"),
    )
    printed, complaints = process.communicate(timeout=800)
    assert process.returncode == 0, complaints
    events = lines(printed)
    assert len(of(events, "person")) == 2
    assert len(of(events, "scene")) == len(of(events, "query")) == 8
    assert len(of(events, "satisfied")) == 8
    assert len(of(events, "profile_updated")) == 4
    assert of(events, "ended")[0]["reason"] == "done"
    for each in of(events, "profile_edit"):
        assert each["evidence"][0]["quote"]
    people = [read_persona(file) for file in out.glob("*.md")]
    assert {each.name for each in people} == {each["name"] for each in of(events, "person")}
    assert all(each.front["profile"]["demographics"]["age"] for each in people)
    report = json.loads(salon.run("learn", "report", str(out), "--json").stdout)
    assert report["finished"]
    assert report["settings"]["learnt-3"]["tokens"] > 0
