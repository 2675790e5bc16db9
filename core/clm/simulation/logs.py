"""Recorded runs as logs of decisions with propensities; needs numpy, blocks."""

from __future__ import annotations

from core.clm.decision_log import Log, parse_log
from core.clm.market import Market
from core.clm.numeric import np
from core.clm.simulation.lifetime_value import stored_days
from core.clm.simulation.stored_run import StoredRun
from core.clm.simulation.tables import decisions
from core.errors import SalonError


def log_of_run(run: StoredRun) -> Log:
    """Return the log of a run: of a cast from its records, of a population from its days.

    Raises:
        SalonError: nothing was decided yet, or a day is damaged.
    """
    state = run.state
    if not state.spec.is_population:
        rows = list(decisions(state))
        if not rows:
            raise SalonError("Nothing was decided in this run yet.")
        columns = ("customer", "segment", "action", "propensity", "reward")
        lines = [",".join(columns)]
        lines += [",".join(_quoted(row[each]) for each in columns) for row in rows]
        return parse_log(lines, run.session)
    setup = state.spec.setup
    market = Market(setup.market, setup.actions, state.spec.size, state.spec.seed)
    days = [arrays for _, arrays in stored_days(run.path, run.blobs)]
    if not days:
        raise SalonError("No day of this run is kept beside its session.")
    count = len(days)
    return Log(
        setup.actions.names,
        market.segments,
        np.tile(np.arange(market.size), count),
        np.tile(market.traits.segment.astype(np.int64), count),
        np.concatenate([each["action"] for each in days]).astype(np.int64),
        np.concatenate([each["propensity"] for each in days]).astype(np.float64),
        np.concatenate([each["value"] for each in days]).astype(np.float64),
    )


def _quoted(value: object) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"'
