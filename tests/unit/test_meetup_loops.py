"""Talk that goes round in circles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.events import Notice
from core.meetup.commands import Resume, SetRun, Stop
from core.meetup.loops import find_loop
from core.sessions.record import Author, Kind, Record
from meetup_kit import numbered, table

LONG = "I have been thinking about the harbour and the many ships that leave it in the morning"


def messages(*texts: str) -> list[Record]:
    at = datetime(2000, 1, 1, tzinfo=UTC)
    author = Author("persona")
    return [
        Record(str(i), Kind.MESSAGE, None, author, at, "ab"[i % 2], text=text)
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ["Yes.", "No."] * 3,
        [
            "You first",
            "No, you first!",
            "you first.",
            "No, you first.",
            "You, first",
            "No you first",
        ],
        [LONG, "Oh?", LONG + ".", "Oh?", LONG + ", too", "Oh!"],
    ],
)
def test_repetition_is_noticed(texts: list[str]) -> None:
    assert "same" in (find_loop(messages(*texts)) or "")


@pytest.mark.parametrize(
    "texts",
    [
        [
            "Goodbye, dear friend.",
            "Take care!",
            "You too, bye.",
            "Farewell.",
            "Bye!",
            "Good night.",
        ],
        ["Thank you!", "You’re welcome.", "Thanks again.", "My pleasure.", "Thank you.", "Bye."],
        ["Danke!", "Gern geschehen.", "Auf Wiedersehen.", "Tschüss!", "Alles Gute.", "Danke, bye"],
    ],
)
def test_endless_courtesies_are_noticed(texts: list[str]) -> None:
    assert "courtesies" in (find_loop(messages(*texts)) or "")


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["Yes.", "No."] * 2,
        [f"Reply {n}" for n in range(6)],
        ["What of it?", "One.", "What of it?", "Two.", "What of it?", "Three."],
        ["Thank you, but the price of a ship is not what I asked for, sir. " * 3] + ["No."] * 5,
        ["Good night?", "Not yet.", "Bye.", "Stay a while.", "Thanks.", "Tell me of the sea."],
    ],
)
def test_other_talk_is_left_alone(texts: list[str]) -> None:
    assert find_loop(messages(*texts)) is None


async def test_unattended_a_loop_ends_it() -> None:
    meetup = await table(lambda r: "Same again.", watch_loops=True, turns=0)
    assert await meetup.run() == "loop"
    assert meetup.state.turns == 6
    (notice,) = meetup.of(Notice)
    assert notice.record.data["code"] == "loop"
    meetup.check()


async def test_attended_a_loop_pauses_and_resume_lets_them_go_on() -> None:
    meetup = await table(lambda r: "Same again.", watch_loops=True, turns=0, attended=True)
    meetup.start()
    for turns in (6, 12):
        await meetup.until(lambda: not meetup.engine.playing)
        assert meetup.state.turns == turns
        meetup.check()
        await meetup.send(Resume())
    await meetup.until(lambda: not meetup.engine.playing)
    await meetup.send(Stop())
    await meetup.finish()


async def test_the_check_can_be_switched_off_and_on() -> None:
    meetup = await table(lambda r: "Same.", turns=9, watch_loops=True, attended=True, playing=False)
    meetup.start()
    await meetup.send(SetRun(loops=False), Resume())
    assert await meetup.finish() == "turns"


async def test_talk_that_changes_is_no_loop() -> None:
    meetup = await table(numbered, turns=30, watch_loops=True)
    assert await meetup.run() == "turns"
