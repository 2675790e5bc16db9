"""How each command changes a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.clm.simulation.commands import (
    Fork,
    Jump,
    Pause,
    Run,
    SetModel,
    SetPolicy,
    Step,
    Stop,
)
from core.clm.simulation.days import Days
from core.clm.simulation.log import RunLog
from core.clm.simulation.spec import LLM, POPULATION_POLICIES, check_policy
from core.clm.simulation.stepper import Stepper
from core.engine.handlers import CommandHandlers, chosen_model, handles
from core.errors import CommandError, ConfigError, StoreError
from core.messages import Params
from core.sessions.branches import leaf_below
from core.sessions.record import Author, Kind

CheckModel = Callable[[str, Params], str]
"""Returns a model's full name. Raises `SalonError` if there is no such model."""


class RunHandlers(CommandHandlers):
    """Carries out commands on the parts of one run."""

    def __init__(
        self,
        log: RunLog,
        days: Days,
        stepper: Stepper,
        check_model: CheckModel,
        human: Author,
        changed: Callable[[], None],
    ) -> None:
        self._log = log
        self._days = days
        self._stepper = stepper
        self._check_model = check_model
        self._human = human
        self._changed = changed

    @handles(Run)
    async def run(self, command: Run) -> None:
        self._require_somebody()
        state = self._log.state
        planned = state.days
        if command.days is not None:
            until = state.over + command.days
            if planned and until > planned:
                # On record, so that a run that is killed goes on to where it was meant to.
                await self._set({"days": until})
            self._stepper.go(until)
            return
        if planned and state.over >= planned:
            raise CommandError(f"All {planned} days are over.", "Say how many more are to follow.")
        self._stepper.go(planned or None)

    @handles(Step)
    async def step(self, command: Step) -> None:
        self._require_somebody()
        self._stepper.go(None, single=True)

    @handles(Pause)
    async def pause(self, command: Pause) -> None:
        self._stepper.pause()

    @handles(Stop)
    async def stop(self, command: Stop) -> None:
        await self._stepper.stop()

    @handles(SetPolicy)
    async def set_policy(self, command: SetPolicy) -> None:
        try:
            name = check_policy(command.policy)
        except ConfigError as error:
            raise CommandError(error.message, error.hint) from error
        state = self._log.state
        if state.spec.is_population and name not in POPULATION_POLICIES:
            raise CommandError(
                f"A model cannot decide for {state.spec.size:,} customers a day.",
                f"Take one of: {', '.join(POPULATION_POLICIES)}.",
            )
        data: dict[str, Any] = {"policy": name}
        if name == LLM and not state.model:
            data["model"] = self._check_model("", state.params)
        await self._set(data)

    @handles(SetModel)
    async def set_model(self, command: SetModel) -> None:
        state = self._log.state
        _, params = chosen_model(None, command.params)
        model = self._check_model(command.model or state.model, state.params.merged(params))
        await self._set({"model": model, "params": params.to_json()})

    async def _set(self, data: Mapping[str, Any]) -> None:
        text = ", ".join(f"{key} {value}" for key, value in data.items() if value)
        await self._log.tell(
            self._log.new_record(Kind.SETTING, text, author=self._human, data=data)
        )
        self._changed()

    @handles(Fork)
    async def fork(self, command: Fork) -> None:
        state, tree = self._log.state, self._log.session.tree
        if not 0 <= command.day <= state.over:
            raise CommandError(
                f"Day {command.day} is not over on this branch.",
                f"Pick one from 0 to {state.over}.",
            )
        target = state.ends[command.day - 1] if command.day else tree.root.id
        await self._stepper.stop()
        await self._go_to(target)

    @handles(Jump)
    async def jump(self, command: Jump) -> None:
        tree = self._log.session.tree
        try:
            leaf_below(tree, command.record)
        except StoreError as error:
            raise CommandError(f"There is no record {command.record!r}.") from error
        await self._stepper.stop()
        # What was under way may have lengthened the branch until it stopped.
        await self._go_to(leaf_below(tree, command.record))

    async def _go_to(self, target: str) -> None:
        if target != self._log.session.tree.head:
            await self._log.tell(self._log.new_head(target))
        self._days.forget()
        self._changed()

    def _require_somebody(self) -> None:
        state = self._log.state
        if not state.spec.is_population and not state.living and not state.under_way:
            raise CommandError("Everybody has left.", "Go back to an earlier day, or start anew.")
