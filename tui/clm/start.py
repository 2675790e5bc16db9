"""What a run of days is set up with, as the lines of its start card."""

from __future__ import annotations

from collections.abc import Iterator

from core.clm.simulation.spec import LLM
from core.text import clean_line
from tui.clm.draft import SimulationSetup
from tui.widgets.start_card import Line

ABOUT = (
    "An agent looks after customers, one day at a time: it observes, decides, acts, sees what "
    "came of it, and learns. You watch it think, and change who decides whenever you like."
)
POLICIES = {
    "llm": "a model decides, and says why",
    "one-strike": "never again what failed once",
    "rules": "a fixed action for each state",
    "random": "anything that is allowed",
    "epsilon-greedy": "the best yet, at times anything",
    "ucb1": "the best that is still plausible",
    "thompson": "as often as likely to be the best",
    "hierarchical-thompson": "thompson, sharing within segments",
    "oracle": "knows the truth: a yardstick",
}
_WORLDS = {
    "classic": "fixed rules, small and legible",
    "market": "buyers tire and leave in silence",
}
_PREDICTORS = {
    "": "nobody foretells anything",
    "local": "learns who is likely to come back",
    "mock": "made-up scores, to try things out",
    "kumo": "a service; rows leave the machine",
}


def lines_of(draft: SimulationSetup, cast: int) -> Iterator[Line]:
    """Yield what a draft chooses; `cast` is how many customers the settings have."""
    yield Line("world", draft.world, _WORLDS[draft.world])
    yield _customers(draft, cast)
    yield Line("policy", draft.policy, POLICIES.get(draft.policy, ""))
    if draft.policy == LLM:
        yield Line("model", clean_line(draft.model), "m chooses another", "fixed")
    yield Line("seed", str(draft.seed), "the same seed, the same customers", "number")
    yield Line("days", str(draft.days) if draft.days else "no end", kind="number")
    if draft.is_population:
        budget = f"{draft.budget:,}" if draft.budget else "none"
        yield Line("budget", budget, "money for each day", "number")
    else:
        yield Line("predictor", draft.predictor or "none", _PREDICTORS[draft.predictor])


def _customers(draft: SimulationSetup, cast: int) -> Line:
    if draft.cast is not None:
        return Line("customers", clean_line(draft.cast.name), "from this file", "number")
    if draft.people:
        return Line("customers", str(len(draft.people)), "those of the last run", "number")
    if draft.world == "classic" and not draft.size:
        return Line("customers", str(cast), "type how many; / takes a file", "number")
    note = "a population: sums and a sample" if draft.is_population else "drawn from the seed"
    return Line("customers", f"{draft.size:,}", note, "number")
