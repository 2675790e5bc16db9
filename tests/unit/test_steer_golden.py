"""Lines of `--steer`, valid and not, and what they have been read as from the beginning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from core.chat.commands import Command as Chat
from core.clm.simulation.commands import Command as Clm
from core.engine.command_codec import decode_command
from core.errors import UsageError
from core.lab.commands import Command as Lab
from core.meetup.commands import Command as Meetup
from core.teams.commands import Command as Teams
from golden_facts import GOLDEN

UNIONS: Mapping[str, Any] = {
    "chat": Chat,
    "meetup": Meetup,
    "teams": Teams,
    "clm": Clm,
    "lab": Lab,
}
CASES = [
    json.loads(line) for line in (GOLDEN / "steer.jsonl").read_text("utf-8").splitlines() if line
]


@pytest.mark.parametrize("engine", UNIONS)
def test_a_valid_line_is_read_as_ever(engine: str) -> None:
    cases = [each for each in CASES if each["engine"] == engine and "fields" in each]
    assert cases
    for case in cases:
        command = decode_command(UNIONS[engine], json.loads(case["line"]))
        # A command without some field says what its default said.
        found = {
            key: getattr(command, key, "missing" if value else value)
            for key, value in case["fields"].items()
        }
        assert json.loads(json.dumps(found)) == case["fields"], case["line"]


@pytest.mark.parametrize("engine", UNIONS)
def test_a_line_that_is_refused_names_what_is_wrong(engine: str) -> None:
    cases = [each for each in CASES if each["engine"] == engine and "refused" in each]
    assert cases
    for case in cases:
        values = json.loads(case["line"])
        with pytest.raises(UsageError) as refused:
            decode_command(UNIONS[engine], values)
        wanted = "Unknown command" if case["refused"] == "do" else case["refused"]
        assert wanted in str(refused.value), case["line"]
