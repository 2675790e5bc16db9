"""`salon clm fit`: customer models fitted to a table of transactions."""

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
@click.option("--customer", required=True, metavar="COLUMN", help="Column of the customer's ID.")
@click.option(
    "--date", "day", required=True, metavar="COLUMN", help="Column of the date, as 2025-08-10."
)
@click.option("--amount", metavar="COLUMN", help="Column of the amount.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last training day; later ones are the holdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def fit(
    file: Path,
    customer: str,
    day: str,
    amount: str | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Fit BG/NBD and Gamma-Gamma to a table of transactions (CSV or Parquet).

    A row is a purchase; purchases of a customer on the same day count once. Parameters are in
    weeks. If dropout is not identified by the data, no churn rate is printed.
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
        echo(f"{transactions.left_out:,} rows with a negative amount excluded")
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
    lines = [] if rate is None else [f"mean dropout probability after a purchase: {rate:.1%}"]
    value = fitted.yearly_value()
    if value is not None:
        lines.append(f"mean CLV (52 weeks): {value:,.2f}")
    if fitted.holdout is not None:
        lines.extend(_held(fitted.holdout))
    return [*lines, *fitted.notes]


def _held(holdout: Holdout) -> list[str]:
    buyers = holdout.buyers
    auc = "" if buyers.auc is None else f"AUC {buyers.auc:.3f}, "
    return [
        f"holdout of {holdout.days} days: {holdout.predicted:,.0f} purchases predicted, "
        f"{holdout.actual:,} observed",
        f"any purchase: {auc}Brier {buyers.brier:.3f}, calibration error {buyers.ece:.3f}",
    ]
