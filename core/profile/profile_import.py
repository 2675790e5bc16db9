"""A profile out of a file, made fit to be one's own."""

from __future__ import annotations

from dataclasses import replace

from core.profile.erasure import lost_evidence
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile, Value
from core.profiles.validation import fit_value
from core.sessions.store import SessionStore


def fitted(profile: Profile) -> tuple[Profile, list[str]]:
    """Return a profile whose fields can hold their values, and the values that they cannot."""
    found: dict[str, tuple[Value, ...]] = {}
    problems: list[str] = []
    for path, values in profile.values.items():
        kept: list[Value] = []
        for each in values:
            text = fit_value(FIELDS[path], each.text)
            if text:
                sure = min(1.0, max(0.0, each.confidence))
                kept.append(replace(each, text=text, confidence=sure))
            else:
                problems.append(f"{path}: {each.text}")
        if kept:
            found[path] = tuple(kept if FIELDS[path].many else kept[-1:])
    return Profile(found), problems


async def with_evidence_here(profile: Profile, chats: SessionStore) -> Profile:
    """Return a profile without evidence that points to chats that are not on this machine.

    Its values stay, as ones that came with a file: to keep the evidence would have them
    forgotten as if their chats had been erased.

    Raises:
        StoreError: the chats cannot be read.
    """
    lost = {(path, value) for path, value, _ in await lost_evidence(profile, chats)}
    return Profile({
        path: tuple(replace(each, evidence=()) if (path, each) in lost else each for each in values)
        for path, values in profile.values.items()
    })
