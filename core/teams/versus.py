"""One prompt against a team on the same inputs: what each answers, how well, and what it costs.

Nothing here knows how a team runs: two functions give the answers, a third one measures them.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

from core.errors import UsageError
from core.messages import Usage
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.parameters import Parameter
from core.teams.definitions.templates import fill, shown
from core.teams.style import Adherence, StyleMeasure

Figure = Literal["adherence", "tokens", "calls", "seconds"]
FIGURES: tuple[Figure, ...] = ("adherence", "tokens", "calls", "seconds")
_RESAMPLES = 2_000
_COVERED = 0.95
_SEED = 20_240_229
"""Of the resampling: the same outcomes give the same interval."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one input."""

    text: str
    """The final answer."""
    usage: Usage = field(default_factory=Usage)
    """Of all calls together."""
    calls: int = 0
    seconds: float = 0.0
    problem: str = ""
    """Why there is no answer; such an input counts on neither side."""

    @property
    def tokens(self) -> int:
        """Tokens of prompts and answers together."""
        return self.usage.input_tokens + self.usage.output_tokens


Answering = Callable[[str], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One input, answered twice."""

    input: str
    single: Outcome
    nested: Outcome
    single_adherence: Adherence
    nested_adherence: Adherence

    @property
    def counts(self) -> bool:
        """Whether both sides answered."""
        return not (self.single.problem or self.nested.problem)

    def pair(self, figure: Figure) -> tuple[float, float]:
        """Return a figure of the single prompt and of the team."""
        if figure == "adherence":
            return self.single_adherence.score, self.nested_adherence.score
        return float(getattr(self.single, figure)), float(getattr(self.nested, figure))


@dataclass(frozen=True, slots=True)
class Paired:
    """A figure on both sides, over all inputs that both answered."""

    figure: Figure
    single: float
    """Mean."""
    nested: float
    """Mean."""
    difference: float
    """Mean of nested - single, input by input."""
    low: float
    high: float
    """Where the difference lies with 95 % confidence, by the percentile bootstrap."""
    more: int
    """Inputs with more of it for the team."""
    less: int

    def to_json(self) -> dict[str, Any]:
        """Return the figure as JSON values."""
        return {
            "figure": self.figure,
            "single": self.single,
            "nested": self.nested,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "more": self.more,
            "less": self.less,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All trials of a comparison."""

    trials: tuple[Trial, ...]

    @property
    def counted(self) -> tuple[Trial, ...]:
        """Those that both sides answered."""
        return tuple(each for each in self.trials if each.counts)

    def paired(self, figure: Figure) -> Paired | None:
        """Return a figure's means and difference; `None` where no input counts."""
        pairs = [each.pair(figure) for each in self.counted]
        if not pairs:
            return None
        differences = [nested - single for single, nested in pairs]
        low, high = _interval(differences)
        return Paired(
            figure=figure,
            single=fmean(single for single, _ in pairs),
            nested=fmean(nested for _, nested in pairs),
            difference=fmean(differences),
            low=low,
            high=high,
            more=sum(each > 0 for each in differences),
            less=sum(each < 0 for each in differences),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        figures = [paired for each in FIGURES if (paired := self.paired(each)) is not None]
        return {
            "inputs": len(self.trials),
            "counted": len(self.counted),
            "figures": [each.to_json() for each in figures],
            "trials": [_trial_json(each) for each in self.trials],
        }


async def compare(
    inputs: Sequence[str],
    single: Answering,
    nested: Answering,
    measure: StyleMeasure,
    told: Callable[[Trial], None] | None = None,
) -> Comparison:
    """Answer every input both ways, one after the other.

    Args:
        inputs: What is said.
        single: Answers with one prompt.
        nested: Answers with the team.
        measure: How well a text keeps to the style.
        told: Hears of each trial when it is done.

    Raises:
        UsageError: there is no input.
    """
    if not inputs:
        raise UsageError("There is nothing to compare on.", "Give at least one line with --say.")
    trials: list[Trial] = []
    for text in inputs:
        one, team = await single(text), await nested(text)
        trial = Trial(text, one, team, measure.adherence(one.text), measure.adherence(team.text))
        trials.append(trial)
        if told is not None:
            told(trial)
    return Comparison(tuple(trials))


def style_measure(draft: TeamDraft, params: Mapping[str, Any]) -> StyleMeasure:
    """Return the measure of a team's style, from the sample lines among its parameters.

    Raises:
        UsageError: the team names no sample lines, or too few are given.
    """
    if not draft.style:
        raise UsageError(
            f"{draft.name} has no sample lines to measure a style by.",
            "Its file needs `style:` with the name of a list parameter.",
        )
    return StyleMeasure([str(each) for each in params.get(draft.style, ())])


def single_prompt(draft: TeamDraft, params: Mapping[str, Any]) -> str:
    """Return the instructions for one persona that knows all that the team is told.

    That is the file's `single`, or else the parameters under what they are described as.
    """
    if draft.single:
        return fill(draft.single, {"params": params}).strip()
    told = [_told(each, params.get(each.name)) for each in draft.parameters]
    return "\n\n".join([*filter(None, told), "Answer what is said to you, and nothing else."])


def _told(parameter: Parameter, value: Any) -> str:
    text = shown(value).strip()
    return f"{parameter.description or parameter.name}:\n{text}" if text else ""


def _interval(differences: Sequence[float]) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean (Efron, Ann. Statist. 7, 1979)."""
    draw = random.Random(_SEED)
    size = len(differences)
    means = sorted(fmean(draw.choices(differences, k=size)) for _ in range(_RESAMPLES))
    cut = int((1 - _COVERED) / 2 * _RESAMPLES)
    return means[cut], means[-cut - 1]


def _trial_json(trial: Trial) -> dict[str, Any]:
    return {
        "input": trial.input,
        "single": _outcome_json(trial.single, trial.single_adherence),
        "nested": _outcome_json(trial.nested, trial.nested_adherence),
    }


def _outcome_json(outcome: Outcome, adherence: Adherence) -> dict[str, Any]:
    return {
        "text": outcome.text,
        "adherence": adherence.score,
        "grams": adherence.grams,
        "words": adherence.words,
        "tokens": outcome.tokens,
        "usage": outcome.usage.to_json(),
        "calls": outcome.calls,
        "seconds": outcome.seconds,
        "problem": outcome.problem,
    }
