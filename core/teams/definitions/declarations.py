"""From what files say to the nodes of a team.

A node takes what a team's file says of it, and for the rest what its persona's front matter
says. A persona's own `delegates` become nodes wherever the file leaves them open.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import PersonaError, nearest
from core.personas.encoding import line_number
from core.personas.persona import Persona
from core.personas.problems import PersonaFileError
from core.personas.values import read_text
from core.teams.definitions.draft import NodeDraft
from core.teams.definitions.located import Lined, LinedList
from core.teams.definitions.node_keys import (
    NODE_KEYS,
    read_autonomy,
    read_examples,
    read_flag,
    read_flow,
    read_line,
    read_memory,
    read_name,
    read_own_model,
    read_rounds,
    read_schema,
    require_known,
)
from core.teams.definitions.persona_lookup import PersonaFinder
from core.teams.definitions.templates import places
from core.teams.team import SEPARATOR

DELEGATES = "delegates"
MAX_DEPTH = 8
"""Levels of a team, the root included."""
MAX_NODES = 100
_PLACE = "params"


class Declarations:
    """Builds the nodes of one team."""

    def __init__(self, finder: PersonaFinder, parameters: Collection[str]) -> None:
        self._finder = finder
        self._parameters = parameters
        self._count = 0

    def root(self, spec: Lined, persona: Persona | None, otherwise: str) -> NodeDraft:
        """Return the whole tree below a root.

        Args:
            spec: What the team's file says of it.
            persona: Who it is, where that is known already.
            otherwise: Its name where neither the file nor a persona gives one.

        Raises:
            PersonaError: a persona cannot be found or read.
            TeamFileError: a key is unknown or wrong, or the tree is none or too large.
        """
        return self._node(spec, "", (), otherwise, persona)

    def _node(
        self,
        spec: Lined,
        above: str,
        chain: tuple[Path, ...],
        otherwise: str = "",
        persona: Persona | None = None,
    ) -> NodeDraft:
        require_known(spec, NODE_KEYS, "a node")
        persona = persona or self._persona(spec)
        stem = persona.path.stem if persona and persona.path else ""
        name = read_name(spec, stem or (persona.name if persona else otherwise))
        path = f"{above}{SEPARATOR}{name}" if above else name
        self._count += 1
        if self._count > MAX_NODES or path.count(SEPARATOR) >= MAX_DEPTH:
            raise spec.error(
                None,
                f"{path} is beyond what a team may hold.",
                f"That is {MAX_NODES} nodes on {MAX_DEPTH} levels.",
            )
        said = _Said(spec, _front(persona))
        delegates = self._delegates(said.of(DELEGATES), path, chain, persona)
        return self._drafted(said, path, name, persona, delegates)

    def _drafted(
        self,
        said: _Said,
        path: str,
        name: str,
        persona: Persona | None,
        delegates: tuple[NodeDraft, ...],
    ) -> NodeDraft:
        names = [each.name for each in delegates]
        flow = read_flow(said.of("flow"), names, self._parameters)
        if persona is None and flow is None:
            raise said.spec.error(None, f"the node {name!r} needs a persona or a flow.")
        model, params = read_own_model(said.spec)
        self._check_places(said, persona)
        return NodeDraft(
            path=path,
            name=name,
            persona=persona,
            model=model,
            params=params,
            description=read_line(said.of("description"), "description")
            or (persona.role if persona else ""),
            examples=read_examples(said.of_examples()),
            memory=read_memory(said.of_memory()),
            autonomy=read_autonomy(said.of("autonomy"), "apply" if flow else "ask"),
            parallel=read_flag(said.of("parallel"), "parallel"),
            rounds=read_rounds(said.of("rounds")),
            schema=read_schema(said.of("schema")),
            flow=flow,
            delegates=delegates,
        )

    def _persona(self, spec: Lined) -> Persona | None:
        reference = spec.get("persona")
        if reference is None:
            return None
        if not isinstance(reference, str) or not reference.strip():
            raise spec.error("persona", "persona has to be a name or a path.")
        folder = spec.path.parent if spec.path else Path()
        try:
            persona = self._finder.find(reference.strip(), folder)
            persona.settings()
        except PersonaFileError:
            raise  # it names a place of its own
        except PersonaError as error:
            raise spec.error("persona", error.message, error.hint) from error
        return persona

    def _delegates(
        self, source: Lined, path: str, chain: tuple[Path, ...], persona: Persona | None
    ) -> tuple[NodeDraft, ...]:
        listed = source.get(DELEGATES)
        if listed is None:
            return ()
        own = persona is not None and persona.path is not None and source.path == persona.path
        if own and persona is not None and persona.path is not None:
            chain = self._lengthened(chain, persona.path.resolve(), source)
        nodes: list[NodeDraft] = []
        for spec in _specs(source, listed):
            node = self._node(spec, path, chain)
            twin = next((n for n in nodes if n.name.casefold() == node.name.casefold()), None)
            if twin is not None:
                raise spec.error(
                    "name",
                    f"{path} has two delegates called {node.name!r}.",
                    "Give one of them a `name` of its own.",
                )
            nodes.append(node)
        return tuple(nodes)

    def _lengthened(self, chain: tuple[Path, ...], here: Path, source: Lined) -> tuple[Path, ...]:
        if here in chain:
            names = " → ".join(each.stem for each in [*chain[chain.index(here) :], here])
            raise source.error(DELEGATES, f"the delegates go round in a circle: {names}.")
        return *chain, here

    def _check_places(self, said: _Said, persona: Persona | None) -> None:
        """See that all parameters that texts ask for are declared."""
        if persona is not None:
            for group, name in places(persona.body):
                if group == _PLACE and name not in self._parameters:
                    at = persona.body.index(f"{{{_PLACE}.{name}")
                    line = persona.body_line + line_number(persona.body, at) - 1
                    raise Lined(path=persona.path, line=line).error(
                        None,
                        f"the team has no parameter {name!r}.",
                        nearest(name, self._parameters),
                    )
        for group, name in places(read_text(said.of("description").get("description"))):
            if group == _PLACE and name not in self._parameters:
                hint = nearest(name, self._parameters)
                source = said.of("description")
                raise source.error("description", f"the team has no parameter {name!r}.", hint)


class _Said:
    """What is said of a node, first in the team's file, then in its persona's front matter."""

    def __init__(self, spec: Lined, front: Lined) -> None:
        self.spec = spec
        self._front = front

    def of(self, *keys: str) -> Lined:
        """Return the mapping that counts for keys which belong together."""
        return self.spec if any(key in self.spec for key in keys) else self._front

    def of_memory(self) -> Lined:
        return self.of("memory", "stateless")

    def of_examples(self) -> Lined:
        """Return where examples stand; a text in front matter is a character card's talk."""
        source = self.of("examples")
        return (
            source if source is self.spec or isinstance(source.get("examples"), list) else Lined()
        )


def _front(persona: Persona | None) -> Lined:
    if persona is None:
        return Lined()
    return Lined(persona.front, persona.front_lines, path=persona.path)


def _specs(source: Lined, listed: Any) -> list[Lined]:
    """Return what is said of each delegate; a text names its persona."""
    line = source.lines.get(DELEGATES, source.line)
    if isinstance(listed, str):
        listed = [word.strip() for word in listed.split(",") if word.strip()]
    if not isinstance(listed, list):
        raise source.error(DELEGATES, "delegates has to be a list of names, paths or nodes.")
    specs: list[Lined] = []
    for index, each in enumerate(listed):
        at = listed.line(index, line) if isinstance(listed, LinedList) else line
        if isinstance(each, str):
            specs.append(Lined({"persona": each}, {"persona": at}, path=source.path, line=at))
        elif isinstance(each, Lined):
            specs.append(each)
        elif isinstance(each, dict):
            values = {str(key): value for key, value in each.items()}
            specs.append(Lined(values, path=source.path, line=at))
        else:
            raise source.error(DELEGATES, f"{each!r} is no delegate.", "Name a persona.")
    return specs
