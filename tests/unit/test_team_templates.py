"""Places in texts: filled once, by name, and nothing else can be asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.teams.definitions.templates import complaint, fill, places, shown

VALUES = {
    "inbound": "Hello {previous}",
    "previous": "before",
    "answers": {"mood": "calm", "two words": "yes"},
    "params": {"samples": ["One.", "Two."], "count": 3, "on": True, "nothing": None},
    "state": {"mood": {"now": "grim"}},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{inbound}", "Hello {previous}"),
        ("<{previous}{previous}>", "<beforebefore>"),
        ("{answers.mood} {answers.two words}", "calm yes"),
        ("{params.samples}", "- One.\n- Two."),
        ("{params.count} {params.on}{params.nothing}", "3 yes"),
        ("{state.mood}", '{"now": "grim"}'),
        ("[{answers.nobody}]", "[]"),
        ("{{inbound}} {{params.x}}", "{inbound} {params.x}"),
        ('{"mood": {"now": "{previous}"}}', '{"mood": {"now": "before"}}'),
        ("{} {0} {__class__} {inbound.__class__} {inbound!r}", None),
        ("{{char}} and {{user}}", None),
    ],
)
def test_places_are_filled_in(template: str, text: str | None) -> None:
    assert fill(template, VALUES) == (template if text is None else text)


def test_groups_that_there_are_no_values_for_stay() -> None:
    assert fill("{inbound} {params.a} {{params.a}} {{inbound}}", {"params": {"a": "A"}}) == (
        "{inbound} A {params.a} {{inbound}}"
    )


def test_no_attribute_can_be_reached() -> None:
    text = fill("{params.__class__} {state.mood.now} {params.samples.append}", VALUES)
    assert text == "  "


@given(st.text())
def test_a_value_is_put_in_as_it_is(value: str) -> None:
    assert fill("a{inbound}b", {"inbound": value}) == f"a{value}b"
    assert fill("{params.x}", {"params": {"x": value}}) == value


@given(st.text(alphabet="{}abc._ inboudparmstewv\n"))
def test_any_text_can_be_filled_in_and_one_without_places_stays(template: str) -> None:
    filled = fill(template, {})
    assert filled == template
    if not list(places(template)) and "{{" not in template:
        assert fill(template, VALUES) == template


@given(st.lists(st.sampled_from(["{inbound}", "{params.a}", "{{previous}}", "x", "{", "}"])))
def test_places_are_those_that_are_filled_in(parts: list[str]) -> None:
    template = " ".join(parts)
    found = list(places(template))
    assert found == [
        ("inbound", "") if part == "{inbound}" else ("params", "a")
        for part in parts
        if part in {"{inbound}", "{params.a}"}
    ]
    values = {"inbound": "I", "previous": "P", "params": {"a": "A"}}
    swap = {"{inbound}": "I", "{params.a}": "A", "{{previous}}": "{previous}"}
    assert fill(template, values) == " ".join(swap.get(part, part) for part in parts)


def test_a_wrong_place_is_complained_about() -> None:
    known = {"params": ["mood"], "answers": ["draft"]}
    assert complaint("{inbound} {params.mood} {answers.draft}", known) == ""
    assert "Did you mean params.mood?" in complaint("{params.moood}", known)
    assert "{state.x}" in complaint("{state.x}", known)
    assert "{inbond} is no place" in complaint("{inbond}", known)
    assert complaint('{"a": 1} {{char}} {a b}', known) == ""


def test_values_are_shown_as_text() -> None:
    assert shown(["a", ["b"]]) == "- a\n- - b"
    assert shown(False) == "no"
    assert shown(1.5) == "1.5"
