"""How words go on in a run: to a delegate as its task, to the parent as an answer.

Part of the fold in `state`, which calls it for requests and decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.sessions.prompts import Part
from core.sessions.record import Record
from core.teams import prompts
from core.teams.node_state import NodeState, Over, Report, Task
from core.teams.view import Heard

if TYPE_CHECKING:
    from core.teams.state import TeamState


def skip(state: TeamState, node: NodeState, proposal: Record, record: Record) -> None:
    """Go on without what a proposal asks a delegate, or answers the parent."""
    to = str(proposal.data.get("to", ""))
    if to:
        node.view.hear(prompts.passed_over(record, to))
        # A flow goes on from there; without this it would ask the same again.
        node.flow_state = proposal.data.get("flow_state", node.flow_state)
        node.report = Report(to, "")
        return
    _close(node, None, "")
    if state.parent(node) is None:
        state.request = None
    _reported(state, node, prompts.passed_over(record, node.node.name), None)


def pass_on(state: TeamState, node: NodeState, proposal: Record, record: Record) -> None:
    """Let words go on: to a delegate as its task, or to the parent as the answer."""
    changed = record.data["state"] in {"edited", "redirected"}
    words = record if changed and record.text else proposal
    to = str(record.data.get("to", proposal.data.get("to", "")))
    taken_over = record.data["state"] == "taken_over"
    if taken_over or not to:
        _call_off_below(state, node)
    if taken_over:
        _take_over(node, proposal)
    node.flow_state = proposal.data.get("flow_state", node.flow_state)
    node.strikes = 0
    child = state.child(node, to) if to else None
    if child is None:
        _answer(state, node, words, record)
        return
    if changed and node.node.flow is None:
        node.view.hear(prompts.changed(record, child.node.name, words))
    node.waiting.add(child.node.name)
    node.asked.add((child.node.name, words.text))
    give(child, Task(record.id, words.text), prompts.task(record, words))


def _answer(state: TeamState, node: NodeState, words: Record, record: Record) -> None:
    _close(node, words, record.id)
    if state.parent(node) is None:
        state.owed = words
    _reported(state, node, prompts.report(record, node.node.name, words), words)


def _call_off_below(state: TeamState, node: NodeState) -> None:
    for each in state.below(node.node.path):
        _close(each, None, "")
    node.waiting.clear()


def _take_over(node: NodeState, proposal: Record) -> None:
    node.failed = None
    part = Part(proposal.text, proposal.id)
    node.view.said(proposal.id, part, node.view.last_unseen)


def give(node: NodeState, task: Task, heard: Heard) -> None:
    """Give a node a task; one that is at work hears it as well."""
    if node.task is not None:
        node.view.hear(heard)
        return
    node.start(task)
    node.view.begin(heard)


def _close(node: NodeState, answer: Record | None, record_id: str) -> None:
    if node.task is not None:
        part = None if answer is None else prompts.words_part(answer)
        node.view.close(part, record_id)
        node.over = Over(node.task.text, "" if answer is None else answer.text)
    node.finish()


def _reported(state: TeamState, node: NodeState, heard: Heard, words: Record | None) -> None:
    """Tell the parent what came of a node; `None`: nothing."""
    parent = state.parent(node)
    if parent is None:
        return
    parent.waiting.discard(node.node.name)
    text, human = ("", False) if words is None else (words.text, words.author.kind == "human")
    parent.report = Report(node.node.name, text, human)
    if parent.task is not None:
        parent.view.hear(heard)
