"""The ledger's evidence and words for whole populations, in arrays.

The same rules as in `core.clm.ledger`, with one economy: that an action is hopeless is judged
against the leading one alone, in the normal approximation. The chance of beating the leader
is at least that of being the best, so what is FORBIDDEN here would be so there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

from core.clm.arrays import Array
from core.clm.beta import from_moments
from core.clm.numeric import Bools, Floats, Ints, np, special
from core.clm.words import LedgerRules

Matrix: TypeAlias = Floats
"""float32 (actions, customers)."""


@dataclass(slots=True)
class Counts:
    """Trials by action and customer, and what they have led to."""

    n: Matrix
    wins: Matrix
    failures: Ints
    """int8 (actions, N): in a row."""
    rests_until: Ints
    """int16 (actions, N)."""
    forbidden_until: Ints
    """int16 (actions, N)."""
    heard: Bools
    """(actions, N): whether it was tried since it was last forbidden."""
    shared_n: Floats
    """float64 (actions, segments)."""
    shared_wins: Floats

    @classmethod
    def fresh(cls, actions: int, size: int, segments: int) -> Counts:
        """Return the counts of a population of which nothing is known."""
        shape = (actions, size)
        return cls(
            np.zeros(shape, dtype=np.float32),
            np.zeros(shape, dtype=np.float32),
            np.zeros(shape, dtype=np.int8),
            np.zeros(shape, dtype=np.int16),
            np.zeros(shape, dtype=np.int16),
            np.ones(shape, dtype=np.bool_),
            np.zeros((actions, segments)),
            np.zeros((actions, segments)),
        )

    def arrays(self) -> dict[str, Array]:
        """Return the arrays by name, to be packed."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def beliefs(counts: Counts, rows: slice, segment: Ints, strength: float) -> tuple[Matrix, Matrix]:
    """Return the Beta posteriors (a, b) of some customers, each float32 (actions, n).

    The prior is what all others of the segment came to, weighing no more than `strength`
    trials nor than those others' trials themselves.
    """
    n, wins = counts.n[:, rows], counts.wins[:, rows]
    others = counts.shared_n.astype(np.float32)[:, segment]
    others -= n
    np.maximum(others, 0, out=others)
    others += 2
    mean = counts.shared_wins.astype(np.float32)[:, segment]
    mean -= wins
    np.maximum(mean, 0, out=mean)
    mean += 1
    mean /= others
    np.minimum(mean, 1, out=mean)
    weight = np.minimum(others, np.float32(strength), out=others)
    a = weight * mean
    b = weight - a
    a += wins
    b += n
    b -= wins
    # A Beta with a parameter of nothing cannot be drawn from.
    return np.maximum(a, 1e-4, out=a), np.maximum(b, 1e-4, out=b)


def avoided(counts: Counts, rows: slice, day: int) -> Bools:
    """Return which actions are FORBIDDEN or RESTING on a day: (actions, n)."""
    resting = counts.rests_until[:, rows] > day
    return np.logical_or(resting, counts.forbidden_until[:, rows] > day, out=resting)


def left_over(allowed: Bools, avoid: Bools, counts: Counts, rows: slice) -> Bools:
    """Return what may be done and need not be avoided; where that is nothing, the soonest free."""
    left: Bools = allowed & ~avoid
    stuck = np.flatnonzero(~left.any(axis=0))
    if stuck.size:
        free = np.maximum(counts.rests_until[:, rows], counts.forbidden_until[:, rows])[:, stuck]
        soonest = np.where(allowed[:, stuck], free, np.iinfo(np.int16).max).argmin(axis=0)
        left[soonest, stuck] = allowed[soonest, stuck]
    return left


