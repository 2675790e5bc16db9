from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.errors import StoreError
from core.sessions import drafts as module
from core.sessions.drafts import Drafts, PromptHistory, Unsent


def test_a_draft_comes_back_with_its_files_and_goes_once_it_is_sent(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    unsent = Unsent("half a thought\nÄ\ud83c", (("notes.txt", "one\ntwo"),))
    drafts.save("01ABC", unsent)
    again = Drafts(tmp_path / "drafts").load("01ABC")
    assert again.text == "half a thought\nÄ?"
    assert again.files == unsent.files
    drafts.save("01ABC", Unsent("   "))
    assert drafts.load("01ABC") == Unsent()
    assert list((tmp_path / "drafts").iterdir()) == []


def test_keys_stay_apart_and_in_their_folder(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    keys = ["a", "../a", "/etc/a", "new Freud", "new Freud ", "", "x" * 500]
    for key in keys:
        drafts.save(key, Unsent(f"<{key}>"))
    assert [drafts.load(key).text for key in keys] == [f"<{key}>" for key in keys]
    files = list(tmp_path.rglob("*.json"))
    assert len(files) == len(keys)
    for file in files:
        assert file.parent == tmp_path / "drafts"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    drafts = Drafts(tmp_path)
    for number in range(6):
        drafts.save(str(number), Unsent("x"))
    assert len(list(tmp_path.iterdir())) == 3
    assert drafts.load("5")


def test_a_damaged_draft_is_told_of_and_replaced(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be understood"):
        drafts.load("a")
    drafts.save("a", Unsent("new"))
    assert drafts.load("a").text == "new"


def test_what_was_sent_is_recalled_by_another_run(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.jsonl"
    history = PromptHistory(path, most=3)
    assert history.load() == []
    for text in ("one", "two\nlines", "three", "four", "x" * 50_000):
        history.add(text)
    assert PromptHistory(path, most=3).load() == ["two\nlines", "three", "four"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("ab") as file:
        file.write(b'{"no": "text"}\n\xff\xfe\n')
    history.add("five")
    assert "five" in history.load()


def test_the_file_of_what_was_sent_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGEST", 2000)
    path = tmp_path / "history.jsonl"
    history = PromptHistory(path)
    for number in range(500):
        history.add(f"text number {number}")
        assert path.stat().st_size <= 2050
    assert history.load()[-1] == "text number 499"


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="--data-dir"):
        Drafts(tmp_path / "file").save("a", Unsent("x"))
    with pytest.raises(StoreError, match="--data-dir"):
        PromptHistory(tmp_path / "file" / "history").add("x")


def test_what_is_forgotten_is_forgotten_however_long_ago_it_was_sent(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history = PromptHistory(path, most=3)
    for text in ("the secret words", "two", "three", "four", "five"):
        history.add(text)
    history.forget(["the secret words"])
    assert b"secret" not in path.read_bytes()
    assert history.load() == ["three", "four", "five"]
