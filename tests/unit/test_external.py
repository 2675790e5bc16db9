"""Which program the terminal is handed to."""

from __future__ import annotations

import pytest

from core.errors import UsageError
from tui.external import EDITOR, PAGER, command_in


def test_the_first_variable_that_is_set_names_the_program() -> None:
    assert command_in({"EDITOR": "nano"}, EDITOR) == ["nano"]
    assert command_in({"VISUAL": "code --wait", "EDITOR": "nano"}, EDITOR) == ["code", "--wait"]
    assert command_in({"VISUAL": "  ", "EDITOR": "nano"}, EDITOR) == ["nano"]
    assert command_in({"EDITOR": "nano"}, PAGER) == []


@pytest.mark.parametrize(("names", "variable"), [(EDITOR, "VISUAL"), (PAGER, "PAGER")])
def test_what_cannot_be_understood_is_called_by_its_name(
    names: tuple[str, ...], variable: str
) -> None:
    with pytest.raises(UsageError, match=f"^{variable} cannot be understood"):
        command_in({variable: "less 'x"}, names)
