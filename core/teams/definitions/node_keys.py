"""What a node may say of itself, in a team's file or in its persona's front matter.

Each reader takes the mapping that a key stands in and returns its value, or raises
`TeamFileError` with that mapping's file and the key's line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from core.config.checks import describe
from core.config.params import PARAMETERS
from core.errors import UsageError, nearest
from core.messages import Params
from core.personas.params import Fault, read_model, read_params, unknown_params
from core.personas.values import read_text, read_texts
from core.teams.definitions.located import Lined, plain
from core.teams.flows import check_flow
from core.teams.reading.names import FINAL_WORDS, is_final
from core.teams.team import AUTONOMY, MEMORY, SEPARATOR, Autonomy, Flow, Memory
from core.text import clean_line

NODE_KEYS = (
    "persona",
    "name",
    "description",
    "examples",
    "delegates",
    "model",
    "parameters",
    *PARAMETERS,
    "memory",
    "stateless",
    "autonomy",
    "parallel",
    "rounds",
    "schema",
    "flow",
)
LONGEST_NAME = 64
"""Characters."""
MOST_ROUNDS = 100
_LONGEST_DESCRIPTION = 1_000
_MOST_EXAMPLES = 20
_FOREIGN_REFERENCE = re.compile(r"^(?!#)")


def require_known(spec: Lined, known: Collection[str], what: str) -> None:
    """Raise `TeamFileError` where a mapping has a key that there is none of."""
    for key in spec:
        if key not in known:
            raise spec.error(key, f"`{key}` is no key of {what}.", nearest(key, known))


def read_name(spec: Lined, otherwise: str) -> str:
    """Return a name to address somebody by."""
    value = spec.get("name", otherwise)
    name = clean_line(value) if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME or SEPARATOR in name or is_final(name):
        raise spec.error(
            "name",
            f"{value!r} cannot be a name.",
            f"It is a word or two, without {SEPARATOR}, and none that an answer means its end "
            f"by: {', '.join(FINAL_WORDS)}.",
        )
    return name


def read_line(spec: Lined, key: str) -> str:
    """Return a short text; empty where there is none."""
    value = spec.get(key)
    if value is not None and not isinstance(value, str):
        raise spec.error(key, f"{key} has to be a text, not {describe(value)}.")
    text = read_text(value)
    if len(text) > _LONGEST_DESCRIPTION:
        raise spec.error(key, f"{key} is longer than {_LONGEST_DESCRIPTION} characters.")
    return text


def read_examples(spec: Lined) -> tuple[str, ...]:
    """Return what somebody says for example."""
    value = spec.get("examples")
    listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if value is not None and not listed and not isinstance(value, str):
        raise spec.error("examples", "examples has to be a list of texts.")
    texts = read_texts(value)
    if len(texts) > _MOST_EXAMPLES or sum(map(len, texts)) > _LONGEST_DESCRIPTION * 5:
        raise spec.error("examples", f"these are more than {_MOST_EXAMPLES} short examples.")
    return tuple(texts)


def read_own_model(spec: Lined) -> tuple[str | None, Params]:
    """Return the model and the sampling parameters that a file names."""
    model, params = read_model(spec), read_params(spec)
    for found in (model, params, *unknown_params(spec)):
        if isinstance(found, Fault):
            raise spec.error(found.key, found.message)
    return (model if isinstance(model, str) else None), (
        params if isinstance(params, Params) else Params()
    )


def read_flag(spec: Lined, key: str) -> bool:
    """Return whether something is so; not, where nothing is said."""
    value = spec.get(key, False)
    if not isinstance(value, bool):
        raise spec.error(key, f"{key} has to be true or false, not {describe(value)}.")
    return value


def read_memory(spec: Lined) -> Memory:
    """Return what somebody sees of earlier tasks; `stateless: true` is `memory: none`."""
    stateless, value = read_flag(spec, "stateless"), spec.get("memory")
    for each in MEMORY:
        if value == each:
            if stateless and each != "none":
                raise spec.error(
                    "memory", f"memory: {each} and stateless: true exclude each other."
                )
            return each
    if value is not None:
        raise spec.error("memory", f"memory has to be one of {', '.join(MEMORY)}.")
    return "none" if stateless else "own"


def read_autonomy(spec: Lined, usual: Autonomy) -> Autonomy:
    """Return what becomes of somebody's proposals.

    What code decides needs no second look: it only hands on what a human has let through.
    """
    value = spec.get("autonomy", usual)
    for each in AUTONOMY:
        if isinstance(value, str) and value.replace("-", "_") == each:
            return each
    raise spec.error("autonomy", f"autonomy has to be one of {', '.join(AUTONOMY)}.")


def read_rounds(spec: Lined) -> int:
    """Return after how many replies somebody has to answer; 0: as usual."""
    value = spec.get("rounds", 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_ROUNDS:
        raise spec.error("rounds", f"rounds has to be a whole number from 0 to {MOST_ROUNDS}.")
    return value


def read_schema(spec: Lined) -> Mapping[str, Any] | None:
    """Return the JSON schema of somebody's answers."""
    value = plain(spec.get("schema"))
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise spec.error("schema", "schema has to be a JSON schema.")
    # A reference elsewhere would have the validator fetch what a file names.
    if any(_FOREIGN_REFERENCE.match(each) for each in _references(value)):
        raise spec.error("schema", "a reference in the schema may only begin with #.")
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        raise spec.error("schema", f"this is no JSON schema: {error.message}.") from error
    return value


def read_flow(spec: Lined, delegates: Collection[str], parameters: Collection[str]) -> Flow | None:
    """Return which code decides in place of a model, if any."""
    value = spec.get("flow")
    if value is None:
        return None
    options = {"name": value} if isinstance(value, str) else plain(value)
    if not isinstance(options, dict) or not isinstance(options.get("name"), str):
        raise spec.error("flow", "flow has to be the name of a flow, or a mapping with `name`.")
    name = options.pop("name")
    try:
        check_flow(name, options, delegates, parameters)
    except UsageError as error:
        raise spec.error("flow", error.message, error.hint) from error
    return Flow(name, options)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in {"$ref", "$dynamicRef", "$recursiveRef", "$schema"} and isinstance(each, str):
                if key != "$schema":
                    yield each
            else:
                yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
