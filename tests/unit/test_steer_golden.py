"""Lines of `--steer`, valid and not, and what they have been read as from the beginning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.chat.commands import from_json as chat
from core.clm.run.commands import from_json as clm
from core.errors import UsageError
from core.hierarchy.commands import from_json as teams
from core.lifelong.commands import from_json as lab
from core.meetup.commands import from_json as meetup
from golden_facts import GOLDEN

READERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "chat": chat,
    "meetup": meetup,
    "teams": teams,
    "clm": clm,
    "lab": lab,
}
CASES = [
    json.loads(line) for line in (GOLDEN / "steer.jsonl").read_text("utf-8").splitlines() if line
]


@pytest.mark.parametrize("engine", READERS)
def test_a_valid_line_is_read_as_ever(engine: str) -> None:
    cases = [each for each in CASES if each["engine"] == engine and "fields" in each]
    assert cases
    for case in cases:
        command = READERS[engine](json.loads(case["line"]))
        found = {key: getattr(command, key, None) for key in case["fields"]}
        assert json.loads(json.dumps(found)) == case["fields"], case["line"]


@pytest.mark.parametrize("engine", READERS)
def test_a_line_that_is_refused_names_what_is_wrong(engine: str) -> None:
    cases = [each for each in CASES if each["engine"] == engine and "refused" in each]
    assert cases
    for case in cases:
        values = json.loads(case["line"])
        with pytest.raises(UsageError) as refused:
            READERS[engine](values)
        wanted = "Unknown command" if case["refused"] == "do" else case["refused"]
        assert wanted in str(refused.value), case["line"]
