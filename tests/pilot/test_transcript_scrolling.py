"""The transcript in a running app: the end that is kept to, the place that is kept."""

import pytest

from pilot.transcript_stage import Stage, painted, stage
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript

PROSE = "How curious that you begin with the one subject I have taught to keep silent. " * 4


def messages(count: int, text: str = PROSE) -> list[Entry]:
    return [
        Entry(str(n), f"message {n}: {text}", header=f"{n} · Ada", speaker="a")
        for n in range(count)
    ]


async def test_an_empty_transcript_says_what_to_do() -> None:
    async with stage() as (transcript, pilot):
        assert "Press space and they talk." in "\n".join(await painted(transcript, pilot))
        transcript.append(Entry("1", "hello"))
        assert "Press space" not in "\n".join(await painted(transcript, pilot))


async def test_a_session_shows_its_end_first() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(50))
        lines = "\n".join(await painted(transcript, pilot))
        assert "message 49" in lines
        assert "message 10" not in lines
        assert transcript.following


async def test_the_end_is_kept_to_while_text_streams_in() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(5))
        transcript.append(Entry("new", header="5 · Ada", status=EntryStatus.STREAMING))
        for number in range(60):
            transcript.extend("new", f"line {number}\n\n")
        assert any("line 59" in line for line in await painted(transcript, pilot))


async def test_nothing_moves_for_a_reader_who_has_scrolled_up() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(30))
        transcript.append(Entry("new", header="30 · Ada", status=EntryStatus.STREAMING))
        await painted(transcript, pilot)
        await pilot.press("pageup", "pageup", "up")
        before = await painted(transcript, pilot)
        assert not transcript.following
        for number in range(80):
            transcript.extend("new", f"line {number} {PROSE}\n\n")
            if number % 20 == 0:
                await pilot.pause(0.04)
        transcript.finish("new", footer="41 tok")
        transcript.append(Entry("q", "a notice", kind=EntryKind.QUIET))
        after = await painted(transcript, pilot)
        assert after[:-1] == before[:-1]
        assert "↓ new" in after[-1]
        await pilot.press("G")
        assert "a notice" in "\n".join(await painted(transcript, pilot))
        assert transcript.following


async def test_scrolling_to_the_end_takes_hold_of_it_again() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(10))
        await painted(transcript, pilot)
        await pilot.press("up", "up", "up")
        assert not transcript.following
        await pilot.press("down", "down", "down")
        assert transcript.following


async def test_scrolling_up_row_by_row_meets_every_row_once() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(12))
        lines = await painted(transcript, pilot)
        seen = list(reversed(lines))
        while True:
            transcript.scroll_rows(-1)
            first = transcript.render_line(0).text.rstrip()
            if transcript.scroll_offset.y == 0:
                break
            seen.append(first)
        text = "\n".join(reversed(seen))
        for number in range(1, 12):
            assert text.count(f"message {number}:") == 1


async def test_older_entries_come_in_above_without_a_move() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(20))
        await painted(transcript, pilot)
        await pilot.press("pageup")
        before = await painted(transcript, pilot)
        transcript.prepend([Entry(f"old{n}", PROSE, header="old") for n in range(500)])
        assert await painted(transcript, pilot) == before
        await pilot.press("g")
        assert any("old" in line for line in await painted(transcript, pilot))


async def test_older_entries_are_asked_for_near_the_beginning() -> None:
    async with stage() as (transcript, pilot):
        assert isinstance(transcript.app, Stage)
        transcript.load(messages(30))
        await painted(transcript, pilot)
        assert not transcript.app.posted
        await pilot.press("g")
        await pilot.pause()
        assert [type(message) for message in transcript.app.posted] == [Transcript.OlderWanted]


async def test_a_resize_keeps_the_text_on_top() -> None:
    async with stage((120, 24)) as (transcript, pilot):
        transcript.load(
            Entry(str(n), " ".join(f"w{n}-{at}" for at in range(200))) for n in range(20)
        )
        await painted(transcript, pilot)
        await pilot.press("pageup", "pageup", "pageup")
        first = (await painted(transcript, pilot))[0].split()[0]
        await pilot.resize_terminal(60, 24)
        assert first in (await painted(transcript, pilot))[0].split()
        await pilot.resize_terminal(120, 30)
        assert first in (await painted(transcript, pilot))[0].split()


async def test_a_resize_at_the_end_stays_at_the_end() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(30))
        for size in ((40, 10), (120, 40), (20, 5)):
            await pilot.resize_terminal(*size)
            await painted(transcript, pilot)
            assert transcript.following


