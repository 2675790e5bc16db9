"""The predictors by name."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import PredictionError, nearest
from core.prediction.predictor import Predictor

NAMES = ("local", "mock", "kumo")


def make_predictor(
    name: str, variables: Mapping[str, str] | None = None, *, agreed: bool = False
) -> Predictor:
    """Return a predictor; no library is imported before it predicts.

    Args:
        name: One of `NAMES`.
        variables: The environment, where keys and addresses of services are looked for.
        agreed: Whether users' rows may leave the machine.

    Raises:
        PredictionError: there is none of that name.
    """
    if name == "local":
        from core.prediction.local import LocalPredictor

        return LocalPredictor()
    if name == "mock":
        from core.prediction.mock import MockPredictor

        return MockPredictor()
    if name == "kumo":
        from core.prediction.kumo import KEY_VARIABLE, URL_VARIABLE, KumoPredictor

        found = variables or {}
        return KumoPredictor(found.get(KEY_VARIABLE), found.get(URL_VARIABLE), agreed=agreed)
    raise PredictionError(f"There is no predictor {name!r}.", nearest(name, NAMES))
