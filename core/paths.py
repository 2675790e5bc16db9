"""Where Salon keeps and finds its files.

Nothing is ever looked for in the working directory: a foreign folder must not be able to
bring settings along. "The checkout" is the source tree that this package runs from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

APP = "salon"
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Directories:
    """The folders and files of one run. None of them need exist."""

    checkout: Path | None
    """The source checkout this runs from; `None` where Salon is installed."""
    sessions: Path
    """The folder of sessions."""
    personas: tuple[Path, ...]
    """Folders that personas are looked for in; the first that has one wins."""
    config: tuple[Path, ...]
    """Folders whose `*.yml` are settings; later ones win."""
    user_config: Path
    """The user's own settings file."""
    env_file: Path
    """The file of variables that is read where none is named."""
    data: Path
    """The user's data folder."""


def find_directories(
    environ: Mapping[str, str],
    sessions: str | Path | None = None,
    data_dir: str | Path | None = None,
    *,
    package: Path = _PACKAGE,
) -> Directories:
    """Return the places for this environment.

    Sessions: `sessions` (--sessions) > SALON_SESSIONS > `data_dir` (--data-dir) > `sessions/`
    of the checkout > the user's data folder. Personas: SALON_PERSONAS (several folders
    separated as in PATH) > `personas/` of the checkout > those of the user > those shipped.

    Args:
        environ: The environment's variables; the user's folders themselves are platformdirs'
            business, which reads the process's own.
        sessions: The folder of sessions, if one was named.
        data_dir: The user's data folder, if another one was named.
        package: The folder of the package `core`.
    """
    import platformdirs

    checkout = _checkout(package.parent)
    shipped = package / "shipped" if checkout is None else checkout
    data = _absolute(data_dir or platformdirs.user_data_path(APP, appauthor=False))
    user = platformdirs.user_config_path(APP, appauthor=False)

    chosen = sessions or environ.get("SALON_SESSIONS")
    if not chosen:
        chosen = (data if checkout is None or data_dir else checkout) / "sessions"
    named = environ.get("SALON_PERSONAS", "").split(os.pathsep)
    return Directories(
        checkout=checkout,
        sessions=_absolute(chosen),
        personas=_unique([
            *(_absolute(each) for each in named if each),
            *([checkout / "personas"] if checkout is not None else []),
            data / "personas",
            shipped / "personas",
        ]),
        config=_unique([shipped / "config", *([user / "config"] if checkout is None else [])]),
        user_config=user / "salon.yml",
        env_file=(user if checkout is None else checkout) / ".env",
        data=data,
    )


def _checkout(folder: Path) -> Path | None:
    """Return `folder` if it is Salon's source tree."""
    try:
        lines = (folder / "pyproject.toml").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return folder if f'name = "{APP}"' in lines else None


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()


def _unique(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(paths))
