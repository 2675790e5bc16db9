"""`flow: pipeline`: delegates asked in the order of the file, with messages made of templates.

```yaml
flow:
  name: pipeline
  state: {mood: "{params.mood}"}         # what `state.NAME` is before anything is kept
  steps:
    - ask: mood
      message: "They say: {inbound}. The mood so far: {state.mood}"
      keep: {name: mood, field: mood}    # a field of the answer's JSON object
    - ask: writer
      message: "Mood: {state.mood}. Before: {state.lines}. Answer: {inbound}"
      keep: {name: lines, value: "{previous}", last: 10}
  answer: "{previous}"                   # this is the default
```

`{previous}` is the last answer, `{answers.NAME}` the last one of a delegate within the task.
What is kept outlives the task; `keep` may be a list of them, or a name for the whole answer.
A step without `message` passes on `{previous}`, which at first is what came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from core.errors import UsageError, nearest
from core.teams.definitions.templates import complaint, fill
from core.teams.flow import Answer, Ask, Step
from core.teams.flows.answers import field_of
from core.teams.flows.words import revision, with_words

_OPTIONS = ("state", "steps", "answer")
_STEP_KEYS = ("ask", "message", "keep")
_KEEP_KEYS = ("name", "field", "value", "last")
_MOST_STEPS = 50
_PREVIOUS = "{previous}"


@dataclass(frozen=True, slots=True)
class Keep:
    """What of an answer goes into the state, and where."""

    name: str
    field: str = ""
    """A field of the answer's JSON object."""
    value: str = _PREVIOUS
    """A template, where it is no field."""
    last: int = 0
    """Length of a list that it is added to; 0: it takes the place of what was there."""


