"""Keys that are typed while a pane opens: it gets them once it is ready, and no other pane does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textual import events


class TypeAhead:
    """Holds input back while a pane opens.

    Args:
        deliver: Puts an input event back into the queue of the app.
    """

    def __init__(self, deliver: Callable[[events.InputEvent | events.Paste], object]) -> None:
        self._deliver = deliver
        self._opening = 0
        self._held: list[events.InputEvent | events.Paste] = []

    @property
    def opening(self) -> bool:
        """Whether a pane is opening."""
        return self._opening > 0

    @property
    def waiting(self) -> bool:
        """Whether input is held back."""
        return bool(self._held)

    @contextmanager
    def opened_meanwhile(self) -> Iterator[None]:
        """Hold input back until the block is left."""
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1
            if not self._opening:
                held, self._held = self._held, []
                for event in held:
                    self._deliver(event)

    def hold(self, event: events.InputEvent | events.Paste) -> None:
        """Hold an input event back."""
        self._held.append(event)
