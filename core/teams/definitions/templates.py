"""Texts with places to fill in: `{inbound}`, `{previous}`, `{answers.NAME}`, `{params.NAME}` …

Filling in is one pass over the text: what is put in is never looked at again, and nothing but
a look-up by name can be asked for. Braces around anything else are braces; a second pair
(`{{inbound}}`) makes a place a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

WORDS = ("inbound", "previous")
GROUPS = ("answers", "params", "state")
_PLACE = re.compile(
    rf"\{{\{{(?P<text>(?:{'|'.join(WORDS)})|(?:{'|'.join(GROUPS)})\.[^\s{{}}][^{{}}\n]*)\}}\}}"
    rf"|\{{(?P<place>(?:{'|'.join(WORDS)})|(?:{'|'.join(GROUPS)})\.[^\s{{}}][^{{}}\n]*)\}}"
)
_LIKE_A_PLACE = re.compile(r"(?<!\{)\{([a-z_]\w*(?:\.[\w-]+)?)\}(?!\})", re.IGNORECASE)


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Return the text with every place filled in; what there is no value for becomes empty.

    Args:
        template: The text.
        values: Of `inbound` and `previous` the value, of each group a mapping of values. The
            places of a group or word that is not in it stay as they are.
    """

    def put(match: re.Match[str]) -> str:
        word, _, name = (match["place"] or match["text"]).partition(".")
        if word not in values:
            return match[0]
        if match["place"] is None:
            return match[0][1:-1]
        value = values[word]
        return shown(value.get(name.strip()) if name else value)

    return _PLACE.sub(put, template)


def places(template: str) -> Iterator[tuple[str, str]]:
    """Yield each place of a text as (word or group, name in the group or empty)."""
    for match in _PLACE.finditer(template):
        if match["place"] is not None:
            word, _, name = match["place"].partition(".")
            yield word, name.strip()


def complaint(template: str, known: Mapping[str, Collection[str]]) -> str:
    """Return what is wrong with the places of a text, as a sentence; empty: nothing.

    Args:
        template: The text.
        known: Of each group the names that there are.
    """
    from core.errors import nearest

    for group, name in places(template):
        if name and name not in known.get(group, ()):
            hint = nearest(name, known.get(group, ()), prefix=f"{group}.")
            return f"there is no {{{group}.{name}}}. {hint}".rstrip()
    for match in _LIKE_A_PLACE.finditer(template):
        if not _PLACE.fullmatch(match[0]):
            forms = ", ".join([*WORDS, *(f"{group}.NAME" for group in GROUPS)])
            return f"{match[0]} is no place to fill in; there are {forms} in braces."
    return ""


def shown(value: Any) -> str:
    """Return a value as a text shows it: lists as lines with dashes, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "\n".join(f"- {shown(each)}" for each in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