@dataclass(frozen=True, slots=True)
class PipelineStep:
    """One delegate to ask."""

    ask: str
    message: str = _PREVIOUS
    keeps: tuple[Keep, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as a file declares it."""

    steps: tuple[PipelineStep, ...]
    state: Mapping[str, str]
    answer: str = _PREVIOUS

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Read the options of the flow.

        Raises:
            UsageError: a key is unknown, missing or has a value of the wrong type.
        """
        _only(options, _OPTIONS, "a pipeline")
        steps = options.get("steps")
        if not isinstance(steps, list) or not 0 < len(steps) <= _MOST_STEPS:
            raise UsageError(f"A pipeline needs a list of 1 to {_MOST_STEPS} steps.")
        state = options.get("state", {})
        if not isinstance(state, Mapping) or not all(isinstance(v, str) for v in state.values()):
            raise UsageError("The state of a pipeline has to be names with texts.")
        answer = _text(options, "answer", _PREVIOUS, "A pipeline")
        return cls(tuple(map(_step, steps)), dict(state), answer)


def check(
    options: Mapping[str, Any], delegates: Collection[str], parameters: Collection[str]
) -> None:
    """Look through the options of a pipeline.

    Raises:
        UsageError: a step asks nobody that there is, or a template names what there is not.
    """
    line = Pipeline.read(options)
    kept = {keep.name for step in line.steps for keep in step.keeps}
    asked = {step.ask for step in line.steps}
    for name in asked - set(delegates):
        raise UsageError(f"A step asks {name!r}, which is no delegate.", nearest(name, delegates))
    known = {"answers": asked, "params": parameters, "state": kept | set(line.state)}
    for template in _templates(line):
        wrong = complaint(template, known)
        if wrong:
            raise UsageError(f"In a pipeline {wrong}")


def pipeline(step: Step) -> Ask | Answer:
    """Decide on the next step of a pipeline; a `core.teams.flow.FlowFunction`."""
    line = Pipeline.read(step.options)
    state = dict(step.state)
    kept = dict(_mapping(state.get("kept")))
    notes: list[str] = []
    if step.finished is None:
        at, answers, previous = 0, {}, step.inbound
    else:
        at = _place(state.get("at"), line)
        done = line.steps[at]
        answers, previous = {**_mapping(state.get("answers")), done.ask: step.message}, step.message
        values = _values(step, line, previous, answers, kept)
        for keep in done.keeps:
            notes += _keep(keep, values, kept)
        at += 1
    values = _values(step, line, previous, answers, kept)
    if at < len(line.steps):
        return _ask(step, line, at, values, notes)
    if step.words and step.finished is not None:
        return _again(step, line, state, notes)
    return Answer(fill(line.answer, values), {"kept": kept}, _reasoning("All steps done.", notes))


def _ask(step: Step, line: Pipeline, at: int, values: Mapping[str, Any], notes: list[str]) -> Ask:
    due = line.steps[at]
    reasoning = _reasoning(f"Step {at + 1} of {len(line.steps)}: {due.ask}.", notes)
    state = {"at": at, "answers": values["answers"], "kept": values["kept"]}
    return Ask(due.ask, with_words(fill(due.message, values), step.words), state, reasoning)


def _again(step: Step, line: Pipeline, state: Mapping[str, Any], notes: list[str]) -> Ask:
    """Ask the last delegate once more: there is nobody after it to hear what a human said."""
    last = line.steps[-1]
    reasoning = _reasoning(f"{last.ask} revises its answer.", notes)
    return Ask(last.ask, revision(step.message, step.words), state, reasoning)


def _values(
    step: Step,
    line: Pipeline,
    previous: str,
    answers: Mapping[str, Any],
    kept: Mapping[str, Any],
) -> dict[str, Any]:
    known: dict[str, Any] = {"params": step.params, "inbound": step.inbound}
    initial = {name: fill(text, known) for name, text in line.state.items()}
    return {
        **known,
        "previous": previous,
        "answers": answers,
        "state": {**initial, **kept},
        "kept": kept,
    }


def _keep(keep: Keep, values: Mapping[str, Any], kept: dict[str, Any]) -> list[str]:
    """Put what is to be kept into `kept`; return what there is to say about it."""
    try:
        value = field_of(values["previous"], keep.field) if keep.field else None
    except ValueError as error:
        return [f"{keep.name} stays as it was: {error}."]
    if not keep.field:
        value = fill(keep.value, values)
    if keep.last:
        before = kept.get(keep.name)
        value = [*(before if isinstance(before, list) else ()), value][-keep.last :]
    kept[keep.name] = value
    return []


def _place(at: Any, line: Pipeline) -> int:
    """Return the step that was asked last; a file that was shortened since counts as done."""
    return min(at, len(line.steps) - 1) if isinstance(at, int) and at >= 0 else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _reasoning(first: str, notes: list[str]) -> str:
    return " ".join([*notes, first])


def _templates(line: Pipeline) -> Iterator[str]:
    yield from line.state.values()
    for step in line.steps:
        yield step.message
        yield from (keep.value for keep in step.keeps)
    yield line.answer


def _step(values: Any) -> PipelineStep:
    if not isinstance(values, Mapping) or not isinstance(values.get("ask"), str):
        raise UsageError("A step of a pipeline needs `ask: NAME` of a delegate.")
    _only(values, _STEP_KEYS, "a step")
    keeps = values.get("keep", [])
    keeps = keeps if isinstance(keeps, list) else [keeps]
    message = _text(values, "message", _PREVIOUS, "A step")
    return PipelineStep(values["ask"], message, tuple(map(_read_keep, keeps)))


def _read_keep(values: Any) -> Keep:
    if isinstance(values, str) and values:
        return Keep(values)
    if not isinstance(values, Mapping) or not isinstance(values.get("name"), str):
        raise UsageError("`keep` is a name or a mapping with `name`.")
    _only(values, _KEEP_KEYS, "`keep`")
    last = values.get("last", 0)
    if isinstance(last, bool) or not isinstance(last, int) or not 0 <= last <= 1000:
        raise UsageError(f"`last` has to be a whole number from 0 to 1000, not {last!r}.")
    if "field" in values and "value" in values:
        raise UsageError("`keep` takes a field or a value, not both.")
    field = _text(values, "field", "", "`keep`")
    return Keep(values["name"], field, _text(values, "value", _PREVIOUS, "`keep`"), last)


def _text(values: Mapping[str, Any], key: str, default: str, whose: str) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise UsageError(f"{whose} needs a text as {key}, not {value!r}.")
    return value


def _only(values: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in values:
        if key not in known:
            raise UsageError(f"{key!r} is no key of {what}.", nearest(str(key), known))
