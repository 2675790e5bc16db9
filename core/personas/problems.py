"""What can be wrong with a persona file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import PersonaError


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint about a file; `line` counts from 1."""

    line: int
    message: str


class PersonaFileError(PersonaError):
    """A persona file does not load; the message begins with its path and line."""

    def __init__(self, path: Path | None, line: int, detail: str, hint: str = "") -> None:
        super().__init__(f"{path or '(persona)'}:{line}: {detail}", hint)
        self.problem = Problem(line, detail)
