"""Lint: each complaint on its line, and none about files that are in order."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from core.personas.lint import lint, lint_file

_FOLDER = Path(__file__).parents[2] / "personas"
SHIPPED = sorted(each for each in _FOLDER.glob("*.md") if each.stem != "README")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_personas_are_clean(path: Path) -> None:
    assert lint_file(path) == []


def test_an_ordinary_file_is_clean() -> None:
    text = (
        "---\nmodel: openai:x\ntemperature: 1\ntags: [a]\n# c\nother: {x: 1}\n---\n\n"
        "# Role: Name (pt-BR) [m]\r\n\nText with\ttab.\n\n## A\n### Same\n## B\n### Same\n"
    )
    assert lint(text.encode()) == []


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"Just text.\n", 1, "no heading"),
        (b"text\n\n#Role: Name\n", 3, "no heading"),
        (b"\n# Name\ntext", 2, "no colon"),
        (b"# Role:\ntext", 1, "both a role"),
        (b"# : Name\ntext", 1, "both a role"),
        (b"# (de)\ntext", 1, "no name"),
        (b"# Role: Name (Klingon) [m]\ntext", 1, "language 'Klingon'"),
        (b"---\nlanguage: fluent nonsense\n---\n# R: N\nt", 2, "language 'fluent nonsense'"),
        (b"---\nlanguage: [de]\n---\n# R: N\nt", 2, "language has to be"),
        (b"\n\n# Role: Name\n\n", 3, "nothing is said"),
        (b"---\na: [\n---\n# R: N\nt", 3, "not valid YAML"),
        (b"---\na: 1\na: 2\n---\n# R: N\nt", 3, "key `a` stands here again"),
        (b"---\na: 1\ntop_p: 2\n---\n# R: N\nt", 3, "top_p has to be"),
        (b"---\nparameters:\n  temprature: 1\n---\n# R: N\nt", 2, "Did you mean temperature?"),
        (b"---\nmodel: 3\n---\n# R: N\nt", 2, "model has to be"),
        (b"---\ntags: {a: 1}\n---\n# R: N\nt", 2, "tags has to be"),
        (b"---\na:\n\t- 1\n---\n# R: N\nt", 3, "not valid YAML"),
        (b"---\n# R: N\nt", 1, "begins with `---`"),
        (b"# R: N\nt\n## A\nx\n## a\n", 5, "stands on line 3 already"),
        (b"# R: N\nt \x1b[31m\n", 2, "control character U+001B"),
        ("# R: N\nt \u202e\n".encode(), 2, "change of direction U+202E"),
        (b"# R: N\nt\rx\n", 2, "bare carriage return"),
        ("# R: é\nt\n".encode("latin-1"), 1, "a guess"),
        (codecs.BOM_UTF16_LE + "# R: N\nt".encode("utf-16-le"), 1, "utf-16"),
        (b"# R: N\n" + b"word " * 4000, 1, "tokens of every prompt"),
        (b"\x00", 1, "binary"),
    ],
)
def test_each_problem_stands_on_its_line(data: bytes, line: int, words: str) -> None:
    problems = lint(data)
    assert len(problems) == 1, problems
    assert problems[0].line == line
    assert words in problems[0].message


def test_problems_come_in_the_order_of_lines() -> None:
    problems = lint(b"---\nseed: x\n---\n# N\n\x07\n## A\n## A\n")
    assert [each.line for each in problems] == [2, 4, 5, 7]


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in lint_file(tmp_path / "none.md")[0].message
