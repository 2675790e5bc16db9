"""`salon sessions`, command by command."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from core.cli.sessions import sessions
from core.config.settings import Settings
from core.errors import SalonError, SessionNotFound, StoreError
from core.sessions.store import SessionStore
from store_samples import message, say, store_in, stored


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return store_in(tmp_path / "sessions")


def run(store: SessionStore, *arguments: str | Path, answer: str | None = None) -> Result:
    runtime = SimpleNamespace(store=store, settings=Settings())
    result = CliRunner().invoke(
        sessions, [str(each) for each in arguments], obj=runtime, input=answer
    )
    if isinstance(result.exception, SalonError):
        raise result.exception
    return result


async def _meetup(store: SessionStore, *texts: str) -> Path:
    seats = {"a": {"name": "Ada", "model": "eliza:doctor"}, "b": {"name": "Bob"}}
    session = await store.create("meetup", {"title": "Ada and Bob", "seats": seats})
    await say(session, *texts)
    await session.append(replace(message(session.tree.head, "Bob here"), node="b"))
    await session.close()
    return session.path


def meetup(store: SessionStore, *texts: str) -> Path:
    return asyncio.run(_meetup(store, *texts))


def test_list_shows_ids_and_titles(store: SessionStore) -> None:
    path = meetup(store, "one\x1b[2J \x9b31m")
    result = run(store, "list")
    assert result.exit_code == 0
    assert path.stem in result.stdout
    assert "Ada and Bob" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x9b" not in result.stdout


def test_list_cuts_long_titles_and_json_does_not(store: SessionStore) -> None:
    path = meetup(store, "one")
    title = "word " * 60
    assert run(store, "rename", path.stem, title).exit_code == 0
    listed = run(store, "list").stdout
    assert title[:40] in listed
    assert title[:50] not in listed
    assert json.loads(run(store, "list", "--json").stdout)[0]["title"] == title.strip()


def test_list_json_is_an_array_of_objects(store: SessionStore) -> None:
    path = meetup(store, "one")
    (row,) = json.loads(run(store, "list", "--json").stdout)
    assert row["id"] == path.stem
    assert row["records"] == 3
    assert row["created"].endswith("Z")
    assert row.keys() == {
        "id", "engine", "title", "created", "updated", "records", "messages", "size",
        "names", "models", "last", "pinned", "busy", "erased", "problem",
    }  # fmt: skip


def test_list_without_sessions_says_where_it_looked(store: SessionStore) -> None:
    result = run(store, "list")
    assert result.stdout == ""
    assert str(store.folder) in result.stderr
    assert json.loads(run(store, "list", "--json").stdout) == []


def test_show_prints_the_conversation_of_a_unique_prefix(store: SessionStore) -> None:
    path = meetup(store, "one\x1b[2J", "two")
    result = run(store, "show", path.stem[:24].lower())
    assert result.stdout.startswith("Ada and Bob\n" + path.stem)
    assert "1 Ada\none[2J\n" in result.stdout
    assert "3 Bob\nBob here\n" in result.stdout
    assert "\x1b" not in result.stdout


def test_show_json_has_every_record_and_the_current_path(store: SessionStore) -> None:
    path = meetup(store, "one")
    shown = json.loads(run(store, "show", path.stem, "--json").stdout)
    assert (shown["id"], shown["engine"], shown["title"]) == (path.stem, "meetup", "Ada and Bob")
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert shown["records"] == lines
    assert shown["path"] == [line["id"] for line in lines]
    answers = [line for line in lines if line.get("model")]
    assert shown["total"]["answers"] == len(answers)


def test_show_says_on_standard_error_what_is_wrong_with_a_session(store: SessionStore) -> None:
    path = meetup(store, "one")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b"\ngarbage\n", 1))
    result = run(store, "show", path.stem, "--json")
    assert "damaged" in result.stderr
    assert len(json.loads(result.stdout)["records"]) == 3


def test_show_requests_needs_a_models_message(store: SessionStore) -> None:
    path = meetup(store, "one")
    with pytest.raises(StoreError, match="No model was asked"):
        run(store, "show", path.stem, "--requests", path.stem)
    with pytest.raises(StoreError, match="no record"):
        run(store, "show", path.stem, "--requests", "nope")


def test_an_unknown_id_names_the_nearest(store: SessionStore) -> None:
    path = meetup(store, "one")
    for command in ("show", "export", "delete"):
        with pytest.raises(SessionNotFound) as caught:
            run(store, command, "01ZZZZ")
        assert path.stem in caught.value.hint


def test_export_goes_to_standard_output_as_markdown(store: SessionStore) -> None:
    path = meetup(store, "one | two")
    result = run(store, "export", path.stem)
    assert result.stdout.startswith("# Ada and Bob\n")
    assert r"one \| two" in result.stdout
    assert run(store, "export", path.stem, "-o", "-").stdout == result.stdout


def test_export_jsonl_is_the_file_and_can_be_imported(store: SessionStore, tmp_path: Path) -> None:
    path = meetup(store, "one \ud800")
    result = run(store, "export", path.stem, "--format", "jsonl")
    assert result.stdout_bytes == path.read_bytes()

    file = tmp_path / "talk.jsonl"
    run(store, "export", path.stem, "-o", file)
    other = store_in(tmp_path / "other")
    assert run(other, "import", file).stdout == f"{path.stem}\n"
    assert (other.folder / path.name).read_bytes() == path.read_bytes()


def test_export_takes_the_format_from_the_name_unless_told(
    store: SessionStore, tmp_path: Path
) -> None:
    path = meetup(store, "one")
    page, other = tmp_path / "talk.html", tmp_path / "talk.dat"
    result = run(store, "export", path.stem, "-o", page)
    assert result.stdout == ""
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    run(store, "export", path.stem, "-o", other)
    assert other.read_text("utf-8").startswith("# Ada")
    run(store, "export", path.stem, "-o", page, "--format", "md")
    assert page.read_text("utf-8").startswith("# Ada"), "written over like any other -o"


def test_export_txt_is_two_texts(store: SessionStore, tmp_path: Path) -> None:
    path = meetup(store, "one")
    both = run(store, "export", path.stem, "--format", "txt").stdout
    assert both.index("one") < both.index("Bob here")
    result = run(store, "export", path.stem, "--format", "txt", "-o", tmp_path / "talk")
    names = ["talk-a.txt", "talk-b.txt"]
    assert [name for name in names if str(tmp_path / name) in result.stderr] == names
    assert "one" in (tmp_path / "talk-a.txt").read_text("utf-8")
    assert "Bob here" in (tmp_path / "talk-b.txt").read_text("utf-8")


def test_export_of_an_unknown_format_is_wrong_usage(store: SessionStore) -> None:
    assert run(store, "export", meetup(store).stem, "--format", "pdf").exit_code == 2


def test_delete_asks_and_moves_to_the_trash(store: SessionStore) -> None:
    path = meetup(store, "one")
    assert run(store, "delete", path.stem, answer="n\n").exit_code == 1
    assert run(store, "delete", path.stem, answer="").exit_code == 1
    assert path.exists()
    result = run(store, "delete", path.stem[:25], answer="y\n")
    assert result.exit_code == 0
    moved = store.folder / ".trash" / path.name
    assert moved.exists()
    assert not path.exists()
    assert str(moved) in result.stdout


def test_delete_with_yes_asks_nothing(store: SessionStore) -> None:
    path = asyncio.run(stored(store, "one"))
    assert run(store, "delete", path.stem, "--yes").exit_code == 0
    assert not path.exists()


def test_fork_prints_the_id_of_a_copy(store: SessionStore) -> None:
    path = meetup(store, "one")
    new_id = run(store, "fork", path.stem).stdout.strip()
    assert new_id != path.stem
    assert "one" in run(store, "show", new_id).stdout


def test_a_damaged_session_can_still_be_listed_and_deleted(store: SessionStore) -> None:
    path = meetup(store, "one")
    path.write_bytes(os.urandom(300))
    assert "unreadable" in run(store, "list").stdout
    assert run(store, "delete", path.stem, "--yes").exit_code == 0


def test_list_sorts_filters_and_puts_pinned_ones_first(store: SessionStore) -> None:
    long, short = meetup(store, *"abc"), meetup(store, "the last engine")
    ids = [long.stem, short.stem]

    def listed(*arguments: str) -> list[str]:
        return [each["id"] for each in json.loads(run(store, "list", "--json", *arguments).stdout)]

    assert listed() == ids[::-1]
    assert listed("--sort", "messages") == ids
    assert listed("--filter", "bob BOB") == ids[::-1]
    assert listed("--engine", "chat") == []
    assert run(store, "pin", long.stem).stdout == f"{long.stem}\n"
    assert listed() == ids
    assert "Ada and Bob (pinned)" in run(store, "list").stdout
    run(store, "pin", long.stem, "--off")
    assert listed() == ids[::-1]
    assert run(store, "list", "--sort", "colour").exit_code == 2
    result = run(store, "list", "--filter", "nothing like it")
    assert (result.stdout, result.stderr) == ("", "None of 2 sessions fits.\n")


def test_rename_takes_the_rest_of_the_line(store: SessionStore) -> None:
    path = meetup(store, "one")
    assert run(store, "rename", "last", "A", "better", "title").stdout == f"{path.stem}\n"
    assert "A better title" in run(store, "list").stdout
    assert run(store, "show", path.stem).stdout.startswith("A better title\n")
    assert json.loads(run(store, "show", path.stem, "--json").stdout)["title"] == "A better title"
    assert run(store, "export", path.stem).stdout.startswith("# A better title\n")
    run(store, "rename", path.stem, "")
    assert "Ada and Bob" in run(store, "list").stdout


def test_a_lost_index_is_told_on_standard_error(store: SessionStore) -> None:
    meetup(store, "one")
    assert run(store, "list").stderr == ""
    (store.folder / ".index.json").unlink()
    result = run(store, "list", "--json")
    assert "was missing; it was made anew" in result.stderr
    assert len(json.loads(result.stdout)) == 1


def test_search_prints_a_line_a_hit_that_begins_with_the_id(store: SessionStore) -> None:
    path = meetup(store, "The engine\nweaves\x1b[2J", "no such thing")
    result = run(store, "search", "ENGINE", "weaves")
    assert result.stdout == f"{path.stem} Ada Lovelace: The engine weaves[2J\n"
    assert (
        run(store, "search", "bob", "ada").stdout == f"{path.stem} title: Ada and Bob · Ada · Bob\n"
    )
    result = run(store, "search", "engine such")
    assert (result.stdout, result.stderr) == ("", "Nothing was found.\n")
    assert run(store, "search").exit_code == 2
    assert run(store, "search", "thing", "--engine", "chat").stdout == ""


def test_search_json_is_an_object_a_line_up_to_the_limit(store: SessionStore) -> None:
    path = meetup(store, *(f"word {n}" for n in range(9)))
    result = run(store, "search", "word", "--json", "--limit", "3")
    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert [hit["snippet"] for hit in hits] == ["word 0", "word 1", "word 2"]
    assert {hit["session"] for hit in hits} == {path.stem}
    assert hits[0]["spans"] == [[0, 4]]
    assert hits[0].keys() == {
        "session", "title", "engine", "record", "kind", "node", "speaker", "turn", "at",
        "snippet", "spans", "on_path",
    }  # fmt: skip
    assert "--limit" in result.stderr
    assert run(store, "search", "word", "--json", "--limit", "9").stdout.count("\n") == 9


def test_what_was_deleted_is_listed_and_restored(store: SessionStore) -> None:
    path = meetup(store, "one")
    assert "empty" in run(store, "trash").stderr
    run(store, "delete", path.stem, "--yes")
    assert "Ada and Bob" in run(store, "trash").stdout
    assert json.loads(run(store, "trash", "--json").stdout)[0]["id"] == path.stem
    assert run(store, "restore", "last").stdout == f"{path.stem}\n"
    assert path.exists()
    with pytest.raises(SessionNotFound):
        run(store, "restore", path.stem)


def test_erase_asks_twice(store: SessionStore) -> None:
    path = meetup(store, "my secret")
    content = path.read_bytes()
    for answer in ("n\n", "y\nn\n", "", "y\n"):
        assert run(store, "erase", path.stem, answer=answer).exit_code == 1
        assert path.read_bytes() == content
    result = run(store, "erase", path.stem[-8:], answer="y\ny\n")
    assert result.exit_code == 0
    assert result.stdout == f"Erased 3 records of {path.stem}\n"
    assert "Forks and exports" in result.stderr
    assert b"secret" not in path.read_bytes()
    assert "erased" in run(store, "list").stdout
    assert "(erased)" in run(store, "show", path.stem).stdout


def test_erase_takes_single_records(store: SessionStore) -> None:
    path = meetup(store, "my secret", "kept")
    hits = run(store, "search", "secret", "--json").stdout
    record = json.loads(hits)["record"]
    result = run(store, "erase", path.stem, "--record", record, "--yes")
    assert result.stdout == f"Erased 1 record of {path.stem}\n"
    assert b"secret" not in path.read_bytes()
    assert "kept" in run(store, "show", path.stem).stdout
    with pytest.raises(StoreError, match="no record"):
        run(store, "erase", path.stem, "--record", "nobody", "--yes")


def test_import_takes_a_chat_of_sillytaverns(store: SessionStore, tmp_path: Path) -> None:
    file = tmp_path / "Ada - 2024-7-12.jsonl"
    lines = [
        '{"user_name": "You", "character_name": "Ada", "chat_metadata": {}}',
        '{"name": "Ada", "is_user": false, "mes": "Hello."}',
        "broken",
    ]
    file.write_text("\n".join(lines), "utf-8")
    result = run(store, "import", file, "--model", "eliza:doctor")
    (row,) = json.loads(run(store, "list", "--json").stdout)
    assert result.stdout == f"{row['id']}\n"
    assert (row["engine"], row["models"], row["last"]) == ("chat", ["eliza:doctor"], "Hello.")
    assert "1 line was no message" in result.stderr
    out = run(store, "export", row["id"], "--format", "sillytavern").stdout
    assert json.loads(out.splitlines()[1])["mes"] == "Hello."
