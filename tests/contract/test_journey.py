"""A day with Salon, in a real terminal: everything by keys, judged by what is on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from salon_process import SalonProcess
from terminal import Terminal

SCRIPT = """\
replies:
  - text: One word about trains.
  - text: "{slow}"
    tokens_per_second: 20
"""
"""Answers by their place in the chat: whatever comes second is the slow one."""


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_find_chat_stop_regenerate_swipe_fork_reopen_search_export(tmp_path: Path) -> None:
    script = tmp_path / "script.yml"
    script.write_text(SCRIPT.format(slow="This reply takes its time. " * 15), "utf-8")
    models = f'providers.scripted.options.models={{"talk": "{script}"}}'
    salon = SalonProcess(tmp_path)
    command = salon.command("--set", "model=scripted:talk", "--set", models)

    def opened() -> Terminal:
        return Terminal(command, cwd=tmp_path, environment=salon.environment)

    with opened() as terminal:
        terminal.see("Sigmund Freud", "Ada Lovelace")
        terminal.press("f2")
        terminal.see("Background")
        terminal.press("/")
        terminal.see("tab List")
        terminal.press("voltaire")
        terminal.see("1 of 22")
        terminal.press("enter")
        terminal.see("⏎ Chat")
        terminal.press("enter")
        terminal.see("▸F3 Chat", "Voltaire", "write, or / for commands")

        terminal.press("I dream of trains", "enter")
        terminal.see("One word about trains.")
        terminal.press("Tell me slowly", "enter")
        terminal.see("This reply takes its time.")
        terminal.press("escape")
        terminal.see("stopped")
        terminal.press("escape")
        terminal.see("i Write")
        terminal.press("r")
        terminal.see("‹ 2 of 2 ›")
        terminal.press("left")
        terminal.see("stopped", "‹ 1 of 2 ›")
        terminal.press("k", "k", "k", "f")
        terminal.until(lambda: "takes its time" not in terminal.text, "the fork")
        terminal.see("Send")
        terminal.press("A second way", "enter")
        terminal.see("A second way", "This reply takes its time.", "→ Next")
        terminal.press("ctrl+q")
        assert terminal.finish() == 0

    with opened() as terminal:
        terminal.see("Sigmund Freud", "Ada Lovelace")
        terminal.press("f5")
        terminal.see("Voltaire")
        terminal.press("ctrl+f")
        terminal.see("search in all texts")
        terminal.until(lambda: "⏎ Open" not in terminal.text, "the search")
        terminal.press("takes its time")
        terminal.see("This reply takes its time")
        terminal.press("enter")
        terminal.see("⏎ Open")
        terminal.press("enter")
        terminal.see("▸F3 Chat", "This reply takes its time.")
        terminal.see("i Write")
        terminal.press("x")
        terminal.see("Export as what?")
        terminal.press("enter")
        terminal.until(lambda: any(tmp_path.glob("voltaire*.md")), "the transcript")
        terminal.press("ctrl+q")
        assert terminal.finish() == 0

    assert "I dream of trains" in next(tmp_path.glob("voltaire*.md")).read_text("utf-8")
    found = salon.run("sessions", "search", "second", "way")
    assert "A second way" in found.stdout
