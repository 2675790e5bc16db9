"""Flows are named, never pointed at."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.errors import UsageError
from core.teams import flows
from core.teams.flow import Answer, Step
from core.teams.flows import check_flow, flow_function, flow_names
from core.teams.flows.dialogue import dialogue
from core.teams.flows.pipeline import pipeline


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a package that brings flows."""
    (tmp_path / "flow_package_x.py").write_text(
        "from core.teams.flow import Answer\n"
        "def echo(step):\n    return Answer(step.inbound)\n"
        "number = 3\n"
    )
    info = tmp_path / "flow_package_x-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: flow-package-x\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[salon.flows]\n"
        "echo = flow_package_x:echo\n"
        "number = flow_package_x:number\n"
        "broken = flow_package_y:nothing\n"
        "pipeline = flow_package_x:echo\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "flow_package_x"


def test_our_own_are_there() -> None:
    assert flow_names()[:2] == ["pipeline", "dialogue"]
    assert flow_function("pipeline") is pipeline
    assert flow_function("dialogue") is dialogue


def test_a_package_adds_some_and_is_loaded_only_when_one_runs(package: str) -> None:
    assert flow_names() == ["pipeline", "dialogue", "broken", "echo", "number"]
    check_flow("echo", {"any": "thing"}, [], [])
    assert package not in sys.modules
    step = Step("hello", None, "hello", {}, {}, {}, ())
    assert flow_function("echo")(step) == Answer("hello")
    assert package in sys.modules


def test_a_package_does_not_take_our_names(package: str) -> None:
    assert flow_function("pipeline") is pipeline


def test_what_is_not_installed_is_told(package: str) -> None:
    for name in ("ecko", "os:system", "flow_package_x:echo", ""):
        with pytest.raises(UsageError, match="There is no flow"):
            flow_function(name)
    with pytest.raises(UsageError, match="Did you mean echo"):
        check_flow("ecko", {}, [], [])
    with pytest.raises(UsageError, match=r"broken.*flow_package_y:nothing.*Reinstall"):
        flow_function("broken")
    with pytest.raises(UsageError, match="is no function"):
        flow_function("number")


def test_two_packages_of_one_name_are_one_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [EntryPoint("twin", "m:f", flows.GROUP), EntryPoint("twin", "n:f", flows.GROUP)]
    monkeypatch.setattr(flows, "entry_points", lambda group: twice)
    assert flow_names().count("twin") == 1
