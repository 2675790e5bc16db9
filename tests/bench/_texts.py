"""Markdown of a given size, and the pieces in which a model would send it."""

from __future__ import annotations

import random
import re

_WORDS = (
    "machine evening engine number father pattern silence letter window garden question answer "
    "reason habit music river paper night table voice story colour weather circle promise"
).split()


def words(count: int, seed: int = 1) -> list[str]:
    """So many words of prose, now and then with emphasis or code."""
    rng = random.Random(seed)
    drawn = [rng.choice(_WORDS) for _ in range(count)]
    for at in range(7, count, 23):
        drawn[at] = rng.choice(["**{}**", "*{}*", "`{}`"]).format(drawn[at])
    return drawn


def paragraphs(tokens: int) -> str:
    """Paragraphs of 80 words."""
    drawn = words(tokens)
    return "\n\n".join(" ".join(drawn[at : at + 80]) for at in range(0, tokens, 80))


def bullets(tokens: int) -> str:
    """One list of 15-word items."""
    drawn = words(tokens)
    return "\n".join("- " + " ".join(drawn[at : at + 15]) for at in range(0, tokens, 15))


def fence(tokens: int) -> str:
    """One Python fence of ten tokens a line."""
    drawn = [word.strip("*`") for word in words(tokens)]
    lines = [
        f"    {a} = {b}({c!r}, {n})  # {d}"
        for n, (a, b, c, d) in enumerate(zip(*[iter(drawn)] * 4, strict=False))
    ]
    return "```python\ndef talk():\n" + "\n".join(lines[: tokens // 10]) + "\n```\n"


def table(rows: int) -> str:
    """A table of four columns."""
    drawn = words(rows * 4)
    lines = ["| " + " | ".join(drawn[at : at + 4]) + " |" for at in range(0, rows * 4, 4)]
    return "| one | two | three | four |\n|---|:-:|--:|---|\n" + "\n".join(lines) + "\n"


def tokens_of(text: str) -> list[str]:
    """The text in pieces of about a token."""
    return re.findall(r"\s*\S{1,7}", text) + re.findall(r"\s+\Z", text)
