"""What forgetting finds of a profile in the files of chats."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core.chat.spec import ENGINE, PERSONA, ChatSpec
from core.engine.participant_spec import ParticipantSpec
from core.errors import StoreError
from core.ids import SystemSource
from core.personas.markdown import parse_persona
from core.profile.erasure import forget
from core.profile.injection import ProfileInjection
from core.profile.store import ProfileFile
from core.profiles.validation import Proposed
from core.sessions.record import Author, Kind, Record
from core.sessions.requests import blob_record
from core.sessions.store import SessionStore

SAM = parse_persona(b"# Cook: Sam (en)\n\nYou are Sam.\n")
PATH = "preference.format"


class Home:
    """A profile with one value, and chats in which a persona was told it."""

    def __init__(self, folder: Path) -> None:
        self.chats = SessionStore(folder / "sessions", SystemSource())
        self.file = ProfileFile(folder / "profile", SystemSource())

    async def told(self) -> str:
        """Store a chat whose persona was told; returns its id."""
        extra = await ProfileInjection(self.file, self.chats).extra(SAM)
        assert extra is not None
        session = await self.chats.create(
            ENGINE, ChatSpec(ParticipantSpec("Sam", "scripted:x")).to_json()
        )
        await session.append(blob_record(session.source, session.tree.head, extra.text))
        await session.append(
            Record(
                id=session.source.new_id(),
                kind=Kind.MESSAGE,
                parent=session.tree.head,
                author=Author("persona", "Sam"),
                at=session.source.now(),
                node=PERSONA,
                text="I see.",
                data=extra.data,
            )
        )
        await session.close()
        return session.id

    def holds(self, words: bytes) -> bool:
        return any(words in each.read_bytes() for each in self.chats.folder.rglob("*.jsonl"))


@pytest.fixture
async def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    await home.file.switch(True)
    await home.file.edit(Proposed(PATH, new="short lists"))
    return home


async def test_what_was_told_goes_out_of_chats_in_the_trash_as_well(home: Home) -> None:
    here, away = await home.told(), await home.told()
    await home.chats.trash(away)
    done = await forget(home.file, home.chats, [PATH])
    assert set(done.chats) == {here, away}
    assert not home.holds(b"short lists")
    await home.chats.restore(away)
    assert not home.holds(b"short lists")


async def test_a_chat_that_cannot_be_read_stops_it_before_anything_is_erased(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.told()
    unreadable = home.chats.folder / f"{SystemSource().new_id()}.jsonl"
    unreadable.write_text("{}")

    def read(path: Path) -> bytes:
        if path == unreadable:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return path.read_bytes()

    with monkeypatch.context() as patched:
        patched.setattr("core.profile.erasure.read_file", read)
        with pytest.raises(StoreError, match="Cannot read"):
            await forget(home.file, home.chats, [PATH])
    assert home.holds(b"short lists")
    assert (await home.file.load()).profile.texts(PATH)
