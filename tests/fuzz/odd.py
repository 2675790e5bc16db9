"""Odd text and odd values: what inputs are made of that nobody meant to write."""

from __future__ import annotations

import math
from random import Random

TOKENS = (
    *"\\`|\"'[](){}<>-=~_*#&!:,;./+^%$@? \t\n\r",
    *("{{", "}}", "{{char}}", "@@", "@@depth 4\n", "```", "~~~", "---\n", "***", "> ", "- ", "1. "),
    *("`a\\`|", "| a ", "|-", "[a](", "![", "<b>", "</div>", "<!--", "&amp;", "[@click=app.quit]"),
    *("$$", "\\n", "\\u", "%s", "\r\n", "\n\n", "# ", "/", "//", "/bye ", "http://", "www."),
    *("e\u0301", "\u0301", "\u200d", "\u200b", "\ufeff", "👩\u200d🚀", "漢", "ß", "İ", "ﷺ", "🏳"),
    *("\x00", "\x07", "\x1b[31m", "\x1b]8;;x\x07", "\x9b1m", "\x85", "\x7f", "\x0c", "\x1c"),
    *("\u202e", "\u2066", "\u2028", "\u2029", "\ud800", "\udfff", "\uffff", "\U0010ffff", "\u00a0"),
    *("a", "0", "a ", "A.", "null", "NaN", "[[", "a: ", "? ", "&a ", "*a", "!!", "|\n", "% "),
)
"""What a row repeats."""
_COMMON_ROW, _LONGEST_ROW = 1_500, 20_000
_LONG_ROWS = 0.02
"""Share of rows that may be of the longest kind: they find what is slow, and cost the most."""
_DEEP = (3, 40, 400, 5_000)


def length(rng: Random) -> int:
    """Return how often something is repeated: mostly a few times, now and then very often."""
    most = _LONGEST_ROW if rng.random() < _LONG_ROWS else _COMMON_ROW
    return int(math.exp(rng.uniform(0, math.log(most))))


def row(rng: Random) -> str:
    """Return one token, or two in turn, many times over."""
    token = "".join(rng.choice(TOKENS) for _ in range(rng.choice((1, 1, 1, 2))))
    return token * max(1, length(rng) // len(token))


def text(rng: Random) -> str:
    """Return a short odd text."""
    if rng.random() < 0.5:
        return row(rng)
    return "".join(rng.choice(TOKENS) for _ in range(rng.randint(1, 12)))


SCALARS = (
    *("null", "true", "false", "0", "-1", "1", "2", "1e308", "-1e308", "1e400", "1.5", "0.1e-400"),
    *("9" * 30, "9" * 400, "1" + "0" * 5_000, "NaN", "Infinity", "-Infinity", "-0", "4294967296"),
    *(
        '""',
        '" "',
        '"0"',
        '"true"',
        '"null"',
        '"\\ud800"',
        '"\\u0000"',
        '"\\u001b[31m"',
        '"\u202e"',
    ),
    *('"2026-13-45"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00+23:59"', '"../../etc/x"'),
    *(
        '"a/b"',
        '"/"',
        '"~"',
        '"scripted:x"',
        '"nope:nothing"',
        '"openai"',
        '":"',
        '"a:"',
        '"{{x}}"',
    ),
    *(
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[1]",
        '[""]',
        "[{}]",
        '{"": null}',
        '{"a": {"a": 1}}',
        '["a"]',
    ),
)
"""JSON values as they are written; YAML reads nearly all of them too."""


def value(rng: Random) -> str:
    """Return an odd JSON value as it is written."""
    import json

    chance = rng.random()
    if chance < 0.75:
        return rng.choice(SCALARS)
    if chance < 0.9:
        return json.dumps(text(rng))
    deep = rng.choice(_DEEP)
    if rng.random() < 0.5:
        return "[" * deep + "]" * deep
    return '{"a":' * deep + "1" + "}" * deep
