"""The dialogue flow: goals → mood → draft → rewriter, with a mood that goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.teams.flow import Answer, Ask, Step
from core.teams.flows.dialogue import ROLES, check, dialogue
from team_kit import FlowRun

PARAMS = {
    "name": "Corva Ashgrave",
    "mood": "proud",
    "partner": "Joe",
    "samples": ["Nay.", "Thou comest late."],
}


def run(**options: Any) -> FlowRun:
    return FlowRun(dialogue, ROLES, PARAMS, options)


def exchange(flow: FlowRun, said: str, aligned: str, mood: str, draft: str, line: str) -> Answer:
    flow.task(said)
    for answer in (aligned, mood, draft, line):
        step = flow.answer(answer)
    assert isinstance(step, Answer)
    return step


def test_the_four_are_asked_in_turn() -> None:
    flow = run()
    goals = flow.task("I bring gold.")
    assert isinstance(goals, Ask)
    assert (goals.to, goals.message) == ("goals", "Joe says: I bring gold.")
    mood = flow.answer('{"aligned": true}')
    assert isinstance(mood, Ask)
    assert mood.to == "mood"
    assert "Mood so far: proud" in mood.message
    assert "oldest first): yes" in mood.message
    draft = flow.answer('{"mood": "glad"}')
    assert isinstance(draft, Ask)
    assert (draft.to, draft.message) == ("draft", "Mood: glad\nJoe says: I bring gold.")
    rewriter = flow.answer('Corva: "Give it to me."')
    assert isinstance(rewriter, Ask)
    assert (rewriter.to, rewriter.message) == ("rewriter", "Rewrite this line: Give it to me.")
    final = flow.answer("```\nYield it unto me.\n```")
    assert isinstance(final, Answer)
    assert final.message == "Yield it unto me."


def test_all_that_a_human_wrote_is_passed_on() -> None:
    flow = run()
    flow.task("I bring gold.")
    flow.answer("true")
    flow.answer("glad")
    verse = "Joe: so be it.\nCome in, and be\nwelcome."
    rewriter = flow.answer(verse, human=True)
    assert isinstance(rewriter, Ask)
    assert rewriter.message == f"Rewrite this line: {verse}"
    final = flow.answer(f"{verse}\n", human=True)
    assert isinstance(final, Answer)
    assert final.message == verse


def test_the_mood_goes_on_from_request_to_request() -> None:
    flow = run()
    exchange(flow, "One.", '{"aligned": false}', '{"mood": "cold"}', "d", "s")
    exchange(flow, "Two.", "false", "mood: colder", "d", "s")
    flow.task("Three.")
    assert "Mood so far: colder" in flow.answer("no").message


def test_alignment_is_kept_over_the_last_five_lines() -> None:
    flow = run()
    for aligned in ("true", "false", "true", "true", "false", "false"):
        exchange(flow, "x", json.dumps({"aligned": aligned == "true"}), "calm", "d", "s")
    assert flow.state["alignment"] == [False, True, True, False, False]
    flow.task("x")
    assert "yes, yes, no, no, yes" in flow.answer("true").message


def test_the_draft_sees_the_lines_as_they_were_spoken() -> None:
    flow = run(lines=2)
    for number in range(3):
        exchange(flow, f"In {number}.", "true", "calm", f"Plain {number}.", f"Styled {number}.")
    flow.task("Now.")
    flow.answer("true")
    message = flow.answer("calm").message
    assert message == (
        "So far:\n"
        "Joe: In 1.\nCorva Ashgrave: Styled 1.\n"
        "Joe: In 2.\nCorva Ashgrave: Styled 2.\n"
        "\nMood: calm\nJoe says: Now."
    )
    assert "Plain" not in message


@pytest.mark.parametrize(
    ("answer", "aligned"),
    [
        ('{"aligned": true}', True),
        ('```json\n{"aligned": false}\n```', False),
        ('Here: {"ALIGNED": true} as asked.', True),
        ('{"result": false}', False),
        ('{"aligned": "yes"}', True),
        ("true", True),
        ("No, that helps nobody.", False),
        ("I cannot tell.", None),
        ("true or false", None),
        ("", None),
        ("[]", None),
        ('{"aligned": null}', None),
    ],
)
def test_goals_are_read_tolerantly(answer: str, aligned: bool | None) -> None:
    flow = run()
    flow.task("x")
    step = flow.answer(answer)
    assert flow.state["alignment"] == ([] if aligned is None else [aligned])
    assert ("stays open" in step.reasoning) is (aligned is None)


@pytest.mark.parametrize(
    ("answer", "mood"),
    [
        ('{"mood": "wary"}', "wary"),
        ('```\n{"mood": " wary. "}\n```', "wary"),
        ('I would say {"Mood": "wary"}!', "wary"),
        ('"wary"', "wary"),
        ("**Mood**: wary", "wary"),
        ("wary\n", "wary"),
        ("The mood of the queen is one that nobody could put into so few words as these.", None),
        ('{"feeling": "wary"}', None),
        ('{"mood": 3}', None),
        ('{"mood": "},{"}', None),
        ('{"mood": "[mood] (en)"}', None),
        ("", None),
    ],
)
def test_moods_are_read_tolerantly(answer: str, mood: str | None) -> None:
    flow = run()
    flow.task("x")
    flow.answer("true")
    step = flow.answer(answer)
    assert flow.state["mood"] == (mood or "proud")
    assert ("The mood stays proud" in step.reasoning) is (mood is None)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("Nay.", "Nay."),
        ("\n  “Nay.”  \n", "Nay."),
        ('"Nay," said I, "nay."', '"Nay," said I, "nay."'),
        ("Corva Ashgrave: Nay.", "Nay."),
        ("CORVA:\nNay.", "Nay."),
        ("Nay.\nJoe: Why?\nCorva: Begone.", "Nay."),
        ("Joe: Nay.\n\n(I kept it short.)", "Nay."),
        ("```text\nNay.\n```", "Nay."),
        ("Listen: nay.", "Listen: nay."),
        ("'Tis naught.", "'Tis naught."),
    ],
)
def test_the_answer_is_the_spoken_line_alone(answer: str, line: str) -> None:
    assert exchange(run(), "x", "true", "calm", "d", answer).message == line


def test_an_empty_rewrite_leaves_the_draft() -> None:
    final = exchange(run(), "x", "true", "calm", "A draft.", '""')
    assert final.message == "A draft."
    assert "gave no line" in final.reasoning


def test_human_words_reach_the_next_delegate_and_the_rewriter_last() -> None:
    flow = run()
    flow.task("x")
    flow.answer("true")
    assert "a human says it:\nAngrier." in flow.answer("calm", "Angrier.").message
    flow.answer("D.")
    again = flow.answer("S.", "Shorter.")
    assert isinstance(again, Ask)
    assert again.to == "rewriter"
    assert "S." in again.message
    assert "Shorter." in again.message
    assert flow.answer("T.").message == "T."
    assert flow.state["lines"] == [{"said": "x", "line": "T."}]


def test_roles_may_have_other_names() -> None:
    names = ("goals", "tempers", "draft", "rewriter")
    options = {"roles": {"mood": "tempers"}}
    check(options, names, [])
    flow = FlowRun(dialogue, names, {}, options)
    flow.task("x")
    mood = flow.answer("true")
    assert isinstance(mood, Ask)
    assert mood.to == "tempers"
    assert "Mood so far: neutral" in mood.message
    assert "The other says: x" in mood.message


@pytest.mark.parametrize(
    ("options", "names", "words"),
    [
        ({"rolls": {}}, ROLES, "Did you mean roles"),
        ({"lines": -1}, ROLES, "whole number"),
        ({"roles": []}, ROLES, "roles has to name"),
        ({"roles": {"moods": "x"}}, ROLES, "no role"),
        ({}, ROLES[:3], "a delegate 'rewriter'"),
    ],
)
def test_wrong_options_are_told(
    options: Mapping[str, Any], names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        check(options, names, [])


@given(
    st.lists(
        st.text(max_size=40) | st.sampled_from(["true", '{"mood": "x"}', "{", "[1]"]), min_size=12
    )
)
def test_whatever_is_answered_a_line_comes_of_four_answers(answers: list[str]) -> None:
    flow = run()
    for start in range(0, len(answers) - 4, 5):
        step: Ask | Answer = flow.task(answers[start])
        for answer in answers[start + 1 : start + 5]:
            assert isinstance(step, Ask)
            step = flow.answer(answer)
            assert json.loads(json.dumps(step.state)) == step.state
        assert isinstance(step, Answer)


@pytest.mark.parametrize(
    "state",
    [{"role": "x", "mood": 3, "alignment": "no", "lines": [1, {"said": 1}], "draft": None}, {}],
)
def test_a_foreign_state_breaks_nothing(state: Mapping[str, Any]) -> None:
    dialogue(Step("Hello.", "goals", "x", state, {}, {}, ROLES))


class TestWhatAHumanMadeOfTheLine:
    """On the next request the flow hears what was let through as its answer to the last."""

    def next_lines(self, flow: FlowRun, asked: str, answered: str) -> list[tuple[str, str]]:
        step = Step("Next.", None, "Next.", flow.state, {}, {}, ROLES, (), asked, answered)
        return [(each["said"], each["line"]) for each in dialogue(step).state["lines"]]

    def test_an_edited_line_takes_the_place_of_the_flows_own(self) -> None:
        flow = run()
        exchange(flow, "a", "true", "calm", "d", "A.")
        assert self.next_lines(flow, "a", "A!") == [("a", "A!")]

    def test_a_line_that_was_taken_over_is_added(self) -> None:
        flow = run()
        exchange(flow, "a", "true", "calm", "d", "A.")
        flow.task("b")
        flow.answer("true")
        assert self.next_lines(flow, "b", "Mine.") == [("a", "A."), ("b", "Mine.")]

    def test_the_same_said_twice_and_taken_over_is_two_lines(self) -> None:
        flow = run()
        exchange(flow, "a", "true", "calm", "d", "A.")
        flow.task("a")
        flow.answer("true")
        assert self.next_lines(flow, "a", "Mine.") == [("a", "A."), ("a", "Mine.")]

    def test_what_was_passed_over_leaves_no_line(self) -> None:
        flow = run()
        exchange(flow, "a", "true", "calm", "d", "A.")
        flow.task("b")
        assert self.next_lines(flow, "b", "") == [("a", "A.")]
