"""`salon clm fit`: models of how customers buy, fitted to anybody's transactions."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.output import echo, echo_json, echo_table

if TYPE_CHECKING:
    from core.prediction.models.base_fit import BaseFit, Holdout
    from core.prediction.transactions import Transactions


@click.command()
@click.argument("file", metavar="TRANSACTIONS", type=click.Path(path_type=Path))
@click.option("--customer", required=True, metavar="COLUMN", help="Who bought.")
@click.option("--date", "day", required=True, metavar="COLUMN", help="When, as 2025-08-10.")
@click.option("--amount", metavar="COLUMN", help="For how much; without it no spend is told.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day that the models see; the rest tests them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def fit(
    file: Path,
    customer: str,
    day: str,
    amount: str | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Fit BG/NBD and Gamma-Gamma to a table of transactions (CSV or Parquet).

    A row is a purchase; several of a customer on one day count once. Parameters are told in
    weeks. Where the data cannot tell dropout from slowness, no churn rate is printed.
    """
    from core.prediction.transactions import read_transactions

    transactions = read_transactions(file, customer, day, amount)
    fitted = _fit(transactions, None if until is None else until.date())
    if as_json:
        echo_json(
            {
                "file": file.name,
                "rows": len(transactions.day),
                "left_out": transactions.left_out,
                "first": transactions.first_day.isoformat(),
                "last": transactions.last_day.isoformat(),
                **fitted.to_json(),
            },
            indent=2,
        )
    else:
        _show(fitted, transactions)


def _fit(transactions: Transactions, until: date | None) -> BaseFit:
    from core.prediction.models.base_fit import fit_base

    last = transactions.last_day
    return fit_base(transactions.purchases(), until or last, last)


def _show(fitted: BaseFit, transactions: Transactions) -> None:
    repeats = int(fitted.summary.x.sum())
    echo(
        f"{len(fitted.summary):,} customers, {repeats:,} repeat purchases, "
        f"{transactions.first_day} to {fitted.until}"
    )
    if transactions.left_out:
        echo(f"{transactions.left_out:,} rows with a negative amount were left out")
    echo()
    echo_table(["MODEL", "PARAMETERS", "LOG-LIKELIHOOD"], list(_models(fitted)))
    echo()
    for line in _findings(fitted):
        echo(line)


def _models(fitted: BaseFit) -> list[tuple[str, str, str]]:
    bg = fitted.bg_nbd.model
    told = f"r {bg.r:.3f}, α {bg.alpha:.3f}"
    if fitted.bg_nbd.dropout_identified:
        told += f", a {bg.a:.3f}, b {bg.b:.3f}"
    rows = [("BG/NBD", told, f"{fitted.bg_nbd.log_likelihood:,.2f}")]
    if fitted.gamma_gamma is not None:
        gg = fitted.gamma_gamma
        told = f"p {gg.model.p:.3f}, q {gg.model.q:.3f}, v {gg.model.v:.3f}"
        rows.append(("Gamma-Gamma", told, f"{gg.log_likelihood:,.2f}"))
    return rows


def _findings(fitted: BaseFit) -> list[str]:
    rate = fitted.bg_nbd.dropout_rate
    lines = [] if rate is None else [f"dropout after a purchase: {rate:.1%} on average"]
    value = fitted.yearly_value()
    if value is not None:
        lines.append(f"value of a customer in the next 52 weeks: {value:,.2f} on average")
    if fitted.holdout is not None:
        lines.extend(_held(fitted.holdout))
    return [*lines, *fitted.notes]


def _held(holdout: Holdout) -> list[str]:
    buyers = holdout.buyers
    auc = "" if buyers.auc is None else f"AUC {buyers.auc:.3f}, "
    return [
        f"holdout of {holdout.days} days: {holdout.predicted:,.0f} purchases predicted, "
        f"{holdout.actual:,} made",
        f"who buys at all: {auc}Brier {buyers.brier:.3f}, calibration error {buyers.ece:.3f}",
    ]
