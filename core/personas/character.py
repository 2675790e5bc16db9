"""What a persona's front matter says about playing it: the keys that come from character cards.

Any persona may have them, however it came to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from core.config.checks import describe
from core.personas.lorebook import Lorebook, lore_entries
from core.personas.params import Fault
from core.personas.values import read_text, read_texts

if TYPE_CHECKING:
    from core.personas.persona import Persona

CARD = "card"
"""Front-matter key: the card file beside the persona, as it was imported."""
AGENT_SUFFIX = ".agent.json"
"""Ending of a TinyTroupe specification, which is no character card."""
EXAMPLES = "examples"
TEXT_KEYS = (
    "nickname",
    "personality",
    "scenario",
    "greeting",
    EXAMPLES,
    "system_prompt",
    "post_history_instructions",
    "creator_notes",
)
LIST_KEY = "alternate_greetings"
LOREBOOK = "lorebook"

_FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f:]{1,255}")


@dataclass(frozen=True, slots=True)
class Character:
    """How a persona is played; all texts as the file has them, macros and all."""

    nickname: str = ""
    """What it is called in talk, where that is not its name."""
    personality: str = ""
    scenario: str = ""
    greetings: tuple[str, ...] = ()
    """Its possible first words; the first is what it says unless another is chosen."""
    examples: str = ""
    """Talks that show how it speaks, each after a line `<START>`."""
    system_prompt: str = ""
    """Stands in for the common instructions."""
    post_history_instructions: str = ""
    """What is told last, after the conversation."""
    creator_notes: str = ""
    """For people; never in a prompt."""
    lorebook: Lorebook = field(default_factory=Lorebook)
    card: str = ""
    """Name of the file beside the persona that it was imported from."""

    @classmethod
    def of(cls, persona: Persona) -> Self:
        """Read a persona's front matter; what has the wrong type counts as not there."""
        front = persona.front
        texts = {key: read_text(front.get(key)) for key in TEXT_KEYS}
        greetings = [texts.pop("greeting"), *read_texts(front.get(LIST_KEY))]
        return cls(
            **texts,
            greetings=tuple(each for each in greetings if each),
            lorebook=Lorebook.read(front.get(LOREBOOK)),
            card=card_name(front.get(CARD)),
        )

    @property
    def is_card(self) -> bool:
        """Whether it is played as character cards are: in their order, macros expanded."""
        return bool(
            self.nickname
            or self.personality
            or self.scenario
            or self.greetings
            or self.examples
            or self.system_prompt
            or self.post_history_instructions
            or self.lorebook.entries
            or (self.card and not self.card.endswith(AGENT_SUFFIX))
        )


def card_name(value: Any) -> str:
    """Return the plain name of a file in the persona's own folder, or nothing."""
    if not isinstance(value, str) or value.startswith(".") or not _FILE_NAME.fullmatch(value):
        return ""
    return value


def character_faults(front: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the keys of a front matter that have the wrong type."""
    for key in TEXT_KEYS:
        value = front.get(key)
        if key == EXAMPLES and _is_texts(value):
            continue  # what a coordinator is shown of one that it hands work to
        if value is not None and not isinstance(value, str | int | float):
            yield Fault(key, f"{key} has to be a text, not {describe(value)}.")
    greetings = front.get(LIST_KEY)
    if greetings is not None and not _is_texts(greetings):
        yield Fault(LIST_KEY, f"{LIST_KEY} has to be a list of texts.")
    if front.get(CARD) is not None and not card_name(front[CARD]):
        yield Fault(CARD, "card has to be the name of a file in this folder.")
    yield from _lorebook_faults(front.get(LOREBOOK))


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _lorebook_faults(book: Any) -> Iterator[Fault]:
    if book is None:
        return
    entries = book.get("entries") if isinstance(book, Mapping) else book
    if not isinstance(entries, list) or len(lore_entries(book)) != len(entries):
        yield Fault(LOREBOOK, "lorebook has to hold a list `entries`, each with keys and content.")
        return
    for number, entry in enumerate(lore_entries(book), 1):
        if not read_text(entry.get("content")):
            yield Fault(LOREBOOK, f"entry {number} of the lorebook has no content.")
        elif not entry.get("keys") and not entry.get("constant"):
            yield Fault(LOREBOOK, f"entry {number} of the lorebook has no keys, so it never shows.")
