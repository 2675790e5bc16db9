"""Whether a meetup goes on: played, paused, taken step by step, about to end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from core.errors import StoreError


class Playback:
    """What those who steer decide and the run loop obeys."""

    def __init__(self, *, attended: bool, playing: bool) -> None:
        self.attended = attended
        """A human can resume a pause."""
        self.playing = playing
        self.steps = 0
        """Turns to take although paused."""
        self._abandoned = False
        self._reason: str | None = None
        self._paused_by: str | None = None
        self._failure: StoreError | None = None
        self._wake = asyncio.Event()

    @property
    def active(self) -> bool:
        """Whether a turn is to be taken, sooner or later."""
        return self.playing or self.steps > 0

    @property
    def ending(self) -> str | None:
        """The reason to end now, if there is one.

        Raises:
            StoreError: the session takes no more records.
        """
        if self._failure is not None:
            raise self._failure
        if self._reason is None and self._abandoned and not self.active:
            return self._paused_by or "stopped"
        return self._reason

    def play(self) -> None:
        """Take turns from now on."""
        self.playing, self._paused_by = True, None
        self.wake()

    def pause(self, because: str | None = None) -> None:
        """Take no further turn; `because` says why where no human asked for it."""
        self.playing, self.steps, self._paused_by = False, 0, because
        self.wake()

    def step(self, *, speaking: bool) -> None:
        """Take one turn and pause; one that is being taken while playing is that turn."""
        if not (self.playing and speaking):
            self.steps += 1
        self.playing = False
        self.wake()

    def begin_turn(self) -> None:
        """Note that a turn begins."""
        self.steps = max(0, self.steps - 1)
        self._paused_by = None

    def give_up(self, reason: str) -> None:
        """Pause where a human can resume, else end."""
        if self.attended:
            self.pause(reason)
        else:
            self.end(reason)

    def end(self, reason: str) -> None:
        """End at the next opportunity."""
        self.pause()
        self._reason = reason

    def fail(self, error: StoreError) -> None:
        """End at once, without a word more on record."""
        # A copy: one exception object must not be raised in several tasks.
        self._failure = StoreError(error.message, error.hint)
        self.wake()

    def abandon(self) -> None:
        """Nobody is there any more to resume a pause."""
        self.attended, self._abandoned = False, True
        self.wake()

    def wake(self) -> None:
        """Let the run loop look at everything again."""
        self._wake.set()

    def look(self) -> None:
        """Note that the run loop looks at everything now."""
        self._wake.clear()

    async def sleep(self, seconds: float | None) -> None:
        """Wait until something changes since the last `look`, at most `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
