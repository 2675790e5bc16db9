"""Which files and variables settings are read from.

defaults < config/*.yml of the checkout (or those shipped) < the user's files < --config
< .env < environment < flags. The working directory has no say: a foreign folder must not
be able to point a key at a foreign server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.config.environment import Variables
from core.paths import Directories


@dataclass(frozen=True, slots=True)
class Sources:
    """Where settings are read from, lowest precedence first."""

    folders: tuple[Path, ...] = ()
    """Folders of `*.yml`: the checkout's (or the shipped one), then the user's."""
    config_file: Path | None = None
    env_files: tuple[Path, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    assignments: tuple[str, ...] = ()
    """Flags: KEY=VALUE with a dotted key."""

    def dotenv(self) -> Variables:
        """Read the `.env` files. Raises `ConfigError`."""
        return Variables.of_files(self.env_files)

    def process(self) -> Variables:
        """Return the variables of the process."""
        return Variables.of_process(self.environ)


def find_sources(
    environ: Mapping[str, str],
    directories: Directories,
    *,
    config_file: Path | None = None,
    env_file: Path | None = None,
    assignments: Sequence[str] = (),
) -> Sources:
    """Return the sources of this installation; `env_file` replaces any other `.env`."""
    user = directories.user_config.parent
    usual = dict.fromkeys((directories.env_file, user / ".env"))
    return Sources(
        folders=(*directories.config, user),
        config_file=config_file,
        env_files=(env_file,) if env_file else tuple(each for each in usual if each.is_file()),
        environ=environ,
        assignments=tuple(assignments),
    )
