"""What is typed into the prompt of the teams pane."""

from __future__ import annotations

import pytest

from core.errors import UsageError
from core.teams.commands import Autopilot
from tui.teams.slash import Deed, read, read_budget


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
        ("hello", Deed("send", ("hello",))),
        ("//apply", Deed("send", ("/apply",))),
        ("/apply", Deed("apply", (None, ""))),
        ("/apply #7", Deed("apply", ("#7", ""))),
        ("/edit 7 Other words", Deed("edit", ("7", "Other words"))),
        ("/edit Other words", Deed("edit", (None, "Other words"))),
        ("/redirect coder", Deed("redirect", (None, "coder"))),
        ("/refuse 3 too long", Deed("refuse", ("3", "too long"))),
        ("/answer a/b And you?", Deed("answer", ("a/b", "And you?"))),
        ("/autonomy", Deed("autonomy")),
        ("/autonomy apply", Deed("autonomy", ("apply", ""))),
        ("/autonomy all unless-flagged", Deed("autonomy", ("unless_flagged", "all"))),
        ("/autonomy a/b unless flagged", Deed("autonomy", ("unless_flagged", "a/b"))),
        ("/set temperature=0.2", Deed("set", ({"temperature": 0.2},))),
        ("/show", Deed("toggle_timeline")),
    ],
)
def test_commands_are_read(text: str, wanted: Deed) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize("text", ["/nonsense", "/answer a/b", "/say", "/autonomy a/b maybe"])
def test_what_lacks_something_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read(text)
