"""The conversation that the lab pane shows."""

from __future__ import annotations

from tui.widgets.transcript import Transcript


class Talk(Transcript):
    """A transcript that leaves `c` to the pane: figures are looked up more often than code."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Copy no code, so that the key goes on to the screen."""
        return action != "copy_code"
