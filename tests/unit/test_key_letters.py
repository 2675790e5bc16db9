"""A letter means the same in every pane that has it."""

from __future__ import annotations

import pytest

from tui.panes import PANES

MEANINGS = {
    "D": {"erase"},
    "I": {"import_card", "import_file"},
    "L": {"seat", "persona"},
    "T": {"rename"},
    "d": {"delete", "exclude", "skip"},
    "e": {"edit", "opening"},
    "f": {"fork", "duplicate"},
    "i": {"write"},
    "m": {"model"},
    "n": {"new", "next", "newest", "step", "go"},
    "u": {"undo", "restore"},
    "w": {"sent"},
    "x": {"export"},
    "y": {"copy"},
}
"""What the commands of a letter are called: one thing done to what each pane shows."""
TABLES = [table for each in PANES if (table := getattr(each.load(), "TABLE", None)) is not None]


@pytest.mark.parametrize("letter", MEANINGS)
def test_a_letter_has_one_meaning(letter: str) -> None:
    rows = [row for table in TABLES for row in table.by_key.get(letter, ())]
    assert rows
    assert {row.name for row in rows} <= MEANINGS[letter]


def test_every_pane_has_a_table_of_commands() -> None:
    assert len(TABLES) == len(PANES)
