"""Control words: the table of what counts, and the reader that takes them out."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.meetup.control import Word
from core.meetup.control_stream import ControlFilter, Parsed, parse

COUNTS = [
    ("/bye", "", "bye"),
    ("  /bye  ", "", "bye"),
    ("/BYE.", "", "bye"),
    ("/End!", "", "end"),
    ("**/END!**", "", "end"),
    ("**/end**!", "", "end"),
    ("_/bye_", "", "bye"),
    ("/bye /end", "", "bye end"),
    ("/start\n/help", "", "start help"),
    ("Farewell. /bye", "Farewell.", "bye"),
    ("Farewell. /bye.\n", "Farewell.", "bye"),
    ("Farewell /bye /end", "Farewell", "bye end"),
    ("Farewell. /bye\n/end", "Farewell.", "bye end"),
    ("Farewell. /bye\n\n/end\n\n", "Farewell.", "bye end"),
    ("Farewell.\n\n/bye\n", "Farewell.", "bye"),
    ("Farewell.\r\n/bye\r\n", "Farewell.", "bye"),
    ("/start Hello, I am Ada.", "Hello, I am Ada.", "start"),
    ("/start\nHello.", "Hello.", "start"),
    ("\n  /start Hello.", "Hello.", "start"),
    ("/start /help Hello.", "Hello.", "start help"),
    ("/BYE! So long.", "So long.", "bye"),
    ("One.\n/help\nTwo.", "One.\nTwo.", "help"),
    ("I wrote: /bye", "I wrote:", "bye"),
    ("```\ncode\n```\n/bye", "```\ncode\n```", "bye"),
    ("say /help /bye", "say /help", "bye"),
    ("/start /end of story", "/end of story", "start"),
    ("/bye\n/end of story", "/end of story", "bye"),
    ("```/bye``` is code.\n/bye", "```/bye``` is code.", "bye"),
]

DOES_NOT_COUNT = [
    "see /help",
    "See /help.",
    "You can say /bye",
    "/end of story",
    "/help me, please",
    "/stop it!",
    "I say /stop to that",
    "One /bye two.",
    "One.\n/bye two\nthree.",
    "One.\ntwo /bye\nthree.",
    "cd a/end",
    "a /end/x",
    "/end/x",
    "/endless joy",
    "/bye-bye",
    "/byebye",
    "// end",
    "/ bye",
    "use `/bye`",
    "`/bye`",
    '"/bye"',
    "http://x.org/help",
    "```\n/bye\n```",
    "~~~ sh\n/bye",
    "````\n```\n/bye\n````",
    "``` /bye",
    "``` /bye\ncode",
    "/\u017ftop",
    "/start, he said",
    "",
    " ",
    "/",
]


@pytest.mark.parametrize(("text", "prose", "words"), COUNTS)
def test_what_counts(text: str, prose: str, words: str) -> None:
    assert parse(text) == Parsed(prose, tuple(Word("/" + each) for each in words.split()))


@pytest.mark.parametrize("text", DOES_NOT_COUNT)
def test_what_does_not_count(text: str) -> None:
    assert parse(text) == Parsed(text.strip(), ())


@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize("mark", ["", ".", "!"])
def test_every_word_counts_in_every_place(word: Word, mark: str) -> None:
    for written in (f"{word}{mark}", f"{word.upper()}{mark}"):
        assert parse(written) == Parsed("", (word,))
        assert parse(f"{written} Dear friend.") == Parsed("Dear friend.", (word,))
        assert parse(f"Dear friend. {written}") == Parsed("Dear friend.", (word,))
        assert parse(f"Dear\n{written}\nfriend.") == Parsed("Dear\nfriend.", (word,))
        assert parse(f"Dear {written} friend.").words == ()


TOKENS = (
    "/bye /end /start /help /stop /BYE. **/end!** /by e of see. see the Hello a/end ``` ```x "
    "~~~ ` * _ / // . ! longwordlongwordlongwordlong \u00a0 \u2028 \u0130"
).split(" ")
SPACES = [" ", "  ", "\n", "\n\n", "\r\n", "    ", "\t", "/bye\n", "\n/bye", " /bye"]
PIECES = st.lists(
    st.sampled_from([*TOKENS, *SPACES]) | st.text(alphabet="/bye*_.! \n`~a", max_size=6),
    max_size=14,
)


def streamed(pieces: list[str]) -> Parsed:
    control = ControlFilter()
    shown = [control.feed(piece) for piece in pieces]
    return Parsed("".join(shown) + control.finish(), tuple(control.words))


@settings(max_examples=600)
@given(PIECES)
@example(["/bye", " ", "/end"])
@example(["x ", "/b", "ye", "."])
def test_the_pieces_shown_add_up_to_the_prose(pieces: list[str]) -> None:
    text = "".join(pieces)
    parsed = parse(text)
    assert streamed(pieces) == parsed
    assert streamed(list(text)) == parsed
    assert parsed.prose == parsed.prose.strip()


@settings(max_examples=600)
@given(PIECES)
def test_prose_holds_no_control_word_any_more(pieces: list[str]) -> None:
    parsed = parse("".join(pieces))
    assert parse(parsed.prose) == Parsed(parsed.prose, ())
    if not parsed.words:
        assert parsed.prose == "".join(pieces).strip()


def test_prose_is_shown_at_once() -> None:
    control = ControlFilter()
    assert control.feed("Good ") == "Good"
    assert control.feed("evening") == " evening"
    assert control.feed(", and/or morning.") == ", and/or morning."
    assert control.feed(" /bye") == ""
    assert control.finish() == ""
    assert control.words == [Word.BYE]


@pytest.mark.parametrize(
    "unit", ["/bye ", "x /bye\n", "word /bye ", "* ", "/", "\n", "`", "```\n/bye\n", "a"]
)
def test_a_megabyte_of_anything_is_read_in_one_go(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    pieces = [text[at : at + 50] for at in range(0, len(text), 50)]
    assert streamed(pieces) == parse(text)
