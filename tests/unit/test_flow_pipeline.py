"""The declared pipeline: in order, by templates, with a memory of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.teams.flow import Answer, Ask, Step
from core.teams.flows.pipeline import check, pipeline
from team_kit import FlowRun

OPTIONS: Mapping[str, Any] = {
    "state": {"mood": "{params.mood}"},
    "steps": [
        {
            "ask": "mood",
            "message": "{state.mood}: {inbound}",
            "keep": {"name": "mood", "field": "mood"},
        },
        {
            "ask": "draft",
            "message": "{state.mood}; {state.lines}; {answers.mood}; {inbound}",
            "keep": ["raw", {"name": "lines", "value": "{inbound} > {previous}", "last": 2}],
        },
        {"ask": "style"},
    ],
    "answer": "{params.who}: {previous}",
}
NAMES = ("mood", "draft", "style")
PARAMS = {"mood": "calm", "who": "Ann"}


def run() -> FlowRun:
    return FlowRun(pipeline, NAMES, PARAMS, OPTIONS)


def test_steps_follow_in_order_and_fill_their_templates() -> None:
    flow = run()
    asked = flow.task("Hello.")
    assert isinstance(asked, Ask)
    assert (asked.to, asked.message) == ("mood", "calm: Hello.")
    assert asked.reasoning == "Step 1 of 3: mood."
    asked = flow.answer('Well: {"mood": "grim"}.')
    assert (asked.to, asked.message) == ("draft", 'grim; ; Well: {"mood": "grim"}.; Hello.')
    asked = flow.answer("A draft.")
    assert (asked.to, asked.message) == ("style", "A draft.")
    done = flow.answer("Styled.")
    assert isinstance(done, Answer)
    assert done.message == "Ann: Styled."


def test_what_is_kept_outlives_the_task_and_a_list_keeps_the_last() -> None:
    flow = run()
    for number in range(3):
        flow.task(f"In {number}.")
        flow.answer(json.dumps({"mood": f"mood {number}"}))
        flow.answer(f"Draft {number}.")
        flow.answer("Styled.")
    assert flow.state["kept"] == {
        "mood": "mood 2",
        "raw": "Draft 2.",
        "lines": ["In 1. > Draft 1.", "In 2. > Draft 2."],
    }
    asked = flow.task("Next.")
    assert asked.message == "mood 2: Next."
    assert "answers" not in asked.state or asked.state["answers"] == {}


def test_an_unreadable_field_keeps_what_was_there_and_says_so() -> None:
    flow = run()
    flow.task("Hello.")
    for answer in ("no JSON", '{"other": 1}', "[1]"):
        flow.task("Hello.")
        asked = flow.answer(answer)
        assert asked.message.startswith("calm; ")
        assert "mood stays as it was: the answer" in asked.reasoning


def test_a_redirected_step_counts_as_the_one_it_stands_for() -> None:
    flow = run()
    first = flow.task("Hello.")
    step = Step("Hello.", "style", '{"mood": "odd"}', first.state, PARAMS, OPTIONS, NAMES)
    asked = pipeline(step)
    assert isinstance(asked, Ask)
    assert (asked.to, asked.state["kept"]) == ("draft", {"mood": "odd"})


def test_human_words_reach_the_next_delegate() -> None:
    flow = run()
    assert flow.task("Hello.", "Be brief.").message.endswith("a human says it:\nBe brief.")
    flow.answer('{"mood": "x"}')
    flow.answer("Draft.")
    again = flow.answer("Styled.", "Longer.", "And louder.")
    assert isinstance(again, Ask)
    assert again.to == "style"
    assert "Styled." in again.message
    assert "Longer.\nAnd louder." in again.message
    assert flow.answer("STYLED.").message == "Ann: STYLED."


def test_the_step_given_is_not_changed() -> None:
    flow = run()
    flow.task("Hello.")
    flow.answer('{"mood": "x"}')
    before = json.dumps(flow.state)
    step = Step("Hello.", "draft", "D.", flow.state, PARAMS, OPTIONS, NAMES)
    assert pipeline(step) == pipeline(step)
    assert json.dumps(flow.state) == before


WRONG: Mapping[str, Any] = {
    "list of 1 to": {},
    "needs `ask: NAME`": {"steps": [{"message": "x"}]},
    "no delegate. Did you mean mood": {"steps": [{"ask": "moood"}]},
    "'asks' is no key of a step": {"steps": [{"ask": "mood", "asks": 1}]},
    "'stepps' is no key of a pipeline": {"steps": [{"ask": "mood"}], "stepps": 1},
    "no {state.x}": {"steps": [{"ask": "mood", "message": "{state.x}"}]},
    "no {params.x}": {"steps": [{"ask": "mood"}], "answer": "{params.x}"},
    "no {answers.draft}": {"steps": [{"ask": "mood", "message": "{answers.draft}"}]},
    "{inbond} is no place": {"steps": [{"ask": "mood", "message": "{inbond}"}]},
    "a text as message": {"steps": [{"ask": "mood", "message": 3}]},
    "names with texts": {"steps": [{"ask": "mood"}], "state": {"a": 1}},
    "`keep` is a name": {"steps": [{"ask": "mood", "keep": 3}]},
    "`last` has to be": {"steps": [{"ask": "mood", "keep": {"name": "a", "last": -1}}]},
    "not both": {"steps": [{"ask": "mood", "keep": {"name": "a", "field": "b", "value": "c"}}]},
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_options_are_told(words: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(WRONG[words], NAMES, ["mood"])
    assert words in str(caught.value)


def test_right_options_pass() -> None:
    check(OPTIONS, NAMES, PARAMS)


@given(
    st.lists(st.text(max_size=30), min_size=3, max_size=12),
    st.lists(st.lists(st.text(max_size=5), max_size=2), min_size=3, max_size=12),
)
def test_whatever_is_answered_it_comes_to_an_end_with_json_as_state(
    answers: list[str], words: list[list[str]]
) -> None:
    flow = run()
    step = flow.task(answers[0])
    for answer, said in zip(answers, words, strict=False):
        if isinstance(step, Answer):
            break
        step = flow.answer(answer, *said)
        assert json.loads(json.dumps(step.state)) == step.state
    for _ in range(4):
        if isinstance(step, Answer):
            return
        step = flow.answer("x")
    assert isinstance(step, Answer)


@pytest.mark.parametrize("state", [{"at": 99}, {"at": "x", "kept": 3, "answers": []}, {"at": -1}])
def test_a_foreign_state_breaks_nothing(state: Mapping[str, Any]) -> None:
    pipeline(Step("Hello.", "mood", "x", state, PARAMS, OPTIONS, NAMES))
