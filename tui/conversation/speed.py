"""How fast a message comes, in words that can be read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from core.providers.tokens import estimate_tokens

_EVERY = 0.5
"""Seconds between two readings, so that the number can be read."""


@dataclass(slots=True)
class Speed:
    """Measures one message while it is written."""

    _began: float = field(default_factory=time.monotonic)
    _tokens: int = 0
    _shown: float = 0.0

    def measure(self, text: str) -> str:
        """Count what was added; return what is to be said of it now, or nothing."""
        now = time.monotonic()
        if not self._tokens:
            self._began = now
        self._tokens += estimate_tokens(text)
        if now - self._shown < _EVERY:
            return ""
        self._shown = now
        seconds = now - self._began
        rate = f"{self._tokens / seconds:3.0f} tok/s" if seconds > _EVERY else ""
        return f"writing {rate}".rstrip()
