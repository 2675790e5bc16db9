"""Folders of exported files: nobody else reads them, and no spreadsheet runs them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.clm.simulation.export import table_bytes
from core.files import create_folder


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_exported_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    create_folder(folder, {"a.csv": b"a", "inner/deeper/b.npz": b"b", "inner/c": b"c"})
    assert {str(each.relative_to(folder)): mode_of(each) for each in folder.rglob("*")} == {
        "a.csv": 0o600,
        "inner": 0o700,
        "inner/deeper": 0o700,
        "inner/deeper/b.npz": 0o600,
        "inner/c": 0o600,
    }
    assert mode_of(folder) == 0o700
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="inner"):
        create_folder(tmp_path / "out", {"inner": b"a", "inner/b": b"b"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_and_no_column_is_a_formula(start: str) -> None:
    text = table_bytes([{f"{start}cmd": f"{start}1+1", "n": -1}], "csv").decode()
    assert f"'{start}cmd" in text
    assert f"'{start}1+1" in text
    assert text.rstrip().endswith(",-1")
