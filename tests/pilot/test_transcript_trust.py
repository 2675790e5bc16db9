"""Hostile and unusual text in a transcript: it stays text, and it stays in its place."""

import re

import pytest
from rich.cells import cell_len

from pilot.transcript_stage import painted, stage
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

HOSTILE = [
    "red \x1b[31malert\x1b[0m \x1b]0;title\x07 \x9b2J \x08\x08 \x7f bell\x07",
    "abc \u202edcba\u202c \u2066isolate\u2069 \u200fmark \u061c",
    "&#27;[31m &#x202e;reversed &#12; &#x9b;2J `\u202e` [&#x202e;](http://\u202ex)",
    "```py\n\x1b[2J = '\u202e'\n```",
    "| \x1b[1m | \u202e |\n|---|---|\n| \x07 | &#x202e; |",
    "[@click=app.quit]x[/] [bold]y[/bold] [link=http://x]z[/link]",
    "half \ud83d character",
    "a\rb\r\nc\x85d\u2028e\u2029f",
    "😀 👨\u200d👩\u200d👧 👍🏽 ☺\ufe0f 🇩🇪 e\u0301 " + "\u0301" * 300,
    "漢字かな交じり文。" * 200,
    "مرحبا בעולם",
    "<script>alert(1)</script> <b>bold</b>",
    "\t\ttabs\tin\ttext\n\n\tcode\there",
    "*" * 3000,
    "[" * 3000,
    "> " * 500 + "deep",
    "- " * 500 + "deep",
    "`" * 2500 + " a",
    "|" * 2500 + "\n" + "|-" * 500,
]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_is_only_text(text: str, columns: int) -> None:
    async with stage((110, 30), columns=columns) as (transcript, pilot):
        transcript.append(Entry("1", text, header=text[:30], column=0, footer=text[:30]))
        transcript.append(Entry("2", text[:200], kind=EntryKind.QUIET, column=1))
        transcript.append(Entry("3", text[:200], kind=EntryKind.ERROR, header=text[:30]))
        transcript.append(Entry("4", column=1, status=EntryStatus.STREAMING))
        for at in range(0, min(len(text), 600), 7):
            transcript.extend("4", text[at : at + 7])
        width = transcript.scrollable_content_region.width
        await painted(transcript, pilot)
        for key in ("G", "pageup", "pageup", "g"):
            await pilot.press(key)
            await painted(transcript, pilot)
            for y in range(transcript.scrollable_content_region.height):
                strip = transcript.render_line(y)
                assert not CONTROLS.search(strip.text)
                assert strip.cell_length == width
                assert cell_len(strip.text) == width
                for segment in strip:
                    assert segment.control is None
                    assert "@click" not in (segment.style.meta if segment.style else {})
        assert transcript.app.is_running


async def test_markup_stays_visible() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", "press [@click=app.quit]x[/] now", header="[b]Ada[/b]"))
        text = "\n".join(await painted(transcript, pilot))
        assert "press [@click=app.quit]x[/] now" in text
        assert "[b]Ada[/b]" in text
        await pilot.click(transcript, offset=(12, 2))
        assert transcript.app.is_running


async def test_a_link_shows_where_it_leads() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", "[your bank](http://evil.example) <http://same.example>"))
        text = "\n".join(await painted(transcript, pilot))
        assert "your bank (http://evil.example)" in text
        assert text.count("same.example") == 1


async def test_100000_characters_without_a_space_are_harmless() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", "x" * 100_000 + "END"))
        lines = await painted(transcript, pilot)
        assert "END" in "".join(lines)
        width = len(lines[0]) - 2
        assert [len(line) for line in lines[: len(lines) - 1]] == [width + 2] * (len(lines) - 1)
        await pilot.resize_terminal(50, 20)
        lines = await painted(transcript, pilot)
        assert "END" in "".join(line.strip() for line in lines)
        await pilot.press("g")
        assert (await painted(transcript, pilot))[1].strip("x ") == ""


async def test_the_parts_of_a_long_paragraph_join_without_a_seam() -> None:
    words = " ".join(f"word{n}" for n in range(2000))
    async with stage((60, 30)) as (transcript, pilot):
        transcript.append(Entry("1", words))
        await painted(transcript, pilot)
        await pilot.press("g")
        rows = [line.strip() for line in await painted(transcript, pilot)]
        while not transcript.following:
            await pilot.press("pagedown")
            lines = [line.strip() for line in await painted(transcript, pilot)]
            at = rows.index(lines[0])
            rows = rows[:at] + lines
        rows = [row for row in rows if row]
        assert " ".join(rows) == words
        assert all(len(row) > 45 for row in rows[:-1])


async def test_an_unclosed_fence_is_closed_when_the_text_ends() -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", status=EntryStatus.STREAMING))
        transcript.extend("1", "```py\nx = 1")
        await painted(transcript, pilot)
        transcript.finish("1", footer="done")
        lines = await painted(transcript, pilot)
        assert any("x = 1" in line for line in lines)
        assert any(line.strip() == "done" for line in lines)
        assert not any("```" in line or "▌" in line for line in lines)


async def test_themes_and_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as (transcript, pilot):
        transcript.append(Entry("1", "**bold** `code`", header="Ada", speaker="a"))
        await painted(transcript, pilot)
        seen = set()
        for theme in transcript.app.available_themes:
            transcript.app.theme = theme
            await pilot.pause()
            lines = await painted(transcript, pilot)
            assert any("bold code" in line for line in lines)
            seen.add(tuple(transcript.render_line(1)))
        assert len(seen) > 5
