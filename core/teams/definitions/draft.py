"""A team as its files declare it, before anybody is seated on a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import UsageError, nearest
from core.messages import Params
from core.personas.persona import Persona
from core.teams.definitions.parameters import Parameter, parse_assignments, read_parameter_file
from core.teams.team import Autonomy, Flow, Memory


@dataclass(frozen=True)
class NodeDraft:
    """One node of a declared team."""

    path: str
    name: str
    persona: Persona | None
    """Who it is; a flow may do without."""
    model: str | None = None
    """The model that the team's file names; the persona's own is the persona's to say."""
    params: Params = field(default_factory=Params)
    """Sampling parameters that the team's file names."""
    description: str = ""
    examples: tuple[str, ...] = ()
    memory: Memory = "own"
    autonomy: Autonomy = "ask"
    parallel: bool = False
    rounds: int = 0
    schema: Mapping[str, Any] | None = None
    flow: Flow | None = None
    delegates: tuple[NodeDraft, ...] = ()

    def walk(self) -> Iterator[NodeDraft]:
        """Yield the node and all below it, parents first."""
        yield self
        for each in self.delegates:
            yield from each.walk()


@dataclass(frozen=True)
class TeamDraft:
    """A declared team. All texts in it are untrusted."""

    name: str
    path: Path | None
    """The file that declares it."""
    root: NodeDraft
    title: str = ""
    parameters: tuple[Parameter, ...] = ()
    presets: Mapping[str, Path] = field(default_factory=dict)
    """Parameter files that come with it, by name."""
    preset: str = ""
    """Which of them counts where nothing is chosen."""
    style: str = ""
    """The list parameter that holds sample lines to measure answers against."""
    single: str = ""
    """The instructions for one persona to do all of it alone, as a template of parameters."""

    def nodes(self) -> dict[str, NodeDraft]:
        """Return all nodes by path, parents first."""
        return {each.path: each for each in self.root.walk()}

    def given(self, chosen: str | None = None, assignments: Sequence[str] = ()) -> dict[str, Any]:
        """Return the parameters that a file or preset and flags set; the others stay open.

        Args:
            chosen: Name of a preset or path of a parameter file; `None`: the usual preset.
            assignments: NAME=VALUE each, on top of the file.

        Raises:
            UsageError: there is no such file, or a value fits no declared parameter.
        """
        path = self._parameter_file(chosen or self.preset or None)
        values = read_parameter_file(self.parameters, path) if path else {}
        return {**values, **parse_assignments(self.parameters, assignments)}

    def _parameter_file(self, chosen: str | None) -> Path | None:
        if chosen is None:
            return None
        if chosen in self.presets:
            return self.presets[chosen]
        path = Path(chosen)
        if not path.is_file():
            hint = nearest(chosen, self.presets) or "Name a YAML or JSON file."
            raise UsageError(f"There is no parameter file {chosen!r}.", hint)
        return path
