"""What another policy would have come to, judged from a log with propensities.

IPS: Horvitz and Thompson (1952). SNIPS: Swaminathan and Joachims (2015). DR: Dudík, Langford and
Li (2011), with the reward model fitted on other customers (cross-fitting) so that it does not
flatter itself. Decisions about one customer hang together: variances are by customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.clm.decision_log import Log
from core.clm.numeric import Bools, Floats, Ints, np, stats
from core.errors import SalonError, nearest

Method = Literal["ips", "snips", "dr"]
FOLDS = 5
SMALLEST_ESS = 100.0
"""Effective decisions below which policies are not ranked."""
_SHRINK = 10.0
"""Decisions that an action's mean weighs in the model of a segment's reward."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A policy's mean reward a decision, with an interval."""

    method: Method
    value: float
    low: float
    high: float
    confidence: float
    ess: float
    """Effective sample size: (Σw)² / Σw²."""
    decisions: int
    heaviest: float
    """The largest weight of a single decision."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A policy in a ranking, and how far it is behind the first."""

    name: str
    estimate: Estimate
    behind: float
    behind_low: float
    behind_high: float


def always(log: Log, action: str) -> Floats:
    """Return the target (decisions, actions) that always takes one action. Raises `SalonError`."""
    if action not in log.actions:
        known = nearest(action, log.actions)
        raise SalonError(f"The log has no decision for {action!r}.", known)
    target = np.zeros((len(log), len(log.actions)))
    target[:, log.actions.index(action)] = 1
    return target


def evenly(log: Log) -> Floats:
    """Return the target that takes each action of the log as often as any other."""
    return np.full((len(log), len(log.actions)), 1 / len(log.actions))


def by_segment(log: Log, chosen: Mapping[str, str]) -> Floats:
    """Return the target that takes one action for each segment. Raises `SalonError`."""
    target = np.zeros((len(log), len(log.actions)))
    for index, name in enumerate(log.segments):
        if name not in chosen:
            raise SalonError(f"The policy says nothing of the segment {name!r}.")
        rows = log.segment == index
        target[rows] = always(log, chosen[name])[rows]
    return target


def estimate(
    log: Log, target: Floats, method: Method = "dr", *, confidence: float = 0.95
) -> Estimate:
    """Estimate the mean reward of a target policy.

    Args:
        log: decisions of another policy.
        target: (decisions, actions), the probabilities with which the policy would choose.
        method: `ips`, `snips` or `dr`.
        confidence: of the interval.

    Raises:
        SalonError: the target is no distribution over the log's actions, or never overlaps
            with what was done.
    """
    weight = _weights(log, target)
    value, influence = _influence(log, target, weight, method)
    half = _half_width(influence, log.customer, confidence)
    return Estimate(
        method,
        value,
        value - half,
        value + half,
        confidence,
        float(weight.sum() ** 2 / (weight @ weight)),
        len(log),
        float(weight.max()),
    )


def rank(
    log: Log,
    targets: Mapping[str, Floats],
    method: Method = "dr",
    *,
    confidence: float = 0.95,
    smallest_ess: float = SMALLEST_ESS,
) -> list[Ranked]:
    """Rank policies by their estimated reward, best first.

    Raises:
        SalonError: the log tells too little of one of them to rank any.
    """
    if not targets:
        raise SalonError("There is no policy to rank.")
    estimates = {
        name: estimate(log, target, method, confidence=confidence)
        for name, target in targets.items()
    }
    for name, each in estimates.items():
        if each.ess < smallest_ess:
            raise SalonError(
                f"The log is worth only {each.ess:.0f} decisions of {name!r}, and ranking takes "
                f"{smallest_ess:.0f}.",
                "Log more decisions, explore more, or compare policies closer to the logged one.",
            )
    order = sorted(estimates, key=lambda name: -estimates[name].value)
    parts = {
        name: _influence(log, targets[name], _weights(log, targets[name]), method)[1]
        for name in order
    }
    ranked = []
    for name in order:
        behind = estimates[order[0]].value - estimates[name].value
        half = _half_width(parts[order[0]] - parts[name], log.customer, confidence)
        ranked.append(Ranked(name, estimates[name], behind, behind - half, behind + half))
    return ranked


def _weights(log: Log, target: Floats) -> Floats:
    shape = (len(log), len(log.actions))
    if target.shape != shape:
        raise SalonError(f"A target has the shape {shape}, not {target.shape}.")
    if not (target >= 0).all() or not np.allclose(target.sum(axis=1), 1, atol=1e-6):
        raise SalonError("A target's probabilities are 0 or more, and sum to 1 in each row.")
    weight: Floats = target[np.arange(len(log)), log.action] / log.propensity
    if not weight.any():
        raise SalonError(
            "The log never did what the policy would do, so it cannot tell what would come of it.",
            "Log decisions that explore.",
        )
    return weight


def _influence(log: Log, target: Floats, weight: Floats, method: Method) -> tuple[float, Floats]:
    """Return the estimate, and what each decision contributes to its error."""
    if method == "ips":
        terms = weight * log.reward
        return float(terms.mean()), terms - terms.mean()
    if method == "snips":
        value = float((weight @ log.reward) / weight.sum())
        return value, weight * (log.reward - value) / weight.mean()
    if method != "dr":
        raise SalonError(f"There is no estimator {method!r}.", nearest(method, ("ips", "dr")))
    model = _rewards(log)
    expected = (target * model).sum(axis=1)
    terms = expected + weight * (log.reward - model[np.arange(len(log)), log.action])
    return float(terms.mean()), terms - terms.mean()


def _rewards(log: Log) -> Floats:
    """Return expected rewards (decisions, actions), each fitted on other customers' decisions."""
    _, code = np.unique(log.customer, return_inverse=True)
    fold = code % FOLDS
    model = np.empty((len(log), len(log.actions)))
    for each in range(FOLDS):
        here = fold == each
        model[here] = _cells(log, ~here)[log.segment[here]]
    return model


def _cells(log: Log, rows: Bools) -> Floats:
    """Return mean rewards (segments, actions) of some decisions, thin ones drawn to the whole."""
    segments, actions = len(log.segments), len(log.actions)
    action, reward = log.action[rows], log.reward[rows]
    whole = float(reward.mean()) if len(reward) else 0.0
    count = np.bincount(action, minlength=actions)
    total = np.bincount(action, reward, actions)
    mean = (total + _SHRINK * whole) / (count + _SHRINK)
    cell = log.segment[rows] * actions + action
    count = np.bincount(cell, minlength=segments * actions).reshape(segments, actions)
    total = np.bincount(cell, reward, segments * actions).reshape(segments, actions)
    cells: Floats = (total + _SHRINK * mean) / (count + _SHRINK)
    return cells


def _half_width(influence: Floats, customer: Ints, confidence: float) -> float:
    """Return half the width of an interval for a mean whose terms hang together by customer."""
    _, code = np.unique(customer, return_inverse=True)
    sums = np.bincount(code, influence)
    if len(sums) < 2:
        return float("inf")
    variance = float(sums @ sums) * len(sums) / (len(sums) - 1)
    quantile = float(stats.t.ppf(0.5 + confidence / 2, len(sums) - 1))
    return float(quantile * np.sqrt(variance) / len(influence))
