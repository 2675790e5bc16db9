"""A run of a team as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from teams_desk import LINE, TEAM, Desk
from teams_kit import ask, final, several


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_replies_at_once_are_printed_one_after_the_other(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.team.write_text(TEAM.replace("persona: freud", "persona: freud\n  parallel: true"))
    nodes = {
        "director": [several(dialogue="Line?", critic="Judge?"), final("Both.")],
        "director/dialogue": [{"text": final("one two three four"), "tokens_per_second": 60}],
        "director/critic": [{"text": "uno dos", "tokens_per_second": 60}],
    }
    desk.play("Go", nodes, auto=True, aloud=True)
    shown = capsys.readouterr()
    assert shown.out.endswith("Both.\n")
    text = shown.err
    left = text.index("one two three four")
    right = text.index("uno dos\n")
    assert left < right < text.index("#3 director/critic → director\n")
    assert text.index("#3 director/critic") < text.index("#3 applied by autopilot")
    assert text.count("director/critic · scripted") == 1


def test_a_card_does_not_repeat_what_was_just_read(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.play("Go", aloud=True)
    text = capsys.readouterr().err
    assert text.count("Write a line.") == 1
    assert text.count("because") == 1


def test_a_reply_that_failed_is_told_with_its_node(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {**LINE, "director": [{"text": "Well", "error": {"kind": "refused"}}]}
    desk.play("Go", broken, aloud=True)
    text = capsys.readouterr().err
    assert "Well [failed]\n" in text
    assert "salon: director: The script says that this fails." in text


def test_text_of_a_model_is_harmless_on_a_terminal(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[31mred\x1b[0m \x9b2J \u202egnal\x07"
    nodes = {
        "director": [ask("critic", evil, evil), final(evil)],
        "director/critic": [evil],
    }
    desk.play(evil, nodes, auto=True, aloud=True)
    shown = capsys.readouterr()
    done = desk.do("timeline", "last")
    proposals = desk.do("proposals", "last", "--all")
    text = shown.out + shown.err + done.stdout + proposals.stdout
    assert "red" in text
    assert not any(each in text for each in "\x1b\x9b\u202e\x07")
