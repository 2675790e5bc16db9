"""Which persona a team means by a name or a path."""

from __future__ import annotations

from pathlib import Path

from core.errors import PersonaError
from core.files import is_file
from core.personas.library import PersonaLibrary
from core.personas.markdown import SUFFIX, read_persona
from core.personas.persona import Persona


class PersonaFinder:
    """Finds personas for one team: files below its folder, and those of the library."""

    def __init__(self, library: PersonaLibrary, folder: Path) -> None:
        self._library = library
        self._folder = folder.resolve()
        self._found: dict[tuple[str, Path], Persona] = {}

    def find(self, reference: str, folder: Path) -> Persona:
        """Return the persona that a file in `folder` names.

        A path counts from there and may not leave the team's folder. A plain name is a file
        beside it, or else a persona of the library.

        Raises:
            PersonaError: there is none, or more than one, or its file does not load.
        """
        key = reference, folder
        if key not in self._found:
            self._found[key] = self._find(reference, folder)
        return self._found[key]

    def _find(self, reference: str, folder: Path) -> Persona:
        if is_path(reference):
            return read_persona(inside(reference, folder, self._around(folder)))
        beside = folder / f"{reference}{SUFFIX}"
        if is_file(beside) and beside.resolve().is_relative_to(self._around(folder)):
            return read_persona(beside)
        return self._library.named(reference)

    def _around(self, folder: Path) -> Path:
        """Return the folder that a path may not leave: the team's, or a library persona's own."""
        resolved = folder.resolve()
        return self._folder if resolved.is_relative_to(self._folder) else resolved


def is_path(reference: str) -> bool:
    """Whether a reference is meant as a path and not as a name."""
    return any(sign in reference for sign in "/\\~") or reference.lower().endswith(SUFFIX)


def inside(reference: str, folder: Path, around: Path, *, suffix: str = SUFFIX) -> Path:
    """Return the path that a file in `folder` means, if it lies in the folder `around`.

    Raises:
        PersonaError: it does not, or there is nothing.
    """
    try:
        path = folder / reference
        path = path if path.exists() else folder / f"{reference}{suffix}"
        resolved, exists = path.resolve(), path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise PersonaError(f"{reference!r} is no path.", "Name a file beside this one.") from error
    if not resolved.is_relative_to(around.resolve()):
        raise PersonaError(
            f"{reference!r} leaves the folder of the team.",
            "Name a file in that folder, or a persona of the library.",
        )
    if not exists:
        raise PersonaError(
            f"There is no file {reference!r}.", "Paths count from the file's folder."
        )
    return path
