"""Tables keyed by patterns of model names, and which entry counts for a model."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

EVERYTHING = "*"
"""The pattern for all models that no other one names."""


def best_pattern(table: Mapping[str, object], model: str) -> str | None:
    """Return the pattern of `table` that counts for a model; `None` where none matches.

    A pattern that names the provider (`ollama:*`) goes before one that does not. The
    others are matched against the model's own name, with and without the folders before
    it (`meta-llama/Llama-3.1-8B`). Among equals the longest pattern wins. The pattern `*`
    comes after all others. Case does not count.
    """
    whole = model.strip().lower()
    own = whole.partition(":")[2] or whole
    names = (own, own.rpartition("/")[2])
    best: tuple[bool, int, str] | None = None
    for pattern in table:
        if pattern == EVERYTHING:
            continue
        wanted = pattern.lower()
        named = ":" in wanted and fnmatchcase(whole, wanted)
        if named or any(fnmatchcase(name, wanted) for name in names):
            best = max(best or (False, 0, ""), (named, len(pattern), pattern))
    if best is not None:
        return best[2]
    return EVERYTHING if EVERYTHING in table else None
