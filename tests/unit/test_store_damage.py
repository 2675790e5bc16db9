"""Whatever has happened to a file: what can be read is kept, and nothing is thrown away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import SessionBusy, SessionDamaged, SessionNotFound
from core.sessions.codec import decode_record, encode_line
from core.sessions.opening import open_journal
from core.sessions.reading import read_tail, read_view
from core.sessions.record import CODE, Kind, Record
from store_samples import SOURCE, message, say, store_in, stored, texts


def a_session(folder: Path, *words: str) -> tuple[Path, list[Record]]:
    """Write a session's file by hand."""
    session_id = SOURCE.new_id()
    records = [Record(session_id, Kind.SESSION, None, CODE, SOURCE.now(), data={"engine": "x"})]
    for word in words:
        records.append(message(records[-1].id, word))
    records = [replace(each, seq=i) for i, each in enumerate(records)]
    path = folder / f"{session_id}.jsonl"
    path.write_bytes(b"".join(encode_line(each.to_json()) for each in records))
    return path, records


def set_aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.damaged-*"))


def test_a_file_cut_at_any_byte_opens_with_every_whole_record(tmp_path: Path) -> None:
    path, records = a_session(tmp_path, "one", "zwei — 二", "three \ud800")
    content = path.read_bytes()
    ends = [i for i, byte in enumerate(content) if byte == ord("\n")]
    for cut in range(ends[0], len(content) + 1):
        path.write_bytes(content[:cut])
        whole = records[: sum(end <= cut for end in ends)]
        assert list(read_view(path).tree) == whole
        assert read_tail(path, 9) == whole

        opened = open_journal(path, SOURCE.now)
        assert list(opened.tree) == whole
        torn = cut not in ends and cut - 1 not in ends
        assert bool(opened.notices) == torn
        assert [each.read_bytes() for each in set_aside(path)] == (
            [content[content.rindex(b"\n", 0, cut) + 1 : cut]] if torn else []
        )
        opened.journal.table("records").insert(message(whole[-1].id, "more").to_json())
        opened.close()
        lines = path.read_bytes().splitlines()
        assert [decode_record(each) for each in lines[:-1]] == whole
        assert decode_record(lines[-1]).text == "more"
        for each in set_aside(path):
            each.unlink()


def test_the_first_line_torn_is_nothing_that_can_be_read(tmp_path: Path) -> None:
    path, _ = a_session(tmp_path)
    content = path.read_bytes()
    for cut in range(len(content) - 2):
        path.write_bytes(content[:cut])
        for opening in (read_view, lambda path: open_journal(path, SOURCE.now)):
            with pytest.raises(SessionDamaged, match="nothing that can be read"):
                opening(path)
        assert path.read_bytes() == content[:cut], "left for a person to look at"
    path.write_bytes(content[:-1])
    open_journal(path, SOURCE.now).close()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 5000,
        b"\0" * 50 + b"\n",
        b"not json\n",
        b'{"json": "but no record"}\n',
        b"\xff\xfe\xfd\n\n\r\n\x1b[2J\n",
        b"[" * 50_000 + b"\n",
    ],
    ids=["NULs", "NUL line", "text", "object", "bytes", "deep"],
)
async def test_garbage_in_the_middle_is_set_aside(garbage: bytes, tmp_path: Path) -> None:
    path, records = a_session(tmp_path, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], garbage, *lines[2:]])
    path.write_bytes(damaged)
    store = store_in(tmp_path)

    view = await store.read(path.stem)
    assert "could not be read" in view.notices[0]
    assert path.read_bytes() == damaged, "reading mends nothing"

    session = await store.open(path.stem)
    # Garbage without a line feed takes the line behind it along.
    kept = ["one", "two", "three"] if garbage.endswith(b"\n") else ["one", "three"]
    assert texts(session.tree.path) == texts(view.tree.path) == kept
    (aside,) = set_aside(path)
    assert aside.read_bytes() == damaged
    assert aside.name in session.notices[0]
    (more,) = await say(session, "more")
    assert more.seq == records[-1].seq + 1
    await session.close()

    again = await store.open(path.stem)
    assert again.notices == []
    assert texts(again.tree.path) == [*kept, "more"]
    await again.close()


async def test_a_record_whose_parent_is_lost_follows_what_came_before(tmp_path: Path) -> None:
    path, records = a_session(tmp_path, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + lines[2][20:] + lines[3])
    session = await store_in(tmp_path).open(path.stem)
    assert texts(session.tree.path) == ["one", "three"]
    assert session.tree.path[-1].parent == records[1].id
    assert session.tree.path[-1].extra == {"lost_parent": records[2].id}
    await session.close()


async def test_a_lost_root_is_replaced(tmp_path: Path) -> None:
    path, _ = a_session(tmp_path, "one", "two")
    content = path.read_bytes()
    path.write_bytes(b"#" + content[1:])
    store = store_in(tmp_path)
    (row,) = await store.list()
    assert (row.engine, row.last) == ("", "two")
    session = await store.open(path.stem)
    assert session.tree.root.id == path.stem
    assert session.tree.root.data["engine"] == "unknown"
    assert texts(session.tree.path) == ["one", "two"]
    assert "Its beginning is lost" in session.notices[0]
    await session.close()


async def test_a_half_written_repair_is_no_hindrance(tmp_path: Path) -> None:
    path, _ = a_session(tmp_path, "one")
    path.write_bytes(path.read_bytes() + b"garbage\n")
    path.with_suffix(".new").write_bytes(b"half")
    session = await store_in(tmp_path).open(path.stem)
    assert texts(session.tree.path) == ["one"]
    with pytest.raises(SessionBusy):
        await store_in(tmp_path).open(path.stem)
    await session.close()
    assert not path.with_suffix(".new").exists()


async def test_two_repairs_in_one_second_keep_both_originals(tmp_path: Path) -> None:
    path = await stored(store_in(tmp_path), "one")
    moment = SOURCE.now()
    for _ in range(2):
        with path.open("ab") as file:
            file.write(b"torn")
        open_journal(path, lambda: moment).close()
    assert [each.read_bytes() for each in set_aside(path)] == [b"torn", b"torn"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=40)), min_size=1, max_size=3))
def test_any_damage_ends_in_an_open_session_or_in_one_error(
    cuts: list[tuple[float, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, _ = a_session(tmp_path_factory.mktemp("damage"), "one", "two", "three")
    content = bytearray(path.read_bytes())
    for where, put in cuts:
        at = int(where * len(content))
        content[at : at + len(put) // 2] = put
    path.write_bytes(content)
    try:
        opened = open_journal(path, SOURCE.now)
    except SessionDamaged:
        assert path.read_bytes() == content
        return
    found = list(opened.tree)
    opened.close()
    again = open_journal(path, SOURCE.now)
    assert set(again.notices) <= {each for each in opened.notices if "understood" in each}
    assert list(again.tree) == found
    again.close()


async def test_a_file_that_was_moved_away_is_not_found(tmp_path: Path) -> None:
    path = await stored(store_in(tmp_path), "one")
    path.unlink()
    for use in (
        read_view,
        lambda path: read_tail(path, 1),
        lambda path: open_journal(path, SOURCE.now),
    ):
        with pytest.raises(SessionNotFound):
            use(path)
