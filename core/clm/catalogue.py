"""What can be recommended: a catalogue of products, read from CSV."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from core.errors import ConfigError, nearest
from core.text import clean_line

COLUMNS = ("sku", "name", "price", "segments")
_LARGEST = 10_000
"""Products."""
_LONGEST = 200
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class Product:
    """One row of a catalogue."""

    sku: str
    name: str
    price: float
    segments: tuple[str, ...] = ()
    """Whom it is for; empty: everybody."""

    def to_json(self) -> dict[str, Any]:
        """Return the product as JSON values."""
        return asdict(self) | {"segments": list(self.segments)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `KeyError` and `ValueError`."""
        segments = tuple(map(str, said.get("segments", ())))
        return cls(str(said["sku"]), str(said["name"]), float(said["price"]), segments)


def read_catalogue(path: Path) -> tuple[Product, ...]:
    """Read a CSV file with the columns `sku`, `name`, `price` and `segments` (split at `;`).

    Raises:
        ConfigError: it cannot be read, or a value is wrong; names the row and the column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _products(csv.reader(file, strict=True), path.name)
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from error
    except csv.Error as error:
        raise ConfigError(f"{path.name} is no CSV: {error}.") from error


def choose_product(
    catalogue: Sequence[Product], segment: str, before: Collection[str]
) -> Product | None:
    """Return what to recommend to a customer of a segment who was recommended some before.

    The first that is for them and new to them, those for their segment alone before those
    for everybody; where all were recommended it begins anew.
    """
    own = [each for each in catalogue if segment in each.segments]
    fitting = own + [each for each in catalogue if not each.segments]
    if not fitting:
        return None
    return next((each for each in fitting if each.sku not in before), fitting[0])


def _products(rows: Iterable[list[str]], name: str) -> tuple[Product, ...]:
    reader = iter(rows)
    header = [each.strip() for each in next(reader, [])]
    for column in COLUMNS:
        if column not in header:
            raise ConfigError(f"{name} has no column {column}.", nearest(column, header))
    products: dict[str, Product] = {}
    for number, row in enumerate(reader, start=1):
        if not row:
            continue
        where = f"{name}, row {number}"
        product = _product(dict(zip(header, row, strict=False)), where)
        if product.sku in products:
            raise ConfigError(f"{where}, column sku: {product.sku!r} is there already.")
        if len(products) == _LARGEST:
            raise ConfigError(f"{name} has more than {_LARGEST:,} products.")
        products[product.sku] = product
    if not products:
        raise ConfigError(f"{name} holds no product.")
    return tuple(products.values())


def _product(values: Mapping[str, str], where: str) -> Product:
    read = {column: clean_line(values.get(column, "")) for column in COLUMNS}
    for column in ("sku", "name"):
        if not read[column] or len(read[column]) > _LONGEST:
            wrong = "too long" if read[column] else "missing"
            raise ConfigError(f"{where}, column {column}: it is {wrong}.")
    try:
        price = float(read["price"])
    except ValueError:
        price = math.nan
    if not 0 <= price < math.inf:
        raise ConfigError(
            f"{where}, column price: it has to be a number of 0 or more, not {read['price']!r}."
        )
    segments = tuple(each.strip() for each in read["segments"].split(";") if each.strip())
    return Product(read["sku"], read["name"], price, segments)
