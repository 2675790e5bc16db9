"""Commands that change how a team runs."""

from __future__ import annotations

from core.config.prices import Prices
from core.engine.handlers import CommandHandlers, chosen_model, handles
from core.engine.participants import ParticipantCache
from core.errors import CommandError
from core.sessions.record import Kind
from core.teams.commands import (
    Autopilot,
    Go,
    SetAutonomy,
    SetModel,
    Stop,
)
from core.teams.log import TeamLog
from core.teams.node_replies import NodeReplies
from core.teams.pilot import Budgets
from core.teams.record_factory import RecordFactory
from core.teams.record_lookup import RecordLookup
from core.teams.scheduler import Scheduler


class TeamHandlers(CommandHandlers):
    """Carries out commands about autonomy, models, and whether the team goes on."""

    def __init__(
        self,
        log: TeamLog,
        lookup: RecordLookup,
        factory: RecordFactory,
        participants: ParticipantCache[str],
        replies: NodeReplies,
        scheduler: Scheduler,
        prices: Prices,
    ) -> None:
        self._log = log
        self._lookup = lookup
        self._factory = factory
        self._participants = participants
        self._replies = replies
        self._scheduler = scheduler
        self._prices = prices

    @handles(SetAutonomy)
    async def set_autonomy(self, command: SetAutonomy) -> None:
        path = "" if command.node is None else self._lookup.node(command.node).node.path
        await self._log.tell(self._factory.setting({"autonomy": command.level}, node=path))

    @handles(Autopilot)
    async def autopilot(self, command: Autopilot) -> None:
        if not command.on:
            await self._log.tell(self._factory.setting({"autopilot": None}))
            return
        if command.dollars is not None:
            self._require_prices()
        budgets = Budgets(command.steps, command.tokens, command.dollars)
        await self._log.tell(self._factory.setting({"autopilot": budgets.to_json()}))
        self._scheduler.go()

    def _require_prices(self) -> None:
        for node in self._log.state.nodes.values():
            if node.node.flow is None and self._prices.of(node.seat.model) is None:
                raise CommandError(
                    f"The price of {node.seat.model} is unknown.",
                    "Write it into config/prices.yml, or give a budget of steps or tokens.",
                )

    @handles(Go)
    async def go(self, command: Go) -> None:
        if self._log.state.question is not None:
            human = self._factory.human
            await self._log.tell(self._log.new_record(Kind.CONTROL, "go", author=human))
        self._scheduler.go()

    @handles(Stop)
    async def stop(self, command: Stop) -> None:
        self._scheduler.wait()
        await self._replies.interrupt()
        if self._log.state.autopilot is not None:
            await self._log.tell(self._factory.setting({"autopilot": None}))

    @handles(SetModel)
    async def set_model(self, command: SetModel) -> None:
        model, params = chosen_model(command.model, command.params)
        nodes = self._log.state.nodes
        chosen = [self._lookup.node(command.node)] if command.node else list(nodes.values())
        for node in chosen:
            if node.node.flow is None:
                self._participants.ready(node.node.path, node.seat.changed(model, params))
        path = chosen[0].node.path if command.node else ""
        data = {"model": model, "params": params.to_json()}
        await self._log.tell(self._factory.setting(data, node=path))