def add(
    counts: Counts,
    rows: slice,
    day: int,
    action: Ints,
    success: Bools,
    rules: LedgerRules,
    mine: Bools | None = None,
) -> None:
    """Count one trial for each customer of a part, and let fresh failures rest.

    Args:
        day: of the trials; evidence loses a day's worth first.
        mine: whose trials count, if not everybody's.
    """
    keep = np.float32(rules.keep)
    n, wins = counts.n[:, rows], counts.wins[:, rows]
    if keep < 1:
        n *= keep
        wins *= keep
    who = np.arange(len(action)) if mine is None else np.flatnonzero(mine)
    what, won = action[who], success[who]
    n[what, who] += 1
    wins[what, who] += won
    counts.heard[:, rows][what, who] = True
    in_a_row = np.where(won, 0, np.minimum(counts.failures[:, rows][what, who], 30) + 1)
    counts.failures[:, rows][what, who] = in_a_row
    if rules.rest:
        table = np.array([0, *map(rules.rest_days, range(1, 32))])
        young = n[what, who] < rules.speaks
        until = np.where(won, 0, day + 1 + table[in_a_row])
        now = counts.rests_until[:, rows][what, who]
        counts.rests_until[:, rows][what, who] = np.where(won | young, until, now)


def share_out(
    segment: Ints, action: Ints, success: Bools, shape: tuple[int, int], mine: Bools | None
) -> tuple[Floats, Floats]:
    """Return trials and successes of a part by (action, segment)."""
    if mine is not None:
        segment, action, success = segment[mine], action[mine], success[mine]
    cell = action.astype(np.intp) * shape[1] + segment
    trials = np.bincount(cell, minlength=shape[0] * shape[1]).astype(np.float64)
    wins = np.bincount(cell[success], minlength=shape[0] * shape[1]).astype(np.float64)
    return trials.reshape(shape), wins.reshape(shape)


def forbid(
    counts: Counts,
    rows: slice,
    segment: Ints,
    day: int,
    rules: LedgerRules,
    strength: float,
    stakes: tuple[Floats, Floats],
    exempt: int,
) -> None:
    """Forbid what has been tried enough and is hopeless.

    Args:
        stakes: net value of a success and of a failure, each (actions, 1).
        exempt: the action that is never forbidden, or −1.
    """
    due = counts.n[:, rows] >= rules.speaks
    due &= counts.heard[:, rows]
    due &= counts.forbidden_until[:, rows] <= day
    if exempt >= 0:
        due[exempt] = False
    who = np.flatnonzero(due.any(axis=0))
    if not who.size:
        return
    a, b = beliefs(_some(counts, rows, who), slice(None), segment[who], strength)
    win, loss = stakes
    total = a + b
    value = loss + a / total * (win - loss)
    variance = a * b / (total * total * (total + 1)) * (win - loss) ** 2
    lead = value.argmax(axis=0), np.arange(len(who))
    behind = (value[lead] - value) / np.sqrt(variance[lead] + variance)
    hopeless = due[:, who] & (behind > -special.ndtri(rules.hopeless))
    what, which = np.nonzero(hopeless)
    counts.forbidden_until[:, rows][what, who[which]] = day + rules.parole
    counts.heard[:, rows][what, who[which]] = False


def spread(counts: Counts, rows: slice, segment: Ints) -> Floats:
    """Return what `strength_of` needs from a part: float64 (4, actions, segments).

    Sums over the customers with trials: wins²/n, n², their number, n.
    """
    n, wins = counts.n[:, rows], counts.wins[:, rows]
    actions, segments = counts.shared_n.shape
    sums = np.zeros((4, actions, segments))
    for action in range(actions):
        tried = np.flatnonzero(n[action] > 0)
        if tried.size:
            own, won, where = n[action, tried], wins[action, tried], segment[tried]
            for index, each in enumerate((won * won / own, own * own, None, own)):
                sums[index, action] = np.bincount(where, each, segments)
    return sums


def strength_of(sums: Floats, shared_wins: Floats, default: float) -> float:
    """Return the prior's strength from the parts' sums; see `core.clm.beta`."""
    squares, doubled, members, total = sums
    known = (members >= 2) & (total > 0)
    size = np.where(known, total, 1)
    mean = np.clip(np.where(known, shared_wins, 0) / size, 0, 1)
    chance = mean * (1 - mean)
    excess = squares - size * mean**2 - (members - 1) * chance
    room = chance * (size - doubled / size - (members - 1))
    return from_moments(float(excess[known].sum()), float(room[known].sum()), default)


def _some(counts: Counts, rows: slice, who: Ints) -> Counts:
    """Return the trials of some customers of a part, as far as beliefs need them."""
    few = {"n": counts.n[:, rows][:, who], "wins": counts.wins[:, rows][:, who]}
    return Counts(**{**counts.arrays(), **few})
