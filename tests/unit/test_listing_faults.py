"""A fault that one of several files meets is told with its name; the others are done."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.personas import headers, lint
from core.profiles import seed_json
from core.sessions import row
from core.sessions.search import Search
from core.sessions.store import SessionStore
from core.teams.definitions import library
from salon_process import ROOT

FAULT = "This is a fault of Salon's: RuntimeError: planted."
GOLDEN = ROOT / "tests" / "golden" / "sessions"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Return what runs a command at home in the test's folder: status, output, complaints."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    for name in ("Ann", "Ben"):
        for folder in (data / "personas", data / "personas" / "teams"):
            folder.mkdir(parents=True, exist_ok=True)
        (data / "personas" / f"{name}.md").write_text(
            f"# Keeper: {name} (en) [f]\n\nBees.\n", encoding="utf-8"
        )
        (data / "personas" / "teams" / f"{name}.yml").write_text(
            f"root: {{name: {name}, persona: freud}}\n"
        )

    def command(*arguments: str) -> tuple[int, str, str]:
        status = main(["--data-dir", str(data), "--sessions", str(tmp_path / "s"), *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


def fail_for(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, is_odd: Callable[..., bool]
) -> None:
    """Let a function raise what nothing foresees where its arguments are odd."""
    works = getattr(owner, name)

    def fail(*arguments: Any, **options: Any) -> Any:
        if is_odd(*arguments):
            raise RuntimeError("planted")
        return works(*arguments, **options)

    monkeypatch.setattr(owner, name, fail)


def sessions(folder: Path) -> tuple[str, str]:
    """Put two sessions into a folder; returns their ids."""
    folder.mkdir()
    first, second, *_ = sorted(GOLDEN.glob("*.jsonl"))
    for each in (first, second):
        shutil.copy(each, folder)
    return first.stem, second.stem


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_personas_list(run: Any, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]) -> None:
    fail_for(monkeypatch, headers, "parse_persona", lambda _, path: path.stem == "Ann")
    status, out, err = run("personas", "list", *flags)
    assert status == 1
    assert "Ben" in out
    assert "Ann" in out
    assert FAULT in (out if flags else err)
    assert "errors.log" in (out if flags else err)


def test_a_persona_that_met_a_fault_is_read_again(run: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fail_for(patch, headers, "parse_persona", lambda _, path: path.stem == "Ann")
        assert run("personas", "list")[0] == 1
    status, _, err = run("personas", "list")
    assert (status, err) == (0, "")


def test_personas_lint(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_for(monkeypatch, lint, "parse_parts", lambda _, path: path.stem == "Ann")
    (Path("data") / "personas" / "Ben.md").write_text("Just words.\n")
    status, out, _ = run("personas", "lint", "data/personas/Ann.md", "data/personas/Ben.md")
    assert status == 1
    assert f"Ann.md:1: {FAULT}" in out
    assert "Ben.md:1: there is no heading" in out


def test_teams_list(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_for(monkeypatch, library, "read_team", lambda path, _: path.stem == "Ann")
    status, out, err = run("teams", "list")
    assert status == 1
    assert "Ben" in out
    assert FAULT in out + err


def test_sessions_list(run: Any, tmp_path: Path) -> None:
    odd, other = sessions(tmp_path / "s")
    for _ in range(2):
        with pytest.MonkeyPatch.context() as patch:
            fail_for(patch, row, "_read", lambda path, _: path.stem == odd)
            status, out, err = run("sessions", "list")
        assert status == 1
        assert other in out
        assert f"{odd}: {FAULT}" in err
    status, _, err = run("sessions", "list")
    assert status == 0
    assert odd not in err


def test_sessions_search(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd, _ = sessions(tmp_path / "s")
    word = "the"
    everything = run("sessions", "search", word)[1].splitlines()
    others = [each for each in everything if not each.startswith(odd)]
    assert others

    fail_for(monkeypatch, Search, "_in_file", lambda _, session, __: session == odd)
    status, out, err = run("sessions", "search", word)
    assert status == 1
    assert out.splitlines() == others
    assert f"{odd}.jsonl: {FAULT}" in err
    assert "errors.log" in err


def test_lab_import(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    people = {
        name: {"Name": name, "Demographics": {"Occupation": "keeper"}} for name in ("Ann", "Ben")
    }
    Path("people.json").write_text(json.dumps(people), encoding="utf-8")
    fail_for(monkeypatch, seed_json, "_person", lambda key, _: key == "Ann")
    status, out, err = run("lab", "import", "people.json")
    assert status == 1
    assert "1 person" in out
    assert f"people.json: Ann: {FAULT}" in err


def test_a_task_that_no_code_waits_for(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise RuntimeError("planted")

    async def trashed(_: Any) -> list[Any]:
        task = asyncio.create_task(fail())
        await asyncio.wait({task})
        del task
        gc.collect()
        return []

    monkeypatch.setattr(SessionStore, "trashed", trashed)
    status, _, err = run("sessions", "trash")
    assert status == 1
    assert FAULT in err
    assert "Traceback" not in err


def test_models(tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.providers.eliza import Eliza

    def fail(*_: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr(Eliza, "readiness", fail)
    status, out, _ = run("models", "eliza", "--json")
    assert status == 1
    assert FAULT in json.loads(out)[0]["reason"]
