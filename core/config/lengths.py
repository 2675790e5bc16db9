"""How many tokens a model holds, for those whose API does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

LOWEST_ASSUMPTION = 4096
"""Tokens; used for a model that no pattern of the table matches."""


def context_length(table: Mapping[str, int], model: str) -> tuple[int, bool]:
    """Return a model's context length in tokens, and whether it is only assumed.

    A pattern that names the provider (`ollama:*`) goes before one that does not. The
    others are matched against the model's own name, with and without the folders before
    it (`meta-llama/Llama-3.1-8B`). Among equals the longest pattern wins. The pattern `*`
    is the assumption for all others. Case does not count.
    """
    whole = model.strip().lower()
    own = whole.partition(":")[2] or whole
    names = (own, own.rpartition("/")[2])
    best: tuple[bool, int, int] | None = None
    for pattern, tokens in table.items():
        if pattern == "*":
            continue
        wanted = pattern.lower()
        named = ":" in wanted and fnmatchcase(whole, wanted)
        if named or any(fnmatchcase(name, wanted) for name in names):
            best = max(best or (False, 0, 0), (named, len(pattern), tokens))
    if best is not None:
        return best[2], False
    return table.get("*", LOWEST_ASSUMPTION), True
