"""What is typed into the prompt of the teams pane."""

from __future__ import annotations

import pytest

from core.errors import UsageError
from core.teams.commands import Autopilot
from tui.teams.arguments import read_budget
from tui.teams.table import TABLE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Autopilot()),
        ("20 steps", Autopilot(steps=20)),
        ("20", Autopilot(steps=20)),
        ("5,000 tokens and $0.50", Autopilot(tokens=5000, dollars=0.5)),
        ("2 dollars, 1 step", Autopilot(steps=1, dollars=2.0)),
        ("off", Autopilot(on=False)),
    ],
)
def test_budgets_are_read(text: str, wanted: Autopilot) -> None:
    assert read_budget(text) == wanted


@pytest.mark.parametrize("text", ["soon", "0 steps", "-3", "ten tokens", "20 steps or so"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_budget(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hello", ("send", ("hello", False))),
        ("//apply", ("send", ("/apply", True))),
        ("/apply", ("apply", ())),
        ("/apply #7", ("apply", ("#7", ""))),
        ("/edit 7 Other words", ("edit", ("7", "Other words"))),
        ("/edit Other words", ("edit", (None, "Other words"))),
        ("/redirect coder", ("redirect", (None, "coder"))),
        ("/refuse 3 too long", ("refuse", ("3", "too long"))),
        ("/answer a/b And you?", ("answer", ("a/b", "And you?"))),
        ("/autonomy", ("autonomy", ())),
        ("/autonomy apply", ("autonomy", ("apply", ""))),
        ("/autonomy all unless-flagged", ("autonomy", ("unless_flagged", "all"))),
        ("/autonomy a/b unless flagged", ("autonomy", ("unless_flagged", "a/b"))),
        ("/set temperature=0.2", ("set", ({"temperature": 0.2},))),
        ("/show", ("show", ())),
    ],
)
def test_commands_are_read(text: str, wanted: tuple[str, tuple[object, ...]]) -> None:
    command = TABLE.parse(text)
    assert (command.row.name, command.arguments) == wanted


@pytest.mark.parametrize("text", ["/nonsense", "/answer a/b", "/say", "/autonomy a/b maybe"])
def test_what_lacks_something_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        TABLE.parse(text)
