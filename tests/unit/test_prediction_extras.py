"""An installation without the libraries of customer models: what works, and what is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import PredictionError
from core.prediction.extras import EXTRAS, need
from customer_data import SEED

REPOSITORY = Path(__file__).resolve().parents[2]
PLAIN = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "scipy", "sklearn", "pyarrow", "pandas"}:
            raise ModuleNotFoundError(name)

import importlib.util
known = importlib.util.find_spec
def find_spec(name, package=None):
    try:
        return known(name, package)
    except ModuleNotFoundError:
        return None
importlib.util.find_spec = find_spec
sys.meta_path.insert(0, Missing())
import tui.__main__ as program
program.main()
"""


def plain(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program as if nothing heavy had been installed."""
    places = ("--sessions", folder / "sessions", "--data-dir", folder / "data")
    return subprocess.run(
        [sys.executable, "-c", PLAIN, *map(str, (*places, *arguments))],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_fitting_says_in_one_sentence_how_to_add_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("who,when\na,2025-01-01\n", "utf-8")
    done = plain(tmp_path, "clm", "fit", path, "--customer", "who", "--date", "when")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "salon: Models of customers need numpy, scipy, which this installation lacks. "
        "Add with: pip install 'salon[clm]' (in a checkout: uv sync --extra clm).\n"
    )


def test_parquet_says_so_too(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1")
    done = plain(tmp_path, "clm", "fit", path, "--customer", "who", "--date", "when")
    assert done.returncode == 1
    assert "Reading Parquet needs pyarrow" in done.stderr


def test_a_few_users_need_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(SEED, "utf-8")
    for predictor in ("local", "mock"):
        done = plain(tmp_path, "recommend", path, "--predictor", predictor, "--json")
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) == 4


def test_an_extra_that_is_there_is_not_asked_for() -> None:
    need("clm", "Models")
    assert set(EXTRAS) == {"clm", "parquet", "kumo"}


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"numpy": object()}
    monkeypatch.setattr("core.prediction.extras.find_spec", found.get)
    with pytest.raises(PredictionError, match="need scipy, which"):
        need("clm", "Models")
