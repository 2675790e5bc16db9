"""Team files: listed, read and seated, with others in the same folder."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.errors import SalonError
from core.teams.definitions.parameters import read_parameter_file
from core.teams.definitions.seat_team import seat_team
from fuzz.door import Door, Drive, Shape
from fuzz.doors.personas import ROOT
from fuzz.structures import change_yaml
from team_kit import factory, teams

_FILES = {
    "ann.md": "# Planner: Ann\n\nPlans {params.mood} things.\n",
    "bob.md": "---\ndelegates: [ann]\n---\n# Lead: Bob\n\nLeads.\n",
    "teams/zzz.yml": "title: Neighbours\nroot: {name: all, persona: cat, delegates: [eve]}\n",
    "cat.md": "# Tester: Cat\n\nTests.\n",
    "eve.md": "# Editor: Eve\n\nEdits.\n",
    "teams/parts/cat.md": "# Tester: Cat\n\nTests.\n",
    "teams/values/calm.yml": "mood: calm\nsamples: [a, b]\n",
}
_TEAM = """title: A team of everything
params:
  mood: {type: text, description: The mood, default: calm}
  samples: {type: list, required: true, default: [one, two]}
  count: {type: number, default: 3}
presets: values
preset: calm
style: samples
single: |
  You are {params.mood}.
  {params.samples}
root:
  name: lead
  persona: bob
  autonomy: ask
  memory: own
  parallel: true
  rounds: 4
  description: Leads {params.mood}
  examples: ["{params.mood} one"]
  delegates:
    - persona: parts/cat
      model: scripted:x
      parameters: {temperature: 0.2, seed: 7}
      stop: [END]
      memory: none
      schema: {type: object, properties: {a: {type: string}}}
    - ann
"""
_VALUES = "mood: wild\nsamples:\n  - a line\n  - another\ncount: 2.5\n"


def _seeds() -> list[bytes]:
    shipped = sorted((ROOT / "personas" / "teams").glob("*.yml"))
    return [_TEAM.encode(), _TEAM.encode(), *(path.read_bytes() for path in shipped)]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Put a team and its personas into the folder; an input becomes a file beside it."""
    for each in ("dialogue", "code", "characters"):
        shutil.copytree(ROOT / "personas" / "teams" / each, folder / "teams" / each)
    library, usual = teams(folder, _FILES), factory()
    odd = folder / "teams" / "odd.yml"
    values = folder / "values.yml"
    odd.write_text(_TEAM, "utf-8")
    declared = library.read(odd)

    async def drive(shape: str, data: bytes) -> None:
        if shape == "values":
            values.write_bytes(data)
            given = read_parameter_file(declared.parameters, values)
            seat_team(declared, usual, params=given)
            return
        odd.write_bytes(data)
        listed = {header.path.name: header for header in library.headers()}
        assert set(listed) == {"odd.yml", "zzz.yml", "bob.md"}, f"listed are {set(listed)}"
        assert not listed["zzz.yml"].problem
        assert library.find("Neighbours").title == "Neighbours"
        _seat(library.read(odd), usual)

    yield drive


def _seat(draft: object, usual: object) -> None:
    for model in (None, "scripted:y"):
        try:
            team, _ = seat_team(draft, usual, model=model)  # type: ignore[arg-type]
        except SalonError:
            continue
        team.to_json()


DOOR = Door(
    "teams",
    (
        Shape("team", _seeds, (change_yaml,)),
        Shape("team", _seeds, (change_yaml,)),
        Shape("values", lambda: [_VALUES.encode()], (change_yaml,)),
    ),
    opened,
)
