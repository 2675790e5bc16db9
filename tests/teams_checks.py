"""What holds at any moment of any run of a team."""

from __future__ import annotations

from core.sessions.tree import SessionTree
from core.teams.records import TeamKind
from core.teams.state import PASSED, TeamState


def check(state: TeamState, tree: SessionTree, *, settled: bool) -> None:
    """Fail where a state is not the fold of its records, or does not fit together."""
    assert TeamState.fold(tree.path).outline() == state.outline()
    pending = {each for each, became in state.states.items() if became == "pending"}
    assert set(state.states) == set(state.proposals) == set(state.numbers)
    assert pending == {each for every in state.nodes.values() for each in every.pending}
    decisions = [each for each in tree.path if each.kind == TeamKind.PROPOSAL_RESOLVED]
    decided = [each.data["proposal"] for each in decisions]
    assert len(decided) == len(set(decided)) == len(state.states) - len(pending)
    for path, each in state.nodes.items():
        at_work = {
            child.name for child in each.node.delegates if state.nodes[child.path].task is not None
        }
        assert each.waiting == at_work, path
        if each.task is None:
            assert not each.pending
        heard = [h.record for h in each.view.unseen]
        assert len(heard) == len(set(heard)), path
    if settled:
        assert state.owed is None
        assert (state.request is None) == (state.root.task is None)
        # Nobody thinks: then something waits for the human, or there is nothing to do.
        assert state.request is None or state.inbox
    check_reports(state, tree)


def check_reports(state: TeamState, tree: SessionTree) -> None:
    """Every answer that was let through is heard by its parent, once, while its task lasts."""
    for record in tree.path:
        if record.kind != TeamKind.PROPOSAL_RESOLVED or record.data["state"] not in PASSED:
            continue
        parent = state.nodes.get(record.node.rpartition("/")[0])
        if record.data["to"] or parent is None or parent.task is None:
            continue
        given = tree.get(parent.task.record)
        if given.seq > record.seq:
            continue
        asked, said, unseen = parent.view.outline()
        once = [ids for _, ids in parent.view.sources() if record.id in ids]
        if parent.node.flow is None:
            assert len(once) == 1, (record.id, asked, said, unseen)
