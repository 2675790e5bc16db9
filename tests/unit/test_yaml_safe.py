"""YAML from outside: values, or one kind of error that names the line."""

from __future__ import annotations

import pytest
import yaml

from core.yaml_safe import safe_loader


@pytest.mark.parametrize(
    "value",
    ["!!bool x", '!!int ""', "!!int x", '!!float ""', "!!timestamp x", "2025-13-45", "9" * 5000],
)
def test_a_value_that_is_not_what_its_tag_says_is_an_error_of_yaml(value: str) -> None:
    with pytest.raises(yaml.YAMLError, match="a value that YAML cannot read as") as caught:
        yaml.load(f"a: 1\nb: {{c: [{value}]}}\n", Loader=safe_loader())
    assert caught.value.problem_mark.line == 1


def test_ordinary_values_are_read_as_ever() -> None:
    text = "a: [1, 2.5, true, null, text, 2025-01-31]\nb: &x {c: d}\ne: *x\n"
    assert yaml.load(text, Loader=safe_loader()) == yaml.safe_load(text)
