"""`salon personas`, as a person or a script calls it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from core.cli.personas import personas
from core.errors import PersonaError
from core.personas.library import PersonaLibrary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ada.md").write_text(
        "---\nmodel: local:x\ntemperature: 0.5\ntags: [a]\nborn: 1815-12-10\nodd: .nan\n---\n"
        "# Analyst: Ada (en) [f]\n\nYou \x1b[31mcount\x1b[0m.\n\n## Voice\nBold.\n",
        encoding="utf-8",
    )
    (tmp_path / "bo.md").write_text("no heading\n", encoding="utf-8")
    (tmp_path / "broken.md").write_text("---\na: [\n---\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    runtime = SimpleNamespace(library=PersonaLibrary([(folder, "yours")]))
    return CliRunner().invoke(personas, arguments, obj=runtime)


def test_list_as_json(folder: Path) -> None:
    result = run(folder, "list", "--json")
    assert result.exit_code == 0
    entries = json.loads(result.stdout)
    assert entries[0] == {
        "name": "Ada",
        "role": "Analyst",
        "language": "en",
        "gender": "f",
        "path": str(folder / "ada.md"),
        "tags": ["a"],
        "source": "yours",
        "problem": None,
    }
    assert "line 3" in entries[2]["problem"]


def test_list_as_a_table(folder: Path) -> None:
    result = run(folder, "list")
    head, first, *_ = result.stdout.splitlines()
    assert head.split() == ["NAME", "ROLE", "LANG", "FILE"]
    assert first.split() == ["Ada", "Analyst", "en", "ada.md"]
    assert "broken.md: line 3" in result.stderr


def test_show_prints_no_control_characters(folder: Path) -> None:
    result = run(folder, "show", "ada")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert result.stdout.startswith("# Analyst: Ada (en) [f]\n")
    assert "model: local:x\nparameters: temperature 0.5\n" in result.stdout


def test_show_as_json(folder: Path) -> None:
    shown = json.loads(run(folder, "show", str(folder / "ada.md"), "--json").stdout)
    assert shown["model"] == "local:x"
    assert shown["parameters"] == {"temperature": 0.5}
    assert shown["front_matter"]["born"] == "1815-12-10"
    assert shown["front_matter"]["odd"] == "nan"
    assert shown["sections"][1] == {"title": "Voice", "level": 2, "text": "Bold."}


def test_show_of_somebody_unknown(folder: Path) -> None:
    result = run(folder, "show", "adda")
    assert isinstance(result.exception, PersonaError)


def test_lint_of_files(folder: Path) -> None:
    bo, none = folder / "bo.md", folder / "none.md"
    result = run(folder, "lint", str(bo), str(none))
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{bo}:1: there is no heading")
    assert second.startswith(f"{none}:1: ")


def test_lint_of_somebody_by_name(folder: Path) -> None:
    result = run(folder, "lint", "bo")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{folder / 'bo.md'}:1: there is no heading")


def test_lint_of_the_search_path(folder: Path) -> None:
    result = run(folder, "lint")
    assert result.exit_code == 1
    assert f"{folder / 'broken.md'}:3: " in result.stdout


def test_lint_of_clean_files_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "ok.md").write_text("# Role: Name\n\nText.\n", encoding="utf-8")
    result = run(tmp_path, "lint")
    assert (result.exit_code, result.output) == (0, "")
