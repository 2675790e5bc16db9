from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from tui.clm.draft import PREDICTORS, SimulationSetup
from tui.clm.header import ClmView, _second
from tui.clm.ledger_rows import LedgerRow
from tui.clm.start import POLICIES, lines_of

_ROOM = 33
"""Cells that a line of the start card has for its note at 80 columns."""


def drafts() -> list[SimulationSetup]:
    classic = SimulationSetup.of("local:smollm2")
    market = classic.with_world("market")
    return [
        *(replace(classic, policy=each) for each in POLICIES),
        *(replace(classic, predictor=each) for each in PREDICTORS),
        replace(classic, cast=Path("people.csv")),
        market,
        market.with_size(100_000),
    ]


@pytest.mark.parametrize("draft", drafts(), ids=lambda each: f"{each.policy}-{each.predictor}")
def test_every_note_of_the_start_card_is_whole_at_80_columns(draft: SimulationSetup) -> None:
    for line in lines_of(draft, 5):
        assert cell_len(line.note) <= _ROOM, line.note


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ("", ""),
        ("2 gone", "2 gone"),
        ("1 at risk · 2 gone", "1 at risk"),
        ("191 at risk · 47 presumed lost", ""),
    ],
)
def test_the_money_stays_where_there_is_no_room_for_all_counts(counts: str, kept: str) -> None:
    view = ClmView(30, 30, 30, "market", "", 9.8, (9.8,) * 30, 114_000.0, 509_000.0, "", counts)
    shown = _second(view, 78).plain
    assert "margin" in shown
    assert "…" not in shown
    assert shown.partition("509k")[2].strip() == kept
    assert cell_len(shown) <= 78
    assert counts in _second(view, 120).plain


def test_large_counts_of_a_segment_are_whole_in_its_narrowest_place() -> None:
    row = LedgerRow(
        who="Price-Sensitive", name="Price-Sensitive", action="SEND_DISCOUNT", word="SUCCESS",
        n=160_750.0, successes=4349.0, mean=0.027, spread=0.001, reason="", until=None, new=False,
        segment=True,
    )  # fmt: skip
    (line,) = row.lines(63)
    shown = "".join(text for text, _ in line)
    assert " 4349 of 161k " in shown
    assert ".027 ±.001" in shown
    assert cell_len(shown) <= 63
