"""How the records of a run read on the pages of its nodes."""

from __future__ import annotations

from collections.abc import Callable

from core.config.prices import Prices
from core.sessions.record import Kind, Record
from core.teams.records import TeamKind
from core.teams.state import PASSED, REQUEST
from core.teams.team import Team
from core.text import clean_line
from tui.conversation.wording import footer_of
from tui.teams.pages import Pages
from tui.teams.wording import decided, name_of, place_of, readable, receiver
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

OWN = "a"
"""The speaker of what a node says itself, on its own page."""
ABOVE = "b"
"""The speaker of its tasks."""
YOU = "you"


class Telling:
    """Writes records of one path, oldest first, onto pages.

    Args:
        team: Whose run it is.
        pages: What is written onto.
        find: Returns a record by id, on whatever branch; `None` where there is none.
        prices: What models cost.
    """

    def __init__(
        self, team: Team, pages: Pages, find: Callable[[str], Record | None], prices: Prices
    ) -> None:
        self._nodes = team.nodes()
        self._root = team.root.path
        self._pages = pages
        self._find = find
        self._prices = prices
        self._proposals: dict[str, tuple[int, Record]] = {}
        """Each with its number."""
        self._shown_by: dict[str, str] = {}
        """For each proposal the entry that shows its words."""
        self._marks: dict[str, dict[str, str]] = {}
        """For each such entry what is to be said of its proposals."""
        self._told: dict[str, Callable[[Record], None]] = {
            Kind.MESSAGE: self._message,
            TeamKind.PROPOSAL: self._proposal,
            TeamKind.PROPOSAL_RESOLVED: self._decision,
            Kind.NOTICE: self._notice,
            Kind.SETTING: self._setting,
        }

    def tell(self, record: Record) -> None:
        """Write down what a record says to whoever reads the pages of the nodes it concerns."""
        told = self._told.get(record.kind)
        if told is not None:
            told(record)

    def number(self, proposal_id: str) -> int:
        """Return the number of a proposal; 0 where it is not on the path."""
        return self._proposals.get(proposal_id, (0, None))[0]

    def proposal(self, proposal_id: str) -> Record | None:
        """Return a proposal of the path."""
        return self._proposals.get(proposal_id, (0, None))[1]

    def starting(self, node: str, record_id: str, name: str) -> Entry:
        """Return the entry of a reply that is only being written."""
        return Entry(record_id, speaker=OWN, header=clean_line(name), status=EntryStatus.STREAMING)

    def _message(self, record: Record) -> None:
        place = place_of(record)
        if place not in self._nodes:
            return
        if record.author.kind == "persona":
            self._reply(record)
        elif record.author.kind == "code":
            self._quiet(record, f"told by the run: {record.text}", place)
        else:
            asked = record.data.get(REQUEST)
            header = "you, to the team" if asked else "you"
            self._pages.add(place, Entry(record.id, record.text, speaker=YOU, header=header))

    def _reply(self, record: Record) -> None:
        status = EntryStatus(record.status)
        if self._pages.has(record.node, record.id):
            self._pages.finish(record.node, record.id, readable(record.text), status)
        else:
            name = clean_line(record.author.name)
            text = readable(record.text)
            entry = Entry(record.id, text, speaker=OWN, header=name, status=status)
            self._pages.add(record.node, entry)
        self._marks.setdefault(record.id, {})
        self._foot(record.node, record)

    def _proposal(self, record: Record) -> None:
        self._proposals[record.id] = (len(self._proposals) + 1, record)
        if record.node not in self._nodes:
            return
        source = str(record.data.get("source", ""))
        reply = self._find(source) if self._pages.has(record.node, source) else None
        shown = record if reply is None else reply
        self._shown_by[record.id] = shown.id
        if shown is record:
            human = record.author.kind == "human"
            name = "you, in its place" if human else clean_line(record.author.name)
            if record.author.kind == "code":
                name = name_of(record.node)
            header = f"{name}, to {clean_line(receiver(record))}"
            entry = Entry(record.id, record.text, speaker=YOU if human else OWN, header=header)
            self._pages.add(record.node, entry)
        self._mark(record, "pending")
        self._foot(record.node, shown)

    def _mark(self, proposal: Record, state: str) -> None:
        number = self.number(proposal.id)
        marks = self._marks.setdefault(self._shown_by[proposal.id], {})
        marks[proposal.id] = f"{number} → {clean_line(receiver(proposal))}: {state}"

    def _foot(self, node: str, shown: Record) -> None:
        marks = list(self._marks.get(shown.id, {}).values())
        self._pages.foot(node, shown.id, footer_of(shown, self._prices, marks=marks))

    def _decision(self, record: Record) -> None:
        proposal = self.proposal(str(record.data.get("proposal")))
        if proposal is None or proposal.id not in self._shown_by:
            return
        state = str(record.data.get("state"))
        self._mark(proposal, decided(record))
        shown = self._find(self._shown_by[proposal.id])
        if shown is not None:
            self._foot(proposal.node, shown)
        self._say_changed(record, proposal, state)
        to = str(record.data.get("to", proposal.data.get("to", "")))
        if state in PASSED:
            words = record if state in {"edited", "redirected"} and record.text else proposal
            self._pass(record, words, to)
        elif state == "skipped" and not to:
            self._quiet(record, f"{name_of(record.node)} was passed over", self._above(record))

    def _say_changed(self, record: Record, proposal: Record, state: str) -> None:
        number = self.number(proposal.id)
        if state == "edited" or (state == "redirected" and record.text):
            to = f" to {clean_line(str(record.data.get('to')))}" if record.data.get("to") else ""
            entry = Entry(
                f"{record.id} own", record.text, speaker=YOU, header=f"you, instead of {number}{to}"
            )
            self._pages.add(record.node, entry)
        elif state == "redirected":
            to = str(record.data.get("to", "")) or name_of(self._above(record)) or "final answer"
            self._quiet(record, f"you sent {number} to {to} instead")
        elif state == "refused":
            why = f": {record.text}" if record.text else ""
            self._quiet(record, f"you refused {number}{why}")
        elif state == "skipped":
            self._quiet(record, f"you passed {number} over")

    def _pass(self, record: Record, words: Record, to: str) -> None:
        """Write words down where they go to: a delegate's page, or the parent's."""
        name = name_of(record.node)
        yours = ", in your words" if words.author.kind == "human" else ""
        if to:
            child = self._nodes[record.node].delegate(to)
            if child is not None:
                header = f"{clean_line(name)} asks{yours}"
                entry = Entry(record.id, readable(words.text), speaker=ABOVE, header=header)
                self._pages.add(child.path, entry)
        elif above := self._above(record):
            header = f"{clean_line(name)} answers{yours}"
            entry = Entry(record.id, readable(words.text), speaker=name, header=header)
            self._pages.add(above, entry)

    def _above(self, record: Record) -> str:
        return record.node.rpartition("/")[0]

    def _notice(self, record: Record) -> None:
        node = record.node or self._root
        if record.data.get("code") != "error":
            self._quiet(record, record.text, node)
            return
        partial = self._find(str(record.data.get("partial")))
        if partial is not None and partial.text:
            name = clean_line(partial.author.name)
            status = EntryStatus.FAILED
            entry = Entry(partial.id, partial.text, speaker=OWN, header=name, status=status)
            self._pages.add(node, entry)
        self._pages.add(node, Entry(record.id, record.text, kind=EntryKind.ERROR))

    def _setting(self, record: Record) -> None:
        self._quiet(record, f"from here on: {record.text}", record.node or self._root)

    def _quiet(self, record: Record, text: str, node: str | None = None) -> None:
        place = record.node if node is None else node
        if place in self._nodes:
            self._pages.add(place, Entry(record.id, text, kind=EntryKind.QUIET))
