"""An engine on the command line: told what to do, shown, and left when everything waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.cli.runner import Show, drive_work, show_json, take_commands
from core.cli.teams.pilot_options import Pilot
from core.cli.teams.printer import HierarchyPrinter
from core.teams.commands import Autopilot, Command, Say
from core.teams.engine import TeamEngine


@dataclass(frozen=True, slots=True)
class Play:
    """What is done with a run."""

    commands: Sequence[Command] = ()
    """Carried out first, one after the other."""
    said: Sequence[str] = ()
    """Asked of the team in turn, each when the one before is answered."""
    pilot: Pilot = field(default_factory=Pilot)
    steered: bool = False
    """Whether standard input says what else is to be done."""
    as_json: bool = False


async def play(engine: TeamEngine, what: Play, show: Show | None = None) -> int:
    """Run an engine until everything waits for a human; return how many texts were said.

    `show` is told of every event; left out, they are printed.

    Raises:
        SalonError: a command could not be carried out, or a record not be stored.
    """
    player = _Player(engine, what)
    if show is None:
        show = show_json if what.as_json else HierarchyPrinter(player.number_of).show
    await drive_work(engine, show, player.work)
    return player.said


class _Player:
    """Tells one engine what is to be done."""

    def __init__(self, engine: TeamEngine, what: Play) -> None:
        self._engine = engine
        self._what = what
        self.said = 0
        """How many texts were said."""

    def number_of(self, proposal: str) -> int | None:
        """Return the number of a proposal on the current path."""
        return self._engine.state.numbers.get(proposal)

    async def work(self) -> None:
        """Do everything. Raises `SalonError` if something is refused."""
        await self._begin()
        await self._say()
        if self._what.steered:
            await take_commands(self._engine.send, Command, as_json=self._what.as_json)
        await self._engine.idle()
        if not self._what.steered:
            await self._human_decides()

    async def _begin(self) -> None:
        what = self._what
        if not what.steered:
            # What a run that broke off was told; the flags say what is wanted now.
            await self._human_decides()
        for command in what.commands:
            await self._engine.send(command)
        if what.pilot.auto:
            # Not before the commands: they are about proposals that it would let through.
            await self._engine.send(what.pilot.command)

    async def _say(self) -> None:
        """Say each text when the one before is answered; steered, the last is not waited for."""
        texts = self._what.said
        for text in texts:
            if self.said and self._what.pilot.auto:
                # The autopilot was for the way to the answer before.
                await self._engine.send(self._what.pilot.command)
            await self._engine.send(Say(text))
            self.said += 1
            if self._what.steered and self.said == len(texts):
                return
            await self._engine.idle()
            if self._engine.state.request is not None:
                return

    async def _human_decides(self) -> None:
        """Switch off an autopilot: it is for as long as somebody watches."""
        if self._engine.state.autopilot is not None:
            await self._engine.send(Autopilot(on=False))
