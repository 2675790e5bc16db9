"""Team files: YAML that names personas, or one persona with `delegates` of its own.

```yaml
title: A line of dialogue
params:
  mood: {type: text, description: The mood to begin with, default: calm}
presets: characters            # a folder of parameter files
preset: corva                  # which of them counts where nothing is chosen
root:
  name: dialogue
  flow: dialogue
  delegates:
    - persona: dialogue/goals.md
      model: local:smollm2
    - freud                    # of the library
```

A file names personas and installed flows; it never carries or points at code.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import PersonaError, UsageError
from core.files import is_file
from core.personas.library import PersonaLibrary
from core.personas.persona import Persona
from core.teams.definitions.declarations import DELEGATES, Declarations
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.located import Lined, plain, read_lined
from core.teams.definitions.node_keys import read_line, read_name, require_known
from core.teams.definitions.parameters import KINDS, Parameter
from core.teams.definitions.persona_lookup import PersonaFinder, inside
from core.teams.definitions.templates import complaint

SUFFIXES = (".yml", ".yaml")
_KEYS = ("name", "title", "params", "presets", "preset", "style", "single", "root")
_PARAMETER_KEYS = ("type", "description", "default", "required")
_MOST_PARAMETERS = 50
_MOST_PRESETS = 200


def read_team(path: Path, library: PersonaLibrary) -> TeamDraft:
    """Read a team's file.

    Raises:
        PersonaError: it, or a persona that it names, cannot be read.
        TeamFileError: it says something that is wrong, with file and line.
    """
    file = read_lined(path)
    require_known(file, _KEYS, "a team")
    root = file.get("root")
    if not isinstance(root, Lined):
        raise file.error("root", "a team needs a `root`: a node with a persona or a flow.")
    name = read_name(file, path.stem)
    parameters = _parameters(file)
    names = [each.name for each in parameters]
    presets = _presets(file, path)
    finder = PersonaFinder(library, path.parent)
    return TeamDraft(
        name=name,
        path=path,
        root=Declarations(finder, names).root(root, None, name),
        title=read_line(file, "title"),
        parameters=parameters,
        presets=presets,
        preset=_one_of(file, "preset", presets),
        style=_one_of(file, "style", [each.name for each in parameters if each.kind == "list"]),
        single=_single(file, names),
    )


def team_of_persona(persona: Persona, library: PersonaLibrary) -> TeamDraft:
    """Return the team that a persona's front matter declares.

    Raises:
        PersonaError: a persona that it names cannot be found or read.
        TeamFileError: it says something that is wrong, with file and line.
    """
    front = Lined(persona.front, persona.front_lines, path=persona.path)
    folder = persona.path.parent if persona.path else Path()
    parameters = _parameters(front)
    declaring = Declarations(PersonaFinder(library, folder), [each.name for each in parameters])
    stem = persona.path.stem if persona.path else persona.name
    return TeamDraft(
        name=stem,
        path=persona.path,
        root=declaring.root(Lined(path=persona.path), persona, stem),
        title=persona.name,
        parameters=parameters,
    )


def has_delegates(persona: Persona) -> bool:
    """Whether a persona's front matter makes it a team."""
    return bool(persona.front.get(DELEGATES))


def _parameters(file: Lined) -> tuple[Parameter, ...]:
    declared = file.get("params", {})
    if not isinstance(declared, dict) or len(declared) > _MOST_PARAMETERS:
        raise file.error("params", f"params has to hold at most {_MOST_PARAMETERS} names.")
    where = declared if isinstance(declared, Lined) else None
    return tuple(_parameter(str(name), each, file, where) for name, each in declared.items())


def _parameter(name: str, values: Any, file: Lined, where: Lined | None) -> Parameter:
    key, source = (name, where) if where is not None else ("params", file)
    if not name.isidentifier():
        raise source.error(key, f"{name!r} cannot be a parameter's name: letters, digits, `_`.")
    values = {} if values is None else values
    if not isinstance(values, dict):
        raise source.error(key, f"{name} needs keys: {', '.join(_PARAMETER_KEYS)}.")
    own = values if isinstance(values, Lined) else Lined(values, path=file.path, line=source.line)
    require_known(own, _PARAMETER_KEYS, "a parameter")
    kind, required = own.get("type", "text"), own.get("required", False)
    if kind not in KINDS:
        raise own.error("type", f"the type has to be one of {', '.join(KINDS)}.")
    if not isinstance(required, bool):
        raise own.error("required", "required has to be true or false.")
    open_one = Parameter(name, kind, read_line(own, "description"), required=required)
    if own.get("default") is None:
        return open_one
    try:
        default = open_one.checked(plain(own["default"]))
    except UsageError as error:
        raise own.error("default", error.message, error.hint) from error
    return Parameter(name, kind, open_one.description, default, required)


def _presets(file: Lined, path: Path) -> dict[str, Path]:
    """Return the parameter files in the folder that a team names for them."""
    named = file.get("presets")
    if named is None:
        return {}
    try:
        folder = inside(str(named), path.parent, path.parent, suffix="")
        found = sorted(folder.iterdir())
    except PersonaError as error:
        raise file.error("presets", error.message, error.hint) from error
    except OSError as error:
        raise file.error("presets", f"{named} cannot be listed: {error.strerror}.") from error
    files = [each for each in found if each.suffix in SUFFIXES and is_file(each)]
    around = path.parent.resolve()
    kept = [each for each in files if each.resolve().is_relative_to(around)]
    return {each.stem: each for each in kept[:_MOST_PRESETS]}


def _one_of(file: Lined, key: str, known: Collection[str]) -> str:
    value = file.get(key, "")
    if value and (not isinstance(value, str) or value not in known):
        names = ", ".join(sorted(known)) or "none"
        raise file.error(key, f"{value!r} is not there for {key}.", f"There are: {names}.")
    return str(value)


def _single(file: Lined, names: Collection[str]) -> str:
    value = file.get("single", "")
    if not isinstance(value, str):
        raise file.error("single", "single has to be a text.")
    wrong = complaint(value, {"params": names})
    if wrong:
        raise file.error("single", wrong)
    return value
