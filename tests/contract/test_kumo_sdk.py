"""KumoRFM through the vendor's own SDK, against a server on loopback. Never run live.

The SDK takes 350 MB and is in no group: `uv sync --extra kumo` brings it.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from array import array
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.errors import PredictionError
from core.prediction.kumo import KumoPredictor
from core.prediction.predictor import Case, Forecast
from core.prediction.transactions import Transactions
from core.prediction.users import User
from kumo_server import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("kumoai") is None, reason="kumoai is not installed: uv sync --extra kumo"
    ),
    pytest.mark.filterwarnings("default"),  # the SDK's own, which are nobody's business here
]

KEY = "test:key"
DAY = date(2025, 7, 20)
USERS = [User(f"u{i}", 3, 5, 1) for i in range(12)]
CHANCES = {each.user_id: i / 20 for i, each in enumerate(USERS)}


def case() -> Case:
    rng = random.Random(3)
    rows = [(i, DAY.toordinal() - rng.randrange(200)) for i in range(12) for _ in range(20)]
    ids = [each.user_id for each in USERS]
    customer, day = array("q", (i for i, _ in rows)), array("q", (day for _, day in rows))
    return Case(USERS, DAY, Transactions(ids, customer, day, None))


def predict(key: str, url: str) -> Forecast:
    return asyncio.run(KumoPredictor(key, url, agreed=True).predict(case()))


@pytest.fixture(autouse=True)
def fresh_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK can be initialised once a process: forget that it was."""
    import kumoai
    from kumoai import rfm

    monkeypatch.delenv("KUMO_API_KEY", raising=False)
    kumoai.global_state.clear()
    rfm.global_state.reset()


def test_every_user_gets_the_probability_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with serving(KEY, CHANCES) as kumo:
        forecast = predict(KEY, kumo.url)
    found = {each.user_id: each.engagement_score for each in forecast.predictions}
    assert found == pytest.approx(CHANCES)
    assert kumo.queries == ["PREDICT COUNT(events.*, 0, 14, days) > 0 FOR EACH users.user_id"]
    assert sorted(kumo.asked[0]) == sorted(CHANCES)
    assert kumo.paths == [
        "/api/v1/connectors",
        "/api/config",
        "/api/v1/rfm/parse_query",
        "/api/v1/rfm/predict",
    ]
    assert kumo.columns == {"users.user_id", "events.date"}
    out, err = capfd.readouterr()
    assert out == ""
    assert "\x1b" not in err


def test_a_wrong_key_is_said_to_be_one() -> None:
    with serving(KEY, CHANCES) as kumo, pytest.raises(PredictionError) as caught:
        predict("test:wrong", kumo.url)
    assert "KumoRFM refuses the key" in str(caught.value)
    assert "test:wrong" not in str(caught.value)


def test_a_refusal_is_told_in_a_sentence() -> None:
    with serving(KEY, CHANCES) as kumo:
        kumo.fails = True
        with pytest.raises(PredictionError, match="the context is too small"):
            predict(KEY, kumo.url)


def test_the_sdk_is_not_imported_before_it_was_agreed_to() -> None:
    program = (
        "import asyncio, sys\n"
        "from core.prediction.kumo import KumoPredictor\n"
        "from core.prediction.predictor import Case\n"
        "from datetime import date\n"
        "try:\n    asyncio.run(KumoPredictor('k').predict(Case([], date(2025, 1, 1))))\n"
        "except Exception as error:\n    print(error)\n"
        "print('kumoai' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert "would be sent to it" in done.stdout
    assert done.stdout.endswith("False\n")