async def test_turns_stand_like_stairs_in_two_columns() -> None:
    async with stage((120, 24), columns=2) as (transcript, pilot):
        transcript.append(Entry("1", "left words", header="1 · A", column_header="1", column=0))
        transcript.append(Entry("2", "right words", header="2 · B", column_header="2", column=1))
        transcript.append(Entry("n", "across", kind=EntryKind.QUIET))
        lines = await painted(transcript, pilot)
        left = next(y for y, line in enumerate(lines) if "left words" in line)
        right = next(y for y, line in enumerate(lines) if "right words" in line)
        assert right > left
        gutter = transcript.scrollable_content_region.width // 2 - 1
        assert {lines[left].index("│"), lines[right].index("│")} <= {gutter, gutter + 1}
        assert lines[right].index("right words") > lines[right].index("│") > gutter - 1
        assert "A" not in "".join(lines)
        await pilot.resize_terminal(90, 24)
        lines = await painted(transcript, pilot)
        assert transcript.shown_columns == 1
        assert any("1 · A" in line for line in lines)
        assert not any("│" in line for line in lines)


async def test_an_id_is_shown_once() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(2))
        assert "1" in transcript
        assert "2" not in transcript
        again = Entry("1", "again")
        for feed in (
            lambda: transcript.append(again),
            lambda: transcript.prepend([Entry("0a"), again]),
            lambda: transcript.prepend([Entry("0a"), Entry("0a")]),
            lambda: transcript.load([again, again]),
        ):
            with pytest.raises(ValueError, match="already"):
                feed()
        assert [entry.id for entry in transcript.entries] == ["0", "1"]
        assert "again" not in "\n".join(await painted(transcript, pilot))
        transcript.truncate_after("0")
        assert "1" not in transcript
        transcript.append(again)
        assert "again" in "\n".join(await painted(transcript, pilot))


async def test_entries_can_be_taken_back() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(30))
        await painted(transcript, pilot)
        transcript.truncate_after("3")
        text = "\n".join(await painted(transcript, pilot))
        assert "message 3" in text
        assert "message 4" not in text
        assert len(transcript.entries) == 4
        transcript.truncate_after(None)
        assert "Press space" in "\n".join(await painted(transcript, pilot))


async def test_a_finished_text_takes_the_place_of_the_deltas() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", header="1 · Ada", status=EntryStatus.STREAMING))
        transcript.extend("1", "/start hello")
        assert "▌" in "\n".join(await painted(transcript, pilot))
        transcript.finish("1", "hello", status=EntryStatus.STOPPED, footer="3 tok")
        text = "\n".join(await painted(transcript, pilot))
        assert "/start" not in text
        assert "stopped · 3 tok" in text


async def test_the_wheel_and_the_scroll_bar_move_the_view() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(30))
        await painted(transcript, pilot)
        bottom = transcript.scroll_offset.y
        transcript.scroll_relative(y=-3, animate=False)
        await pilot.pause()
        assert transcript.scroll_offset.y < bottom
        assert not transcript.following
        transcript.scroll_to(y=0, animate=False)
        await pilot.pause()
        assert any("message 0" in line for line in await painted(transcript, pilot))
        transcript.scroll_end(animate=False)
        await pilot.pause()
        assert any("message 29" in line for line in await painted(transcript, pilot))
        assert transcript.following


async def test_a_finished_text_can_go_on() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", status=EntryStatus.STREAMING))
        transcript.extend("1", "It was")
        transcript.finish("1", status=EntryStatus.STOPPED)
        assert "stopped" in "\n".join(await painted(transcript, pilot))
        transcript.update_entry("1", status=EntryStatus.STREAMING)
        transcript.extend("1", " a dark night")
        transcript.finish("1")
        text = "\n".join(await painted(transcript, pilot))
        assert "It was a dark night" in text
        assert "stopped" not in text


async def test_long_entries_out_of_view_come_back_as_they_were() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(
            Entry(str(n), "\n\n".join(f"entry {n} part {at}" for at in range(90)))
            for n in range(40)
        )
        end = await painted(transcript, pilot)
        await pilot.press("g")
        for _ in range(60):
            await pilot.press("pagedown")
        middle = await painted(transcript, pilot)
        await pilot.press("pagedown", "pageup")
        assert await painted(transcript, pilot) == middle
        await pilot.press("G")
        assert await painted(transcript, pilot) == end
        height = transcript.scrollable_content_region.height
        assert transcript.virtual_size.height == transcript.scroll_offset.y + height


async def test_the_end_is_kept_to_while_the_room_for_it_changes() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(messages(30))
        await painted(transcript, pilot)
        for number, height in enumerate((12, 20, 8, 24)):
            transcript.append(Entry(f"new {number}", PROSE, header="Ada", speaker="a"))
            transcript.styles.height = height
            await painted(transcript, pilot)
            assert transcript.following
