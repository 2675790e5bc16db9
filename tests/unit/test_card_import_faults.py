"""A fault in the import of one card is said, logged, and keeps no other card out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli.main import main
from core.personas.cards import card_import


def test_one_card_of_two_meets_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("Ann", "Ben"):
        card = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": name}}
        card["data"]["description"] = f"{name} keeps bees."  # type: ignore[index]
        (tmp_path / f"{name}.json").write_text(json.dumps(card))
    works = card_import.take_in

    def take_in(path: Path, folder: Path) -> card_import.Imported:
        if path.stem == "Ann":
            raise KeyError("planted")
        return works(path, folder)

    monkeypatch.setattr(card_import, "take_in", take_in)
    data = tmp_path / "data"
    files = [str(tmp_path / f"{name}.json") for name in ("Ann", "Ben")]
    assert main(["--data-dir", str(data), "personas", "import", *files]) == 1
    captured = capsys.readouterr()
    assert "This is a fault of Salon's: KeyError: 'planted'." in captured.err
    assert "ben.md" in captured.out
    log = (data / "errors.log").read_text("utf-8")
    assert "Ann.json" in log
    assert "Traceback" in log
