"""The fields of a profile: four groups, one spelling each, and every other spelling's way there.

The groups and names are those of the paper "AI PERSONA" (arXiv 2412.13103); its data spell
some of them in several ways. A path such as `preference.format` is the one spelling that is
stored; `find_field` leads other spellings to it, and says so where there is no such field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import UsageError, nearest

_NOT_IN_WORD = re.compile(r"[\W_]+")
_BETWEEN = re.compile(r"[.:/\\>|\[\]{}()\"'`,]+")
_PREFIXES = ("preferred", "prefered", "personal")
_SUFFIXES = ("patterns", "pattern", "related")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a profile."""

    path: str
    """`group.name`, in lower case: the one spelling that is stored."""
    title: str
    """The name as the seed's JSON has it."""
    means: str
    """What stands in it, in a few words: for people and for models."""
    many: bool = False
    """Whether it holds any number of values."""
    choices: tuple[str, ...] = ()
    """The values it may have, where these are settled."""

    @property
    def group(self) -> str:
        """The group it stands in."""
        return self.path.partition(".")[0]


def _field(group: str, title: str, means: str, **options: object) -> Field:
    return Field(f"{group}.{title.lower()}", title, means, **options)  # type: ignore[arg-type]  # forwarded keywords


_ALL = (
    _field("demographics", "Age", "age in years"),
    _field("demographics", "Gender", "gender"),
    _field("demographics", "Nationality", "country or origin"),
    _field("demographics", "Language", "a language spoken", many=True),
    _field("demographics", "Career_Information", "work and where"),
    _field(
        "personality",
        "Extraversion_or_Introversion",
        "E: among people; I: by oneself",
        choices=("E", "I"),
    ),
    _field(
        "personality",
        "Sensing_or_Intuition",
        "S: facts first; N: ideas first",
        choices=("S", "N"),
    ),
    _field(
        "personality",
        "Thinking_or_Feeling",
        "T: decides by reasons; F: by people",
        choices=("T", "F"),
    ),
    _field(
        "personality",
        "Judging_or_Perceiving",
        "J: plans; P: improvises",
        choices=("J", "P"),
    ),
    _field("personality", "Values_and_Interests", "a value or an interest", many=True),
    _field("pattern", "Behavior_Engagement", "how they take part in a conversation"),
    _field("pattern", "Usage", "when and what for they use an assistant"),
    _field("pattern", "Emotion", "how their mood shows"),
    _field("pattern", "Purchase", "how they buy"),
    _field("preference", "Styles", "the tone they like replies in"),
    _field("preference", "Format", "the form they like replies in"),
    _field("preference", "Workflows", "how they like work to be done"),
    _field("preference", "Models", "the tools or models they like"),
)

FIELDS: Mapping[str, Field] = {each.path: each for each in _ALL}
"""All fields by path, in order."""
GROUPS: Mapping[str, str] = {
    "demographics": "Demographics",
    "personality": "Personality",
    "pattern": "Pattern",
    "preference": "Preference",
}
"""The groups by path, with their names in the seed's JSON."""


def in_group(group: str) -> list[Field]:
    """Return the fields of a group, in order."""
    return [each for each in _ALL if each.group == group]


def _bare(text: str) -> str:
    """Return a spelling without everything that spellings differ in."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_IN_WORD.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def _stemmed(word: str) -> str:
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix) or word
    for suffix in _SUFFIXES:
        word = word.removesuffix(suffix) or word
    return word


def _spellings() -> Iterator[tuple[str, str]]:
    for field in _ALL:
        name = field.title
        bare = _bare(name)
        forms = {bare, bare.rstrip("s"), bare + "s", _bare(name.replace("_or_", "_"))}
        forms |= {f"{field.group}{each}" for each in set(forms)}
        yield from ((form, field.path) for form in forms)
    extra = {
        "career": "career_information",
        "job": "career_information",
        "occupation": "career_information",
        "country": "nationality",
        "sex": "gender",
        "behaviorengagement": "behavior_engagement",
        "behaviourengagement": "behavior_engagement",
        "behavior": "behavior_engagement",
        "behaviour": "behavior_engagement",
        "engagement": "behavior_engagement",
        "emotional": "emotion",
        "purchasing": "purchase",
        "interests": "values_and_interests",
        "values": "values_and_interests",
    }
    names = {each.path.partition(".")[2]: each.path for each in _ALL}
    yield from ((spelling, names[name]) for spelling, name in extra.items())


_SPELLINGS = dict(_spellings())
_GROUP_SPELLINGS = {
    form: group
    for group in GROUPS
    for form in (group, f"{group}s", group.rstrip("s"), group[:-1] + "ies")
}


def find_field(spelling: str) -> Field | None:
    """Return the field that a spelling means, in whatever case, nesting or script form.

    `Age`, `DEMOGRAPHICS > age` and `persona["Demographics"]["Age"]` all mean
    `demographics.age`. A group that contradicts the name makes it mean nothing.
    """
    whole = _lookup(_bare(spelling))
    if whole is not None:
        return whole
    words = [each for each in _BETWEEN.split(unicodedata.normalize("NFKC", spelling)) if each]
    named = [_bare(each) for each in words]
    named = [each for each in named if each]
    if not named:
        return None
    found = _lookup(named[-1])
    groups = {_GROUP_SPELLINGS[each] for each in named[:-1] if each in _GROUP_SPELLINGS}
    if found is None or (groups and groups != {found.group}):
        return None
    return found


def find_group(spelling: str) -> str | None:
    """Return the path of the group that a spelling means."""
    return _GROUP_SPELLINGS.get(_bare(spelling))


def require_field(spelling: str) -> Field:
    """Return the field that a spelling means.

    Raises:
        UsageError: there is none.
    """
    found = find_field(spelling)
    if found is None:
        raise UsageError(
            f"A profile has no field {spelling!r}.", nearest(spelling.strip().lower(), FIELDS)
        )
    return found


def fields_of(spelling: str) -> list[Field]:
    """Return the field, or all fields of the group, that a spelling means.

    Raises:
        UsageError: there is neither.
    """
    group = find_group(spelling)
    return in_group(group) if group is not None else [require_field(spelling)]


def _lookup(bare: str) -> Field | None:
    path = _SPELLINGS.get(bare) or _SPELLINGS.get(_stemmed(bare))
    return None if path is None else FIELDS[path]
