"""Something else in place of the small files that Salon keeps: told, and never waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from core import faults
from core.clm.simulation.blobs import Blobs
from core.config.files import read_text
from core.errors import ConfigError, SalonError, StoreError
from core.personas.header_cache import HeaderCache
from core.profile.erasure import _names
from core.sessions.drafts import Drafts, PromptHistory, Unsent
from store_samples import store_in
from tui.memory import Memory

pytestmark = pytest.mark.timeout(20)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("not-there") / "either")


PLACED: dict[str, Callable[[Path], object]] = {
    "directory": Path.mkdir,
    "pipe": os.mkfifo,
    "loop": _loop,
    "dangling": _dangling,
    "bytes": lambda path: path.write_bytes(b"\xff\xfe\x00{"),
    "list": lambda path: path.write_text("[1, {}]"),
    "number": lambda path: path.write_text('{"theme": 5, "text": null, "files": 7, "v": []}'),
    "deep": lambda path: path.write_text("[" * 100_000),
}
placed = pytest.mark.parametrize("place", PLACED.values(), ids=PLACED)
NO_FILES = [PLACED[each] for each in ("directory", "pipe", "loop")]
no_files = pytest.mark.parametrize("place", NO_FILES, ids=["directory", "pipe", "loop"])


def told(call: Callable[[], object]) -> object:
    """Return what a call returns, or the sentence of its error; nothing else may come out."""
    try:
        return call()
    except SalonError as error:
        return error


@placed
def test_what_the_app_remembers(tmp_path: Path, place: Callable[[Path], object]) -> None:
    place(tmp_path / "app.json")
    assert Memory.load(tmp_path) == Memory()
    told(lambda: Memory("dark").save(tmp_path))


@placed
def test_a_draft(tmp_path: Path, place: Callable[[Path], object]) -> None:
    drafts = Drafts(tmp_path)
    drafts.save("other", Unsent("kept"))
    place(tmp_path / "one.json")
    found = told(lambda: drafts.load("one"))
    assert isinstance(found, StoreError) or found == Unsent()
    told(lambda: drafts.save("one", Unsent("typed")))
    assert drafts.load("other") == Unsent("kept")


@placed
def test_the_prompt_history(tmp_path: Path, place: Callable[[Path], object]) -> None:
    history = PromptHistory(tmp_path / "history.jsonl")
    place(tmp_path / "history.jsonl")
    found = told(history.load)
    assert isinstance(found, StoreError) or not found
    told(lambda: history.add("said"))
    told(lambda: history.forget(["said"]))


@no_files
def test_a_settings_file(tmp_path: Path, place: Callable[[Path], object]) -> None:
    place(tmp_path / "salon.yml")
    with pytest.raises(ConfigError, match=r"salon.yml cannot be read: "):
        read_text(tmp_path / "salon.yml")


@placed
def test_the_cache_of_persona_headers(tmp_path: Path, place: Callable[[Path], object]) -> None:
    cache = HeaderCache(tmp_path)
    place(cache._file(tmp_path))
    assert cache.load(tmp_path, "own") == {}
    cache.save(tmp_path, [])


@no_files
def test_a_session_that_is_no_file_holds_no_copy_of_a_profile(
    tmp_path: Path, place: Callable[[Path], object]
) -> None:
    place(tmp_path / "one.jsonl")
    assert not _names(tmp_path / "one.jsonl", b"text")


@no_files
def test_the_log_of_faults(
    tmp_path: Path, place: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path / faults.LOG_NAME)
    monkeypatch.setattr(faults._LOG, "folder", lambda: tmp_path)
    assert faults._LOG.write("entry") is None


@no_files
def test_the_file_of_a_day(tmp_path: Path, place: Callable[[Path], object]) -> None:
    place(tmp_path / "00001.npz")
    with pytest.raises(StoreError, match="Cannot read"):
        Blobs(tmp_path).read("00001.npz")


@placed
async def test_the_trash(tmp_path: Path, place: Callable[[Path], object]) -> None:
    store = store_in(tmp_path)
    session = await store.create("chat", {"title": "One"})
    await session.close()
    place(tmp_path / ".trash")
    for call in (store.trashed(), store.trash(session.id), store.restore(session.id)):
        with suppress(SalonError):
            await call
    copies = [*tmp_path.glob("*.jsonl"), *tmp_path.glob(".trash/*.jsonl")]
    assert [each.stem for each in copies] == [session.id]
