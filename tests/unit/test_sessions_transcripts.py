"""Transcripts: what a reader gets to see of a session, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core.errors import StoreError, UsageError
from core.ids import CountingSource
from core.sessions.codec import decode_record
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.transcripts import FORMATS, format_of, render, render_pair, write_transcript

START = datetime(2031, 5, 4, 12, 0, tzinfo=UTC)
MODERATOR = Author("human", "moderator")


class Talk:
    """Builds the records of a meetup, one after the other."""

    def __init__(self, **root: Any) -> None:
        self.source = CountingSource()
        seats = {
            "a": {"name": "Sigmund Freud", "model": "local:smollm2", "language": "de"},
            "b": {"name": "Ada Lovelace", "model": "eliza:doctor"},
        }
        data = {"engine": "meetup", "title": "Freud and Ada", "seats": seats, **root}
        self.records: list[Record] = []
        self.head: str | None = None
        self.add(Kind.SESSION, author=CODE, data=data)

    def add(self, kind: str, text: str = "", **values: Any) -> Record:
        values.setdefault("at", START + timedelta(seconds=10 * len(self.records)))
        record = Record(
            id=self.source.new_id(),
            kind=kind,
            parent=self.head,
            text=text,
            seq=len(self.records),
            **{"author": CODE, **values},
        )
        self.records.append(record)
        if kind not in {Kind.HEAD, Kind.BLOB}:
            self.head = record.id
        return record

    def say(self, node: str, text: str, turn: int | None = None, **values: Any) -> Record:
        names = {"a": "Sigmund Freud", "b": "Ada Lovelace"}
        data = {} if turn is None else {"turn": turn, "seconds": 2.5}
        author = Author("persona", names.get(node, node))
        return self.add(Kind.MESSAGE, text, node=node, **{"author": author, "data": data, **values})


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    talk.say("b", "Good evening.", 0, data={"turn": 0, "opening": True})
    talk.say("a", "Tell me:\n- of your father\n- of your mother", 1)
    talk.add(Kind.MESSAGE, "louder please", author=MODERATOR)
    talk.add(Kind.MESSAGE, "contradict him", author=MODERATOR, audience=("b",))
    talk.say("b", "No | never", 2)
    talk.add(Kind.CONTROL, "/bye", node="b", author=Author("persona", "Ada Lovelace"))
    talk.add(Kind.NOTICE, "2 messages were dropped.", data={"code": "dropped"})
    talk.say("a", "So lo", 3, status="stopped")
    talk.add(Kind.BLOB, "secret prompt", data={"hash": "x"})
    talk.add(Kind.ENDED, data={"reason": "bye"})
    return talk


class Cells(HTMLParser):
    """Reads the rows of the only table of a page, and every tag there is."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def table(page: str) -> list[list[str]]:
    """Read a Markdown table as GitHub's specification splits it."""
    rows = [line for line in page.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in re.findall(r"((?:\\.|[^|\\])*)\|", row.removeprefix("|"))]
        for row in rows
    ]


def test_markdown_has_a_column_a_speaker_and_a_row_a_turn(talk: Talk) -> None:
    page = render(talk.records, "md")
    assert page.startswith("# Freud and Ada\n")
    assert table(page) == [
        [
            "#",
            "s",
            "Sigmund Freud<br><sub>de · local:smollm2</sub>",
            "Ada Lovelace<br><sub>eliza:doctor</sub>",
        ],
        ["--:", "--:", ":--", ":--"],
        ["0", "", "", "Good evening."],
        ["1", "12.5", "Tell me:<br>- of your father<br>- of your mother", ""],
        ["", "", "<em>moderator: louder please</em>", ""],
        ["", "", "<em>moderator, to Ada Lovelace: contradict him</em>", ""],
        ["2", "30.0", "", r"No \| never"],
        ["", "", "", "<em>Ada Lovelace: /bye</em>"],
        ["", "", "<em>2 messages were dropped.</em>", ""],
        ["3", "30.0", "So lo <em>(stopped)</em>", ""],
        ["", "", "<em>Ended: bye</em>", ""],
    ]


