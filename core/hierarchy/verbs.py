"""How each command changes a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from core.config.params import check_parameters
from core.config.prices import Prices
from core.errors import CommandError, UsageError
from core.hierarchy.advancing import Advancing
from core.hierarchy.branching import Branching
from core.hierarchy.commands import (
    Answer,
    Apply,
    Autopilot,
    Command,
    Edit,
    End,
    Fork,
    Go,
    Jump,
    Pin,
    Redirect,
    Refuse,
    Rename,
    Replay,
    Say,
    SetAutonomy,
    SetModel,
    Skip,
    Stop,
    TakeOver,
)
from core.hierarchy.deciding import Deciding
from core.hierarchy.drafting import Drafting
from core.hierarchy.log import HierarchyLog
from core.hierarchy.participants import ParticipantCache
from core.hierarchy.pilot import Budgets
from core.hierarchy.places import Places
from core.hierarchy.thinking import Thinking
from core.messages import ModelName
from core.sessions.record import Kind
from core.text import clean_line

_CARRY_ON = (Say, Apply, Edit, Redirect, Refuse, Skip, Answer, TakeOver)
"""Verbs after which whoever is due thinks."""


class Verbs:
    """Carries out commands on the parts of one run."""

    def __init__(
        self,
        log: HierarchyLog,
        drafting: Drafting,
        participants: ParticipantCache,
        thinking: Thinking,
        advancing: Advancing,
        prices: Prices,
        end: Callable[[], None],
    ) -> None:
        self._log = log
        self._drafting = drafting
        self._participants = participants
        self._thinking = thinking
        self._advancing = advancing
        self._prices = prices
        self._end = end
        self._places = Places(log)
        deciding = Deciding(log, self._places, drafting, thinking)
        branching = Branching(log, self._places, drafting, thinking, deciding, advancing)
        self._verbs: Mapping[type, Callable[[Any], Awaitable[None]]] = {
            Say: deciding.say,
            Apply: deciding.apply,
            Answer: deciding.answer,
            Edit: deciding.edit,
            Redirect: deciding.redirect,
            Refuse: deciding.refuse,
            TakeOver: deciding.take_over,
            Skip: deciding.skip,
            SetAutonomy: self._set_autonomy,
            Autopilot: self._autopilot,
            Go: self._go,
            Stop: self._stop,
            SetModel: self._set_model,
            Fork: branching.fork,
            Replay: branching.replay,
            Jump: branching.jump,
            Rename: self._rename,
            Pin: self._pin,
            End: self._close,
        }

    async def carry_out(self, command: Command) -> None:
        """Carry out one command. Raises `CommandError` and `StoreError`."""
        await self._verbs[type(command)](command)
        if isinstance(command, _CARRY_ON):
            self._advancing.resume()

    async def _set_autonomy(self, command: SetAutonomy) -> None:
        path = "" if command.node is None else self._places.node(command.node).node.path
        await self._log.tell(self._drafting.setting({"autonomy": command.level}, node=path))

    async def _autopilot(self, command: Autopilot) -> None:
        if not command.on:
            await self._log.tell(self._drafting.setting({"autopilot": None}))
            return
        if command.dollars is not None:
            self._require_prices()
        budgets = Budgets(command.steps, command.tokens, command.dollars)
        await self._log.tell(self._drafting.setting({"autopilot": budgets.to_json()}))
        self._advancing.go()

    def _require_prices(self) -> None:
        for node in self._log.state.nodes.values():
            if node.node.flow is None and self._prices.of(node.seat.model) is None:
                raise CommandError(
                    f"The price of {node.seat.model} is unknown.",
                    "Write it into config/prices.yml, or give a budget of steps or tokens.",
                )

    async def _go(self, command: Go) -> None:
        if self._log.state.question is not None:
            human = self._drafting.human
            await self._log.tell(self._log.new_record(Kind.CONTROL, "go", author=human))
        self._advancing.go()

    async def _stop(self, command: Stop) -> None:
        self._advancing.wait()
        await self._thinking.interrupt()
        if self._log.state.autopilot is not None:
            await self._log.tell(self._drafting.setting({"autopilot": None}))

    async def _set_model(self, command: SetModel) -> None:
        try:
            model = None if command.model is None else str(ModelName.parse(command.model))
            params = check_parameters(dict(command.params or {}))
        except UsageError as error:
            raise CommandError(error.message, error.hint) from error
        nodes = self._log.state.nodes
        chosen = [self._places.node(command.node)] if command.node else list(nodes.values())
        for node in chosen:
            if node.node.flow is None:
                seat = replace(
                    node.seat,
                    model=model or node.seat.model,
                    params=node.seat.params.merged(params),
                )
                self._participants.check(node.node.path, seat)
        path = chosen[0].node.path if command.node else ""
        data = {"model": model, "params": params.to_json()}
        await self._log.tell(self._drafting.setting(data, node=path))

    async def _rename(self, command: Rename) -> None:
        title = clean_line(command.title).strip()
        if not title:
            raise CommandError("A title needs words.")
        await self._meta({"title": title})

    async def _pin(self, command: Pin) -> None:
        await self._meta({"pinned": command.pinned})

    async def _meta(self, data: Mapping[str, Any]) -> None:
        author = self._drafting.human
        await self._log.tell(self._log.new_record(Kind.META, author=author, data=data))

    async def _close(self, command: End) -> None:
        self._end()
