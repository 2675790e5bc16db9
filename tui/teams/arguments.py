"""What follows the commands of the Teams pane: proposals, levels of autonomy, budgets."""

from __future__ import annotations

import re

from core.config.params import parse_assignments
from core.errors import UsageError, nearest
from core.teams.commands import Autopilot
from core.teams.team import AUTONOMY, Autonomy

ALL = "all"
"""What stands for all nodes where one can be named."""
LEVELS = tuple(each.replace("_", "-") for each in AUTONOMY)
PARTS = ("tree", "timeline")
"""What of the pane can be shown and hidden."""

_WHOLE = r"(?<![\d,])([\d,]*\d"
_NUMBER = rf"{_WHOLE}(?:\.\d+)?)"
_BUDGETS = (
    (re.compile(rf"\$ ?{_NUMBER}"), "dollars"),
    (re.compile(rf"{_NUMBER} ?(?:dollars?|usd)\b"), "dollars"),
    (re.compile(rf"{_WHOLE}) ?(?:tokens?|tok)\b"), "tokens"),
    (re.compile(rf"{_WHOLE}) ?(?:steps?\b|$)"), "steps"),
)


def read_budget(text: str) -> Autopilot:
    """Read what an autopilot may use: `20 steps`, `5000 tokens`, `$0.50`, several, nothing.

    Raises:
        UsageError: it is something else.
    """
    if text.strip().lower() == "off":
        return Autopilot(on=False)
    found: dict[str, float] = {}
    left = text.lower()
    for pattern, name in _BUDGETS:
        match = pattern.search(left)
        if match is not None:
            found[name] = float(match[1].replace(",", ""))
            left = left.replace(match[0], " ", 1)
    if left.strip(" ,and") or any(value <= 0 for value in found.values()):
        raise UsageError(
            f"{text.strip()!r} is not a budget.", "/autopilot 20 steps, 5000 tokens, $1"
        )
    steps, tokens = (int(found[each]) if each in found else None for each in ("steps", "tokens"))
    return Autopilot(steps=steps, tokens=tokens, dollars=found.get("dollars"))


def budget(rest: str) -> tuple[object, ...]:
    """Read the fields of `Autopilot`. Raises `UsageError`."""
    read = read_budget(rest)
    return read.on, read.steps, read.tokens, read.dollars


def proposal(rest: str) -> tuple[object, ...]:
    """Read a proposal's number, if one comes first, and what follows it."""
    word, _, more = rest.partition(" ")
    if word.removeprefix("#").isdecimal():
        return word, more.strip()
    return None, rest


def node_and_text(rest: str) -> tuple[object, ...]:
    """Read a node and what is said to it. Raises `UsageError`."""
    node, _, text = rest.partition(" ")
    if not text.strip():
        raise UsageError("An argument is missing: /answer NODE TEXT")
    return node, text.strip()


def autonomy(rest: str) -> tuple[object, ...]:
    """Read a level of autonomy and the node before it, if there is one. Raises `UsageError`."""
    node, _, level = rest.rpartition(" ")
    wanted = level.replace("-", "_").casefold()
    if node.endswith("unless"):
        node, wanted = node.removesuffix("unless").strip(), f"unless_{wanted}"
    known: dict[str, Autonomy] = {each: each for each in AUTONOMY}
    if wanted not in known:
        raise UsageError(
            f"There is no level of autonomy {level!r}.", f"There are: {', '.join(LEVELS)}."
        )
    return known[wanted], node.strip()


def parameters(rest: str) -> tuple[object, ...]:
    """Read sampling parameters. Raises `UsageError`."""
    return (parse_assignments(rest.split()).to_json(),)


def part(rest: str) -> tuple[object, ...]:
    """Read what of the pane is to be shown or hidden. Raises `UsageError`."""
    if rest.lower() not in PARTS:
        raise UsageError(f"There is no {rest!r} to show.", nearest(rest, PARTS))
    return (rest.lower(),)
