"""Entries that come and go in the middle of a transcript, while one reads elsewhere."""

from __future__ import annotations

import random

import pytest

from pilot.transcript_stage import painted, stage
from tui.widgets.transcript import Entry


def entry(number: int, rows: int = 2) -> Entry:
    text = "\n\n".join(f"{number}.{row}" for row in range(rows))
    return Entry(str(number), text, header=f"Nr {number}")


async def test_what_stands_above_does_not_move() -> None:
    async with stage((40, 12)) as (transcript, pilot):
        transcript.load(entry(number) for number in range(40))
        transcript.move_cursor("10")
        before = await painted(transcript, pilot)
        transcript.take_out("30")
        transcript.take_out("11")
        after = await painted(transcript, pilot)
        assert after[:3] == before[:3]
        assert "Nr 12" in " ".join(after)
        transcript.insert(entry(11), before="12")
        assert await painted(transcript, pilot) == before


async def test_the_cursor_goes_to_what_takes_the_place() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(entry(number) for number in range(3))
        transcript.move_cursor("1")
        transcript.take_out("1")
        assert transcript.cursor_id == "2"
        transcript.take_out("2")
        assert transcript.cursor_id == "0"
        transcript.take_out("0")
        assert transcript.cursor_id is None
        assert transcript.entries == []
        await pilot.pause()


async def test_no_entry_is_put_in_twice() -> None:
    async with stage() as (transcript, _):
        transcript.load(entry(number) for number in range(3))
        with pytest.raises(ValueError, match="already there"):
            transcript.insert(entry(2), before="1")
        with pytest.raises(KeyError):
            transcript.insert(entry(9), before="nobody")
        assert [each.id for each in transcript.entries] == ["0", "1", "2"]


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_changes_reads_as_a_list_would(seed: int) -> None:
    dice = random.Random(seed)
    async with stage((60, 15)) as (transcript, pilot):
        wanted: list[str] = []
        for number in range(200):
            there = bool(wanted)
            deed = dice.choice(("append", "insert", "take_out", "scroll", "find"))
            if deed == "append" or not there:
                transcript.append(entry(number, dice.randint(1, 5)))
                wanted.append(str(number))
            elif deed == "insert":
                at = dice.randrange(len(wanted))
                transcript.insert(entry(number), before=wanted[at])
                wanted.insert(at, str(number))
            elif deed == "take_out":
                transcript.take_out(wanted.pop(dice.randrange(len(wanted))))
            elif deed == "scroll":
                transcript.scroll_rows(dice.randint(-30, 30))
            else:
                transcript.search(f"{dice.randint(0, number)}.0")
            if dice.random() < 0.2:
                await pilot.pause()
        assert [each.id for each in transcript.entries] == wanted
        transcript.action_scroll_home()
        lines = await painted(transcript, pilot)
        if wanted:
            assert f"Nr {wanted[0]}" in " ".join(lines)
        transcript.follow()
        lines = await painted(transcript, pilot)
        if wanted:
            assert f"{wanted[-1]}." in " ".join(lines)
