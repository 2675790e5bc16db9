"""The people pane in a real terminal: it is handed to the user's editor and taken back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.bench._pty import Terminal

EDITOR = """#!/bin/sh
printf 'EDITOR OPEN %s\\n' "$1"
read answer
echo "And you answered $answer." >> "$1"
"""


@pytest.mark.timeout(90)
def test_the_editor_has_the_terminal_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folk = tmp_path / "folk"
    folk.mkdir()
    persona = folk / "aa.md"
    persona.write_text("# Sailor: Aa Lind (sv)\n\nYou sing.\n", "utf-8")
    editor = tmp_path / "editor"
    editor.write_text(EDITOR, "utf-8")
    editor.chmod(stat.S_IRWXU)
    monkeypatch.setenv("SALON_PERSONAS", str(folk))
    monkeypatch.setenv("VISUAL", str(editor))
    folders = ["--data-dir", str(tmp_path / "data"), "--sessions", str(tmp_path / "sessions")]
    with Terminal("tui", ["--set", "model=eliza:doctor", *folders]) as terminal:
        terminal.wait_for(b"Freud", 30)
        terminal.press(b"\x1bOQ")  # F2
        terminal.wait_for(b"You sing", 30)
        terminal.press(b"e")
        terminal.wait_for(b"EDITOR OPEN", 30)
        # In the hands of the editor the terminal minds whole lines again.
        terminal.press(b"yes\n")
        terminal.wait_for(b"And you answered yes", 30)
        terminal.press(b"\x11")  # Ctrl+Q
        terminal.wait(30)
    assert persona.read_text("utf-8").endswith("And you answered yes.\n")


@pytest.mark.timeout(90)
def test_an_editor_that_is_not_there_leaves_the_terminal_to_salon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", str(tmp_path / "nothing"))
    folders = ["--data-dir", str(tmp_path / "data"), "--sessions", str(tmp_path / "sessions")]
    with Terminal("tui", ["--set", "model=eliza:doctor", *folders]) as terminal:
        terminal.wait_for(b"Freud", 30)
        terminal.press(b"\x1bOQ")  # F2
        terminal.wait_for(b"Analyst", 30)
        terminal.press(b"e")
        terminal.wait_for(b"cannot be started", 30)
        terminal.press(b"\x11")  # Ctrl+Q
        terminal.wait(30)
