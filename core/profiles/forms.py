"""JSON schemas as forms: built, made shorter for small models, and measured in tokens.

An answer that is cut off in the middle of its JSON is worth nothing, so the room for one is
taken from its schema; whoever wants shorter answers gets a shorter form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.messages import Params

USUAL = 512
"""Tokens of an answer for which forms are as they stand."""
_LEAST = 0.15
_SHORTEST = 24
"""Characters that a text is left at least."""
_TEXT, _KEY, _WORD, _BRACKETS = 4, 10, 6, 6
"""Tokens around a text, for a key with its blanks, of a number or a choice, around a list."""
_CHARACTERS = 2
"""Of a token, in a language that takes many."""


def form(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has exactly these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def text(longest: int, least: int = 0) -> dict[str, Any]:
    """Return the schema of a text."""
    return {"type": "string", "minLength": least, "maxLength": longest}


def several(items: Mapping[str, Any], least: int, most: int) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": dict(items), "minItems": least, "maxItems": most}


def scale_of(params: Params) -> float:
    """Return how long texts may be, as a share of what forms say, where answers are limited."""
    if params.max_tokens is None:
        return 1.0
    return max(_LEAST, min(1.0, params.max_tokens / USUAL))


def scaled(schema: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """Return a schema with shorter texts and lists."""
    found = dict(schema)
    if "maxLength" in found and "enum" not in found:
        found["maxLength"] = max(_SHORTEST, round(found["maxLength"] * scale))
    if "maxItems" in found:
        least = max(1, found.get("minItems", 0))
        found["maxItems"] = max(least, round(found["maxItems"] * scale))
    if "items" in found:
        found["items"] = scaled(found["items"], scale)
    if "properties" in found:
        found["properties"] = {
            key: scaled(each, scale) for key, each in schema["properties"].items()
        }
    return found if scale < 1 else dict(schema)


def most_in(schema_of: Callable[[int], Mapping[str, Any]], most: int, tokens: int) -> int:
    """Return how many things a list may hold for the longest of them to fit; one at least.

    `schema_of` makes the schema for a number of them. A list that is cut off is no JSON, and
    all of it is lost.
    """
    fitting = (count for count in range(most, 1, -1) if room(schema_of(count)) <= tokens)
    return next(fitting, 1)


def room(schema: Mapping[str, Any]) -> int:
    """Return the tokens that the longest answer under a schema takes, on the safe side."""
    if "properties" in schema:
        inner = schema["properties"].values()
        return _BRACKETS + sum(_KEY + room(each) for each in inner)
    if "items" in schema:
        return _BRACKETS + int(schema.get("maxItems", 8)) * (room(schema["items"]) + 2)
    if "maxLength" in schema:
        return _TEXT + int(schema["maxLength"]) // _CHARACTERS
    return _WORD
