"""SillyTavern's chats, in and out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.chat.setup import Chats
from core.chat.spec import ChatSpec
from core.config.settings import Settings
from core.errors import StoreError
from core.personas.instructions import Instructions
from core.providers.registry import ProviderRegistry
from core.sessions.branches import alternatives
from core.sessions.record import Kind
from core.sessions.store import SessionStore
from core.sessions.tavern_dates import parse_date
from core.sessions.transcripts import render
from core.sessions.tree import SessionTree
from store_samples import chat, message, overlay, store_in, texts

HEADER = {
    "user_name": "Zoë",
    "character_name": "Seraphina",
    "create_date": "2024-7-12@01h31m37s",
    "chat_metadata": {"integrity": "x", "note_prompt": ""},
}


def line(mes: object, *, user: bool = False, **values: Any) -> dict[str, Any]:
    return {
        "name": "Zoë" if user else "Seraphina",
        "is_user": user,
        "is_system": False,
        "send_date": "July 12, 2024 2:20pm",
        "mes": mes,
        "extra": {},
        **values,
    }


def write(path: Path, *lines: object) -> Path:
    texts = (each if isinstance(each, str) else json.dumps(each) for each in lines)
    path.write_text("\n".join(texts), "utf-8")
    return path


async def imported(folder: Path, *lines: object, model: str = "") -> tuple[SessionTree, list[str]]:
    store = store_in(folder / "sessions")
    done = await store.import_file(write(folder / "chat.jsonl", *lines), model=model)
    return (await store.read(done.id)).tree, list(done.notices)


async def test_a_chat_becomes_a_session_with_its_swipes_as_alternatives(tmp_path: Path) -> None:
    info = [
        {"send_date": "2024-07-12T14:00:00Z", "extra": {"api": "openai", "model": "gpt-4o"}},
        {"send_date": "2024-07-12T14:01:00Z"},
        {"send_date": "2024-07-12T14:02:00Z"},
    ]
    swiped = line("Two.", swipes=["One.", "Two.", "Three."], swipe_id=1, swipe_info=info)
    took = {"gen_started": "2024-07-12T14:30:00Z", "gen_finished": "2024-07-12T14:30:02.500Z"}
    tree, notices = await imported(
        tmp_path,
        "\ufeff" + json.dumps(HEADER) + "\r",
        swiped,
        line("Why two?", user=True),
        line("Because.", **took),
    )
    assert notices == []
    assert texts(tree.path) == ["Two.", "Why two?", "Because."]
    two, why, because = [each for each in tree.path if each.kind == Kind.MESSAGE]
    assert [each.text for each in alternatives(tree, two.id)] == ["One.", "Two.", "Three."]
    assert [each.node for each in (two, why)] == ["persona", "human"]
    assert [each.author.kind for each in (two, why)] == ["persona", "human"]
    assert [each.author.name for each in (two, why)] == ["Seraphina", "Zoë"]
    assert [each.data["turn"] for each in (two, why, because)] == [1, 2, 3]
    assert because.data["seconds"] == 2.5
    one = alternatives(tree, two.id)[0]
    assert one.data["made_by"] == {"api": "openai", "model": "gpt-4o"}
    assert one.at == datetime(2024, 7, 12, 14, 0, tzinfo=UTC)
    assert two.at == datetime(2024, 7, 12, 14, 20, tzinfo=UTC)
    assert tree.root.at == datetime(2024, 7, 12, 1, 31, 37, tzinfo=UTC)


async def test_the_chat_engine_goes_on_with_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    file = write(tmp_path / "x.jsonl", HEADER, line("Hello.", swipes=["Hi.", "Hello."], swipe_id=1))
    for model in ("", "eliza:doctor"):
        session_id = (await store.import_file(file, model=model)).id
        session = await store.open(session_id)
        spec = ChatSpec.from_json(session.tree.root.data)
        assert (spec.seat.name, spec.seat.model, spec.user) == ("Seraphina", model, "Zoë")
        assert session.tree.blob(spec.seat.persona).text == "# Seraphina\n"  # type: ignore[union-attr]
        settings = Settings()
        chats = Chats(settings, ProviderRegistry(settings.providers), Instructions(""))
        engine = chats.engine(session)
        assert engine.log.state.last is not None
        assert engine.log.state.last.text == "Hello."
        await session.close()
    (row, _) = await store.list()
    assert (row.title, row.names, row.engine) == ("Seraphina", ("Seraphina", "Zoë"), "chat")


async def test_what_is_broken_is_counted_and_left_out(tmp_path: Path) -> None:
    tree, notices = await imported(
        tmp_path,
        "{broken",
        HEADER,
        "",
        line("One."),
        "null",
        line(None),
        line({"message": "wrapped", "x": 1}, user=True, send_date="never"),
        line("Two.", swipes=["a", 7, "Two."], swipe_id=9, send_date=None),
        '{"name": "cut off',
    )
    assert notices == ["4 lines were no message and left out of chat.jsonl."]
    assert texts(tree.path) == ["One.", "wrapped", "Two."]
    last = tree.path[-1]
    assert (last.kind, last.text) == (Kind.NOTICE, notices[0])
    two = tree.path[-2]
    assert [each.text for each in alternatives(tree, two.id)] == ["a", "Two."]
    one, wrapped = tree.path[1:3]
    assert wrapped.at == one.at, "without a date that of the one before"


async def test_words_edited_after_the_swipe_are_those_that_count(tmp_path: Path) -> None:
    tree, _ = await imported(tmp_path, line("B, edited", swipes=["A", "B"], swipe_id=1))
    said = tree.path[-1]
    assert [each.text for each in alternatives(tree, said.id)] == ["A", "B, edited"]
    assert said.text == "B, edited"


async def test_names_may_be_missing_or_unused(tmp_path: Path) -> None:
    group = {"user_name": "unused", "character_name": "unused", "chat_metadata": {}}
    system = line("Hidden from the model.", name="Narrator", is_system=True)
    tree, _ = await imported(
        tmp_path,
        group,
        system,
        line("Hi", user=True),
        line("A", name="Aqua"),
        line("B", name="Blue"),
    )
    seats = tree.root.data["seats"]
    assert (seats["persona"]["name"], seats["human"]["name"]) == ("Aqua", "Zoë")
    assert [each.author.name for each in tree.path[-2:]] == ["Aqua", "Blue"]
    notice = tree.path[1]
    assert (notice.kind, notice.text) == (Kind.NOTICE, "Narrator: Hidden from the model.")

    tree, _ = await imported(tmp_path, {"mes": "alone"})
    seats = tree.root.data["seats"]
    assert (seats["persona"]["name"], seats["human"]["name"]) == ("Persona", "You")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([HEADER], "holds no message"),
        ([{"hello": 1}], ":1: not a record"),
        (["not json"], ":1: "),
        ([], "is empty"),
    ],
)
async def test_what_is_no_chat_is_refused(
    lines: list[object], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=complaint):
        await imported(tmp_path, *lines)
    assert await store_in(tmp_path / "sessions").list() == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-07-12@01h31m37s123ms", "2024-07-12T01:31:37.123"),
        ("2024-7-12@01h31m37s", "2024-07-12T01:31:37"),
        ("2024-6-5 @14h 56m 50s 682ms", "2024-06-05T14:56:50.682"),
        ("June 19, 2023 2:20pm", "2023-06-19T14:20"),
        ("Jun 9, 2023 12:05am", "2023-06-09T00:05"),
        ("December 31, 2023 12:59PM", "2023-12-31T12:59"),
        ("2025-01-02T03:04:05.678Z", "2025-01-02T03:04:05.678"),
        ("2025-01-02T03:04:05+02:00", "2025-01-02T01:04:05"),
        (1687184400123, "2023-06-19T14:20:00.123"),
        ("1687184400000", "2023-06-19T14:20"),
    ],
)
def test_dates_of_all_years_are_read(written: object, expected: str) -> None:
    assert parse_date(written) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [None, "", "yesterday", "2024-13-40@99h99m99s", "Foo 19, 2023 2:20pm", True, [], 1e300, -1e18],
)
def test_what_is_no_date_is_none(written: object) -> None:
    assert parse_date(written) is None


async def exported(store: SessionStore, session_id: str) -> list[dict[str, Any]]:
    text = render((await store.read(session_id)).tree, "sillytavern")
    return [json.loads(each) for each in text.splitlines()]


async def test_what_goes_out_comes_back(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "Hello.", "Tell me.", "First answer.", "Gone.", "Last.")
    _, _, told, first, gone, last = session.tree.path
    other = message(told.id, "Second answer.", node="persona")
    await session.append(
        other,
        overlay(Kind.EDIT, first.id, "First, edited."),
        overlay(Kind.DELETE, gone.id, deleted=True),
        message(last.id, "Louder please.", node=""),
    )
    await session.close()
    header, *messages = await exported(store, session.id)
    assert (header["user_name"], header["character_name"]) == ("Zoë", "Ada Lovelace")
    assert [each["mes"] for each in messages] == [
        "Hello.", "Tell me.", "First, edited.", "Last.", "Louder please.",
    ]  # fmt: skip
    assert [each["is_user"] for each in messages] == [False, True, False, False, False]
    assert [each["is_system"] for each in messages] == [False, False, False, False, True]
    assert messages[2]["swipes"] == ["First, edited.", "Second answer."]
    assert messages[2]["swipe_id"] == 0

    file = tmp_path / "out.jsonl"
    file.write_text(render((await store.read(session.id)).tree, "sillytavern"), "utf-8")
    again = (await store.read((await store.import_file(file)).id)).tree
    assert texts(again.path) == ["Hello.", "Tell me.", "First, edited.", "Last."]
    reply = next(each for each in again.path if each.text == "First, edited.")
    assert [each.text for each in alternatives(again, reply.id)] == messages[2]["swipes"]
    assert (reply.at, reply.node) == (first.at, "persona")
