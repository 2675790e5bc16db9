"""The loader that every YAML file is read with: values only, and one kind of error."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def safe_loader() -> Any:
    """Return PyYAML's safe loader, the one in C where PyYAML was built with it.

    Explicit tags such as `!!bool x` make PyYAML's constructors raise whatever they stumble
    over. This loader raises `yaml.constructor.ConstructorError` with the line instead.
    """
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep=deep)
            except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
                kind = str(node.tag).rpartition(":")[2]
                problem = f"a value that YAML cannot read as {kind} ({error})"
                raise yaml.constructor.ConstructorError(
                    None, None, problem, node.start_mark
                ) from error

    return Loader
