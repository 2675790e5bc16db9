"""What a run of the lab is set up with, as the lines of its start card."""

from __future__ import annotations

from collections.abc import Iterator

from core.lab.spec import learns_every
from core.text import clean_line
from tui.lab.draft import LabDraft
from tui.widgets.start_card import Line

ABOUT = (
    "People are made up, each with a profile that nobody is told. Assistants help them, scene "
    "by scene, and learn from their words alone. You watch what is learnt, and whether it helped."
)


def lines_of(draft: LabDraft) -> Iterator[Line]:
    """Yield what a draft chooses."""
    yield _people(draft)
    if draft.made_up:
        yield Line("scenes", str(draft.scenes), "for each of them", "number")
        yield Line("language", draft.language, "what they speak")
    yield Line("settings", " · ".join(draft.settings), _known(draft.settings))
    yield Line("model", clean_line(draft.model), "m chooses another", "fixed")
    yield Line("judge", clean_line(draft.judge) or "none", _judged(draft))
    yield Line("rounds", str(draft.rounds), "most replies in a scene", "number")
    start = f"{draft.start} %" if draft.start else "cold"
    yield Line("start", start, "share of the truth known at first", "number")
    yield Line("at a time", str(draft.parallel), "most calls of models", "number")
    yield Line("seed", str(draft.seed), "the same seed, the same draws", "number")


def _people(draft: LabDraft) -> Line:
    if draft.folder is not None:
        return Line("people", clean_line(draft.folder.name), "from this folder", "number")
    if draft.given:
        return Line("people", str(len(draft.given)), "those of the last run; N: new ones", "number")
    return Line("people", str(draft.people), "made up; /people takes a folder", "number")


def _known(settings: tuple[str, ...]) -> str:
    if any(learns_every(each) is not None for each in settings):
        return "learnt-K learns every K scenes"
    return f"{len(settings)} lives each, by what is known"


def _judged(draft: LabDraft) -> str:
    if not draft.judge:
        return "J chooses; none: only counts"
    return "judges itself" if draft.judge == draft.model else "scores first replies"
