"""The replies and the steps of flows that are being worked on, each in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from core.engine.context_window import ContextWindow, WindowRequest
from core.engine.participants import ParticipantCache
from core.engine.prompt import PromptView
from core.engine.reply import PassThrough, ReplyRequest, ReplyStrategy, ReplyWriter, TextFilter
from core.participants import Participant
from core.sessions.prompts import PromptMessage
from core.sessions.record import Record
from core.teams.flow_steps import FlowSteps
from core.teams.log import TeamLog
from core.teams.node_state import NodeState
from core.teams.prompts import LANDING
from core.teams.reading.flags import LOW_SELF_CHECK
from core.teams.reading.reply import ReplyRead, read_leaf, read_reply, reply_schema
from core.teams.reading.stream import MessageFilter, shown_text
from core.teams.record_factory import RecordFactory
from core.teams.rules import Rules
from core.teams.team import TeamNode

_LOW = 0.5
"""A node that says of itself that it is less sure than this is flagged."""


class NodeReplies:
    """Has nodes reply, by a model or by code; `settled` is called with each task that is over."""

    def __init__(
        self,
        log: TeamLog,
        factory: RecordFactory,
        participants: ParticipantCache[str],
        rules: Rules,
        flow_steps: FlowSteps,
        settled: Callable[[asyncio.Task[Any]], None],
    ) -> None:
        self._log = log
        self._factory = factory
        self._participants = participants
        self._rules = rules
        self._flow_steps = flow_steps
        self._settled = settled
        self._fitter = ContextWindow(log)
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    @property
    def active(self) -> bool:
        """Whether any node is thinking."""
        return bool(self._tasks)

    def busy(self, path: str) -> bool:
        """Whether a node is thinking."""
        return path in self._tasks

    def start(self, path: str) -> None:
        """Let a node think. Raises `SalonError` if nobody can reply for it."""
        flow = self._log.state.nodes[path].node.flow
        work = self._reply(path) if flow is None else self._flow_steps.take(path)
        self._tasks[path] = task = asyncio.create_task(work, name=f"reply of {path}")
        task.add_done_callback(lambda done: self._done(path, done))

    async def interrupt(self, paths: Iterable[str] | None = None) -> None:
        """Stop the replies of some nodes, or all; what was said stays on record."""
        chosen = list(self._tasks) if paths is None else list(paths)
        tasks = {self._tasks[path] for path in chosen if path in self._tasks}
        if not tasks:
            return
        # A task that has not begun would be cancelled without tidying up after itself.
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def _done(self, path: str, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(path) is task:
            del self._tasks[path]
        self._settled(task)

    def _reply(self, path: str) -> Coroutine[Any, Any, object]:
        asked = self._asked(path, self._participants.participant(path))
        node = self._log.state.nodes[path]
        return ReplyWriter(self._log, _ReplyStrategy(node, self._factory, self._rules)).write(asked)

    def _asked(self, path: str, participant: Participant) -> ReplyRequest:
        state = self._log.state
        node = state.nodes[path]
        note = LANDING if node.node.delegates and node.must_answer else ""
        data: dict[str, Any] = {}

        def view() -> PromptView:
            now = self._log.state.nodes[path]
            data["seen"] = now.view.last_unseen
            return now.view.render(participant.system, note)

        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            fitting = WindowRequest(path, participant, view, node.spoken, node.ratio)
            return await self._fitter.fit(fitting, shrink)

        return ReplyRequest(
            path,
            participant,
            prompt,
            state.replies + 1,
            node.spoken,
            data=data,
            schema=_schema(node.node, final_only=bool(note)),
            strict=True,
        )


def _schema(node: TeamNode, *, final_only: bool) -> Mapping[str, Any] | None:
    if not node.delegates:
        return node.schema
    names = [each.name for each in node.delegates]
    return reply_schema(names, parallel=node.parallel, final_only=final_only)


class _ReplyStrategy(ReplyStrategy):
    """How the replies of one node are read, and what they propose."""

    def __init__(self, node: NodeState, factory: RecordFactory, rules: Rules) -> None:
        self._node = node.node
        self._names = () if node.must_answer else tuple(each.name for each in node.node.delegates)
        self._factory = factory
        self._rules = rules

    def filter(self) -> TextFilter:
        return MessageFilter() if self._node.delegates else PassThrough()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        if self._node.delegates:
            read = read_reply(raw, self._names, parallel=self._node.parallel)
        else:
            read = read_leaf(raw, self._node.schema)
        text = shown_text(read)
        data: dict[str, Any] = {
            "addressed": [[each.to, each.message] for each in read.proposals],
            "flags": [*read.flags, *_unsure(raw, self._node.schema)],
        }
        if text != raw:
            data["raw"] = raw
        return text, {**data, **_told(read)}

    def after(self, message: Record) -> Sequence[Record]:
        proposals = self._factory.proposals_of(message)
        seen = str(message.data.get("seen", ""))
        return [*proposals, *self._rules.at_once(proposals, seen)]


def _told(read: ReplyRead) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if read.reasoning:
        told["reasoning"] = read.reasoning
    if read.unknown:
        told["unknown"] = list(read.unknown)
    return told


def _unsure(raw: str, schema: Mapping[str, Any] | None) -> list[str]:
    """Flag an answer that gives itself little credit, where its schema asks for `confidence`."""
    if schema is None or "confidence" not in schema.get("properties", {}):
        return []
    from core.providers.schema import SchemaMismatch, read_answer

    try:
        value = read_answer(raw, None)
    except SchemaMismatch:
        return []
    sure = value.get("confidence") if isinstance(value, dict) else None
    return [LOW_SELF_CHECK] if isinstance(sure, int | float) and sure < _LOW else []
