"""Damaged and odd sessions: real ones of every engine, and a seeded mutator of their lines."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from salon_process import SalonProcess

_ROOT = Path(__file__).resolve().parent
_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**30,
    0.5,
    float("inf"),
    "",
    "x" * 300,
    "\ud800",
    "\x1b[31m[@click=app.quit]red[/]",
    [],
    ["a"],
    [[]],
    [None, 1, {"a": []}],
    {},
    {"a": 1},
    {"target": [1]},
    {"": None},
)
_WORDS = ("later", "archived", "v9", "ülo", "complete ")
Line = dict[str, Any]
Mutation = Callable[[list[Line], random.Random], None]


def record_seeds(home: Path) -> Mapping[str, bytes]:
    """Let every engine record a short session; returns their files by a name each.

    Raises:
        RuntimeError: a command failed.
    """
    from test_hierarchy_kill import REQUEST, SCRIPT, write_team

    salon = SalonProcess(home)
    sessions = salon.sessions
    team = str(write_team(home))
    nodes = home / "nodes.json"
    nodes.write_text(json.dumps({"nodes": SCRIPT}), "utf-8")
    eliza = ("--model", "eliza:doctor")
    steered = "\n".join(
        json.dumps(each)
        for each in (
            {"do": "send", "text": "I dream of trains"},
            {"do": "regenerate"},
            {"do": "swipe", "step": -1},
            {"do": "edit", "text": "Of ships"},
            {"do": "send", "text": "And water"},
            {"do": "delete"},
            {"do": "rename", "title": "Ships"},
        )
    )
    runs: dict[str, tuple[list[str], str | None]] = {
        "chat": (["chat", "freud", *eliza, "--steer"], steered),
        "meetup": (["meetup", "freud", "ada", *eliza, "--turns", "4", "--open", "Hello"], None),
        "team": (
            ["hierarchy", "run", team, "--model", f"scripted:{nodes}", "--say", REQUEST, "--auto"],
            None,
        ),
        "team-open": (["hierarchy", "run", team, *eliza, "--say", REQUEST], None),
        "clm": (["clm", "run", "--days", "3"], None),
        "clm-llm": (
            ["clm", "run", "--days", "2", "--policy", "llm", "--world", "market", *eliza],
            None,
        ),
        "population": (["clm", "run", "--days", "3", "--customers", "1200"], None),
    }
    found: dict[str, bytes] = {}
    for name, (arguments, stdin) in runs.items():
        before = set(sessions.glob("*.jsonl"))
        salon.run(*arguments, stdin=stdin)
        (new,) = set(sessions.glob("*.jsonl")) - before
        found[name] = new.read_bytes()
    return {**found, **_learnt(salon)}


def _learnt(salon: SalonProcess) -> Iterator[tuple[str, bytes]]:
    raise NotImplementedError
