"""Lets code decide for the nodes that it manages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from core.errors import SalonError
from core.sessions.record import Author, Record
from core.teams.flow import Answer, Ask, FlowFunction, Step
from core.teams.log import TeamLog
from core.teams.node_state import NodeState
from core.teams.prompts import OTHERWISE
from core.teams.record_factory import RecordFactory
from core.teams.records import TeamKind
from core.teams.rules import Rules

FindFlow = Callable[[str], FlowFunction]
"""Returns an installed flow by name. Raises `SalonError` if there is none."""

_LARGEST_STATE = 1_000_000
"""Characters of a flow's state as JSON."""


class FlowSteps:
    """Calls the flow of a node and puts on record what it decides."""

    def __init__(
        self, log: TeamLog, factory: RecordFactory, rules: Rules, find_flow: FindFlow
    ) -> None:
        self._log = log
        self._factory = factory
        self._rules = rules
        self._find_flow = find_flow

    async def take(self, path: str) -> None:
        """Take the next step of a node.

        Cancelling leaves no trace: the step is due again. Code that is not done by then goes
        on in its thread, and what it returns is dropped.

        Raises:
            StoreError: a record could not be stored.
        """
        node = self._log.state.nodes[path]
        seen = node.view.last_unseen
        draft = await self._step(node, seen)

        def group() -> Sequence[Record]:
            if draft.kind != TeamKind.PROPOSAL:
                return (draft,)
            return draft, *self._rules.at_once([draft], seen)

        await self._log.tell_composed(group)

    async def _step(self, node: NodeState, seen: str) -> Record:
        """Return the draft of the next proposal, or of the notice that there can be none."""
        flow = node.node.flow
        assert flow is not None
        try:
            function = self._find_flow(flow.name)
            # Somebody else's code may take its time.
            decided = await asyncio.to_thread(function, self._given(node, flow.options))
            to, state = self._checked(node, decided)
        except SalonError as error:
            return self._factory.failure(node, "flow", error)
        except Exception as error:  # noqa: BLE001 - code that is not ours; nothing is hidden
            what = f"The flow {flow.name!r} broke: {type(error).__name__}: {error}."
            hint = "Mend it, or answer in its place: take over."
            return self._factory.failure(node, "flow", SalonError(what, hint))
        return self._factory.proposal(
            node,
            decided.message,
            to=to,
            author=Author("code", flow.name),
            reasoning=decided.reasoning,
            data={"flow_state": state, "seen": seen},
        )

    def _given(self, node: NodeState, options: Mapping[str, Any]) -> Step:
        task, report = node.task, node.report
        assert task is not None
        return Step(
            inbound=task.text,
            finished=None if report is None else report.child,
            message=task.text if report is None else report.text,
            state=node.flow_state,
            params=self._log.state.team.params,
            options=options,
            delegates=tuple(each.name for each in node.node.delegates),
            words=tuple(self._words(node)),
            asked=node.over.asked,
            answered=node.over.answered,
            human=report is not None and report.human,
        )

    def _words(self, node: NodeState) -> Iterator[str]:
        """Yield what a human said to a node, and why one refused what it proposed."""
        tree = self._log.session.tree
        for heard in node.view.unseen:
            record = tree.get(heard.record)
            if heard.human:
                yield record.text
            elif record.data.get("state") == "refused":
                yield record.text or OTHERWISE

    def _checked(self, node: NodeState, decided: object) -> tuple[str, Mapping[str, Any]]:
        if not isinstance(decided, Ask | Answer):
            raise SalonError(
                f"The flow of {node.node.path} returned {type(decided).__name__}.",
                "It has to return Ask or Answer.",
            )
        try:
            text = json.dumps(decided.state, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise SalonError(f"The state of {node.node.path} is not JSON: {error}.") from error
        if len(text) > _LARGEST_STATE:
            raise SalonError(f"The state of {node.node.path} has {len(text):,} characters.")
        if isinstance(decided, Answer):
            return "", json.loads(text)
        child = node.node.delegate(decided.to)
        if child is None:
            names = ", ".join(each.name for each in node.node.delegates)
            raise SalonError(
                f"The flow of {node.node.path} asks {decided.to!r}.", f"There are: {names}."
            )
        return child.name, json.loads(text)
