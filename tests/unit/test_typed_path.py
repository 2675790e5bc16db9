"""Paths that people type: what is meant, and that none of them ends the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SalonError
from tui.chat.attachments import completed_paths, read_attachment
from tui.typed_path import is_there, typed_path

NOWHERE = ["~nobody-of-that-name/x.txt", "x" * 5000, "/root\0/x", "", "~"]


def test_quotes_blanks_and_the_home_folder_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "two words.txt"
    file.write_text("x", "utf-8")
    for typed in (str(file), f"'{file}'", f' "{file}" ', str(file).replace(" ", "\\ ")):
        assert typed_path(typed) == file
    assert typed_path("~/two words.txt") == file
    assert typed_path("~/two\\ words.txt") == file
    assert typed_path("it's.txt") == Path("it's.txt")


def test_a_backslash_in_a_name_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "odd\\ name"
    file.write_text("x", "utf-8")
    assert typed_path(str(file)) == file


@pytest.mark.parametrize("typed", NOWHERE)
def test_what_can_be_no_file_is_refused_in_words(typed: str) -> None:
    with pytest.raises(SalonError):
        read_attachment(typed)
    assert not is_there(typed_path(typed)) or typed in {"", "~"}


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/", "x" * 5000 + "/", "/no/such/"])
def test_what_cannot_be_listed_completes_to_nothing(typed: str) -> None:
    assert completed_paths(typed) == []
