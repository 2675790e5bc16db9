"""The files beside a session that hold a population's days and, now and then, its state."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from core.errors import StoreError
from core.files import FOLDER_MODE, create_file, read_file
from core.sessions.files import store_error
from core.sessions.folder import DAYS
from core.sessions.session import Session


class Blobs:
    """Bytes by name; those of a session that is kept nowhere live as long as this object."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, bytes] = {}

    @classmethod
    def beside(cls, session: Session) -> Blobs:
        """Return the blobs of a session."""
        path = getattr(session, "path", None)
        return cls(path.with_suffix(DAYS) if isinstance(path, Path) else None)

    @property
    def kept(self) -> bool:
        """Whether they outlive this object."""
        return self._folder is not None

    def write(self, name: str, content: bytes) -> None:
        """Keep bytes under a new name; blocks. Raises `StoreError`."""
        if self._folder is None:
            self._kept[name] = content
            return
        try:
            self._folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            create_file(self._folder / name, content)
        except OSError as error:
            raise store_error("write", self._folder / name, error) from error

    def keep_only(self, names: Collection[str]) -> None:
        """Remove the files of days that never went on record; blocks.

        One that cannot be removed takes nothing but space, and stays.
        """
        if self._folder is None:
            return
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in names:
                    with suppress(OSError):
                        path.unlink()

    def read(self, name: str) -> bytes | None:
        """Return bytes, or `None` where there are none of that name; blocks.

        Raises:
            StoreError: they are there and cannot be read.
        """
        if self._folder is None:
            return self._kept.get(name)
        try:
            return read_file(self._folder / _plain(name))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store_error("read", self._folder / name, error) from error


def _plain(name: str) -> str:
    """Return a name that leads nowhere else. Raises `StoreError`."""
    if not name or Path(name).name != name or name.startswith("."):
        raise StoreError(f"{name!r} is not the name of a day.", "The session was tampered with.")
    return name
