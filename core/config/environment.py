"""Environment variables and `.env` files: what they hold and which settings they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from core.config.files import read_text, shown
from core.errors import ConfigError
from core.providers.addresses import lmstudio_url, normal_url, ollama_url

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*+)\s*+=\s*+(.*)")
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Variable(NamedTuple):
    """A variable's value and where it was set."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of one or more sources, the later ones on top; empty ones count as unset."""

    found: Mapping[str, Variable]

    @classmethod
    def of_process(cls, environ: Mapping[str, str]) -> Self:
        """Wrap the variables of a process."""
        return cls({
            name: Variable(value, f"environment {name}")
            for name, value in environ.items()
            if value.strip()
        })

    @classmethod
    def of_files(cls, files: Iterable[Path]) -> Self:
        """Read `.env` files; a later one wins.

        Raises:
            ConfigError: a line is not NAME=VALUE; names file and line.
        """
        found: dict[str, Variable] = {}
        for path in files:
            found.update(parse_dotenv(read_text(path), shown(path)))
        return cls(found)

    def over(self, lower: Variables) -> Variables:
        """Return these variables laid over `lower`."""
        return Variables({**lower.found, **self.found})

    def values(self) -> dict[str, str]:
        """Return the values alone, as `os.environ` holds them."""
        return {name: variable.value for name, variable in self.found.items()}


def parse_dotenv(text: str, source: str) -> dict[str, Variable]:
    """Read the lines of a `.env` file: NAME=VALUE, quotes, `#` comments, `export`.

    Nothing is expanded. `source` is the file's name for messages.

    Raises:
        ConfigError: a line is not NAME=VALUE; it is not quoted, since it may hold a key.
    """
    found: dict[str, Variable] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        value = _dotenv_value(match[2]) if match else None
        if match is None or value is None:
            raise ConfigError(f"{source}:{number}: this line is not NAME=VALUE.")
        if value.strip():
            found[match[1]] = Variable(value, f"{source}:{number} {match[1]}")
    return found


def _dotenv_value(text: str) -> str | None:
    if not text.startswith(("'", '"')):
        return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    match = _QUOTED.match(text)
    if match is None or not re.fullmatch(r"\s*(#.*)?", text[match.end() :]):
        return None
    if match[1] is not None:
        return match[1]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match[2])


SETTING_VARIABLES: tuple[tuple[str, tuple[str, ...], Callable[[str], str]], ...] = (
    ("SALON_MODEL", ("model",), str.strip),
    ("OPENAI_API_BASE", ("providers", "openai", "base_url"), normal_url),
    ("OPENAI_BASE_URL", ("providers", "openai", "base_url"), normal_url),
    ("OPENAI_MODEL", ("providers", "openai", "default_model"), str.strip),
    ("ANTHROPIC_BASE_URL", ("providers", "anthropic", "base_url"), normal_url),
    ("OLLAMA_HOST", ("providers", "ollama", "base_url"), ollama_url),
    ("LMSTUDIO_BASE_URL", ("providers", "lmstudio", "base_url"), lmstudio_url),
)
"""Variable, the key it sets, how it is read; where two set one key, the later one wins."""
