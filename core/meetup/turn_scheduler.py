"""Whether the next turn of a meetup is due: playing, paused, step by step, about to end."""

from __future__ import annotations


class TurnScheduler:
    """Decides whether another turn is due; commands and failures change it."""

    def __init__(self, *, attended: bool, playing: bool) -> None:
        self.attended = attended
        """A human can resume a pause."""
        self.playing = playing
        self.steps = 0
        """Turns to take although paused."""
        self._abandoned = False
        self._reason: str | None = None
        self._paused_by: str | None = None

    @property
    def active(self) -> bool:
        """Whether a turn is to be taken, sooner or later."""
        return self.playing or self.steps > 0

    @property
    def ending(self) -> str | None:
        """The reason to end now, if there is one."""
        if self._reason is None and self._abandoned and not self.active:
            return self._paused_by or "stopped"
        return self._reason

    def play(self) -> None:
        """Take turns from now on."""
        self.playing, self._paused_by = True, None

    def pause(self, because: str | None = None) -> None:
        """Take no further turn; `because` says why where no human asked for it."""
        self.playing, self.steps, self._paused_by = False, 0, because

    def step(self, *, speaking: bool) -> None:
        """Take one turn and pause; one that is being taken while playing is that turn."""
        if not (self.playing and speaking):
            self.steps += 1
        self.playing = False

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

    def abandon(self) -> None:
        """End where the meetup is paused, now or later: nobody is there to resume it."""
        self.attended, self._abandoned = False, True
