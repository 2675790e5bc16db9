"""Ten days on the embedded model, for real."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from salon_process import SalonProcess, lines, of

CUSTOMERS = """\
id,name,segment,score,stage,idle,discount,content,personal
sam,Student Sam,Price-Sensitive,85,Onboarding,0,0.9,0.3,0.5
clara,Corporate Clara,High-Value,60,Retention,1,0.1,0.8,0.7
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the embedded model is not installed")
def test_ten_days_on_the_embedded_model(tmp_path: Path) -> None:
    salon = SalonProcess(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text(CUSTOMERS)
    process = salon.start(
        "clm", "run", "--policy", "llm", "--model", "local:smollm2", "--days", "10",
        "--customers", str(people), "--set", "max_tokens=90", "--seed", "1", "--json",
    )  # fmt: skip
    out, err = process.communicate(timeout=380)
    assert process.returncode == 0, err
    events = lines(out)
    assert len(of(events, "day_ended")) == 10
    decisions = of(events, "decision")
    assert decisions
    assert {each["policy"] for each in decisions} == {"llm"}
    assert sum(not each.get("fallback") for each in decisions) >= len(decisions) * 0.8
    assert len({each["action"] for each in decisions}) > 2, "it tries more than one thing"
    assert any(each["changed"] for each in of(events, "learned"))
    for each in decisions:
        assert each["action"] in each["allowed"]
        assert 0 < each["propensity"] <= 1
    for each in of(events, "turn_finished"):
        new = each["usage"]["input_tokens"] - each["usage"]["cached_tokens"]
        assert new < 400 or each["turn"] == 1
    assert of(events, "delta")
