"""The verbs of `salon teams` over stored runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from core.errors import CommandError, StoreError
from salon_process import lines, of
from teams_desk import LINE, Desk
from teams_kit import ask, final, several


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_way_to_decide(desk: Desk) -> None:
    desk.play(
        "A line",
        {
            **LINE,
            "director": [ask("critic", "Judge."), several(dialogue="Write."), final("Done.")],
            "director/dialogue": [ask("rewriter", "Rewrite."), final("A."), final("B.")],
        },
    )
    assert desk.pending() == [("director", "critic", "Judge.")]
    (redirected,) = of(desk.events("redirect", "1", "Write.", "--to", "dialogue"), "redirected")
    assert (redirected["to"], redirected["text"], redirected["by"]) == (
        "dialogue",
        "Write.",
        "human",
    )
    assert of(desk.events("edit", "2", "Rewrite this."), "edited")[0]["text"] == "Rewrite this."
    assert desk.pending() == [("director/dialogue/rewriter", "", "Alas, the sea.")]
    assert of(desk.events("answer", "Older!", "--node", "rewriter"), "answered")
    assert of(desk.events("refuse", "--reason", "Too old."), "refused")[0]["text"] == "Too old."
    assert desk.pending() == [("director/dialogue/rewriter", "", "Sea!")]
    assert of(desk.events("apply"), "applied")
    assert of(desk.events("take-over", "Mine.", "--node", "dialogue"), "taken_over")
    (changed,) = of(desk.events("autonomy", "apply", "--node", "critic"), "changed")
    assert (changed["speaker"], changed["autonomy"]) == ("director/critic", "apply")
    assert of(desk.events("skip"), "skipped")
    found = json.loads(desk.do("proposals", "last", "--all", "--json").stdout)
    states = [each["state"] for each in found]
    assert states[:4] == ["redirected", "edited", "answered", "refused"]
    assert {"applied", "taken_over", "skipped"} <= set(states)
    assert [each["number"] for each in found] == list(range(1, len(found) + 1))


def test_a_verb_says_what_waits_and_how_to_decide(desk: Desk) -> None:
    session = desk.play("A line")
    shown = desk.do("proposals", session[-8:])
    assert shown.stdout == "#1 director → dialogue\n   Write a line.\n   why: because\n"
    done = desk.do("apply", session)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "— #1 applied by you\n" in done.stderr
    assert "#2 director/dialogue → rewriter: The sea is big." in done.stderr
    assert f"salon teams apply {session} 2" in done.stderr


def test_a_proposal_says_which_reply_it_comes_from(desk: Desk) -> None:
    desk.play("A line")
    (found,) = json.loads(desk.do("proposals", "last", "--json").stdout)
    steps = lines(desk.do("timeline", "last", "--json").stdout)
    assert [each["record"] for each in steps if each["what"] == "reply"] == [found["source"]]
    assert found["model"].startswith("scripted:")
    assert found["usage"]["output_tokens"] > 0
    assert found["request"]


def test_a_verb_may_hand_over_to_the_autopilot(desk: Desk) -> None:
    session = desk.play("A line")
    done = desk.do("edit", session, "1", "Write two.", "--auto")
    assert (done.exit_code, done.stdout) == (0, "The sea, alas.\n")
    assert "Nothing waits for you" in desk.do("proposals", session).stderr
    short = desk.play("A line")
    held = desk.do("apply", short, "--auto", "--max-steps", "1")
    assert (held.exit_code, held.stdout) == (1, "")
    assert "The autopilot has taken its 1 steps." in held.stderr
    # It was for that call: the next one goes on to the next proposal only.
    done = desk.do("answer", short, "--node", "rewriter", "Be brief.")
    assert (done.exit_code, done.stdout) == (0, "")
    assert desk.pending() == [("director/dialogue/rewriter", "", "Alas, the sea.")]


def test_another_model_from_here_on(desk: Desk) -> None:
    desk.play("A line")
    events = desk.events("apply", "--model", "eliza:doctor")
    assert {each["model"] for each in of(events, "turn_finished")} == {"eliza:doctor"}


def test_a_replay_asks_nobody_before_its_point(desk: Desk) -> None:
    desk.play("A line", auto=True)
    steps = lines(desk.do("timeline", "last", "--json").stdout)
    (step,) = [
        each
        for each in steps
        if each["what"] == "proposal" and each["node"] == "director/dialogue/rewriter"
    ]
    shown = desk.do("timeline", "last").stdout
    row = next(each for each in shown.splitlines() if "proposal #3" in each)
    assert step["record"].endswith(row.split()[0])
    assert row.endswith("director/dialogue/rewriter → director/dialogue: Alas, the sea.")
    at = row.split()[0]
    events = desk.events("replay", "--at", at, "--node", "rewriter", "--say", "Older.")
    asked = [each["speaker"] for each in of(events, "turn_started")]
    assert asked == ["director/dialogue/rewriter"]
    assert [each[2] for each in desk.pending()] == ["Oh, the sea."]


def test_branches_stand_side_by_side(desk: Desk) -> None:
    first = desk.play("A line", auto=True)
    desk.events("fork", "--at", "3")
    assert desk.do("edit", "last", "3", "Old sea.", "--auto").exit_code == 0
    compared = json.loads(desk.do("compare", "last", "--json").stdout)
    assert [(each["calls"], each["current"]) for each in compared["branches"]] == [
        (5, False),
        (5, True),
    ]
    (difference,) = compared["differences"]
    assert difference["shared"] > 5
    assert ("edited", "Old sea.") in {
        (each["what"], each["text"]) for each in difference["right_only"]
    }
    shown = desk.do("compare", "last").stdout
    assert "2 *" in shown
    assert "+ edited director/dialogue/rewriter → director/dialogue: Old sea." in shown
    assert "autopilot" not in shown
    leaf = compared["branches"][0]["leaf"]
    (moved,) = of(desk.events("jump", "--at", leaf), "head_moved")
    assert moved["to"] == leaf
    second = desk.play("A line", {**LINE, "director": [final("The lake, alas.")]}, auto=True)
    both = desk.do("compare", first, second).stdout
    assert "Final answers: The [-sea,-] {+lake,+} alas." in both


def test_what_a_run_cannot_be_told(desk: Desk) -> None:
    session = desk.play("A line")
    for arguments, message in (
        (["apply", "last", "7"], "no proposal '7'"),
        (["answer", "last", "--node", "rewriterr", "x"], "no node 'rewriterr'"),
        (["redirect", "last", "1", "--to", "critik"], "Did you mean critic?"),
        (["fork", "last", "--at", "nowhere"], "no record 'nowhere'"),
        (["replay", "last", "--at", "1", "--node", "critic", "--say", "x"], "nothing to do"),
        (["compare", "last"], "one branch only"),
    ):
        with pytest.raises(CommandError, match=message):
            desk.do(*arguments)
    # Whoever was refused leaves no trace.
    assert desk.do("timeline", session).stdout.count("\n") == 3
    assert desk.do("apply", session).exit_code == 0
    with pytest.raises(CommandError, match="not pending: it was applied"):
        desk.do("apply", session, "1")


async def _chat(desk: Desk) -> str:
    async with desk.runtime() as runtime:
        session = await runtime.store.create("chat", {"title": "Hi"})
        await session.close()
        return session.id


def test_a_session_that_is_no_run_of_a_team(desk: Desk) -> None:
    session = asyncio.run(_chat(desk))
    for verb in ("apply", "timeline", "proposals", "compare"):
        with pytest.raises(StoreError, match=r"no run of a team \(it is: chat\)"):
            desk.do(verb, session)
