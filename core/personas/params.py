"""The model and the sampling parameters that a persona's front matter asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.config.checks import describe
from core.config.params import PARAMETERS, check_parameters
from core.errors import UsageError, nearest
from core.messages import ModelName, Params

_NESTED = "parameters"


@dataclass(frozen=True, slots=True)
class Fault:
    """A front-matter key with a value that cannot be used."""

    key: str
    message: str


def read_model(front: Mapping[str, Any]) -> str | Fault | None:
    """Return the model that the front matter names, if any."""
    value = front.get("model")
    if value is None:
        return None
    if not isinstance(value, str):
        wanted = "a text such as local:smollm2"
        return Fault("model", f"model has to be {wanted}, not {describe(value)}.")
    try:
        return str(ModelName.parse(value))
    except UsageError as error:
        return Fault("model", f"model: {error}")


def read_params(front: Mapping[str, Any]) -> Params | Fault:
    """Return the parameters of the front matter, those under `parameters` on top.

    Names that are no parameter of Salon's are passed over: the file may be another
    program's as well.
    """
    nested = front.get(_NESTED)
    if nested is not None and not isinstance(nested, Mapping):
        return Fault(_NESTED, "parameters has to hold lines such as `temperature: 0.7`.")
    params = Params()
    for key, source in ((None, front), (_NESTED, nested or {})):
        for name in PARAMETERS:
            if source.get(name) is None:
                continue
            try:
                params = params.merged(check_parameters({name: source[name]}))
            except UsageError as error:
                return Fault(key or name, str(error))
    return params


def unknown_params(front: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what stands under `parameters` and is none."""
    nested = front.get(_NESTED)
    if not isinstance(nested, Mapping):
        return
    for key in nested:
        if key not in PARAMETERS:
            yield Fault(_NESTED, f"`{key}` is not a parameter. {nearest(str(key), PARAMETERS)}")
