"""What is kept of persona files from one start to the next, and when it is not believed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.personas import library as library_module
from core.personas.headers import PersonaHeader
from core.personas.library import PersonaLibrary

COUNT = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folk"
    folder.mkdir()
    for number in range(COUNT):
        text = f"---\ntags: [a, t{number % 3}]\n---\n# Role: Name {number:03} (de) [f]\n\nx\n"
        (folder / f"p{number:03}.md").write_text(text, "utf-8")
    (folder / "torn.md").write_text("---\na: [\n---\n", "utf-8")
    return folder


def library(folder: Path) -> PersonaLibrary:
    return PersonaLibrary([(folder, "yours")], folder.parent / "cache")


def kept(folder: Path) -> Path:
    (file,) = (folder.parent / "cache").iterdir()
    return file


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose headers are read."""
    read: list[Path] = []
    real = library_module.read_header

    def noted(path: Path, label: str, stamp: tuple[int, int]) -> PersonaHeader:
        read.append(path)
        return real(path, label, stamp)

    monkeypatch.setattr(library_module, "read_header", noted)
    return read


def test_a_second_start_reads_no_file(folder: Path, reads: list[Path]) -> None:
    first = library(folder).headers()
    assert len(reads) == COUNT + 1
    reads.clear()
    assert library(folder).headers() == first
    assert reads == []


def test_only_what_changed_is_read_again(folder: Path, reads: list[Path]) -> None:
    library(folder).headers()
    (folder / "p000.md").write_text("# Role: Another (en)\n", "utf-8")
    os.utime(folder / "p001.md", ns=(1, 1))
    (folder / "p002.md").unlink()
    (folder / "new.md").write_text("# Role: New (en)\n", "utf-8")
    reads.clear()
    names = {header.name for header in library(folder).headers()}
    assert {path.name for path in reads} == {"p000.md", "p001.md", "new.md"}
    assert {"Another", "New"} <= names
    assert not {"Name 000", "Name 002"} & names


def test_few_files_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folk").mkdir()
    (tmp_path / "folk" / "a.md").write_text("# R: A\n", "utf-8")
    assert len(library(tmp_path / "folk").headers()) == 1
    assert not (tmp_path / "cache").exists()


def test_complaints_are_kept_as_well(folder: Path) -> None:
    first = library(folder)
    first.note_complaints((header, 2) for header in first.headers())
    assert {header.complaints for header in library(folder).headers()} == {2}


def test_complaints_about_a_file_that_has_changed_since_are_not_believed(folder: Path) -> None:
    first = library(folder)
    before = first.headers()
    (folder / "p000.md").write_text("# Role: Another (en)\n", "utf-8")
    first.headers()
    first.note_complaints((header, 2) for header in before)
    assert [h.name for h in first.headers() if h.complaints is None] == ["Another"]


def _set(values: dict[str, Any], index: int, value: object) -> None:
    values["rows"][0][index] = value


@pytest.mark.parametrize(
    "damage",
    [
        lambda values: values.update(v=0),
        lambda values: values.update(folder="/elsewhere"),
        lambda values: values.pop("rows"),
        lambda values: values.update(rows={"a": 1}),
        lambda values: values["rows"][0].pop(),
        lambda values: _set(values, 0, 5),
        lambda values: _set(values, 0, "../p000.md"),
        lambda values: _set(values, 3, None),
        lambda values: _set(values, 5, 7),
        lambda values: _set(values, 7, [1]),
        lambda values: _set(values, 7, "tags"),
        lambda values: _set(values, 9, "many"),
    ],
)
def test_a_cache_that_makes_no_sense_is_as_good_as_none(folder: Path, damage: Any) -> None:
    first = library(folder).headers()
    values = json.loads(kept(folder).read_bytes())
    damage(values)
    kept(folder).write_text(json.dumps(values), "utf-8")
    assert library(folder).headers() == first


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_a_damaged_cache_is_as_good_as_none(folder: Path, content: bytes) -> None:
    first = library(folder).headers()
    kept(folder).write_bytes(content)
    assert library(folder).headers() == first


def test_where_nothing_can_be_kept_the_list_is_there(folder: Path) -> None:
    (folder.parent / "cache").write_text("a file in the way", "utf-8")
    assert len(library(folder).headers()) == COUNT + 1


def test_two_folders_keep_theirs_apart(folder: Path, reads: list[Path]) -> None:
    other = folder.parent / "other"
    folder.rename(other)
    folder.mkdir()
    library(other).headers()
    reads.clear()
    assert library(folder).headers() == []
    assert len(library(other).headers()) == COUNT + 1
    assert reads == []
