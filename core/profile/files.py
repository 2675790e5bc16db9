"""A profile as a file of its own: written for somebody to take along, and read again."""

from __future__ import annotations

import json
from pathlib import Path

from core import json_safe
from core.errors import UsageError
from core.files import create_file
from core.profile.profile_import import fitted
from core.profiles.fields import FIELDS
from core.profiles.front_matter import read_profile
from core.profiles.profile import Profile
from core.profiles.seed_json import refuse_pickle

_MOST_BYTES = 8_000_000


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile as JSON, provenance and all, to a file that is not there yet.

    Raises:
        UsageError: it is there, or cannot be written.
    """
    text = json.dumps(profile.to_json(), ensure_ascii=False, indent=2)
    try:
        create_file(path, text.encode())
    except FileExistsError:
        raise UsageError(f"{path} is there already.", "Name another file.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be written: {_why(error)}.") from error


def load_profile(path: Path) -> tuple[Profile, list[str]]:
    """Read what `write_profile` wrote, or groups and fields in any spelling.

    Returns:
        The profile, and what in the file was not understood.

    Raises:
        UsageError: it cannot be read, is no JSON, or holds no profile.
    """
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no file.", "Name a JSON file.")
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path} is too large for a profile.", "Name another file.")
        content = path.read_bytes()
        refuse_pickle(path, content)
        values = json_safe.loads(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {_why(error)}.") from error
    except ValueError as error:
        line, what = getattr(error, "lineno", 1), getattr(error, "msg", str(error))
        raise UsageError(f"{path}, line {line}: this is not JSON: {what}.") from None
    found, problems = _understood(values)
    if not found:
        raise UsageError(f"{path} holds no profile.", f"Fields are: {', '.join(FIELDS)}.")
    return found, problems


def _understood(values: object) -> tuple[Profile, list[str]]:
    try:
        found = Profile.from_json(values)  # type: ignore[arg-type]  # whatever it is, it says so
    except (AttributeError, KeyError, TypeError, ValueError):
        found = Profile()
    return fitted(found) if found else read_profile(values)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
