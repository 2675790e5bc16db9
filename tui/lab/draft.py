"""A run of the lab that is being set up: what the user has chosen so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from core.errors import UsageError
from core.lab.spec import PHASES, LabChoice, LabSpec, Phase, Plan, check_choice
from tui.widgets.start_card import turned

if TYPE_CHECKING:
    from core.lab.people.imported import Given

COMPARISONS: Sequence[tuple[str, ...]] = (
    ("none", "learnt-3"),
    ("none", "learnt-1"),
    ("none", "golden", "learnt-3"),
    ("none", "golden", "retrieval", "learnt-3"),
    ("none", "golden", "retrieval", "learnt-1", "learnt-3", "learnt-5"),
)
"""Settings to live through side by side, from the quickest to the paper's own."""
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ru", "ar", "zh", "ja", "ko")
"""Those that turning goes through; any other can be typed."""
_PEOPLE, _SCENES = 2, 4
"""Few enough for the embedded model to get through while somebody watches."""
_BOUNDS = {
    "people": (1, 10_000),
    "scenes": (1, 1_000),
    "rounds": (1, 20),
    "start": (0, 100),
    "at a time": (1, 256),
    "seed": (0, 2**31 - 1),
}


@dataclass(frozen=True, slots=True)
class LabDraft:
    """Who is to be made up, what their assistants know of them, and on which models."""

    model: str
    people: int = _PEOPLE
    scenes: int = _SCENES
    language: str = "en"
    settings: tuple[str, ...] = COMPARISONS[0]
    judge: str = ""
    """Model that judges replies; empty: only what can be counted is measured."""
    rounds: int = 3
    start: int = 0
    """Percent of the truth that learning begins with."""
    parallel: int = 4
    seed: int = 0
    folder: Path | None = None
    """A folder of the lab whose people are taken instead of new ones."""
    given: tuple[Given, ...] = ()
    """The people of the run that is done again."""
    source: str = ""
    """The session they come from."""

    @classmethod
    def again(cls, spec: LabSpec, given: Sequence[Given], session: str) -> Self:
        """Return a draft of a run with the same people, to be lived through anew."""
        plan = spec.plan
        return cls(
            model=spec.seats["assistant"].model,
            people=len(given),
            scenes=plan.scenes,
            language=plan.language,
            settings=spec.settings,
            judge=spec.judge or "",
            rounds=spec.rounds,
            start=round(spec.start * 100),
            parallel=spec.parallel,
            seed=plan.seed,
            given=tuple(given),
            source=session,
        )

    @property
    def made_up(self) -> bool:
        """Whether the people are new ones."""
        return self.folder is None and not self.given

    def with_folder(self, folder: Path) -> Self:
        """Return the draft with the people of a folder of the lab."""
        return replace(self, folder=folder, given=(), source="")

    def with_new_people(self) -> Self:
        """Return the draft with people who are made up."""
        return replace(self, folder=None, given=(), source="")

    def with_settings(self, names: Sequence[str]) -> Self:
        """Return the draft with settings of one's own.

        Raises:
            UsageError: there is no such setting.
        """
        from core.lab.spec import setting_names

        found = setting_names(names)
        if not found:
            raise UsageError("At least one setting is needed.", "For example: none learnt-3")
        return replace(self, settings=found)

    def number(self, what: str) -> int:
        """Return a field that is a number; 0 for any other."""
        return {
            "people": self.people,
            "scenes": self.scenes,
            "rounds": self.rounds,
            "start": self.start,
            "at a time": self.parallel,
            "seed": self.seed,
        }.get(what, 0)

    def with_number(self, what: str, number: int) -> Self:
        """Return the draft with another number in a field, kept within its bounds.

        Whoever types how many people there are wants new ones.
        """
        least, most = _BOUNDS[what]
        number = max(least, min(most, number))
        if what == "people":
            return replace(self.with_new_people(), people=number)
        if what == "scenes":
            return replace(self.with_new_people(), scenes=number)
        if what == "rounds":
            return replace(self, rounds=number)
        if what == "start":
            return replace(self, start=number)
        return replace(self, seed=number) if what == "seed" else replace(self, parallel=number)

    def turned(self, what: str, step: int) -> Self:
        """Return the draft with the next of the choices of a field, or the one before."""
        if what == "language":
            return replace(self, language=turned(LANGUAGES, self.language, step))
        if what == "settings":
            return replace(self, settings=turned(COMPARISONS, self.settings, step))
        if what == "judge":
            choices = tuple(dict.fromkeys(("", self.model, self.judge)))
            return replace(self, judge=turned(choices, self.judge, step))
        return self.with_number(what, self.number(what) + step)

    def choice(self, given: Sequence[Given], source: str) -> LabChoice:
        """Return the draft as runs are started from it; `given` are people who are not new.

        Raises:
            UsageError: a number is out of bounds.
        """
        return check_choice(
            LabChoice(
                plan=Plan(self.people, self.scenes, self.language, self.seed),
                phases=_phases(given),
                model=self.model,
                models={"judge": self.judge} if self.judge else {},
                settings=self.settings,
                rounds=self.rounds,
                start=self.start / 100,
                parallel=self.parallel,
                title=", ".join(self.settings),
                source=source,
            )
        )


def _phases(given: Sequence[Given]) -> tuple[Phase, ...]:
    """Return what is left to do with people: those who are given may have queries already."""
    if not given:
        return PHASES
    asked = all(set(each.scenes) <= set(each.queries) for each in given)
    return ("learning",) if asked else ("queries", "learning")
