"""Figures of a report in words, the same wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.lab.measuring.intervals import Difference
from core.lab.measuring.metrics import Agreement
from core.lab.measuring.report import BY_EPISODE, BY_SCENE, Report
from core.text import counted

NOTHING = "–"
"""Stands where there is nothing to count."""
LABELS: Mapping[str, str] = {
    "utterances": "utterances until satisfied",
    "satisfied": "satisfied, share of scenes",
    "helpfulness": "helpfulness, 0 to 10",
    "personalisation": "personalisation, 0 to 10",
    "precision": "learnt: right, share",
    "recall": "learnt: of the truth, share",
    "recall_revealed": "learnt: of what was said",
    "leaked": "known but never said",
    "edits": "edits",
    "changed": "edits that changed a value",
    "refused": "edits refused",
    "consistency": "consistency, 0 to 10",
    "detail": "detail, 0 to 10",
    "tokens": "tokens of a life",
    "cost": "dollars a life, where known",
}
"""What each measure is called in full."""
_MORE: Mapping[str, tuple[str, str]] = {
    "utterances": ("more utterances", "fewer utterances"),
    "satisfied": ("more often satisfied", "less often satisfied"),
    "helpfulness": ("more helpful", "less helpful"),
    "personalisation": ("more personal", "less personal"),
}
_LESS_IS_BETTER = frozenset({"utterances"})
_GROUPED = 1000


def measures_of(report: Report) -> list[str]:
    """Return the measures of which there is anything to say."""
    return [
        each
        for each in (*BY_SCENE, *BY_EPISODE)
        if any(figures.get(each) is not None for figures in report.figures.values())
    ]


def number(value: float | None) -> str:
    """Return a figure in as many digits as mean anything: `1.25`, `12,345`, `–`."""
    if value is None:
        return NOTHING
    if abs(value) >= _GROUPED:
        return f"{value:,.0f}"
    return f"{value:.3f}".rstrip("0").rstrip(".")


def interval(difference: Difference) -> str:
    """Return the interval of a difference: `-1.250 … -0.500`."""
    if difference.low is None or difference.high is None:
        return "one person only"
    return f"{difference.low:+.3f} … {difference.high:+.3f}"


def in_words(measure: str, difference: Difference) -> str:
    """Return what a difference of a measure by scene shows, and what it does not."""
    if difference.low is None:
        return "says nothing of others"
    if not difference.sure:
        return "no difference shown"
    return _MORE[measure][difference.mean < 0]


def better(measure: str, difference: Difference) -> bool | None:
    """Whether the first of two settings does better; `None` where no difference is shown."""
    if not difference.sure:
        return None
    return (difference.mean < 0) == (measure in _LESS_IS_BETTER)


def third_words(thirds: tuple[float, float] | None) -> str:
    """Return the mean utterances of the first and of the last third of the scenes."""
    return NOTHING if thirds is None else f"{thirds[0]:.2f} → {thirds[1]:.2f}"


def agreement_words(agreement: Agreement) -> str:
    """Return how far a judge repeats itself."""
    same = NOTHING
    if agreement.same is not None:
        same = f"{agreement.same:.0%} of {counted(agreement.pairs, 'pair')} the same"
    return f"{agreement.metric}: {counted(agreement.judgements, 'judgement')}, {same}"
