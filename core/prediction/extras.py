"""Libraries that only some installations have, asked for in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from core.errors import PredictionError

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "clm": ("numpy", "scipy"),
    "parquet": ("pyarrow",),
    "kumo": ("kumoai",),
}
"""The modules that each extra of the distribution brings."""


def need(extra: str, what: str) -> None:
    """Make sure that an extra is installed, without importing anything of it.

    Args:
        extra: A key of `EXTRAS`.
        what: What it is needed for, as the beginning of a sentence.

    Raises:
        PredictionError: a module of it is missing; says how to add it.
    """
    missing = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise lacking(extra, what, missing)


def lacking(extra: str, what: str, missing: Sequence[str]) -> PredictionError:
    """Return the error for an extra that is not installed, or not all of it."""
    return PredictionError(
        f"{what} need{'s' if not what.endswith('s') else ''} {', '.join(missing)}, "
        "which this installation lacks.",
        f"Add with: pip install 'salon[{extra}]' (in a checkout: uv sync --extra {extra}).",
    )
