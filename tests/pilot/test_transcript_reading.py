"""What a reader does with a transcript: cursor, copying, selecting, searching."""

import pytest

from pilot.transcript_stage import Stage, painted, stage
from tui.widgets.transcript import Entry, EntryKind, Transcript


def posted(transcript: Transcript, kind: type) -> list:
    assert isinstance(transcript.app, Stage)
    return [message for message in transcript.app.posted if isinstance(message, kind)]


def turns(count: int) -> list[Entry]:
    return [
        Entry(str(n), f"word{n} of turn {n}", header=f"{n} · {'AB'[n % 2]}", column=n % 2)
        for n in range(count)
    ]


def line_of(lines: list[str], text: str) -> int:
    return next(y for y, line in enumerate(lines) if text in line)


async def drag(
    pilot, transcript: Transcript, start: tuple[int, int], *stops: tuple[int, int]
) -> None:
    await pilot.mouse_down(transcript, offset=start)
    for stop in stops:
        await pilot.hover(transcript, offset=stop)
    await pilot.mouse_up(offset=stops[-1])
    await pilot.pause()


async def test_j_and_k_go_from_message_to_message() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(turns(40))
        await painted(transcript, pilot)
        await pilot.press("k")
        assert transcript.cursor_id == "39"
        await pilot.press(*"kkkk")
        assert transcript.cursor_id == "35"
        for _ in range(20):
            await pilot.press("k")
        lines = await painted(transcript, pilot)
        marked = [line for line in lines if line.startswith("▌")]
        assert any("15 · B" in line for line in marked)
        assert len(marked) == 2
        await pilot.press("j")
        assert transcript.cursor_id == "16"


async def test_j_and_k_pass_over_quiet_lines() -> None:
    def quiet(name: str) -> Entry:
        return Entry(name, f"quiet {name}", kind=EntryKind.QUIET)

    async with stage() as (transcript, pilot):
        entries = turns(2)
        error = Entry("e", "No key.", kind=EntryKind.ERROR)
        transcript.load([quiet("q0"), entries[0], quiet("q1"), error, entries[1], quiet("q2")])
        await painted(transcript, pilot)
        visited = []
        for key in "kkkkjjjj":
            await pilot.press(key)
            visited.append(transcript.cursor_id)
        assert visited == ["1", "e", "0", "0", "e", "1", "1", "1"]
        transcript.move_cursor("q1")
        await pilot.press("k")
        assert transcript.cursor_id == "0"


async def test_the_first_j_begins_with_the_first_message_in_view() -> None:
    async with stage() as (transcript, pilot):
        transcript.load([Entry("q", "quiet", kind=EntryKind.QUIET), *turns(2)])
        await painted(transcript, pilot)
        await pilot.press("j")
        assert transcript.cursor_id == "0"


async def test_the_last_message_is_found_above_a_screen_of_quiet_lines() -> None:
    async with stage() as (transcript, pilot):
        quiet = [Entry(f"q{n}", "quiet", kind=EntryKind.QUIET) for n in range(40)]
        transcript.load([*turns(3), *quiet])
        await painted(transcript, pilot)
        await pilot.press("y")
        assert [message.text for message in posted(transcript, Transcript.CopyRequested)] == [
            "word2 of turn 2"
        ]
        await pilot.press("k")
        assert transcript.cursor_id == "2"
        assert any("word2" in line for line in await painted(transcript, pilot))


async def test_only_quiet_lines_leave_the_cursor_nowhere() -> None:
    async with stage() as (transcript, pilot):
        transcript.load([Entry("q", "quiet", kind=EntryKind.QUIET)])
        await pilot.press("k", "j", "y", "enter")
        assert transcript.cursor_id is None
        assert not transcript.app.posted


async def test_enter_and_a_click_on_a_header_open_a_message() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(turns(3))
        lines = await painted(transcript, pilot)
        await pilot.press("k", "enter")
        await pilot.click(transcript, offset=(4, line_of(lines, "0 · A")))
        await pilot.click(transcript, offset=(4, line_of(lines, "word1")))
        await pilot.pause()
        opened = posted(transcript, Transcript.MessageActivated)
        assert [message.entry_id for message in opened] == ["2", "0"]
        assert transcript.cursor_id == "1"


async def test_y_copies_a_message_and_c_its_code() -> None:
    code = "\n".join(f"line {n}" for n in range(100))
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", f"See **this**:\n\n```py\n{code}\n```\n\nand `that`"))
        await painted(transcript, pilot)
        await pilot.press("y", "C")
        await pilot.pause()
        message, block = posted(transcript, Transcript.CopyRequested)
        assert message.what == "message"
        assert message.text.startswith("See **this**:")
        assert block.what == "code"
        assert block.text == code


