from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.sessions.record import Kind
from core.sessions.search import Hit
from core.sessions.summary import SessionSummary
from core.text import counted
from tui.sessions.rows import MatchRow, SessionRow, snippet_parts
from tui.sessions.wording import moment, size

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TEXT = st.text("abc é漢🎈\u0301", max_size=80)


def hit(snippet: str, *spans: tuple[int, int], **changes: object) -> Hit:
    values = {
        "session": "S",
        "title": "Of dreams",
        "engine": "meetup",
        "record": "R",
        "kind": Kind.MESSAGE,
        "node": "a",
        "speaker": "Ada Lovelace",
        "turn": 3,
        "at": NOW,
        "snippet": snippet,
        "spans": spans,
        "on_path": True,
    }
    return Hit(**{**values, **changes})  # type: ignore[arg-type]


def summary(**changes: object) -> SessionSummary:
    values = {
        "id": "S",
        "engine": "meetup",
        "title": "Of dreams",
        "created": NOW,
        "updated": NOW,
        "records": 12,
        "size": 13_000,
        "last": "",
        "busy": False,
    }
    return SessionSummary(**{**values, **changes})  # type: ignore[arg-type]


def text_of(parts: list[tuple[str, str]]) -> str:
    return "".join(text for text, _ in parts)


@given(TEXT, st.integers(8, 60), st.data())
def test_a_snippet_fits_and_marks_what_was_found(
    text: str, width: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(text)))
    behind = data.draw(st.integers(first, len(text)))
    parts = snippet_parts(hit(text, (first, behind)), width)
    assert cell_len(text_of(parts)) <= width
    marked = "".join(shown for shown, role in parts if role == "match").removesuffix("…")
    assert marked.strip() in text[first:behind] or cell_len(text) > width


def test_what_was_found_stays_in_view_however_narrow() -> None:
    text = f"{'before ' * 20}heliotrope{' after' * 20}"
    at = text.index("heliotrope")
    for width in (24, 30, 60):
        parts = snippet_parts(hit(text, (at, at + 10)), width)
        assert ("heliotrope", "match") in parts
        assert parts[0] == ("…", "quiet")


@given(TEXT, TEXT, st.integers(30, 120))
def test_rows_are_as_wide_as_the_list(title: str, speaker: str, width: int) -> None:
    listed = SessionRow(summary(title=title), False, "updated", NOW)
    assert cell_len(text_of(listed.lines(width)[0])) == width
    found = MatchRow(hit("x", title=title, speaker=speaker, on_path=False), NOW)
    assert cell_len(text_of(found.lines(width)[0])) <= width


def test_the_last_column_says_what_matters() -> None:
    def last(sort: str = "updated", open_here: bool = False, **changes: object) -> str:
        row = SessionRow(summary(**changes), open_here, sort, NOW)
        return row.lines(80)[0][-1][0].strip()

    assert last("size") == "13 kB"
    assert last("messages", messages=1) == "1 msg"
    assert last(open_here=True, busy=True) == "open here"
    assert last(busy=True) == "in use"
    older = NOW - timedelta(days=400)
    assert last("created", created=older) == moment(older, NOW)


def test_times_and_counts_in_few_words() -> None:
    local = NOW.astimezone()
    assert moment(NOW, NOW) == f"{local:%H:%M}"
    assert moment(NOW - timedelta(days=3), NOW) == f"{local - timedelta(days=3):%a %H:%M}"
    assert moment(NOW - timedelta(days=60), NOW) == "21 Mar"
    assert moment(NOW - timedelta(days=400), NOW) == "2025-04-15"
    assert moment(NOW + timedelta(days=2), NOW) == "22 May"
    assert [size(each) for each in (812, 13_400, 2_140_000)] == ["812 B", "13 kB", "2.1 MB"]
    assert [counted(1, "msg"), counted(1204, "msg")] == ["1 msg", "1,204 msgs"]
