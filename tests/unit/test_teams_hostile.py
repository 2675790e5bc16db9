"""Team and persona files that are none, or hold what nobody expects: the rest is listed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import SalonError
from core.personas.library import PersonaLibrary
from core.teams.definitions.library import TeamLibrary

ODD: tuple[Any, ...] = (
    "x" * 300,
    "é" * 300,
    "a\0b",
    1,
    True,
    -1,
    10**40,
    [],
    {},
    [1],
    [["a"]],
    {"a": {"b": [1]}},
    "../../etc/passwd",
    "~nobody/x.md",
    "/",
    ".",
    "b.md/" * 100,
)
KEYS = ("persona", "name", "model", "description", "memory", "autonomy", "rounds", "schema")
MAKERS: tuple[Callable[[Path], Any], ...] = (
    Path.mkdir,
    os.mkfifo,
    lambda path: path.symlink_to("nowhere"),
    lambda path: path.symlink_to(path.name),
    lambda path: path.write_bytes(b"\x00\xff" * 50),
)


@pytest.fixture
def teams(tmp_path: Path) -> TeamLibrary:
    folder = tmp_path / "teams"
    folder.mkdir()
    for name in "abc":
        (tmp_path / f"{name}.md").write_text(f"# R: {name.upper()} (en)\n\nHi.\n", "utf-8")
    (folder / "good.yml").write_text("root:\n  persona: a\n  delegates: [b, c]\n", "utf-8")
    return TeamLibrary([folder], PersonaLibrary([(tmp_path, "")]))


@pytest.mark.parametrize("key", [*KEYS, "flow", "delegates", "examples", "params"])
def test_no_value_of_a_team_takes_the_list_away(teams: TeamLibrary, key: str) -> None:
    bad = teams.folders[0] / "bad.yml"
    for value in ODD:
        node = {"persona": "a", "delegates": ["b"], key: value}
        bad.write_text(yaml.safe_dump({"root": node}, allow_unicode=True), "utf-8")
        found = {each.name: each.problem for each in teams.headers()}
        assert found["good"] is None
        try:
            teams.read(bad)
        except SalonError:
            assert any(found.values())


@pytest.mark.parametrize("make", MAKERS, ids=["directory", "pipe", "dangling", "loop", "binary"])
def test_what_is_no_file_is_listed_with_its_reason(
    teams: TeamLibrary, make: Callable[[Path], Any]
) -> None:
    make(teams.folders[0] / "odd.yml")
    make(teams.folders[0].parent / "odd.md")
    found = {each.name: each.problem for each in teams.headers()}
    assert found["good"] is None
    assert found["odd"]
    personas = {each.name: each.problem for each in teams.personas.headers()}
    assert [personas[each] for each in "ABC"] == [""] * 3
    assert personas["odd"]


def test_aliases_that_multiply_are_refused(teams: TeamLibrary) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 8}]" for i in range(12)]
    (teams.folders[0] / "bomb.yml").write_text("\n".join([*lines, "root: *m"]), "utf-8")
    found = {each.name: each.problem for each in teams.headers()}
    assert found["good"] is None
    assert "too many values" in str(found["bomb"])