async def test_a_drag_stays_in_its_column() -> None:
    async with stage((120, 24), columns=2) as (transcript, pilot):
        transcript.load(turns(4))
        lines = await painted(transcript, pilot)
        first, last = line_of(lines, "word0"), line_of(lines, "word3")
        await drag(pilot, transcript, (2, first), (90, last - 2), (90, last))
        text = transcript.screen.get_selected_text()
        assert text is not None
        assert "word0" in text
        assert "word2" in text
        assert "word1" not in text
        assert "word3" not in text
        assert "│" not in text


async def test_a_drag_stays_in_its_transcript() -> None:
    async with stage((120, 24), count=2) as (transcript, pilot):
        other = list(transcript.app.query(Transcript))[1]
        for one in (transcript, other):
            one.load(turns(4))
        lines = await painted(transcript, pilot)
        await painted(other, pilot)
        first, second = line_of(lines, "word0"), line_of(lines, "word1")
        await drag(pilot, transcript, (2, first), (20, second), (80, second + 3))
        assert set(transcript.screen.selections) == {transcript}
        text = transcript.screen.get_selected_text()
        assert text is not None
        assert text.count("word1") == 1
        assert "word3" not in text
        await pilot.click(other, offset=(20, 1))
        await pilot.pause()
        assert not transcript.screen.selections


async def test_wrapped_rows_are_copied_as_one_line() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", f"> {words}\n\n- item"))
        lines = await painted(transcript, pilot)
        await drag(pilot, transcript, (2, 0), (40, 3), (60, line_of(lines, "item")))
        assert transcript.screen.get_selected_text() == f"{words}\n\n• item"


async def test_a_selection_stays_on_its_text_while_more_streams_in() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(turns(12))
        lines = await painted(transcript, pilot)
        y = line_of(lines, "word10")
        await drag(pilot, transcript, (2, y), (5, y), (7, y))
        assert transcript.screen.get_selected_text() == "word10"
        transcript.append(Entry("new", "and more\n\nand more"))
        transcript.prepend([Entry("old", "before")])
        await painted(transcript, pilot)
        assert transcript.screen.get_selected_text() == "word10"


@pytest.mark.parametrize(("times", "expected"), [(2, "word1"), (3, "word1 of turn 1")])
async def test_clicking_again_selects_more(times: int, expected: str) -> None:
    async with stage() as (transcript, pilot):
        transcript.load(turns(3))
        lines = await painted(transcript, pilot)
        await pilot.click(transcript, offset=(4, line_of(lines, "word1")), times=times)
        await pilot.pause()
        assert transcript.screen.get_selected_text() == expected


async def test_search_counts_marks_and_goes_round() -> None:
    async with stage() as (transcript, pilot):
        entries = turns(60)
        entries[7].text = "a **Needle** and a\nneedle"
        entries[9].text = "needlework"
        transcript.load(entries)
        await painted(transcript, pilot)
        assert transcript.search("NEEDLE") == 3
        assert transcript.match_number == 1
        assert any("Needle and a" in line for line in await painted(transcript, pilot))
        styles = {
            segment.text: segment.style
            for y in range(20)
            for segment in transcript.render_line(y)
            if segment.text in {"Needle", "needle"}
        }
        assert len(styles) == 2
        assert styles["Needle"] != styles["needle"]
        transcript.search_next()
        transcript.search_next()
        assert transcript.match_number == 3
        assert any("needlework" in line for line in await painted(transcript, pilot))
        transcript.search_next()
        assert transcript.match_number == 1
        transcript.search_next(-1)
        assert transcript.match_number == 3
        assert transcript.search("absent") == 0
        transcript.clear_search()


async def test_a_search_before_anything_is_laid_out_goes_to_a_match_all_the_same() -> None:
    async with stage() as (transcript, pilot):
        entries = turns(60)
        entries[7].text = "a needle"
        entries[9].text = "needlework"
        transcript.display = False
        await pilot.pause()
        transcript.load(entries)
        transcript.move_cursor(entries[9].id)
        assert transcript.search("needle") == 2
        assert transcript.match_number == 2


async def test_a_click_on_the_hint_goes_to_the_end() -> None:
    async with stage() as (transcript, pilot):
        transcript.load(turns(40))
        await painted(transcript, pilot)
        await pilot.press("pageup", "pageup")
        transcript.append(Entry("n", "the last word", kind=EntryKind.QUIET))
        await painted(transcript, pilot)
        region = transcript.scrollable_content_region
        await pilot.click(transcript, offset=(region.width - 3, region.height - 1))
        assert transcript.following
        assert "the last word" in "\n".join(await painted(transcript, pilot))
