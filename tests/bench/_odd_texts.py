"""Texts that a model or a file may bring and that no screen was made for."""

from __future__ import annotations

from collections.abc import Callable

_MILLION = 1_000_000
_WORD = "evening "


def _table(columns: int, rows: int) -> str:
    lines = ["| cell " * columns + "|", "|---" * columns + "|"]
    lines += [f"| {row} *of* `{row}` " * columns + "|" for row in range(rows)]
    return "\n".join(lines) + "\n"


def _code_spans() -> str:
    """Cells of code spans, each cut at a backslash: what a model sends in the middle of a row."""
    row = "| " + "`a`" * 400 + "\\"
    return "| a | b |\n|---|---|\n" + f"{row}\n" * 60


def _deep_list(depth: int) -> str:
    nested = "\n".join("  " * min(level, 100) + f"- {level}" for level in range(depth))
    return "- " * depth + "deep\n\n" + nested


def _emphasis() -> str:
    opening = "".join("*_"[n % 2] * (1 + n % 3) + "a" for n in range(20_000))
    return opening + "\n\n" + "*a **b " * 20_000 + "\n\n" + "*" * 50_000 + "a" + "*" * 50_000


def _directions() -> str:
    """Hebrew and Arabic beside Latin, letters under piles of marks, joined emoji, wide ones."""
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    piled = "e" + "\u0301\u0327" * 40
    return (
        f"shalom \u05e9\u05dc\u05d5\u05dd {piled} \u0645\u0631\u062d\u0628\u0627 {family} " * 4000
    )


def _fence(language: str, line: str, size: int) -> str:
    return f"```{language}\n" + line * (size // len(line))


TEXTS: dict[str, Callable[[], str]] = {
    "table of 20,000 cells": lambda: _table(20, 1000),
    "table of 20,000 columns": lambda: _table(20_000, 2),
    "table of 31 columns": lambda: _table(31, 600),
    "table with a cell of 500,000 characters": lambda: (
        "| a | b |\n|---|---|\n| " + _WORD * 62_500 + "| b |\n"
    ),
    "code spans cut at a backslash": _code_spans,
    "line of a million characters": lambda: _WORD * (_MILLION // len(_WORD)),
    "word of a million characters": lambda: "x" * _MILLION,
    "word of 500,000 wide characters": lambda: "\u6f22" * 500_000,
    "paragraph of 500,000 characters": lambda: "good\nevening " * 38_000,
    "one code span that never closes": lambda: "`" + "a ` `` " * 70_000,
    "10,000 nested quotes": lambda: (
        "> " * 10_000
        + "deep\n\n"
        + "\n".join("> " * min(level, 300) + str(level) for level in range(10_000))
    ),
    "10,000 nested lists": lambda: _deep_list(10_000),
    "100,000 items of one letter": lambda: "- a\n" * 100_000,
    "50,000 headings": lambda: "# a\n" * 50_000,
    "200,000 empty lines": lambda: "\n" * 200_000 + "end",
    "fence that never ends": lambda: _fence(
        "python", "def f(x): return [x, 'a', 1]  # b\n", _MILLION
    ),
    "fence of one line": lambda: _fence("json", '{"a": [1, "b", null]}, ', _MILLION),
    "fence of quotes": lambda: _fence("python", "'\"'\"", _MILLION),
    "fences of unknown languages": lambda: "".join(
        f"```lang{n}\na = {n}\n```\n" for n in range(5000)
    ),
    "link definition of a million characters": lambda: "[a]: http://a/" + "b" * _MILLION,
    "brackets that never close": lambda: "[" * 300_000 + "![" * 100_000,
    "links within links": lambda: "[a](b" * 100_000,
    "deep emphasis": _emphasis,
    "angle brackets and entities": lambda: "<a &#x41; & <b " * 40_000,
    "directions and piled marks": _directions,
    "marks on one letter": lambda: "e" + "\u0301" * 300_000,
    "control characters": lambda: "\x1b[31m\u202e\r\x00a" * 60_000,
    "tabs": lambda: "\t" * 300_000 + "a\n" + "a\tb\t" * 100_000,
}
