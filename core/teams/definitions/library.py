"""The teams at hand: listing them, finding one by what people type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from core.errors import PersonaError, nearest
from core.faults import as_salon_error
from core.files import is_file
from core.personas.casefold import fold
from core.personas.library import PersonaLibrary
from core.personas.markdown import SUFFIX, parse_persona, read_bytes, read_persona
from core.teams.definitions.declarations import DELEGATES
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.file import SUFFIXES, has_delegates, read_team, team_of_persona

_MARK = DELEGATES.encode()
_NOT_TEAMS = frozenset({"readme.md"})


class TeamHeader(NamedTuple):
    """What a list shows of a team. All text in it is untrusted."""

    name: str
    """What finds it."""
    path: Path
    title: str
    nodes: int
    """How many it has; 0 where it does not load."""
    problem: str | None = None
    """Why it does not load."""


class TeamLibrary:
    """The teams directly in some folders, and the personas that hand work to others.

    In a folder, YAML files are teams, and so are persona files with `delegates`. A file hides
    those of the same name in later folders. Everything here reads files: call it from a thread
    where that may not wait.
    """

    def __init__(self, folders: Sequence[Path], personas: PersonaLibrary) -> None:
        self.folders = tuple(folders)
        self.personas = personas

    def headers(self) -> list[TeamHeader]:
        """List all teams by name; files that do not load stand there with their problem."""
        return sorted(
            (self._header(path) for path in self._paths()),
            key=lambda header: (fold(header.name), str(header.path)),
        )

    def find(self, name_or_path: str) -> TeamDraft:
        """Read the team that a path, the name of a file or of a team stands for.

        A file of that path wins, then a file of that name in the folders, then the whole
        name or the beginning of one if it is the only such, then a persona with delegates.

        Raises:
            PersonaError: there is none, or more than one, or it does not load.
        """
        path = _given_path(name_or_path) or self._file_called(name_or_path)
        if path is not None:
            return self.read(path)
        headers, wanted = self.headers(), fold(name_or_path)
        for whole in (True, False):
            found = [each for each in headers if wanted and _fits(each, wanted, whole)]
            if len(found) > 1:
                paths = ", ".join(str(each.path) for each in found[:6])
                raise PersonaError(
                    f"{name_or_path!r} may be any of {len(found)} teams.",
                    f"Name one of these files: {paths}.",
                )
            if found:
                return self.read(found[0].path)
        hint = nearest(name_or_path, [each.name for each in headers])
        raise PersonaError(f"There is no team {name_or_path!r}.", hint)

    def read(self, path: Path) -> TeamDraft:
        """Read the team that a file declares.

        Raises:
            PersonaError: it cannot be read or declares none.
        """
        try:
            return self._read(path)
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or "it is nested too deeply"
            raise PersonaError(
                f"{path} cannot be read as a team: {reason}.", "Check its names and values."
            ) from error

    def _read(self, path: Path) -> TeamDraft:
        if path.suffix.lower() in SUFFIXES:
            return read_team(path, self.personas)
        persona = read_persona(path)
        if not has_delegates(persona):
            raise PersonaError(
                f"{persona.name} hands work to nobody, so it is no team.",
                "Give it `delegates: [NAME, …]`, or chat with it.",
            )
        return team_of_persona(persona, self.personas)

    def _header(self, path: Path) -> TeamHeader:
        try:
            draft = self.read(path)
        except Exception as error:  # noqa: BLE001 - told as the file's problem; a fault is logged
            told = as_salon_error(error, f"reading {path}")
            return TeamHeader(path.stem, path, "", 0, str(told))
        return TeamHeader(draft.name, path, draft.title, len(draft.nodes()))

    def _paths(self) -> Iterator[Path]:
        seen: set[str] = set()
        for folder in self.folders:
            for path in _teams_in(folder):
                if path.stem not in seen:
                    seen.add(path.stem)
                    yield path
        for header in self.personas.headers():
            path = header.path
            if not header.problem and path.stem not in seen and _is_team(path):
                seen.add(path.stem)
                yield path

    def _file_called(self, name: str) -> Path | None:
        if not name or Path(name).name != name:
            return None
        for folder in self.folders:
            for suffix in (*SUFFIXES, SUFFIX):
                path = folder / f"{name}{suffix}"
                if is_file(path) and (suffix != SUFFIX or _is_team(path)):
                    return path
        return None


def _fits(header: TeamHeader, wanted: str, whole: bool) -> bool:
    names = (fold(header.name), fold(header.path.stem), fold(header.title))
    return wanted in names if whole else any(each.startswith(wanted) for each in names)


def _given_path(text: str) -> Path | None:
    try:
        path = Path(text).expanduser()
        wanted = path.suffix.lower() in (*SUFFIXES, SUFFIX) and path.is_file()
    except (OSError, ValueError, RuntimeError):  # `~name` of a user that nobody knows
        return None
    return path if wanted else None


def _teams_in(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError:  # most of the places where teams may lie are not there
        return []
    return [
        path
        for path in found
        if not path.name.startswith(".") and path.name.lower() not in _NOT_TEAMS
        if path.suffix.lower() in SUFFIXES or (path.suffix.lower() == SUFFIX and _is_team(path))
    ]


def _is_team(path: Path) -> bool:
    """Whether a persona file declares a team; most do not hold the word, and are not parsed."""
    try:
        data = read_bytes(path)
        return _MARK in data and has_delegates(parse_persona(data, path))
    except PersonaError:
        return False
    except Exception:  # noqa: BLE001 - reading it as a team meets and tells the same
        return True
