"""What a team is told: declared, typed, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UsageError
from core.teams.definitions.parameters import (
    MOST_ITEMS,
    Parameter,
    check_values,
    complete,
    parse_assignments,
    read_parameter_file,
)

NAME = Parameter("name", description="Who it is", required=True)
MOOD = Parameter("mood", default="calm")
AGE = Parameter("age", "number")
LINES = Parameter("lines", "list")
LOUD = Parameter("loud", "flag")
ALL = (NAME, MOOD, AGE, LINES, LOUD)


def test_what_is_not_given_has_its_default_or_is_empty() -> None:
    assert complete(ALL, {"name": "Ada"}) == {
        "name": "Ada",
        "mood": "calm",
        "age": None,
        "lines": [],
        "loud": False,
    }


def test_a_missing_one_is_named() -> None:
    for values in ({}, {"name": ""}, {"mood": "grim"}):
        with pytest.raises(UsageError, match=r"given: name\..*--set name=… \(Who it is\)"):
            complete(ALL, values)


def test_an_unknown_one_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean mood"):
        complete(ALL, {"name": "Ada", "moood": "grim"})
    with pytest.raises(UsageError, match="declares none"):
        parse_assignments((), ["mood=grim"])


def test_flags_are_read_by_type() -> None:
    assert parse_assignments(
        ALL,
        ["name=5", "mood=", "age=41.5", "lines=One, two", 'lines=["a", "b=c"]', "loud=yes"],
    ) == {
        "name": "5",
        "mood": "",
        "age": 41.5,
        "lines": ["One, two", "a", "b=c"],
        "loud": True,
    }


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("name", "NAME=VALUE"),
        ("=x", "NAME=VALUE"),
        ("age=old", "age has to be a number"),
        ("age=NaN", "age has to be a number"),
        ("age=true", "age has to be a number"),
        ("loud=maybe", "loud has to be true or false"),
        ("lines=[{}]", "lines has to be a list"),
        ("naem=x", "Did you mean name"),
        ("name=" + "x" * 30_000, "at most"),
    ],
)
def test_a_wrong_flag_is_told(assignment: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_assignments(ALL, [assignment])


@pytest.mark.parametrize(
    "values",
    [{"lines": ["x"] * (MOST_ITEMS + 1)}, {"name": ["x"]}, {"loud": "true"}, {"age": "1"}],
)
def test_values_have_their_types(values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="has to be"):
        check_values(ALL, values)


def test_a_file_is_yaml_or_json(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("name: Ada\nlines:\n  - One.\n  - 2\nage: 3\n")
    (tmp_path / "a.json").write_text('{"name": "Ada", "lines": ["One.", "2"],\n "age": 3}')
    expected = {"name": "Ada", "lines": ["One.", "2"], "age": 3}
    assert read_parameter_file(ALL, tmp_path / "a.yml") == expected
    assert read_parameter_file(ALL, tmp_path / "a.json") == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: Ada\nmod: x\n", r"a\.yml:2: 'mod' is no parameter.*Did you mean mood"),
        ("name: Ada\nage: old\n", r"a\.yml:2: age has to be a number"),
        ("- x", r"a\.yml:1: "),
        ("a: [", r"a\.yml:1: this is not valid YAML"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(UsageError, match=words):
        read_parameter_file(ALL, tmp_path / "a.yml")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_parameter_file(ALL, tmp_path / "a.yml")