def test_html_has_the_same_rows_with_quiet_lines_across(talk: Talk) -> None:
    page = Cells(render(talk.records, "html"))
    assert page.rows == [
        ["#", "s", "Sigmund Freudde · local:smollm2", "Ada Lovelaceeliza:doctor"],
        ["0", "", "", "Good evening."],
        ["1", "12.5", "Tell me:\n- of your father\n- of your mother", ""],
        ["", "", "moderator: louder please"],
        ["", "", "moderator, to Ada Lovelace: contradict him"],
        ["2", "30.0", "", "No | never"],
        ["", "", "", "Ada Lovelace: /bye"],
        ["", "", "2 messages were dropped."],
        ["3", "30.0", "So lo (stopped)", ""],
        ["", "", "Ended: bye"],
    ]


def test_html_needs_nothing_else_and_suits_light_and_dark(talk: Talk) -> None:
    page = render(talk.records, "html")
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"(src=|href=|url\(|@import)", page)
    assert "default-src 'none'" in page


def test_text_is_one_a_speaker_with_what_that_one_said_and_heard(talk: Talk) -> None:
    pair = render_pair(talk.records)
    assert list(pair) == ["a", "b"]
    assert pair["a"] == (
        "Sigmund Freud\n=============\n\nde · local:smollm2\n\nFreud and Ada\n\n"
        "1\nTell me:\n- of your father\n- of your mother\n\n(moderator: louder please)\n\n"
        "(2 messages were dropped.)\n\n3\nSo lo\n(stopped)\n\n(Ended: bye)\n"
    )
    assert "contradict him" in pair["b"]
    assert "Good evening." in pair["b"]
    assert render(talk.records, "txt") == pair["a"] + "\n\n" + pair["b"]


def test_only_jsonl_holds_what_is_off_the_path_and_behind_the_scenes(talk: Talk) -> None:
    first = talk.records[1]
    talk.add(Kind.HEAD, data={"target": first.id})
    talk.head = first.id
    talk.say("a", "Another answer", 1)
    for name in FORMATS.keys() - {"jsonl", "sillytavern"}:
        page = render(talk.records, name)
        assert "Another answer" in page
        assert "of your father" not in page
        assert "secret prompt" not in page
    lines = render(talk.records, "jsonl").encode("utf-8").splitlines()
    assert [decode_record(line) for line in lines] == talk.records


HOSTILE = "\x1b[2J<script>alert(1)</script>\x9b & [@click=app.quit]x[/] \u202eabc \ud800 </td>\r\nx"


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_and_names_are_harmless_everywhere(name: str) -> None:
    seats = {
        "a": {"name": HOSTILE, "model": HOSTILE, "role": HOSTILE},
        "b": {"name": "|" + HOSTILE},
    }
    talk = Talk(title=HOSTILE, seats=seats)
    talk.say("a", HOSTILE, 1)
    talk.say("c|</th>", HOSTILE)
    talk.add(Kind.MESSAGE, HOSTILE, author=Author("human", HOSTILE), audience=(HOSTILE,))
    talk.add(Kind.CONTROL, HOSTILE, node=HOSTILE)
    talk.add(Kind.NOTICE, HOSTILE, node=HOSTILE)
    talk.add("an unknown kind", HOSTILE)
    talk.add(Kind.ENDED, data={"reason": HOSTILE})
    page = render(talk.records, name)
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    if name != "jsonl":
        assert "\u202e" not in page
    if name == "html":
        assert "script" not in Cells(page).tags
        assert {len(row) for row in Cells(page).rows} == {5, 3}
    if name == "md":
        assert "<script" not in page
        assert {len(row) for row in table(page)} == {5}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a | b", r"a \| b"),
        (r"a \| b", r"a \\\| b"),
        ("one\n\ntwo", "one<br><br>two"),
        ("- a\n  - b", "- a<br>&nbsp;&nbsp;- b"),
        ("```py\nx = a | b\n\nif `x`:\n```\nend", "`x = a \\| b`<br><br>`` if `x`: ``<br>end"),
        ("~~~\n```\n~~~", "```` ``` ````"),
        ("1 < 2 <b>x</b>", "1 < 2 &lt;b>x&lt;/b>"),
        ("trailing \\", "trailing \\"),
        ("![a](https://evil.example/p.png)", r"!\[a](https://evil.example/p.png)"),
        ("![a\n](https://evil.example/p.png)", r"!\[a<br>](https://evil.example/p.png)"),
        ("![a][b] and ![b]", r"!\[a][b] and !\[b]"),
        ("[a](https://ok.example/x:y)", "[a](https://ok.example/x:y)"),
        ("[a](page#x:y), [b](mailto:me@ok.example)", "[a](page#x:y), [b](mailto:me@ok.example)"),
        ("[a](javascript:alert(1))", r"[a]\(javascript:alert(1))"),
        ("[a]( JaVa&#115;cript:x)", r"[a]\( JaVa&#115;cript:x)"),
        (r"[a](javascript\:x)", r"[a]\(javascript\:x)"),
        ("[a](javascript&colon;x)", r"[a]\(javascript&colon;x)"),
        ("[a](java&Tab;script:x)", r"[a]\(java&Tab;script:x)"),
        ("[a](< javascript:x>)", r"[a]\(< javascript:x>)"),
        (f"[a](https://ok.example/{'x' * 999})", f"[a](https://ok.example/{'x' * 999})"),
        (f"[a]({' ' * 999}javascript:x)", rf"[a]\({' ' * 999}javascript:x)"),
        (f"[a]({'&Tab;' * 99}javascript:x)", rf"[a]\({'&Tab;' * 99}javascript:x)"),
        ("[a](data:text/html;base64,x)", r"[a]\(data:text/html;base64,x)"),
        ("a ` b\n```\n![x](http://e.example)\n```", "a ` b<br>``![x](http://e.example)``"),
    ],
)
def test_markdown_cells_keep_their_shape(text: str, cell: str) -> None:
    talk = Talk()
    talk.say("a", text, 1)
    row = render(talk.records, "md").splitlines()[-1]
    assert row in (
        f"| 1 |  | {cell} |  |",
        f"| 1 |  | {cell.replace('`` if', '``if').replace(': ``', ':``')} |  |",
    )


