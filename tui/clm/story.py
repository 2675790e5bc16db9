"""One customer's day as a card: thought, action, message, impact, and what was learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from tui.clm.figures import signed
from tui.widgets.bars import bar
from tui.widgets.cells import fitted
from tui.widgets.wrap import at_most

Part = tuple[str, str]
"""A text and its role."""
Edge = Literal["waiting", "thinking", "good", "bad", "plain"]
"""The colour of a card's left edge: how it stands or ended."""

_LABEL = 9
_BAR = 10


@dataclass(frozen=True, slots=True)
class Story:
    """What a card shows; all of it is one line of harmless text each."""

    key: str
    """What tells it from all others in its list."""
    title: str
    about: str = ""
    """Segment and stage, or whatever else stands beside the title."""
    score: float | None = None
    edge: Edge = "plain"
    seen: str = ""
    thought: str = ""
    thinking: bool = False
    """Whether the thought is still being written."""
    action: str = ""
    how: str = ""
    """Who decided and how likely that was."""
    mark: str = ""
    """Something out of the ordinary about the decision: a fallback, an exploration."""
    message: str = ""
    delta: float | None = None
    impact: str = ""
    word: str = ""
    """The ledger's word afterwards."""
    changed: str = ""
    """The word before, where it is another now."""
    learnt: str = ""
    problem: str = ""
    """Why a model could not be asked, and what to do."""


def story_lines(story: Story, width: int, *, roomy: bool) -> list[list[Part]]:
    """Return how a card reads in so many cells, its edge and a blank line below included.

    Where it is not `roomy`, long texts are cut sooner, and what was seen is left out.
    """
    inner = max(10, width - 3)
    rows = [_head(story, inner), *_body(story, inner, roomy)]
    edge = f"edge-{story.edge}"
    return [[("▌", edge), (" ", "card"), *row] for row in rows] + [[]]


def _head(story: Story, width: int) -> list[Part]:
    right: list[Part] = []
    if story.score is not None:
        right = [
            (f"{story.score:3.0f} ", "title"),
            (bar(story.score / 100, _BAR), "bar"),
            (f" {signed(story.delta or 0):>4}" if story.delta is not None else " " * 5, _of(story)),
        ]
    taken = sum(cell_len(text) for text, _ in right)
    room = max(0, width - taken - 1)
    title = fitted(story.title, min(cell_len(story.title), room))
    about = fitted(f"  {story.about}", max(0, room - cell_len(title)))
    return [(title, "title"), (about, "quiet"), (" ", "card"), *right]


def _body(story: Story, width: int, roomy: bool) -> Iterator[list[Part]]:
    if story.seen and roomy:
        yield from _told("seen", "quiet", story.seen, "quiet", width, 1)
    if story.thought or story.thinking:
        text = f"{story.thought or 'thinking'} ▍" if story.thinking else story.thought
        yield from _told("thought", "thought", text, "thought-text", width, 8 if roomy else 3)
    if story.action:
        yield _action(story, width)
    if story.message:
        text = f"“{story.message}”"
        yield from _told("message", "message", text, "text", width, 4 if roomy else 2)
    if story.impact:
        yield from _told("impact", _of(story), story.impact, "text", width, 2)
    if story.word or story.learnt:
        yield _ledger(story, width)
    if story.problem:
        yield from _told("problem", "bad", story.problem, "bad", width, 6)


def _told(
    label: str, role: str, text: str, its: str, width: int, lines: int
) -> Iterator[list[Part]]:
    for number, line in enumerate(at_most(text, width - _LABEL, lines)):
        yield [((label if number == 0 else "").ljust(_LABEL), role), (line, its)]


def _action(story: Story, width: int) -> list[Part]:
    room = max(0, width - _LABEL)
    action = fitted(story.action, min(cell_len(story.action), room))
    rest = max(0, room - cell_len(action))
    mark = f"  ⚑ {story.mark}" if story.mark else ""
    mark = fitted(mark, min(cell_len(mark), rest))
    how = fitted(f"  {story.how}", max(0, rest - cell_len(mark))) if story.how else ""
    return [
        ("action".ljust(_LABEL), "action"),
        (action, "action-text"),
        (mark, "mark"),
        (how, "quiet"),
    ]


def _ledger(story: Story, width: int) -> list[Part]:
    role, rest = word_role(story.word), max(0, width - _LABEL)
    parts: list[Part] = [("learnt".ljust(_LABEL), role if story.changed else "quiet")]
    before = f" ← was {story.changed}" if story.changed else ""
    reason = f"  {story.learnt}" if story.word else story.learnt
    for text, its in ((story.word, role), (before, "mark"), (reason, "quiet")):
        shown = fitted(text, min(cell_len(text), rest))
        parts.append((shown, its))
        rest -= cell_len(shown)
    return parts


def _of(story: Story) -> str:
    """Return the role that goes with what came of it."""
    if story.delta is None or not round(story.delta):
        return "quiet"
    return "good" if story.delta > 0 else "bad"


def word_role(word: str) -> str:
    """Return the role in which a word of the ledger is painted."""
    return {"SUCCESS": "good", "FORBIDDEN": "bad", "RESTING": "mark"}.get(word, "quiet")


def text_of(story: Story) -> str:
    """Return a card as plain text, for the clipboard."""
    said: Sequence[tuple[str, str]] = (
        ("thought", story.thought),
        ("action", story.action),
        ("message", story.message),
        ("impact", story.impact),
        ("learnt", " ".join(filter(None, (story.word, story.learnt)))),
        ("problem", story.problem),
    )
    return "\n".join([story.title, *(f"{label}: {text}" for label, text in said if text)])
