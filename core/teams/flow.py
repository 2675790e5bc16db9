"""What code that manages a node is given, and what it returns.

A flow is a function. It is called when its node is due: with a new task, and each time a
delegate has answered. It holds nothing itself: what it has to remember it returns as state,
which goes on record with the step it decided on, so that a run resumes, forks and replays
with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """Where a flow's node stands."""

    inbound: str
    """The task of the node."""
    finished: str | None
    """Name of the delegate that has just answered; `None`: the task is new."""
    message: str
    """What it answered; for a new task that is the inbound text."""
    state: Mapping[str, Any]
    """What the flow returned as state last; of earlier tasks as well. Empty at first."""
    params: Mapping[str, Any]
    """The team's parameters."""
    options: Mapping[str, Any]
    """What the team's file says of the flow."""
    delegates: tuple[str, ...]
    """Names of the delegates, in the order of the file."""
    words: tuple[str, ...] = ()
    """What a human said to the node since the last step, or why one refused what it proposed,
    oldest first."""
    asked: str = ""
    """The node's last task before this one."""
    answered: str = ""
    """What was let through as its answer to that: perhaps edited, or a human's own, and empty
    where the task was passed over or called off."""
    human: bool = False
    """Whether a human wrote what the delegate has answered."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a message to a delegate next."""

    to: str
    message: str
    state: Mapping[str, Any] = field(default_factory=dict)
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The node's task is done: this is its answer."""

    message: str
    state: Mapping[str, Any] = field(default_factory=dict)
    reasoning: str = ""


FlowFunction = Callable[[Step], Ask | Answer]
"""Decides on the next step of a node. State has to be JSON; the step given is not changed."""
