"""What the Sessions pane shows of a session."""

from __future__ import annotations

from pathlib import Path

from store_samples import chat, store_in
from tui.sessions.preview import last_messages


async def test_a_chats_two_have_the_colours_they_have_in_the_chat(tmp_path: Path) -> None:
    session = await chat(store_in(tmp_path), "Good evening.", "What is a number?")
    await session.close()
    preview = last_messages(tmp_path / f"{session.id}.jsonl")
    assert {each.speaker for each in preview.entries} == {"a", "b"}


async def test_a_damaged_line_takes_none_of_the_other_words_away(tmp_path: Path) -> None:
    session = await chat(store_in(tmp_path), "One.", "Two.", "Three.")
    await session.close()
    path = tmp_path / f"{session.id}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"Two."' in line)
    lines[at] = b"{" + lines[at]
    path.write_bytes(b"".join(lines))
    assert [each.text for each in last_messages(path).entries] == ["One.", "Three."]