def test_whoever_speaks_gets_a_column_without_any_seats() -> None:
    talk = Talk(seats=None, title="")
    talk.say("human", "Hello", author=Author("human", "you"), data={})
    talk.say("eliza", "How do you do.", model="eliza:doctor", data={})
    talk.say("human", "Well", author=Author("human", "you"), data={})
    rows = table(render(talk.records, "md"))
    assert rows[0] == ["#", "s", "you", "eliza<br><sub>eliza:doctor</sub>"]
    assert [row[0] for row in rows[2:]] == ["1", "2", "3"]
    assert render(talk.records, "md").startswith("# you and eliza\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_in_which_nobody_spoke_renders(name: str) -> None:
    talk = Talk(seats={}, title="Empty")
    assert "Empty" in render(talk.records, name) or name == "txt"
    assert isinstance(render([], name), str)


def test_times_that_make_no_sense_do_no_harm() -> None:
    talk = Talk()
    for seconds in (float("nan"), float("inf"), -1, "soon", 10**400, None, True):
        talk.say("a", "x", data={"turn": "one", "seconds": seconds})
    talk.say("a", "x", at=datetime.max.replace(tzinfo=UTC), data={"seconds": 10.0})
    assert len(table(render(talk.records, "md"))) == 2 + 8


def test_files_are_written_whole_under_the_names_promised(talk: Talk, tmp_path: Path) -> None:
    for name in ("talk", "talk.txt"):
        assert write_transcript(talk.records, tmp_path / name, "txt") == [
            tmp_path / "talk-a.txt",
            tmp_path / "talk-b.txt",
        ]
    assert (tmp_path / "talk-b.txt").read_text("utf-8") == render_pair(talk.records)["b"]
    page = tmp_path / "talk.html"
    page.write_text("old")
    assert write_transcript(talk.records, page, "html") == [page]
    assert page.read_text("utf-8") == render(talk.records, "html")
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "talk-a.txt",
        "talk-b.txt",
        "talk.html",
    ]
    with pytest.raises(StoreError, match="Cannot write") as caught:
        write_transcript(talk.records, tmp_path / "absent" / "talk.md", "md")
    assert "--sessions" not in caught.value.hint


