"""What of a reply is shown while it streams, however it is cut, and what is stored of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.teams.reading.reply import read_reply
from core.teams.reading.stream import MessageFilter, shown_text
from reply_samples import CLEAR, HOSTILE, SHREDS, UNPARSED, calls

NAMES = ("planner", "Coder")


def streamed(pieces: Sequence[str]) -> list[str]:
    """Return what each piece lets through, and the end."""
    filter_ = MessageFilter()
    shown = [filter_.feed(each) for each in pieces]
    return [*shown, filter_.finish()]


def shown(raw: str) -> str:
    return shown_text(read_reply(raw, NAMES, parallel=True))


SHOWN = {
    '{"reasoning": "Code\\nfirst.", "recipient": "Coder", "message": "Write\\n\\nit."}': (
        "> Code\n> first.\n\n→ Coder\n\nWrite\n\nit."
    ),
    '{"reasoning": "Done.", "recipient": null, "message": "Here."}': "> Done.\n\nHere.",
    '{"message": "Go.", "reasoning": "r", "recipient": "coder"}': "> r\n\n→ coder\n\nGo.",
    '{"reasoning": "\\u2028a\\r\\n\\n#b\\u2028c ", "recipient": "`x`", "message": " m "}': (
        "> a\n> \n> #b\n> c\n\n→ x\n\nm"
    ),
    '{"reasoning": "", "recipient": null, "message": ""}': "",
    '{"recipient": "coder", "message": ""}': "→ coder",
    '{"recipient": ["coder", "planner"], "message": "Go."}': "→ coder, planner\n\nGo.",
    '{"recipient": "co\\n# der", "message": "Go."}': "→ co, der\n\nGo.",
    '{"reasoning": "r", "proposals": [{"recipient": "a", "message": "1"}, '
    '{"message": "2", "recipient": "b"}, {"message": "3"}]}': ("> r\n\n→ a\n\n1\n\n→ b\n\n2\n\n3"),
    '{"final": "All done.", "more": {"message": "no"}}': "All done.",
    '{"to": "coder", "message": {"line": "Hi"}}': '→ coder\n\n{"line": "Hi"}',
    'Sure!\n\n```json\n{"to": "coder", "message": "Go."}\n```\n\nBye.\n': (
        "Sure!\n\n→ coder\n\nGo.\n\nBye."
    ),
    '{"to": "a", "message": "1"}\n{"to": "b", "message": "2"}': "→ a\n\n1\n\n→ b\n\n2",
    '{"to": "coder", "message": "Say "hello" to it."}': ('→ coder\n\nSay\n\nhello" to it."}'),
    '{"reasoning": "Code fir': "> Code fir",
    '{"message": "Write the': "Write the",
}


@pytest.mark.parametrize("raw", SHOWN)
def test_a_structured_reply_is_shown_as_markdown(raw: str) -> None:
    assert shown(raw) == SHOWN[raw]
    assert "".join(streamed(list(raw))) == SHOWN[raw]


BLOCKS = [raw for name, (raw, *_) in CLEAR.items() if not name.startswith("json")]
NOT_BROKEN_OFF = [
    raw
    for name, raw in UNPARSED.items()
    if name not in {"cut off", "quotes in quotes", "wrong bracket"}
]


@pytest.mark.parametrize(
    "raw", [*BLOCKS, *NOT_BROKEN_OFF, "", " \n", "{", "```", '{"a": {"b": [1]']
)
def test_everything_else_is_shown_as_it_is(raw: str) -> None:
    for whole in (raw, f"\n {raw} \n"):
        assert shown(whole) == whole
        assert "".join(streamed(list(whole))) == whole


def test_a_text_is_shown_as_it_arrives() -> None:
    pieces = ['{"reas', 'oning": "Let', " me", '\\n", "recipient": "co', 'der", "mess', 'age"']
    pieces += [': "Go', " on \\u00", "e9", "\\ud83d", "\\", "ude00 ", "now.", '"}']
    assert streamed(pieces) == [
        "",
        "> Let",
        " me",
        "",
        "\n\n→ coder",
        "",
        "\n\nGo",
        " on",
        " é",
        "",
        "",
        "😀",
        " now.",
        "",
        "",
    ]


def test_prose_is_shown_as_it_arrives() -> None:
    assert streamed(["One", " two {", "three}", " `four`", "\n", "five", "\n"]) == [
        "One",
        " two",
        " {three}",
        " `four`",
        "",
        "\nfive",
        "",
        "\n",
    ]


def cuts(raw: str) -> st.SearchStrategy[list[str]]:
    places = st.lists(st.integers(0, len(raw)), max_size=12).map(sorted)
    return places.map(lambda at: [raw[a:b] for a, b in zip([0, *at], [*at, len(raw)], strict=True)])


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(' \n\r"\\{`😀'), max_size=20
)
RECIPIENTS = st.sampled_from([*NAMES, "nobody known", None])


def part(recipient: str | None, message: str) -> dict[str, object]:
    return {"recipient": recipient, "message": message}


PARTS = st.builds(part, RECIPIENTS, TEXTS)
REPLIES = st.one_of(
    st.builds(lambda reasoning, part: {"reasoning": reasoning, **part}, TEXTS, PARTS),
    st.builds(
        lambda reasoning, parts: {"reasoning": reasoning, "proposals": parts},
        TEXTS,
        st.lists(PARTS, min_size=1, max_size=4),
    ),
)


def rendered(reply: dict[str, object]) -> str:
    """Say the same as `shown_text` of a reply that satisfies the schema, from its values."""
    blocks = []
    if reasoning := str(reply["reasoning"]).strip():
        lines = reasoning.splitlines()
        blocks.append("\n".join(f"> {line}" for line in lines))
    for each in reply.get("proposals", [reply]):  # type: ignore[attr-defined]  # as built above
        blocks += [f"→ {each['recipient']}"] if each["recipient"] else []
        blocks += [each["message"].strip()] if each["message"].strip() else []
    return "\n\n".join(blocks)


@settings(max_examples=300)
@given(data=st.data(), reply=REPLIES, ascii_=st.booleans(), indent=st.sampled_from([None, 1]))
def test_cuts_change_nothing(
    data: st.DataObject, reply: dict[str, object], ascii_: bool, indent: int | None
) -> None:
    raw = json.dumps(reply, ensure_ascii=ascii_, indent=indent)
    pieces = data.draw(cuts(raw))
    assert "".join(streamed(pieces)) == shown(raw) == rendered(reply)
    assert "".join(streamed(list(raw))) == shown(raw)


@settings(max_examples=500)
@given(data=st.data(), raw=SHREDS | st.sampled_from([each[0] for each in CLEAR.values()]))
def test_cuts_change_nothing_in_whatever_a_model_says(data: st.DataObject, raw: str) -> None:
    pieces = data.draw(cuts(raw))
    assert "".join(streamed(pieces)) == shown(raw)
    assert "".join(streamed(list(raw))) == shown(raw)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_grows_no_faster_than_the_stream(name: str) -> None:
    few, many = (calls(partial(streamed, list(HOSTILE[name](size)))) for size in (500, 4000))
    assert many < 12 * few
