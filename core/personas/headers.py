"""What a list shows of a persona, without the rest of its file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from core.errors import PersonaError
from core.faults import as_salon_error
from core.personas.markdown import parse_persona, read_bytes
from core.personas.problems import PersonaFileError

UNREAD = -1
"""When a file was changed that met a fault: no stamp, so that it is read again."""


class PersonaHeader(NamedTuple):
    """What a list shows of a persona. All text in it is untrusted.

    There may be many thousands, at once and early: hence a tuple, and a path only on demand.
    """

    name: str
    role: str
    language: str | None
    gender: str | None
    tags: tuple[str, ...]
    file: str
    """Path of its file."""
    source: str
    """The label of the folder it lies in."""
    size: int
    """Bytes."""
    problem: str = ""
    """Why the file does not load; empty if it does."""
    changed: int = 0
    """When the file was last changed, in nanoseconds since 1970."""
    complaints: int | None = None
    """How many problems `lint` finds in it; `None`: nobody has looked yet."""

    @property
    def path(self) -> Path:
        """Its file."""
        return Path(self.file)

    @property
    def file_name(self) -> str:
        """The last part of its path."""
        return self.file.rpartition(os.sep)[2]

    @property
    def folder(self) -> str:
        """The path of the folder that its file lies in."""
        return self.file.rpartition(os.sep)[0]

    @property
    def stamp(self) -> tuple[int, int]:
        """What tells whether the file is still the one that was read."""
        return self.changed, self.size


def read_header(path: Path, label: str, stamp: tuple[int, int]) -> PersonaHeader:
    """Read a file's header; one that does not load has its stem for a name, and its problem."""
    changed, size = stamp
    try:
        persona = parse_persona(read_bytes(path), path)
    except PersonaFileError as error:
        problem = f"line {error.problem.line}: {error.problem.message}"
    except PersonaError as error:
        problem = error.message
    except Exception as error:  # noqa: BLE001 - logged, and the file's problem in every list
        problem, changed = str(as_salon_error(error, f"reading {path}")), UNREAD
    else:
        return PersonaHeader(
            name=persona.name,
            role=persona.role,
            language=persona.language,
            gender=persona.gender,
            tags=persona.tags,
            file=str(path),
            source=label,
            size=size,
            changed=changed,
        )
    return PersonaHeader(path.stem, "", None, None, (), str(path), label, size, problem, changed)
