"""The language that people of the lab speak, as a flag names it."""

from __future__ import annotations

from core.errors import UsageError
from core.personas.languages import canonical_language, has_code_form


def language_of(text: str) -> str:
    """Return the code of a language's code or name.

    Raises:
        UsageError: it is neither.
    """
    code = canonical_language(text)
    if not has_code_form(code):
        raise UsageError(f"{text!r} is no language.", "Name a code such as de, or German.")
    return code
