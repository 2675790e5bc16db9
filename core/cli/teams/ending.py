"""Where a run stands when it is left: what waits for whom, and how to go on."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from core.cli.output import clean_line, complain, echo
from core.cli.teams.proposal_cards import brief_card
from core.sessions.record import Record
from core.teams.records import TeamKind
from core.teams.state import TeamState

_VERBS = "apply, edit, redirect, refuse or skip"


@dataclass(frozen=True, slots=True)
class Ending:
    """A run that was left."""

    state: TeamState
    session: str
    """Its id; empty where nothing was kept."""
    finals: int
    """How many final answers it had before."""
    unsaid: int = 0
    """How many texts were not said, because the team still works on one before."""

    @property
    def reached(self) -> bool:
        """Whether the team has answered and is at work on nothing else."""
        return len(self.state.finals) > self.finals and self.state.request is None

    def tell(self, *, auto: bool, as_json: bool) -> bool:
        """Say what waits and how to go on; return whether it went as it was wanted."""
        went_well = self._went_well(auto)
        if not as_json and (went_well or self._pending):
            self._tell_waiting()
        if not went_well:
            complain(self.why, self._how())
        return went_well

    def _went_well(self, auto: bool) -> bool:
        if auto:
            return self.reached
        return not self.unsaid and not self.failures

    @property
    def _pending(self) -> list[Record]:
        return [each for each in self.state.inbox if each.kind == TeamKind.PROPOSAL]

    @property
    def failures(self) -> list[Record]:
        """The notices of replies that failed and were not tried again."""
        return [node.failed for node in self.state.nodes.values() if node.failed is not None]

    def _tell_waiting(self) -> None:
        pending = self._pending
        if not pending:
            if self.state.request is not None and self.session:
                echo(f"Resume with: {resume(self.session)}", err=True)
            return
        echo("", err=True)
        numbers = self.state.numbers
        for each in pending:
            echo(brief_card(each, numbers[each.id]), err=True)
        if not self.session:
            echo("Nothing was kept, so nothing can be decided any more.", err=True)
            return
        first = numbers[pending[0].id]
        node, salon = shlex.quote(clean_line(pending[0].node)), "salon teams"
        lines = [
            f"Decide:    {salon} apply {self.session} {first}",
            f"           (or {_VERBS.removeprefix('apply, ')}; --auto goes on without you)",
            f"Answer it: {salon} answer {self.session} --node {node} TEXT",
        ]
        echo("\n".join(lines), err=True)

    @property
    def why(self) -> str:
        """Why there is no final answer."""
        state = self.state
        if self.unsaid:
            many = "--say was" if self.unsaid == 1 else "--say were"
            return f"{self.unsaid} {many} not said: the team still works on the one before."
        failures = self.failures
        if failures:
            nodes = ", ".join(clean_line(each.node) for each in failures)
            return f"There is no final answer: {nodes} failed."
        if state.question is not None:
            return f"There is no final answer. {_without_question(state.question.text)}"
        if self._pending:
            number = state.numbers[self._pending[0].id]
            return f"There is no final answer: proposal {number} has to be decided by a human."
        if state.request is None:
            return "There is no final answer: the team has nothing to do."
        return "There is no final answer: nobody went on."

    def _how(self) -> str:
        if not self.session:
            return "Nothing was kept."
        say = " --say TEXT" if self.state.request is None else ""
        return f"Resume with: {resume(self.session)}{say} --auto"


def resume(session: str) -> str:
    """Return the command that goes on with a run."""
    return f"salon teams run --resume {session}"


def _without_question(text: str) -> str:
    """Return what led to a question; how to go on is said apart."""
    sentences = clean_line(text).split(". ")
    return ". ".join(each for each in sentences if not each.endswith("?")).rstrip(".") + "."
