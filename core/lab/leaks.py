"""Whether words that are to be neutral give away what a profile says.

A value leaks where it stands in the text, or where most of its telling words do: the rarer
half of a sentence gives it away as well. Letters of a temperament are no words and are not
looked for; nor are words that every text about the same task would hold.
"""

from __future__ import annotations

from collections.abc import Collection

from core.lab.similarity import within, words
from core.profiles.fields import FIELDS
from core.profiles.profile import Profile

_SHARE = 0.6
"""Part of a value's telling words that gives it away."""
_FEWEST = 2
_SHORTEST = 4
"""Letters of a telling word."""
_COMMON = frozenset(
    "about after also always answer answers around because been before being better could "
    "does doing during each either every first from good have help into just keep kind like "
    "likes long make many more most much need needs never often only other over prefer "
    "prefers really short should some something still style such than that their them then "
    "there these they thing things this those time under very want wants well were what when "
    "where which while will with without work would your".split()
)


def leaks(text: str, profile: Profile, allowed: Collection[str] = ()) -> list[str]:
    """Return the paths of the fields whose values a text gives away.

    Args:
        text: what is to be neutral.
        profile: what must not be in it.
        allowed: texts, such as a scene's description, whose words may be used all the same.
    """
    free = {word for each in allowed for word in words(each)}
    found: list[str] = []
    for path, value in profile.items():
        if FIELDS[path].choices or path in found:
            continue
        if gives_away(text, value.text, free):
            found.append(path)
    return found


def gives_away(text: str, value: str, free: Collection[str] = ()) -> bool:
    """Whether a text says a value, or most of its telling words; those in `free` do not count."""
    if within(value, text) and not set(words(value)) <= set(free):
        return True
    telling = {
        word
        for word in words(value)
        if len(word) >= _SHORTEST and word not in _COMMON and word not in free
    }
    shared = telling & set(words(text))
    return len(shared) >= _FEWEST and len(shared) >= _SHARE * len(telling)
