"""The profile of the person at the keyboard, without a process in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.chat.spec import ENGINE, HUMAN, PERSONA, ChatSpec
from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError
from core.ids import SystemSource
from core.messages import ModelName, Params
from core.participants import PersonaOnModel
from core.personas.markdown import parse_persona
from core.profile.erasure import lost_evidence, sweep
from core.profile.injection import ProfileInjection
from core.profile.learner import ProfileLearner
from core.profile.store import ProfileFile
from core.profiles.validation import Proposed
from core.providers.base import ModelRequest
from core.providers.model import Model
from core.providers.scripted import Scripted
from core.sessions.record import Author, Kind, Record
from core.sessions.session import Session
from core.sessions.store import SessionStore

SAM = parse_persona(b"# Cook: Sam (en)\n\nYou are Sam.\n")


def edits(*values: tuple[str, str, str]) -> str:
    found = [
        {"field": f, "op": "set", "old": None, "new": new, "quote": quote, "confidence": 0.9}
        for f, new, quote in values
    ]
    return json.dumps({"edits": found})


class Home:
    """A folder of chats and a profile."""

    def __init__(self, folder: Path) -> None:
        self.chats = SessionStore(folder / "sessions", SystemSource())
        self.file = ProfileFile(folder / "profile", SystemSource())
        self.provider = Scripted.of(lambda request: "{}")

    def learning(self, answer: Any) -> ProfileLearner:
        self.provider = Scripted.of(answer)
        model = Model(self.provider, "x", retries=0)
        name = ModelName("scripted", "x")
        budget = Budget.of(4096, max_tokens=256)
        return ProfileLearner(
            self.file,
            self.chats,
            PersonaOnModel("Keeper", name, Params(), budget, "", model),
        )

    async def chat(self, *texts: str) -> Session:
        """Store a chat in which the human says these things, each answered with a nod."""
        spec = ChatSpec(ParticipantSpec("Sam", "scripted:x"))
        session = await self.chats.create(ENGINE, spec.to_json())
        for text in texts:
            await say(session, HUMAN, text)
            await say(session, PERSONA, "I see.")
        return session


async def say(session: Session, node: str, text: str, **more: Any) -> Record:
    record = Record(
        id=session.source.new_id(),
        kind=more.get("kind", Kind.MESSAGE),
        parent=session.tree.head,
        author=Author("human" if node == HUMAN else "persona", node),
        at=session.source.now(),
        node=node,
        text=text,
        data=more.get("data", {}),
    )
    (stored,) = await session.append(record)
    return stored


@pytest.fixture
async def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    await home.file.switch(True)
    return home


async def test_a_chat_is_learnt_from_once_and_then_only_what_is_new(home: Home) -> None:
    session = await home.chat("I like short lists.")
    learning = home.learning(
        lambda r: (
            edits(("preference.format", "short lists", "short lists"))
            if "dry" not in r.messages[-1].content
            else edits(
                ("preference.styles", "dry", "keep it dry"),
                ("preference.format", "short lists", "short lists"),
            )
        )
    )
    assert await learning.unheard() == [session.id]
    first = await learning.learn(session.id)
    assert [each.field for each in first.edits] == ["preference.format"]
    assert await learning.unheard() == []
    assert (await learning.learn(session.id)).edits == ()
    await say(session, HUMAN, "And keep it dry.")
    again = await learning.learn(session.id)
    assert [each.field for each in again.edits] == ["preference.styles"]
    assert [each.why for each in again.refused] == ["no_evidence"]
    assert "short lists" not in home.provider.requests[-1].messages[-1].content
    await session.close()


async def test_no_more_edits_are_asked_for_than_an_answer_has_room_for(home: Home) -> None:
    await home.file.switch(True)
    chat = await home.chat("I am 44 years old.")
    await home.learning(lambda request: edits()).learn(chat.id)
    (request,) = home.provider.requests
    assert request.schema is not None
    assert request.params.max_tokens is not None
    assert request.params.max_tokens <= 2048
    assert request.schema["properties"]["edits"]["maxItems"] == 4


async def test_what_waits_already_is_not_proposed_again(home: Home) -> None:
    await home.file.switch(True)
    first = await home.chat("I am 44 years old.")
    second = await home.chat("Did I say that I am 44 years old? I live in Oslo.")
    age = ("demographics.age", "44", "I am 44 years old")
    place = ("demographics.nationality", "oslo", "I live in Oslo")
    await home.learning(lambda request: edits(age)).learn(first.id)
    learnt = await home.learning(lambda request: edits(age, place)).learn(second.id)
    assert [each.field for each in learnt.edits] == ["demographics.nationality"]
    assert len((await home.file.load()).state.pending) == 2


async def test_what_a_persona_says_is_no_evidence(home: Home) -> None:
    session = await home.chat("Hello.")
    await say(session, PERSONA, "You surely are a nurse.")
    found = await home.learning(
        lambda r: edits(("demographics.career_information", "nurse", "a nurse"))
    ).learn(session.id)
    assert found.edits == ()
    await session.close()


async def test_edited_words_are_evidence_as_they_read_now(home: Home) -> None:
    session = await home.chat("I like long lists.")
    target = next(each for each in session.tree if each.node == HUMAN)
    await say(session, HUMAN, "I like short lists.", kind=Kind.EDIT, data={"target": target.id})
    learning = home.learning(
        lambda r: edits(
            ("preference.format", "long lists", "long lists"),
            ("preference.format", "short lists", "short lists"),
        )
    )
    found = await learning.learn(session.id)
    assert [each.new for each in found.edits] == ["short lists"]
    await home.file.accept(found.ids[0])
    own = await home.file.load()
    assert await lost_evidence(own.profile, home.chats) == []
    await session.close()


async def test_a_long_chat_is_read_as_a_whole_in_pieces(home: Home) -> None:
    texts = [f"Word number {i} is important to me. " + "really " * 60 for i in range(40)]
    session = await home.chat(*texts)

    def answer(request: ModelRequest) -> str:
        seen.append(request.messages[-1].content)
        return edits()

    seen: list[str] = []
    await home.learning(answer).learn(session.id)
    assert len(seen) > 1
    assert all(any(f"Word number {i} " in each for each in seen) for i in range(40))
    await session.close()


async def test_a_value_is_told_until_its_session_is_erased(home: Home) -> None:
    session = await home.chat("I like short lists.")
    learning = home.learning(lambda r: edits(("preference.format", "short lists", "short lists")))
    found = await learning.learn(session.id)
    await session.close()
    telling = ProfileInjection(home.file, home.chats)
    assert await telling.extra(SAM) is None
    await home.file.accept(found.ids[0])
    extra = await telling.extra(SAM)
    assert extra is not None
    assert "short lists" in extra.text
    assert extra.data["profile"]["fields"] == ["preference.format"]
    await home.chats.erase(session.id)
    assert await telling.extra(SAM) is None
    (lost,) = await sweep(home.file, home.chats)
    assert "was erased" in lost
    assert not (await home.file.load()).profile
    assert b"short lists" not in b"".join(
        each.read_bytes() for each in home.file.folder.glob("*.jsonl")
    )


async def test_a_session_in_the_trash_still_stands_for_its_words(home: Home) -> None:
    session = await home.chat("I like short lists.")
    found = await home.learning(
        lambda r: edits(("preference.format", "short lists", "short lists"))
    ).learn(session.id)
    await session.close()
    await home.file.accept(found.ids[0])
    await home.chats.trash(session.id)
    assert await sweep(home.file, home.chats) == []
    assert (await home.file.load()).profile


async def test_proposals_that_do_not_fit_any_more_are_refused_with_a_reason(home: Home) -> None:
    session = await home.chat("I like short lists.")
    found = await home.learning(
        lambda r: edits(("preference.format", "short lists", "short lists"))
    ).learn(session.id)
    await session.close()
    await home.file.lock("preference")
    with pytest.raises(CommandError, match="locked"):
        await home.file.accept(found.ids[0])
    await home.file.lock("preference", False)
    await home.file.edit(Proposed("format", new="short lists"))
    with pytest.raises(CommandError, match="already"):
        await home.file.accept(found.ids[0])
    await home.file.refuse(found.ids[0])
    with pytest.raises(CommandError, match="No proposal"):
        await home.file.refuse(found.ids[0])


async def test_nothing_is_learnt_while_it_is_off_or_paused(home: Home) -> None:
    session = await home.chat("I like short lists.")
    await session.close()
    learning = home.learning(lambda r: edits())
    await home.file.pause(True)
    with pytest.raises(CommandError, match="paused"):
        await learning.learn(session.id)
    await home.file.pause(False)
    await home.file.switch(False)
    with pytest.raises(CommandError, match="off"):
        await learning.learn(session.id)
    assert home.provider.requests == []
