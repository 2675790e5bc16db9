"""Teams from files that a test writes, and the parts that seat them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from core.config.load import load_settings
from core.config.sources import Sources
from core.engine.factory import ParticipantFactory
from core.personas.library import PersonaLibrary
from core.providers.registry import ProviderRegistry
from core.teams.definitions.library import TeamLibrary
from core.teams.flow import Answer, Ask, FlowFunction, Step

CHECKOUT = Path(__file__).resolve().parents[1]
SHIPPED = CHECKOUT / "personas" / "teams"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")


def teams(folder: Path, files: Mapping[str, str] | None = None) -> TeamLibrary:
    """Return the teams in `folder/teams`; personas of the library lie in `folder`."""
    write(folder, files or {})
    return TeamLibrary([folder / "teams"], PersonaLibrary([(folder, "test")]))


def shipped() -> TeamLibrary:
    return TeamLibrary([SHIPPED], PersonaLibrary([(CHECKOUT / "personas", "test")]))


def factory(model: str = "scripted:usual", **params: Any) -> ParticipantFactory:
    assignments = [f"model={model}", *(f"params.{key}={value}" for key, value in params.items())]
    settings = load_settings(
        Sources(folders=(CHECKOUT / "config",), assignments=tuple(assignments))
    )
    return ParticipantFactory(settings, ProviderRegistry(settings.providers))


class FlowRun:
    """Plays the engine's part for one flow: keeps its state, hands it answers."""

    def __init__(
        self,
        flow: FlowFunction,
        delegates: tuple[str, ...],
        params: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.flow, self.delegates = flow, delegates
        self.params, self.options = params or {}, options or {}
        self.state: Mapping[str, Any] = {}
        self.inbound = ""
        self.last: Ask | Answer | None = None

    def task(self, inbound: str, *words: str) -> Ask | Answer:
        self.inbound = inbound
        return self._step(None, inbound, words)

    def answer(self, message: str, *words: str, human: bool = False) -> Ask | Answer:
        assert isinstance(self.last, Ask)
        return self._step(self.last.to, message, words, human=human)

    def _step(
        self, finished: str | None, message: str, words: tuple[str, ...], *, human: bool = False
    ) -> Ask | Answer:
        step = Step(
            self.inbound,
            finished,
            message,
            self.state,
            self.params,
            self.options,
            self.delegates,
            words,
            human=human,
        )
        self.last = self.flow(step)
        self.state = self.last.state
        return self.last
