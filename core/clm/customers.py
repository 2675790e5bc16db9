"""Customers of one's own for the classic world, from a YAML or a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.clm.classic import Customer, Stage, read_cast
from core.clm.simulation.rules import LARGEST_CAST
from core.config.checks import one_of
from core.errors import ConfigError, SalonError
from core.prediction.tables import Limit, Row, quoted, read_rows

COLUMNS = ("id", "name", "segment", "score")
"""What a CSV has to have; it may have `stage`, `idle`, and one column a sensitivity."""
_OTHER = ("stage", "idle")
_LIMIT = Limit(8 << 20, LARGEST_CAST)
_LONGEST = 80
"""Characters of an id, a name or a segment."""
_SETTINGS = ("clm", "cast")
"""Keys under which a YAML file may have its customers, as settings have them."""


def read_customers(path: Path) -> tuple[Customer, ...]:
    """Read customers: `.yml` as settings write a cast, anything else as CSV (or Parquet).

    Raises:
        SalonError: the file or a value is wrong; names the key, or the row and the column.
    """
    if path.suffix.lower() in {".yml", ".yaml"}:
        return _from_yaml(path)
    found: dict[str, Customer] = {}
    rows: dict[str, int] = {}
    for row in read_rows(path, COLUMNS, _LIMIT):
        customer = _customer(row)
        if customer.id in found:
            raise row.error("id", f"{quoted(customer.id)} is in row {rows[customer.id]} already")
        rows[customer.id] = row.number
        found[customer.id] = customer
    if not found:
        raise ConfigError(f"{path.name} holds no customer.", "Name another file.")
    return tuple(found.values())


def _customer(row: Row) -> Customer:
    names = {column: _name(row, column) for column in ("id", "name", "segment")}
    if "/" in names["id"]:
        raise row.error("id", f"{quoted(names['id'])} has a slash in it")
    stage = str(row.values.get("stage") or "").strip() or Stage.ONBOARDING.value
    try:
        one_of(*Stage)(stage)
    except ValueError as error:
        raise row.error("stage", f"{quoted(stage)} is not {error}") from None
    idle = _number(row, "idle", 3650) if str(row.values.get("idle") or "").strip() else 0.0
    tastes = [each for each in row.values if each and each not in {*COLUMNS, *_OTHER}]
    return Customer(
        id=names["id"],
        name=names["name"],
        segment=names["segment"],
        score=_number(row, "score", 100),
        stage=Stage(stage),
        sensitivity={each: _number(row, each, 1) for each in tastes},
        idle=int(idle),
    )


def _name(row: Row, column: str) -> str:
    said = row.text(column)
    if len(said) > _LONGEST or not said.isprintable():
        raise row.error(column, f"{quoted(said)} is no name of up to {_LONGEST} characters")
    return said


def _number(row: Row, column: str, most: float) -> float:
    value = row.number_of(column)
    if value > most:
        raise row.error(column, f"{value:g} is more than {most:g}")
    return value


def _from_yaml(path: Path) -> tuple[Customer, ...]:
    import yaml

    from core.yaml_safe import safe_loader

    try:
        if path.stat().st_size > _LIMIT.size:
            raise ConfigError(f"{path.name} is larger than {_LIMIT.size >> 20} MiB.")
        loader = safe_loader()(path.read_text(encoding="utf-8-sig"))
        try:
            said: Any = loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path.name} is no YAML: {' '.join(str(error).split())}.") from error
    for key in _SETTINGS:
        if isinstance(said, Mapping) and set(said) == {key}:
            said = said[key]
    cast = read_cast(said, path.name)
    if len(cast) > LARGEST_CAST:
        raise SalonError(f"{path.name} has more than {LARGEST_CAST:,} customers.")
    return cast
