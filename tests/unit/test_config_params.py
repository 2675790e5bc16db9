"""Parameters given by flags."""

from __future__ import annotations

import pytest

from core.config.params import check_parameters, parse_assignments
from core.errors import UsageError
from core.messages import Params


def test_every_parameter_can_be_set() -> None:
    assert parse_assignments([
        "temperature=0.2",
        "top_p=1",
        "top_k=40",
        "max-tokens=10",
        "seed=0",
        'stop=["x", "y"]',
        "context_length=512",
    ]) == Params(
        temperature=0.2,
        top_p=1,
        top_k=40,
        max_tokens=10,
        seed=0,
        stop=("x", "y"),
        context_length=512,
    )


def test_bare_text_and_the_last_word_count() -> None:
    assert parse_assignments(["stop=END", "seed=1", " seed = 2 "]) == Params(stop=("END",), seed=2)
    assert parse_assignments([]) == Params()


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("temprature=1", "'temprature' is not a parameter. Did you mean temperature?"),
        ("temperature=hot", "temperature has to be a number from 0 to 2, not 'hot'."),
        ("temperature=NaN", "temperature has to be a number from 0 to 2, not nan."),
        ("temperature=-0.1", "temperature has to be a number from 0 to 2, not -0.1."),
        ("temperature=true", "temperature has to be a number from 0 to 2, not True."),
        ("temperature=null", "temperature has to be a number from 0 to 2, not None."),
        ("top_p=1.5", "top_p has to be a number above 0 to 1, not 1.5."),
        ("top_k=0", "top_k has to be a whole number of 1 or more, not 0."),
        ("max_tokens=1.5", "max_tokens has to be a whole number of 1 or more, not 1.5."),
        ("seed=-1", "seed has to be a whole number from 0 to 4294967295, not -1."),
        ("stop=[1]", "stop has to be a list of 1 to 16 texts, not [1]."),
        ("stop={}", "stop has to be a list of 1 to 16 texts, not {}."),
        ("temperature", "'temperature' is not NAME=VALUE. For example: temperature=0.2"),
        ("=1", "'=1' is not NAME=VALUE. For example: temperature=0.2"),
        ("temperature=", "'temperature=' is not NAME=VALUE. For example: temperature=0.2"),
    ],
)
def test_the_error_names_the_parameter(assignment: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_assignments([assignment])
    assert str(caught.value) == expected


def test_files_and_flags_share_one_check() -> None:
    assert check_parameters({"stop": "END"}) == Params(stop=("END",))
    with pytest.raises(UsageError, match="Did you mean top_k"):
        check_parameters({"topk": 1})
