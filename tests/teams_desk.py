"""A team in a file, what its nodes say, and its commands called without a process of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from core.cli.teams import teams
from core.cli.teams.opening import begin
from core.cli.teams.pilot_options import Pilot
from core.cli.teams.playing import Play, play
from core.errors import SalonError
from core.events import Event
from core.runtime import Options, Runtime
from salon_process import lines
from teams_kit import ask, final

TEAM = """
title: A line of dialogue
params:
  mood: {description: The mood to begin with, default: calm}
root:
  name: director
  persona: freud
  delegates:
    - name: dialogue
      persona: ada
      description: writes dialogue
      delegates:
        - {name: rewriter, persona: socrates, description: rewrites}
    - {name: critic, persona: voltaire, description: criticises}
"""
LINE = {
    "director": [ask("dialogue", "Write a line."), final("The sea, alas."), final("The ocean.")],
    "director/dialogue": [ask("rewriter", "The sea is big."), final("Alas, the sea.")] * 2,
    "director/dialogue/rewriter": ["Alas, the sea.", "Oh, the sea.", "Sea!"],
    "director/critic": ["Weak."],
}
"""What each node says, in turn: a line goes down to the rewriter and comes up again."""


def saying(home: Path, nodes: Mapping[str, Any]) -> str:
    """Return the name of a model on which each node says these things."""
    path = home / f"answers{len(list(home.glob('answers*')))}.json"
    path.write_text(json.dumps({"nodes": nodes}))
    return f"scripted:{path}"


class Desk:
    """Commands over stored runs of a team."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.team = home / "team.yml"
        self.team.write_text(TEAM)

    def runtime(self) -> Runtime:
        return Runtime(Options(sessions=self.home / "sessions", data_dir=self.home / "data"), {})

    def play(
        self,
        text: str,
        nodes: Mapping[str, Any] = LINE,
        *,
        auto: bool = False,
        aloud: bool = False,
    ) -> str:
        """Have the team work on something; return the session's id. `aloud`: print it."""
        return asyncio.run(self._play(text, nodes, auto, aloud))

    async def _play(self, text: str, nodes: Mapping[str, Any], auto: bool, aloud: bool) -> str:
        shown: list[Event] = []
        flags = {"params_file": None, "assignments": (), "model": saying(self.home, nodes)}
        async with self.runtime() as runtime:
            engine = await begin(runtime, str(self.team), flags, save=True)
            await play(
                engine, Play(said=[text], pilot=Pilot(auto=auto)), None if aloud else shown.append
            )
            await engine.log.session.close()
        return engine.session_id

    def do(self, *arguments: str) -> Result:
        """Carry out a command. Raises the `SalonError` that it ends with."""
        result = CliRunner().invoke(teams, arguments, obj=self.runtime())
        if isinstance(result.exception, SalonError):
            raise result.exception
        return result

    def events(self, verb: str, *arguments: str) -> list[dict[str, Any]]:
        """Carry out a verb on the last run; return its events."""
        done = self.do(verb, "last", *arguments, "--json")
        assert (done.exit_code, done.stderr) == (0, "")
        return lines(done.stdout)

    def pending(self) -> list[tuple[str, str, str]]:
        """Node, receiver and words of what waits in the last run."""
        found = json.loads(self.do("proposals", "last", "--json").stdout)
        assert all(each["state"] == "pending" for each in found)
        return [(each["node"], each["to"], each["message"]) for each in found]
