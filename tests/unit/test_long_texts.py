"""Texts that once took seconds or never ended: they are read for what they are."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from core.personas.decorators import read_decorators
from core.personas.encoding import split_lines
from core.personas.headings import sections
from core.personas.instructions import Instructions
from core.profiles.evidence import locate
from core.providers.schema import read_answer
from core.sessions.transcripts.markdown_table import _inline
from core.teams.files import named_files
from core.teams.flows.answers import line_of
from text_doors import DOORS, TOKENS, seconds_of
from tui.widgets.transcript.tables import split_cells

MANY = 200_000


def test_a_row_of_code_spans_that_ends_in_a_backslash() -> None:
    ticks = "`" * 50
    assert split_cells(f"| x {ticks}\\") == [f"x {ticks}\\"]
    assert split_cells("| a | `b|c` | d\\") == ["a", "`b|c`", "d\\"]
    assert split_cells("| a \\| b | c |") == ["a | b", "c"]
    assert split_cells("|" + "`a" * MANY) == ["`a" * MANY]


def test_a_decorator_with_a_long_gap() -> None:
    read = read_decorators(f"@@depth{' ' * MANY}4{' ' * MANY}\nText.")
    assert (read.content, read.values) == ("Text.", {"depth": 4})
    assert read_decorators(f"@@depth {'x ' * MANY}").values == {}


def test_files_with_long_lines() -> None:
    gap = " " * MANY
    (file,) = named_files(f"```py{gap}a/b.py{gap}\nx\n```{gap}\n")
    assert (file.name, file.text) == ("a/b.py", "x\n")
    (file,) = named_files(f"### {gap}**a.py**{gap}\n```\nx\n```\n")
    assert file.name == "a.py"
    assert named_files(f"{'a/' * MANY}!\n```\nx\n```\n{'a.' * MANY}\n```\nx\n```\n") == []


def test_backslashes_in_a_table() -> None:
    run = "\\" * MANY
    assert _inline(f"{run}a|b") == f"{run}a\\|b"
    assert _inline(f"{run}|") == f"{run}{run}\\|"


def test_fences_that_do_not_end() -> None:
    opened = f"```\n{'a ' * MANY}"
    assert line_of(opened) == "```"
    assert line_of(f"```text \n  Hello. \n```{' ' * MANY}") == "Hello."
    assert read_answer("```\nno\n```\n" + "```json\n" * 9 + "[1]\n```", None) == [1]


def test_comments_that_do_not_end() -> None:
    text = f"## In character\nBe kind.<!-- not this --> Always.\n{'<!-- ' * MANY}"
    assert Instructions.load(text).in_character.startswith("Be kind. Always.")


def test_sections_end_at_the_next_heading_of_their_level() -> None:
    lines = split_lines("# a\n1\n### b\n2\n## c\n3\n# d\n4\n")
    found = [(each.title, each.text) for each in sections(lines)]
    nested = "1\n### b\n2\n## c\n3"
    assert found == [("a", nested), ("b", "2"), ("c", "3"), ("d", "4")]
    assert len(sections(["# a\n"] * MANY)) == MANY


def test_a_quote_of_bars() -> None:
    assert locate("a " + "_ " * 200 + "b", "_" * MANY) is None
    assert locate("snake case", "my snake_case name") == (3, 13)


# What a door takes for a text of 32,000 characters, in times of what it takes for one of 4,000.
_GROWTH = 30


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", DOORS)
def test_every_door_takes_linear_time(name: str) -> None:
    slow = {token: taken for token in TOKENS if (taken := _too_slow(name, token))}
    assert not slow, json.dumps(slow)


def _too_slow(name: str, token: str) -> list[float]:
    """Return the seconds that a short and a long text take if they are out of proportion."""
    for _ in range(3):  # the processor's caches are shared with what else runs
        taken = []
        for size in (4_000, 32_000):
            with tempfile.TemporaryDirectory() as folder:
                text = (token * size)[:size]
                taken.append(seconds_of(DOORS[name], text, Path(folder)))
        if taken[1] <= _GROWTH * taken[0] + 0.05:
            return []
    return taken
