"""`flow: dialogue`: a character's line by goals → mood → draft → rewriter.

The goals delegate says whether what was said serves the character's goals, the mood delegate
names the mood that follows from the last such answers, the draft delegate writes what the
character says in that mood, and the rewriter puts the line into the character's way of
speaking. Alignment, mood and the conversation are kept here, so that all four may be
stateless: the mood goes on from request to request, and the conversation that the draft
sees holds the lines as they were finally spoken.

Options: `roles` names the delegates where they are called otherwise ({goals: …, mood: …,
draft: …, rewriter: …}), `lines` how many exchanges are remembered. Parameters: `name`, `mood`
(the one to begin with), `goals`, `samples` and `partner` are used where the team has them;
what the delegates' own texts say already need not be said again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from core.errors import UsageError, nearest
from core.teams.definitions.templates import shown
from core.teams.flow import Answer, Ask, Step
from core.teams.flows.answers import flag_of, line_of, word_of
from core.teams.flows.words import revision, with_words

ROLES = ("goals", "mood", "draft", "rewriter")
ALIGNED = "aligned"
"""The field of the goals' answer."""
_OPTIONS = ("roles", "lines")
_REMEMBERED = 12
_MOST_REMEMBERED = 200
_ALIGNMENTS = 5
_LONGEST_MOOD = 60
_NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class _Talk:
    """What outlives a request, and where the present one stands."""

    mood: str
    role: str = ROLES[0]
    alignment: tuple[bool, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    """What was said, and the line that answered it."""
    draft: str = ""

    @classmethod
    def read(cls, step: Step) -> Self:
        state = step.state
        mood, role, draft = state.get("mood"), state.get("role"), state.get("draft")
        start = shown(step.params.get("mood")).strip() or _NEUTRAL
        return cls(
            mood=mood if isinstance(mood, str) and mood else start,
            role=role if role in ROLES else ROLES[0],
            alignment=tuple(each for each in _list(state, "alignment") if isinstance(each, bool)),
            lines=tuple(
                (str(each["said"]), str(each["line"]))
                for each in _list(state, "lines")
                if isinstance(each, Mapping) and {"said", "line"} <= each.keys()
            ),
            draft=draft if isinstance(draft, str) else "",
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "mood": self.mood,
            "role": self.role,
            "alignment": list(self.alignment),
            "lines": [{"said": said, "line": line} for said, line in self.lines],
            "draft": self.draft,
        }


def check(
    options: Mapping[str, Any], delegates: Collection[str], parameters: Collection[str]
) -> None:
    """Look through the options of the flow.

    Raises:
        UsageError: an option is unknown or wrong, or a role has no delegate.
    """
    for key in options:
        if key not in _OPTIONS:
            raise UsageError(f"{key!r} is no option of the dialogue flow.", nearest(key, _OPTIONS))
    lines = options.get("lines", _REMEMBERED)
    if isinstance(lines, bool) or not isinstance(lines, int) or not 0 <= lines <= _MOST_REMEMBERED:
        raise UsageError(f"lines has to be a whole number from 0 to {_MOST_REMEMBERED}.")
    roles = options.get("roles", {})
    if not isinstance(roles, Mapping):
        raise UsageError(f"roles has to name delegates for {', '.join(ROLES)}.")
    for role in roles:
        if role not in ROLES:
            raise UsageError(f"{role!r} is no role of a dialogue.", nearest(str(role), ROLES))
    for role in ROLES:
        name = str(roles.get(role, role))
        if name not in delegates:
            raise UsageError(
                f"A dialogue needs a delegate {name!r} for the {role}.", nearest(name, delegates)
            )


def dialogue(step: Step) -> Ask | Answer:
    """Decide on the next step of a dialogue; a `core.teams.flow.FlowFunction`."""
    talk = _Talk.read(step)
    if step.finished is None:
        talk = _as_let_through(step, talk)
        return _ask(step, replace(talk, role="goals", draft=""), "goals", "A new line to answer.")
    return _AFTER[talk.role](step, talk)


def _as_let_through(step: Step, talk: _Talk) -> _Talk:
    """Return the talk with its last line as a human may have edited it, or said it instead."""
    if not step.answered:
        return talk
    remembered = talk.role == "goals" and talk.lines[-1:] and talk.lines[-1][0] == step.asked
    earlier = talk.lines[:-1] if remembered else talk.lines
    return replace(talk, lines=_latest(step, (*earlier, (step.asked, step.answered))))


def _latest(step: Step, lines: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    most = int(step.options.get("lines", _REMEMBERED))
    return lines[-most:] if most else ()


def _after_goals(step: Step, talk: _Talk) -> Ask | Answer:
    try:
        aligned = flag_of(step.message, ALIGNED)
    except ValueError as error:
        return _ask(step, talk, "mood", f"Whether the line serves the goals stays open: {error}.")
    talk = replace(talk, alignment=(*talk.alignment, aligned)[-_ALIGNMENTS:])
    said = "The line serves the goals." if aligned else "The line does not serve the goals."
    return _ask(step, talk, "mood", said)


def _after_mood(step: Step, talk: _Talk) -> Ask | Answer:
    try:
        mood = word_of(step.message, "mood", _LONGEST_MOOD)
    except ValueError as error:
        return _ask(step, talk, "draft", f"The mood stays {talk.mood}: {error}.")
    return _ask(step, replace(talk, mood=mood), "draft", f"The mood is now: {mood}.")


def _after_draft(step: Step, talk: _Talk) -> Ask | Answer:
    talk = replace(talk, draft=_spoken(step))
    return _ask(step, talk, "rewriter", "The line is drafted; now its style.")


def _after_rewriter(step: Step, talk: _Talk) -> Ask | Answer:
    if step.words:
        to = _delegate(step, "rewriter")
        reasoning = "The rewriter revises the line."
        return Ask(to, revision(step.message, step.words), talk.to_json(), reasoning)
    line = _spoken(step)
    reasoning = f"Mood: {talk.mood}."
    if not line:
        line, reasoning = talk.draft, f"The rewriter gave no line; the draft stands. {reasoning}"
    lines = _latest(step, (*talk.lines, (step.inbound, line)))
    return Answer(line, replace(talk, role="goals", lines=lines, draft="").to_json(), reasoning)


def _spoken(step: Step) -> str:
    """Return what was spoken of an answer; what a human wrote is meant as it stands."""
    if step.human:
        return step.message.strip()
    return line_of(step.message, _name(step), _partner(step))


_AFTER: Mapping[str, Callable[[Step, _Talk], Ask | Answer]] = {
    "goals": _after_goals,
    "mood": _after_mood,
    "draft": _after_draft,
    "rewriter": _after_rewriter,
}


def _ask(step: Step, talk: _Talk, role: str, reasoning: str) -> Ask:
    talk = replace(talk, role=role)
    message = with_words(_MESSAGES[role](step, talk), step.words)
    return Ask(_delegate(step, role), message, talk.to_json(), reasoning)


def _goals_message(step: Step, talk: _Talk) -> str:
    return f"{_partner(step)} says: {step.inbound}"


def _mood_message(step: Step, talk: _Talk) -> str:
    served = ", ".join("yes" if each else "no" for each in talk.alignment) or "nothing yet"
    return (
        f"Mood so far: {talk.mood}\n"
        f"Did the last lines serve the goals (oldest first): {served}\n"
        f"{_partner(step)} says: {step.inbound}"
    )


def _draft_message(step: Step, talk: _Talk) -> str:
    partner, name = _partner(step), _name(step) or "You"
    before = [f"{partner}: {said}\n{name}: {line}" for said, line in talk.lines]
    so_far = ["So far:", *before, ""] if before else []
    return "\n".join([*so_far, f"Mood: {talk.mood}", f"{partner} says: {step.inbound}"])


def _rewriter_message(step: Step, talk: _Talk) -> str:
    return f"Rewrite this line: {talk.draft}"


_MESSAGES: Mapping[str, Callable[[Step, _Talk], str]] = {
    "goals": _goals_message,
    "mood": _mood_message,
    "draft": _draft_message,
    "rewriter": _rewriter_message,
}


def _delegate(step: Step, role: str) -> str:
    roles = step.options.get("roles", {})
    return str(roles.get(role, role))


def _name(step: Step) -> str:
    return shown(step.params.get("name")).strip()


def _partner(step: Step) -> str:
    return shown(step.params.get("partner")).strip() or "The other"


def _list(state: Mapping[str, Any], key: str) -> list[Any]:
    value = state.get(key)
    return value if isinstance(value, list) else []