def test_a_device_is_written_to_and_never_replaced(talk: Talk, tmp_path: Path) -> None:
    null = tmp_path / "null"
    null.symlink_to("/dev/null")
    write_transcript(talk.records, null, "md")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(StoreError, match="No space left"):
        write_transcript(talk.records, Path("/dev/full"), "md")


def test_a_files_name_says_its_format() -> None:
    first = {ending: name for name in reversed(FORMATS) for ending in FORMATS[name].endings}
    assert {each: format_of(Path(f"a.b{each.upper()}")) for each in first} == first
    assert first[".jsonl"] == "jsonl"
    assert format_of(Path("x"), "md") == "md"
    for unknown in ("x", "x.pdf"):
        with pytest.raises(UsageError, match="does not say") as caught:
            format_of(Path(unknown))
        assert all(each.endings[0] in caught.value.hint for each in FORMATS.values())
    with pytest.raises(UsageError, match="no transcript format 'pdf'"):
        render([], "pdf")


def test_json_lines_are_the_lines_of_the_file(talk: Talk) -> None:
    talk.say("a", "half \ud83d", 4)
    record = replace(talk.records[-1], extra={"mood": "calm"})
    line = render([record], "jsonl")
    assert json.loads(line)["mood"] == "calm"
    assert decode_record(line.encode("utf-8")) == record


@pytest.fixture
def chat() -> Talk:
    seats = {
        "persona": {"name": "Ada | Lovelace", "model": "local:smollm2", "role": "scientist"},
        "human": {"name": "You"},
    }
    talk = Talk(engine="chat", title="Ada", seats=seats)
    talk.say("persona", "Good evening.", data={"greeting": 0})
    asked = talk.say(
        "human", "What is an <engine>?\n\n    indented", 2, author=Author("human", "You")
    )
    answer = talk.say("persona", "A machine.", 3)
    forgotten = talk.say("human", "Forget this.", 4)
    talk.say("persona", "Half a th", 5, status="stopped")
    head = talk.head
    for kind, text, data in (
        (Kind.EDIT, "An analytical machine.", {"target": answer.id}),
        (Kind.DELETE, "", {"target": forgotten.id, "deleted": True}),
        (Kind.META, "", {"title": "An evening\nwith Ada"}),
        (Kind.HEAD, "", {"target": asked.id}),
        (Kind.HEAD, "", {"target": head}),
    ):
        talk.add(kind, text, data=data)
        talk.head = head
    return talk


def test_a_chat_shows_as_it_reads_now_in_every_format(chat: Talk) -> None:
    table = render(chat.records, "md")
    assert table.startswith("# An evening with Ada\n")
    rows = [line.strip("| ") for line in table.splitlines() if re.match(r"\| \d", line)]
    assert [row.partition(" ")[0] for row in rows] == ["1", "2", "3", "5"]
    assert "An analytical machine." in rows[2]
    assert "Half a th <em>(stopped)</em>" in rows[3]
    page = Cells(render(chat.records, "html")).rows
    assert page[0][2:] == ["Ada | Lovelacescientist · local:smollm2", "You"]
    assert page[2][2:] == ["", "What is an <engine>?\n\n    indented"]
    assert page[3][2:] == ["An analytical machine.", ""]
    persona, human = render_pair(chat.records).values()
    assert "An analytical machine." in persona
    assert "What is an <engine>?" in human
    for name in ("md", "html", "txt", "sillytavern"):
        shown = render(chat.records, name)
        assert "A machine." not in shown
        assert "Forget" not in shown


def test_an_older_branch_behind_a_newer_message_has_no_negative_time(chat: Talk) -> None:
    late = replace(chat.records[2], at=START + timedelta(days=1))
    records = [late if each.id == late.id else each for each in chat.records]
    row = next(line for line in render(records, "md").splitlines() if line.startswith("| 3"))
    assert row.startswith("| 3 |  |")


def test_a_long_chat_is_rendered_whole() -> None:
    talk = Talk(seats={"persona": {"name": "Ada"}, "human": {"name": "You"}})
    for turn in range(1, 2001):
        talk.say(("human", "persona")[turn % 2], f"Message number {turn}.", turn)
    for name, count in (("md", 2000), ("html", 2000), ("txt", 2000), ("sillytavern", 2000)):
        assert render(talk.records, name).count("Message number") == count
