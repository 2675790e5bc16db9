"""Replies of nodes: whatever a model answers can be read, and nothing of it is lost."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.providers.schema import is_strict
from core.teams.reading.reply import Addressed, ReplyRead, read_leaf, read_reply, reply_schema
from core.teams.reading.stream import shown_text
from reply_samples import CLEAR, HOSTILE, SHREDS, UNPARSED, calls

NAMES = ("planner", "Coder", "style rewriter", "research and tests", "c#")


def read(raw: str, *, parallel: bool = False) -> ReplyRead:
    return read_reply(raw, NAMES, parallel=parallel)


def said(raw: str, *, parallel: bool = False) -> list[tuple[str, str]]:
    return [(each.to, each.message) for each in read(raw, parallel=parallel).proposals]


@pytest.mark.parametrize("name", CLEAR)
def test_a_clear_reply_is_understood(name: str) -> None:
    raw, to, message, reasoning = CLEAR[name]
    result = read(raw)
    assert result.proposals == (Addressed(to, message),)
    assert result.reasoning == reasoning
    assert (result.flags, result.unknown) == ((), ())
    assert result.raw == raw
    assert result.form == ("json" if name.startswith("json") else "blocks")


@pytest.mark.parametrize("name", UNPARSED)
@pytest.mark.parametrize("parallel", [False, True])
def test_what_cannot_be_read_is_proposed_as_it_is(name: str, parallel: bool) -> None:
    raw = f" {UNPARSED[name]}\n"
    result = read(raw, parallel=parallel)
    assert result.proposals == (Addressed("", raw),)
    assert result.flags == ("unparsed",)
    assert result.form == "text"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("coder", "Coder"),
        (" CODER ", "Coder"),
        ("@coder", "Coder"),
        ("`coder`.", "Coder"),
        ("“coder”", "Coder"),
        ("**Coder**:", "Coder"),
        ("[coder]", "Coder"),
        ("style  rewriter", "style rewriter"),
        ("'Style Rewriter',", "style rewriter"),
        ("research and tests", "research and tests"),
        ("C#", "c#"),
        ("`c#`", "c#"),
        ("null", ""),
        ("None.", ""),
        ("FINAL", ""),
        ("final answer", ""),
        ("parent", ""),
        ("", ""),
        ("null (final answer)", ""),
    ],
)
def test_names_are_found_however_they_are_written(written: str, name: str) -> None:
    as_json = json.dumps({"recipient": written, "message": "Go."})
    assert said(as_json) == [(name, "Go.")]
    assert said(f"Recipient: {written}\nMessage: Go.") == [(name, "Go.")]


@pytest.mark.parametrize("name", ["final", "None", "null"])
def test_a_delegate_may_have_a_name_that_means_nobody_elsewhere(name: str) -> None:
    reply = read_reply(json.dumps({"to": name, "message": "Go."}), [name], parallel=False)
    assert reply.proposals == (Addressed(name, "Go."),)
    last = read_reply('{"to": null, "message": "Done."}', [name], parallel=False)
    assert last.proposals == (Addressed("", "Done."),)


@pytest.mark.parametrize("written", ["tester", "cod", "coder, tester", "(tester)", "the planner"])
def test_an_unknown_recipient_is_named(written: str) -> None:
    result = read(json.dumps({"recipient": written, "message": "Go."}), parallel=True)
    assert result.proposals == (Addressed("", "Go."),)
    assert result.flags == ("unknown_recipient",)
    assert result.unknown == (written.strip("()"),)


def proposals(*each: tuple[str | None, str]) -> str:
    items = [{"recipient": to, "message": message} for to, message in each]
    return json.dumps({"reasoning": "r", "proposals": items})


@pytest.mark.parametrize(
    "raw",
    [
        proposals(("planner", "Plan."), ("coder", "Go."), ("planner", "Soon.")),
        '{"to": "planner", "message": "Plan."}\n{"to": "coder", "message": "Go."}\n'
        '{"to": "planner", "message": "Soon."}',
        "Recipient: planner\nMessage: Plan.\n\nRecipient: coder\nMessage: Go.\n\n"
        "Recipient: planner\nMessage: Soon.",
    ],
)
def test_several_can_be_asked_at_once_where_that_is_allowed(raw: str) -> None:
    together = read(raw, parallel=True)
    assert together.proposals == (Addressed("planner", "Plan.\n\nSoon."), Addressed("Coder", "Go."))
    assert together.flags == ()
    one = read(raw)
    assert one.proposals == (Addressed("planner", "Plan.\n\nSoon."),)
    assert one.flags == ("several",)


@pytest.mark.parametrize("written", [["planner", "coder"], "planner, coder", "planner and Coder"])
def test_one_message_can_be_for_several(written: object) -> None:
    raw = json.dumps({"recipient": written, "message": "Go."})
    assert said(raw, parallel=True) == [("planner", "Go."), ("Coder", "Go.")]


def test_a_final_answer_beside_requests_is_too_early() -> None:
    result = read(proposals((None, "Done."), ("coder", "Go.")), parallel=True)
    assert result.proposals == (Addressed("Coder", "Go."),)
    assert result.flags == ("several",)


def test_of_several_recipients_the_known_are_asked() -> None:
    result = read(proposals(("tester", "Test."), ("coder", "Go.")), parallel=True)
    assert result.proposals == (Addressed("Coder", "Go."),)
    assert result.flags == ("unknown_recipient",)
    assert result.unknown == ("tester",)


@pytest.mark.parametrize(
    ("raw", "to"),
    [
        ("", ""),
        (" \n", ""),
        ('{"reasoning": "r", "recipient": "coder", "message": " "}', "Coder"),
        ('{"reasoning": "r", "recipient": null, "message": ""}', ""),
        ('{"recipient": "coder"}', "Coder"),
        ('{"reasoning": "r", "proposals": []}', ""),
        ("## Message\n```\n```\n## Recipient\n```\ncoder\n```", "Coder"),
        ("## Message\n\n## Recipient\ncoder\n\n## Reasoning\nr", "Coder"),
    ],
)
def test_an_empty_message_is_flagged(raw: str, to: str) -> None:
    result = read(raw)
    assert [each.to for each in result.proposals] == [to]
    assert not result.proposals[0].message.strip()
    assert "empty" in result.flags


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I can't help with that.", True),
        ("I’m sorry, but I cannot write this.", True),
        ("I'm sorry, I can't do that.", True),
        ("Sorry, but I'm not able to assist with this request.", True),
        ("I apologize, but I won't create that.", True),
        ("Unfortunately, I am unable to provide code.", True),
        ("As an AI language model, I cannot have moods.", True),
        ("I must respectfully decline.", True),
        ("**I'm unable to help with that.**", True),
        ("I can help with that.", False),
        ("I'm sorry to hear that. What happened?", False),
        ("I cannot find the bug in line 3; look at line 4.", False),
        ("The user said: I can't help with that.", False),
        ("Here is the code. I'm sorry, but I cannot test it.", False),
        ("Unfortunately, it rains.", False),
    ],
)
def test_a_refusal_is_seen_at_the_beginning(text: str, refused: bool) -> None:
    assert ("refused" in read_leaf(text, None).flags) is refused
    assert ("refused" in read(json.dumps({"to": "coder", "message": text})).flags) is refused
    assert ("refused" in read(text).flags) is refused


def test_a_long_message_is_flagged() -> None:
    assert read_leaf("x" * 4000, None).flags == ()
    assert read_leaf("x" * 4001, None).flags == ("long",)
    assert read_leaf("xxx", None, limit=2).flags == ("long",)
    assert read_reply('{"message": "xxx"}', NAMES, parallel=False, limit=2).flags == ("long",)
    assert read_reply('{"message": "xx"}', NAMES, parallel=False, limit=2).flags == ()


MOOD = {
    "type": "object",
    "properties": {"mood": {"enum": ["glad", "sad"]}},
    "required": ["mood"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("raw", "schema", "message", "flags"),
    [
        ("\nHello there.\n", None, "Hello there.", ()),
        ("```\nHello.\n```", None, "```\nHello.\n```", ()),
        ('{"message": "Hi"}', None, '{"message": "Hi"}', ()),
        ('{"mood": "sad"}', MOOD, '{"mood": "sad"}', ()),
        ('\n```json\n{"mood": "sad"}\n```\n', MOOD, '{"mood": "sad"}', ()),
        ('~~~~\n{"mood":\n"sad"}\n~~~~', MOOD, '{"mood":\n"sad"}', ()),
        ('```json\n{"mood": "odd"}\n```', MOOD, '```json\n{"mood": "odd"}\n```', ("unparsed",)),
        ("Sad.", MOOD, "Sad.", ("unparsed",)),
        ("", None, "", ("empty",)),
        ("", MOOD, "", ("unparsed", "empty")),
        ("I can't help with that.", MOOD, "I can't help with that.", ("unparsed", "refused")),
    ],
)
def test_a_leaf_answers_its_parent(
    raw: str, schema: dict[str, Any] | None, message: str, flags: tuple[str, ...]
) -> None:
    result = read_leaf(raw, schema)
    assert result == ReplyRead((Addressed("", message),), "", flags, (), raw, "leaf")
    assert shown_text(result) == raw


def test_a_leafs_json_may_stand_in_prose() -> None:
    raw = 'My mood:\n```\n{"mood": "sad"}\n```'
    result = read_leaf(raw, MOOD)
    assert result.proposals == (Addressed("", raw),)
    assert result.flags == ()


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("names", [(), ("a",), ("a", "b", "a")])
def test_the_schema_is_strict_and_says_who_can_be_asked(
    names: tuple[str, ...], parallel: bool
) -> None:
    for final_only in (False, True):
        schema = reply_schema(names, parallel=parallel, final_only=final_only)
        assert is_strict(schema)
        Draft202012Validator.check_schema(schema)
        check = Draft202012Validator(schema).is_valid
        for to in ("a", "b", "z", None):
            one = {"recipient": to, "message": "m"}
            reply = {"proposals": [one]} if parallel else one
            asked = to in names and not final_only
            assert check({"reasoning": "r", **reply}) is (asked or to is None)
            assert not check(reply)
            assert not check({"reasoning": "r", **reply, "more": 1})


def test_the_schema_lists_what_is_written_first_first() -> None:
    assert list(reply_schema(["a"], parallel=False)["properties"]) == [
        "reasoning",
        "recipient",
        "message",
    ]
    schema = reply_schema(["a", "b"], parallel=True)
    assert list(schema["properties"]) == ["reasoning", "proposals"]
    items = schema["properties"]["proposals"]
    assert (items["minItems"], items["maxItems"]) == (1, 2)
    assert list(items["items"]["properties"]) == ["recipient", "message"]


TEXTS = st.text(max_size=30)


@given(
    reasoning=TEXTS,
    each=st.lists(st.tuples(st.sampled_from([*NAMES, None]), TEXTS), min_size=1, max_size=4),
    fence=st.sampled_from(["", "```json\n{}\n```", "~~~\n{}\n~~~\nSo be it.", "Well:\n{}"]),
    ascii_=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_what_satisfies_the_schema_is_read_without_a_flag(
    reasoning: str,
    each: list[tuple[str | None, str]],
    fence: str,
    ascii_: bool,
    indent: int | None,
) -> None:
    each = [(to, f"m{text}m") for to, text in each]
    items = [{"recipient": to, "message": message} for to, message in each]
    reply = json.dumps(
        {"reasoning": reasoning, "proposals": items}, ensure_ascii=ascii_, indent=indent
    )
    result = read(fence.replace("{}", reply) or reply, parallel=True)
    expected: dict[str, list[str]] = {}
    for to, message in each:
        expected.setdefault(to or "", []).append(message)
    if len(expected) > 1 and expected.pop("", None):
        assert result.flags == ("several",)
    else:
        assert result.flags == ()
    joined = [Addressed(to, "\n\n".join(texts)) for to, texts in expected.items()]
    assert list(result.proposals) == joined
    assert result.reasoning == reasoning.strip()


@settings(max_examples=500)
@given(raw=SHREDS | TEXTS, parallel=st.booleans())
def test_anything_can_be_read(raw: str, parallel: bool) -> None:
    for result in (
        read(raw, parallel=parallel),
        read_leaf(raw, None),
        read_leaf(raw, MOOD),
    ):
        assert result.proposals
        assert all(each.to in {*NAMES, ""} for each in result.proposals)
        names = [each.to for each in result.proposals]
        assert len(set(names)) == len(names)
        assert parallel or len(names) == 1
        if "unparsed" in result.flags:
            assert result.proposals == (Addressed("", raw),)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_grows_no_faster_than_the_text(name: str) -> None:
    small, large = HOSTILE[name](500), HOSTILE[name](4000)
    for function in (lambda raw: read(raw), lambda raw: read_leaf(raw, MOOD)):
        few, many = calls(partial(function, small)), calls(partial(function, large))
        assert many < 12 * few


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_megabyte_of_it_can_be_read(name: str) -> None:
    """Work within regular expressions shows here: the square of it would not end in time."""
    raw = HOSTILE[name](2**20)
    result = read(raw)
    assert result.proposals
    assert shown_text(result)
    assert read_leaf(raw, MOOD).flags
