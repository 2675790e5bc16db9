"""Files appear whole or not at all, whatever goes wrong on the way."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from card_samples import V2
from core.errors import PersonaError
from core.files import create_file, written
from core.personas.cards.card_export import export_card
from core.personas.cards.card_import import take_in
from core.personas.markdown import read_persona


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.json"
    path.write_text(V2, encoding="utf-8")
    return path


def refuse(number: int) -> object:
    def fail(*arguments: object, **more: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse(errno.EPERM))
    path = tmp_path / "a"
    with written(path, replace=False) as file:
        file.write(b"first")
        assert not path.exists()
    with pytest.raises(FileExistsError), written(path, replace=False) as file:
        file.write(b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
    with pytest.raises(PersonaError, match="No space left"):
        take_in(card, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_card_without_its_persona_is_taken_back(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Path.hardlink_to

    def fail_for_personas(self: Path, target: Path) -> None:
        if self.suffix == ".md":
            raise FileExistsError(str(self))
        link(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "hardlink_to", fail_for_personas)
        patch.setattr("core.personas.cards.card_import._stems", lambda name, path: iter(["a"]))
        with pytest.raises(AssertionError):
            take_in(card, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_export_that_fails_leaves_the_old_file(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    persona = read_persona(take_in(card, tmp_path / "out").persona)
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse(errno.EIO))
        with pytest.raises(PersonaError, match="Cannot write"):
            export_card(persona, old)
    assert old.read_bytes() == b"old"
    assert export_card(persona, old) == old
    assert old.read_bytes().startswith(b"\x89PNG")


def test_a_card_may_be_written_over_its_own_source(tmp_path: Path, card: Path) -> None:
    imported = take_in(card, tmp_path / "out")
    export_card(read_persona(imported.persona), imported.card)
    assert imported.card.read_text("utf-8") == V2


def test_a_new_file_has_its_name_only_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, seen = os.fsync, []

    def looked(descriptor: int) -> None:
        seen.append((tmp_path / "a.md").exists())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", looked)
    create_file(tmp_path / "a.md", b"whole")
    assert seen == [False, True], "the file is synced before it has its name, the folder after"
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]


def test_an_export_keeps_the_permissions_of_what_it_replaces(tmp_path: Path, card: Path) -> None:
    persona = read_persona(take_in(card, tmp_path / "out").persona)
    out = tmp_path / "out.json"
    out.write_bytes(b"")
    out.chmod(0o644)
    export_card(persona, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
