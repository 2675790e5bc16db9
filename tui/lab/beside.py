"""What is known of the person that is looked at, and the words it rests on."""

from __future__ import annotations

from core.lab.spec import GOLDEN, NONE, RETRIEVAL
from core.lab.state import LabState
from tui.lab.known import KnownRow, known_rows, truth_rows
from tui.lab.looking import Looking, scene_number
from tui.lab.readings import Place, place_of
from tui.lab.session import LabSession
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList

_NOT_YET = "Nothing was learnt yet."
_NOTHING = {
    NONE: "Nothing is known here: that is what\nthe others are measured against.",
    RETRIEVAL: "No profile here: what was said before\nis searched for each scene.",
}


class Beside:
    """The column beside the conversation."""

    def __init__(
        self,
        session: LabSession,
        looking: Looking,
        known: RowList[KnownRow],
        evidence: EvidenceCard,
    ) -> None:
        self._session = session
        self._looking = looking
        self._known = known
        self._evidence = evidence
        self.truth = False
        """Whether the truth is shown in place of what is known."""
        self._told: object = None
        """What the rows were made of."""

    def anew(self) -> None:
        """Show another run."""
        self.truth, self._told = False, None

    def refresh(self, state: LabState) -> None:
        """Show what is known now, if that has changed."""
        looking, widget = self._looking, self._known
        person, setting, place = looking.person, looking.setting, looking.place
        if person is None or place is None:
            widget.show([])
            return
        episode = state.episodes.get((person.key, setting))
        counts = (
            (0, 0, 0)
            if episode is None
            else (len(episode.edits), len(episode.refused), episode.done)
        )
        told = (person.key, setting, place.scene, self.truth, counts)
        if told == self._told:
            return
        self._told = told
        if self.truth:
            rows, title = truth_rows(person), "The truth"
        else:
            rows = known_rows(person, episode, setting, place.scene)
            title = _title(setting, then=not looking.following)
        widget.placeholder = _NOTHING.get(setting, _NOT_YET)
        new = next((each.key for each in rows if each.new), None)
        widget.show(rows, go_to=None if widget.has_focus else new)
        widget.border_title = title
        self.show_evidence()

    def show_evidence(self) -> None:
        """Show what the selected value rests on."""
        row = self._known.current
        self._evidence.where = "" if row is None else self._where(row)
        self._evidence.row = row

    def place_of(self, record_id: str) -> Place | None:
        """Return the page on which a record of this run is told."""
        session = self._session.stored
        if session is None or record_id not in session.tree:
            return None
        return place_of(session.tree.get(record_id))

    def _where(self, row: KnownRow) -> str:
        if not row.evidence:
            return ""
        said = dict.fromkeys(filter(None, (self._said_in(each.record) for each in row.evidence)))
        return f"said in {', '.join(said)} · enter goes there" if said else "the words were erased"

    def _said_in(self, record_id: str) -> str:
        place, person = self.place_of(record_id), self._looking.person
        number = 0 if place is None or person is None else scene_number(person, place.scene)
        return f"scene {number}" if number else ""


def _title(setting: str, *, then: bool) -> str:
    what = "everything" if setting == GOLDEN else setting
    return f"Known then: {what}" if then else f"Known: {what}"
