"""Paths of nodes in a run of the lab: `person/setting/scene/role`."""

from __future__ import annotations

ASSISTANT, USER, TOOLS, JUDGE = "assistant", "user", "tools", "judge"


def person_key(number: int) -> str:
    """Return the key of a person, counted from 1."""
    return f"p{number:03}"


def scene_key(number: int) -> str:
    """Return the key of a scene, counted from 1."""
    return f"s{number:03}"


def key_order(key: str) -> tuple[int, str]:
    """Return what keys sort by: `p999` before `p1000`."""
    return len(key), key


def episode_node(person: str, setting: str) -> str:
    """Return the node of one person's life under one setting."""
    return f"{person}/{setting}"


def talk_node(person: str, setting: str, scene: str, role: str = "") -> str:
    """Return the node of a scene lived through, or of a role in it."""
    node = f"{person}/{setting}/{scene}"
    return f"{node}/{role}" if role else node
