from __future__ import annotations

import pytest

from tui.lab.draft import LANGUAGES, LabDraft
from tui.widgets.start_card import turned


@pytest.mark.parametrize(
    ("present", "step", "found"),
    [("a", 1, "b"), ("a", -1, "c"), ("c", 1, "a"), ("own", 1, "a"), ("own", -1, "c")],
)
def test_choices_are_gone_through_both_ways(present: str, step: int, found: str) -> None:
    assert turned(("a", "b", "c"), present, step) == found


def test_a_language_of_ones_own_lies_before_the_first_and_after_the_last() -> None:
    draft = LabDraft("scripted:x", language="sv")
    assert draft.turned("language", 1).language == LANGUAGES[0]
    assert draft.turned("language", -1).language == LANGUAGES[-1]
