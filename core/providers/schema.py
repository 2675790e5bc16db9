"""Answers that have to be JSON of a given schema: asking for them, reading them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core import json_safe
from core.messages import Message
from core.providers.base import ModelRequest

_FENCE = re.compile(r"```[\w-]*+[ \t]*+\r?\n")
_ERROR_CAP = 500
"""Characters of an error that a model is shown."""


class SchemaMismatch(ValueError):
    """An answer is no JSON, or not what its schema says; the text says why."""


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Say whether a schema is one that OpenAI enforces to the letter.

    There, every object must list all its properties as required and allow no others
    (platform.openai.com/docs/guides/structured-outputs); other schemas are hints.
    """
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("properties", {})) != set(schema.get("required", [])):
            return False
    return all(is_strict(each) for each in _children(schema))


def _children(value: Any) -> list[Mapping[str, Any]]:
    """Return the schemas directly inside a schema, wherever they stand."""
    if isinstance(value, Mapping):
        found: list[Mapping[str, Any]] = []
        for key, each in value.items():
            if key in {"properties", "$defs", "definitions"} and isinstance(each, Mapping):
                found += [inner for inner in each.values() if isinstance(inner, Mapping)]
            elif key in {"items", "anyOf", "oneOf", "allOf", "prefixItems"}:
                found += [each] if isinstance(each, Mapping) else _children(each)
        return found
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def with_instruction(request: ModelRequest) -> ModelRequest:
    """Return the request with its schema in words, at the end of the last message.

    The end is where it disturbs a server's prompt cache least.
    """
    if request.schema is None:
        return request
    text = (
        "Answer with one JSON value and nothing else: no explanation, no Markdown. "
        "It has to satisfy this JSON schema:\n" + json.dumps(request.schema, ensure_ascii=False)
    )
    messages = list(request.messages)
    if messages and messages[-1].role == "user":
        text = f"{messages.pop().content}\n\n{text}"
    return replace(request, messages=(*messages, Message("user", text)))


def read_answer(text: str, schema: Mapping[str, Any] | None) -> Any:
    """Parse an answer, with or without a code fence around it, and validate it.

    Raises:
        SchemaMismatch: it cannot be parsed or does not satisfy the schema.
    """
    value = _parse(text)
    if schema is not None:
        _validate(value, schema)
    return value


def _parse(text: str) -> Any:
    candidates = [text.strip(), *_fenced(text)]
    first: ValueError | None = None
    for candidate in candidates:
        try:
            return json_safe.loads(candidate)
        except ValueError as error:
            first = first or ValueError(str(error))
    raise SchemaMismatch(f"it is not JSON ({first})")


def _fenced(text: str) -> Iterator[str]:
    """Yield what stands in the code fences of a text that are closed."""
    at = 0
    while (opening := _FENCE.search(text, at)) and (end := text.find("```", opening.end())) >= 0:
        yield text[opening.end() : end].strip()
        at = end + 3


def _validate(value: Any, schema: Mapping[str, Any]) -> None:
    from jsonschema import validators
    from jsonschema.exceptions import best_match

    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    error = best_match(kind(schema).iter_errors(value))
    if error is not None:
        words = error.message
        short = words if len(words) <= _ERROR_CAP else words[:_ERROR_CAP] + "…"
        raise SchemaMismatch(f"{error.json_path}: {short}")
