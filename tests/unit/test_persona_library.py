"""Finding personas: the search path, what a name may be, and files that are broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import PersonaError
from core.personas.library import PersonaLibrary


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path) -> PersonaLibrary:
    mine, shipped = tmp_path / "mine", tmp_path / "shipped"
    write(mine, "freud.md", "# Mine: Sigmund Freud (de) [m]\n\ntext\n")
    write(mine, "garcia.md", "---\ntags: [a, b]\n---\n# Poet: José García\n")
    write(mine, "plain.md", "no heading")
    write(shipped, "freud.md", "# Shipped: Sigmund Freud\n")
    write(shipped, "anna.md", "# Analyst: Anna Freud\n")
    write(shipped, "ada.md", "# Analyst: Ada Lovelace\n")
    write(shipped, "adam.md", "# Economist: Adam Smith\n")
    write(shipped, "README.md", "# About: these files\n")
    write(shipped, "notes.txt", "# Not: one\n")
    write(shipped / "briefs", "brief.md", "# Not: one\n")
    return PersonaLibrary([(mine, "yours"), (tmp_path / "none", "gone"), (shipped, "shipped")])


def test_the_list_holds_what_the_folders_hold(library: PersonaLibrary) -> None:
    headers = library.headers()
    assert [(each.name, each.role, each.source) for each in headers] == [
        ("Ada Lovelace", "Analyst", "shipped"),
        ("Adam Smith", "Economist", "shipped"),
        ("Anna Freud", "Analyst", "shipped"),
        ("José García", "Poet", "yours"),
        ("plain", "", "yours"),
        ("Sigmund Freud", "Mine", "yours"),
    ]
    assert headers[3].tags == ("a", "b")
    assert headers[5].size == headers[5].path.stat().st_size


@pytest.mark.parametrize(
    ("wanted", "role"),
    [
        ("Sigmund Freud", "Mine"),
        ("SIGMUND freud", "Mine"),
        ("freud", "Mine"),
        ("freud.md", "Mine"),
        ("jose garcia", "Poet"),
        ("JOSÉ", "Poet"),
        ("ada", "Analyst"),
        ("lovel", "Analyst"),
        ("adam s", "Economist"),
    ],
)
def test_find(library: PersonaLibrary, wanted: str, role: str) -> None:
    assert library.find(wanted).role == role


def test_a_path_wins_over_names(
    library: PersonaLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    write(here, "freud", "# Here: Nobody\n")
    monkeypatch.chdir(here)
    assert library.find("freud").role == "Here"
    assert library.find(str(tmp_path / "shipped" / "freud.md")).role == "Shipped"


def test_more_than_one_names_the_files(library: PersonaLibrary) -> None:
    with pytest.raises(PersonaError, match=r"any of 2 personas.*ada\.md.*adam\.md"):
        library.find("Ad")


@pytest.mark.parametrize(
    ("wanted", "near"), [("Sigmnud Freud", "Sigmund Freud"), ("lovelase", "Ada Lovelace")]
)
def test_none_names_the_nearest(library: PersonaLibrary, wanted: str, near: str) -> None:
    with pytest.raises(PersonaError) as caught:
        library.find(wanted)
    assert near in caught.value.hint


@pytest.mark.parametrize(
    "wanted", ["", "  ", "zzz", "a\0b", "x" * 5000, "/none/such.md", "~nobody/x", "../shipped/ada"]
)
def test_nothing_like_it(library: PersonaLibrary, wanted: str) -> None:
    with pytest.raises(PersonaError, match="no persona"):
        library.find(wanted)


def test_broken_files_are_listed_with_their_problem(
    library: PersonaLibrary, tmp_path: Path
) -> None:
    write(tmp_path / "mine", "bad.md", "---\na: [\n---\n")
    (tmp_path / "mine" / "binary.md").write_bytes(b"\0\1\2")
    (tmp_path / "mine" / "dangling.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "mine" / "folder.md").mkdir()
    os.mkfifo(tmp_path / "mine" / "pipe.md")
    problems = {each.path.name: each.problem for each in library.headers() if each.problem}
    assert problems.keys() == {"bad.md", "binary.md", "dangling.md", "folder.md", "pipe.md"}
    assert "line 3" in problems["bad.md"]
    with pytest.raises(PersonaError, match="not valid YAML"):
        library.find("bad")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_file_breaks_no_list(library: PersonaLibrary, tmp_path: Path) -> None:
    (tmp_path / "mine" / "plain.md").chmod(0)
    assert any("cannot be read" in each.problem for each in library.headers())


def test_a_file_is_read_again_only_when_it_changed(library: PersonaLibrary, tmp_path: Path) -> None:
    before = {each.path: each for each in library.headers()}
    changed = write(tmp_path / "shipped", "ada.md", "# Countess: Ada King\n")
    (tmp_path / "shipped" / "adam.md").unlink()
    after = {each.path: each for each in library.headers()}
    assert after[changed].name == "Ada King"
    assert tmp_path / "shipped" / "adam.md" not in after
    assert all(after[path] is before[path] for path in after if path != changed)
