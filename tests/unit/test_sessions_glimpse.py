"""What the Sessions pane shows of a session."""

from __future__ import annotations

from pathlib import Path

from store_samples import chat, store_in
from tui.sessions.glimpse import last_words


async def test_a_chats_two_have_the_colours_they_have_in_the_chat(tmp_path: Path) -> None:
    session = await chat(store_in(tmp_path), "Good evening.", "What is a number?")
    await session.close()
    glimpse = last_words(tmp_path / f"{session.id}.jsonl")
    assert {each.speaker for each in glimpse.entries} == {"a", "b"}
