from __future__ import annotations

from typing import Any

import pytest

from core.messages import Message
from core.providers.base import ModelRequest
from core.providers.schema import SchemaMismatch, is_strict, read_answer, with_instruction

CLOSED = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '  {"a": 1}\n',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}```',
        'Here it is:\n```JSON\r\n{"a": 1}\r\n```\nAnything else?',
        'No:\n```text\nnot this\n```\n```json\n{"a": 1}\n```',
    ],
)
def test_fences_and_talk_around_them_are_tolerated(text: str) -> None:
    assert read_answer(text, {"type": "object"}) == {"a": 1}


@pytest.mark.parametrize("text", ["", "a: 1", '{"a": 1', "```json\n{\n```", "[" * 100_000])
def test_what_is_no_json_is_told_so(text: str) -> None:
    with pytest.raises(SchemaMismatch, match="not JSON"):
        read_answer(text, None)


@pytest.mark.parametrize(
    ("text", "where"), [('{"a": 1}', r"\$\.a: 1 is not"), ("{}", "'a' is a required property")]
)
def test_a_mismatch_says_where(text: str, where: str) -> None:
    with pytest.raises(SchemaMismatch, match=where):
        read_answer(text, CLOSED)


def test_a_huge_mismatch_is_told_briefly() -> None:
    with pytest.raises(SchemaMismatch) as caught:
        read_answer('"' + "x" * 10_000 + '"', {"type": "object"})
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({"type": "string"}, True),
        ({"type": "object"}, False),
        (CLOSED | {"required": []}, False),
        (CLOSED | {"additionalProperties": True}, False),
        ({"type": "array", "items": CLOSED}, True),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [CLOSED, {"type": "object"}]}, False),
        ({"$defs": {"x": {"type": "object"}}, "type": "string"}, False),
    ],
)
def test_only_closed_schemas_are_strict(schema: dict[str, Any], strict: bool) -> None:
    assert is_strict(schema) is strict


def test_a_property_may_be_called_items() -> None:
    named = {"items": {"type": "string"}, "type": {"type": "string"}}
    schema = CLOSED | {"properties": named, "required": ["items", "type"]}
    assert is_strict(schema)


def test_the_instruction_joins_the_last_message_of_a_user() -> None:
    asked = with_instruction(ModelRequest("m", (Message("user", "Hi"),), schema=CLOSED))
    assert len(asked.messages) == 1
    assert asked.messages[0].content.startswith("Hi\n\n")
    after = with_instruction(ModelRequest("m", (Message("assistant", "Hi"),), schema=CLOSED))
    assert [message.role for message in after.messages] == ["assistant", "user"]
    plain = ModelRequest("m", (Message("user", "Hi"),))
    assert with_instruction(plain) is plain
