"""What the app remembers from one run to the next, in a small file in the data folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from core import json_safe
from core.files import make_folder, read_file, replace_file
from core.sessions.files import store_error

_FILE = "app.json"


@dataclass(frozen=True, slots=True)
class Memory:
    """Choices that were made in the app. What cannot be read was never made."""

    theme: str = ""
    """Chosen in the palette."""
    instead_of: str = ""
    """The theme of the settings at that time: if that has changed since, the settings win."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Blocks: call it in a thread."""
        try:
            values = json_safe.loads(read_file(folder / _FILE))
            theme, instead_of = values.get("theme", ""), values.get("instead_of", "")
        except (OSError, ValueError, AttributeError):
            return cls()
        fits = isinstance(theme, str) and isinstance(instead_of, str)
        return cls(theme, instead_of) if fits else cls()

    def save(self, folder: Path) -> None:
        """Write it to the data folder. Blocks: call it in a thread.

        Raises:
            StoreError: it cannot be written.
        """
        path = folder / _FILE
        try:
            make_folder(folder)
            replace_file(path, json.dumps(asdict(self), indent=1).encode("utf-8"))
        except OSError as error:
            instead = "name the theme in the settings"
            raise store_error("remember the theme in", path, error, instead) from error
