"""What a list shows of persona files, kept from one start to the next.

One JSON file a persona folder. It saves time and nothing else: it can be thrown away at any
moment, and of a file whose time or size has changed nothing in it is believed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import Any

from core import json_safe
from core.files import make_folder, read_file, replace_file
from core.personas.headers import PersonaHeader

_VERSION = 1
"""Of the rows and of what is read into them: a change of either makes a new one."""

_Row = list[Any]
_TYPES: tuple[Any, ...] = (
    str,  # file name
    int,  # mtime_ns
    int,  # size
    str,  # name
    str,  # role
    (str, NoneType),  # language
    (str, NoneType),  # gender
    list,  # tags
    str,  # problem
    (int, NoneType),  # complaints
)


class HeaderCache:
    """The headers of persona folders, in files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, personas: Path, label: str) -> dict[str, PersonaHeader]:
        """Return what is known of a folder's files, by path; nothing if it cannot be read."""
        try:
            values = json_safe.loads(read_file(self._file(personas)))
            if values["v"] != _VERSION or values["folder"] != str(personas):
                return {}
            rows: Iterable[_Row] = values["rows"]
            headers = [_header(row, f"{personas}{os.sep}", label) for row in rows]
            return {header.file: header for header in headers}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def save(self, personas: Path, headers: Iterable[PersonaHeader]) -> None:
        """Keep the headers of a folder; where that is not possible, nothing is kept."""
        rows = [_row(header) for header in headers]
        content = {"v": _VERSION, "folder": str(personas), "rows": rows}
        with suppress(OSError):
            make_folder(self._folder)
            replace_file(
                self._file(personas),
                json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii"),
            )

    def _file(self, personas: Path) -> Path:
        digest = hashlib.sha256(str(personas).encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"personas-{digest[:16]}.json"


def _row(header: PersonaHeader) -> _Row:
    return [
        header.file_name,
        header.changed,
        header.size,
        header.name,
        header.role,
        header.language,
        header.gender,
        list(header.tags),
        header.problem,
        header.complaints,
    ]


def _header(row: _Row, folder: str, label: str) -> PersonaHeader:
    """Return the header that a row says. Raises `TypeError` if it says none."""
    if len(row) != len(_TYPES) or not all(map(isinstance, row, _TYPES)):
        raise TypeError(row)
    file, changed, size, name, role, language, gender, tags, problem, complaints = row
    "".join(tags)
    return PersonaHeader(
        name,
        role,
        language,
        gender,
        tuple(tags),
        folder + file,
        label,
        size,
        problem,
        changed,
        complaints,
    )
