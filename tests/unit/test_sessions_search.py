"""Full-text search: what is found, what is not any more, and what a hit says."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError, UsageError
from core.sessions import lines
from core.sessions.codec import encode_line
from core.sessions.folding import fold
from core.sessions.matching import Words, parse_words
from core.sessions.record import Kind
from core.sessions.search import Hit, Search
from core.sessions.store import SessionStore
from store_samples import chat, message, overlay, say, store_in, stored


async def found(
    store: SessionStore, *words: str, limit: int | None = None, engine: str | None = None
) -> list[Hit]:
    async with aclosing(store.search(words, limit=limit, engine=engine)) as hits:
        return [hit async for hit in hits]


async def snippets(store: SessionStore, *words: str) -> list[str]:
    return [hit.snippet for hit in await found(store, *words)]


def marked(hit: Hit) -> list[str]:
    return [hit.snippet[start:stop] for start, stop in hit.spans]


async def test_a_hit_says_where_it_stands_and_who_said_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "Good evening.", "What is an engine?", "An ENGINE\nweaves.")
    _, _, human, reply = session.tree.path
    first, second = await found(store, "engine")
    assert (first.session, first.record, first.kind) == (session.id, human.id, Kind.MESSAGE)
    assert (first.node, first.speaker, first.turn, first.at) == ("human", "Zoë", 1, human.at)
    assert (first.title, first.engine, first.on_path) == ("Ada Lovelace", "chat", True)
    assert first.snippet == "What is an engine?"
    assert marked(first) == ["engine"]
    assert (second.record, second.speaker) == (reply.id, "Ada Lovelace")
    assert second.snippet == "An ENGINE weaves."
    assert marked(second) == ["ENGINE"]
    await session.close()


async def test_all_words_must_be_in_one_message_and_quotes_hold_together(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await stored(store, "the loom weaves", "flowers and\n  leaves", "leaves and loom")
    assert await snippets(store, "LOOM", "weaves") == ["the loom weaves"]
    assert await snippets(store, "flowers loom") == []
    assert await snippets(store, "and leaves") == ["flowers and leaves"]
    assert await snippets(store, "leaves and") == ["leaves and loom"]
    hits = [hit async for hit in store.search('leaves "and loom"')]
    assert [marked(hit) for hit in hits] == [["leaves", "and loom"]]


async def test_case_accents_and_scripts(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    said = [
        "Ein Gespräch über FÜSSE in der Straße",
        "Ελληνικά και άλλα",
        "Вся ЖИЗНЬ — театр",
        "人生は舞台だ",
        "Příliš žluťoučký kůň",
        "it’s “naïve”",
        'say \\section{One} or "two"\tthree',
    ]
    await stored(store, *said)
    for words, place in (
        ("gesprach", 0), ("GESPRÄCH", 0), ("füsse", 0), ("STRAßE", 0), ("uber FUSSE", 0),
        ("και", 1), ("ΚΑΙ", 1), ("жизнь", 2), ("Жизнь — Т", 2), ("舞台", 3), ("台だ", 3),
        ("žluťoučký", 4), ("ŽLUŤOUČKÝ", 4), ("naive", 5), ("’s", 5), ("’", 5),
        ("\\section{one}", 6), ("\\", 6), ('or "two" three', 6),
    ):  # fmt: skip
        assert await snippets(store, words) == [" ".join(said[place].split())], words


async def test_keys_and_ids_of_the_file_are_no_text(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, 'He said "text":"hidden" and left', "other")
    await session.close()
    for word in ("persona", "seq", "parent", "complete", "author", "turn", session.id, "2026-"):
        assert await snippets(store, word) == [], word
    assert len(await snippets(store, '"hidden"')) == 1
    assert len(await snippets(store, "hidden")) == 1


async def test_a_message_is_searched_as_it_reads_now(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "the first word", "the second word", "the third word")
    _, one, two, three = session.tree.path
    await session.append(
        overlay(Kind.EDIT, one.id, "an earlier edit"),
        overlay(Kind.EDIT, one.id, "the latest edit"),
        overlay(Kind.DELETE, two.id, deleted=True),
        overlay(Kind.EDIT, two.id, "an edit of what is gone"),
        overlay(Kind.EDIT, "0" * 26, "an edit of nothing"),
    )
    assert await snippets(store, "word") == ["the third word"]
    (hit,) = await found(store, "edit")
    assert (hit.snippet, hit.record, hit.speaker) == ("the latest edit", one.id, "Ada Lovelace")
    await session.append(overlay(Kind.DELETE, two.id, deleted=False))
    assert {hit.record for hit in await found(store, "edit")} == {one.id, two.id}
    assert (await found(store, "third"))[0].record == three.id
    await session.close()


async def test_another_branch_is_found_and_marked(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "root word", "left word")
    root = session.tree.path[1]
    await session.append(overlay(Kind.HEAD, root.id), message(root.id, "right word"))
    assert [(hit.snippet, hit.on_path) for hit in await found(store, "word")] == [
        ("root word", True),
        ("left word", False),
        ("right word", True),
    ]
    await session.close()


async def test_titles_and_names_are_found_as_the_session(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "hello")
    await session.close()
    (hit,) = await found(store, "lovelace", "zoe")
    assert (hit.kind, hit.record, hit.snippet) == (Kind.SESSION, session.id, "Ada Lovelace · Zoë")
    await store.rename(session.id, "Evenings with engines")
    (hit,) = await found(store, "engines", "zoe")
    assert hit.snippet == "Evenings with engines · Ada Lovelace · Zoë"
    await store.rename(session.id, "Mornings")
    assert await found(store, "engines") == []


async def test_a_title_far_from_the_root_is_found_in_a_long_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK", 512)
    store = store_in(tmp_path)
    session = await chat(store, *(f"number {n} " + "x" * 700 for n in range(20)))
    await session.close()
    await store.rename(session.id, "Far away")
    (hit,) = await found(store, "far", "zoe")
    assert hit.kind == Kind.SESSION
    assert [hit.turn for hit in await found(store, "number", "13")] == [13]
    assert len(await found(store, "number")) == 20


async def test_the_newest_session_comes_first_and_the_limit_is_kept(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    paths = [await stored(store, "word", "word") for _ in range(3)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 - age, 1000 - age))
    hits = await found(store, "word")
    assert [hit.session for hit in hits] == [path.stem for path in paths for _ in range(2)]
    assert await found(store, "word", limit=3) == hits[:3]
    assert await found(store, "word", limit=6) == hits


async def test_one_engines_sessions_can_be_searched(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await stored(store, "word")
    session = await chat(store, 'the word "engine":"meetup"')
    await session.close()
    assert [hit.session for hit in await found(store, "word", engine="chat")] == [session.id]
    assert len(await found(store, "word")) == 2
    assert await found(store, "word", engine="clm") == []


async def test_damaged_files_are_searched_as_far_as_they_go(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "word one", "word two", "word three")
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([b"\xff\n", first, b'{"text":"word"}\n', *others[1:]])[:-20])
    assert await snippets(store, "word") == ["word two"]
    another = path.stem[:-1] + ("1" if path.stem.endswith("0") else "0")
    (tmp_path / f"{another}.jsonl").write_bytes(b'{"text":"word')
    assert await snippets(store, "word") == ["word two"]


async def test_an_edit_of_a_damaged_message_stops_no_search(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "first things", "a word to change", "word for word")
    _, _, target, _ = session.tree.path
    await session.append(overlay(Kind.EDIT, target.id, "another word"))
    await session.close()
    lines_of_file = session.path.read_bytes().splitlines(keepends=True)
    torn = [each.replace(b'"text":"a word', b'"text":a word') for each in lines_of_file]
    session.path.write_bytes(b"".join(torn))
    assert await snippets(store, "word") == ["word for word"]


async def test_the_search_ends_with_its_reader(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for _ in range(5):
        await stored(store, "word")
    descriptors = psutil.Process().num_fds()
    hits = store.search("word")
    async for _ in hits:
        break
    await hits.aclose()
    cancelled = asyncio.create_task(found(store, "nothing"))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert psutil.Process().num_fds() <= descriptors


async def test_nothing_to_search_for_is_wrong_usage(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for words in ("", '""', "  "):
        with pytest.raises(UsageError, match="nothing to search for"):
            await anext(store.search(words))
    assert await found(store_in(tmp_path / "absent"), "word") == []
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Cannot read"):
        await found(store_in(tmp_path / "file"), "word")


async def test_a_snippet_of_a_long_text_is_short_and_harmless(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await stored(store, "a " * 500 + "needle \x1b[31m\u202e in the hay needle " + "b " * 500)
    (hit,) = await found(store, "needle")
    assert len(hit.snippet) < 200
    assert hit.snippet[0] == hit.snippet[-1] == "…"
    assert marked(hit) == ["needle", "needle"]
    assert "\x1b" not in hit.snippet
    assert "\u202e" not in hit.snippet


def test_words_are_parsed_like_in_a_search_box() -> None:
    assert parse_words('one  "two three" four') == ("one", "two three", "four")
    assert parse_words('un"balanced') == ("un", "balanced")
    assert parse_words(" ") == ()


LETTERS = st.sampled_from('aeàÄßéēĒжЖΣσı—’"\\/\n\t 1z😀')


@given(st.text(LETTERS, max_size=30), st.text(LETTERS, min_size=1, max_size=4))
def test_no_line_that_holds_the_words_is_passed_over(text: str, word: str) -> None:
    try:
        words = Words([word])
    except UsageError:
        return
    line = encode_line({"kind": "message", "text": text, "z": word})
    if words.find(text):
        assert words.lines(line, whole=True) == [line.rstrip(b"\n")]
    if words.lines(line, whole=True):
        shown = words.find(text)
        assert shown is None or shown.spans


@given(st.text())
def test_folding_keeps_every_letter_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(text.upper().lower()) == fold(fold(text.upper().lower()))


async def test_a_slice_of_work_is_short_and_may_find_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store)
    await say(session, "word")
    await session.close()
    search = Search(tmp_path, ["word"], limit=None, engine=None)
    batches = []
    while (batch := search.next_hits()) is not None:
        batches.append(batch)
    assert sum(map(len, batches)) == 1
    assert search.next_hits() is None


async def test_what_another_program_is_writing_is_found(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "word")
    assert len(await found(store, "word")) == 1
    await session.append(replace(message(session.tree.head, "word again"), node="human"))
    assert len(await found(store, "word")) == 2
    await session.close()


def test_either_sigma_is_found_by_either() -> None:
    for text in ("\nΣ", "ΛΟΓΟΣ", "λόγος Σ", "aΣ"):
        words = Words([text.strip()])
        line = encode_line({"kind": "message", "text": text})
        assert words.find(text)
        assert words.lines(line, whole=True) == [line.rstrip(b"\n")]
