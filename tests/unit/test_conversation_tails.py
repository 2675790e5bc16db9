from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from core.sessions.record import CODE, Kind, Record
from core.sessions.tree import SessionTree
from tui.conversation.tails import conversation_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def sessions(draw: st.DrawFn) -> list[Record]:
    """A session of messages, jumps, edits and deletions, as an engine would write it."""
    records = [Record("0", Kind.SESSION, None, CODE, AT)]
    tree = SessionTree.fold(records)
    for number in range(1, draw(st.integers(1, 25))):
        kinds = (Kind.MESSAGE, Kind.MESSAGE, Kind.MESSAGE, Kind.HEAD, Kind.EDIT, Kind.DELETE)
        kind = draw(st.sampled_from(kinds))
        messages = [each.id for each in records if each.kind == Kind.MESSAGE]
        data = {}
        if kind != Kind.MESSAGE:
            data["target"] = draw(st.sampled_from(messages or ["0"]))
        if kind == Kind.DELETE:
            data["deleted"] = draw(st.booleans())
        record = Record(str(number), kind, tree.head, CODE, AT, text=f"text {number}", data=data)
        records.append(record)
        tree.apply(record)
    return records


@given(sessions(), st.integers(1, 30))
def test_the_end_reads_as_it_does_in_the_whole(records: list[Record], count: int) -> None:
    tree = SessionTree.fold(records)
    tail = records[-count:]
    known = {each.id for each in tail}
    behind = takewhile(lambda each: each.id in known, reversed(tree.path))
    wanted = [shown for each in behind if (shown := tree.shown(each)) is not None]
    assert conversation_of(tail) == wanted[::-1]


def test_a_message_without_its_beginning_is_shown() -> None:
    records = [
        Record(str(number), Kind.MESSAGE, str(number - 1), CODE, AT, text=str(number))
        for number in range(5, 9)
    ]
    assert [each.text for each in conversation_of(records)] == ["5", "6", "7", "8"]


def test_nothing_is_shown_of_nothing() -> None:
    assert conversation_of([]) == []
