"""Personas in groups: by tag, or by the folder they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.personas.casefold import fold
from core.personas.headers import PersonaHeader

_UNTAGGED = "no tag"


class GroupBy(StrEnum):
    """What personas are grouped by."""

    FOLDER = "folder"
    TAG = "tag"
    NOTHING = "name"
    """One list, by name."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some personas under a heading."""

    key: str
    """Tells it from the other groups, also when it is made anew."""
    title: str
    """Empty for the one group of a list without groups."""
    members: tuple[PersonaHeader, ...]
    detail: str = ""


def grouped(
    headers: Iterable[PersonaHeader], by: GroupBy, folders: Sequence[Path] = ()
) -> list[Group]:
    """Return the groups that personas fall into; the order within each stays.

    One with several tags stands in the group of each. Folders come in the order of
    `folders`, tags by name, what has no tag last.
    """
    if by is GroupBy.NOTHING:
        members = tuple(headers)
        return [Group("all", "", members)] if members else []
    return _by_tag(headers) if by is GroupBy.TAG else _by_folder(headers, folders)


def _by_tag(headers: Iterable[PersonaHeader]) -> list[Group]:
    titles: dict[str, str] = {}
    members: dict[str, list[PersonaHeader]] = {}
    keys: dict[str, str] = {}
    for header in headers:
        for tag in header.tags or (_UNTAGGED,):
            key = keys.get(tag) or keys.setdefault(tag, fold(tag))
            titles.setdefault(key, tag)
            found = members.setdefault(key if header.tags else "", [])
            if not found or found[-1] is not header:
                found.append(header)
    untagged = members.pop("", [])
    groups = [Group(f"tag {key}", titles[key], tuple(members[key])) for key in sorted(members)]
    if untagged:
        groups.append(Group("untagged", _UNTAGGED, tuple(untagged)))
    return groups


def _by_folder(headers: Iterable[PersonaHeader], folders: Sequence[Path]) -> list[Group]:
    members: dict[str, list[PersonaHeader]] = {}
    for header in headers:
        members.setdefault(header.folder, []).append(header)
    ranks = {str(folder): rank for rank, folder in enumerate(folders)}
    found = sorted(members, key=lambda folder: (ranks.get(folder, len(ranks)), folder))
    return [
        Group(f"folder {folder}", members[folder][0].source, tuple(members[folder]), folder)
        for folder in found
    ]
