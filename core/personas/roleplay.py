"""A persona made ready to be played by a model: what it is told, and when.

What character cards bring along goes into a prompt in their order: their own instructions
or those that all personas share, description, personality, scenario, and the lorebook
entries that always hold; then the conversation, and after it what is to be heeded most. The
other entries come in when the talk comes to them. A persona without any of that is told
exactly what `Instructions.system_prompt` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.messages import Message, Role
from core.personas.character import Character
from core.personas.instructions import Instructions
from core.personas.lore import Lore, LoreScanner, Moment
from core.personas.macros import Macros
from core.personas.persona import Persona

_START = re.compile(r"<START>", re.IGNORECASE)
_BEFORE = "before_char"
_AFTER_DESCRIPTION = "after_desc"
_BEFORE_DESCRIPTION = "before_desc"
_PERSONALITY = "personality"
_SCENARIO = "scenario"


@dataclass(frozen=True, slots=True)
class MacroContext:
    """Who plays."""

    char: str
    """The name that the persona is seated under."""
    user: str
    """The name of whoever it talks with; empty if unknown."""
    seed: int
    """Makes what macros and entries leave to chance the same on every run."""


class Roleplay:
    """A persona with everything that prompts need of it, names and chance put in.

    Attributes:
        persona: who is played.
        system: what opens every prompt.
        greetings: the first words that it may begin with; the first is the usual one.
        examples: talks that show how it speaks, for as long as there is room for them.
        after_history: what is told after the conversation; empty if nothing.
        has_lore: whether `lore` may ever find something.
    """

    def __init__(
        self,
        persona: Persona,
        instructions: Instructions,
        cast: MacroContext,
        *,
        pass_for_human: bool,
        controls: bool = True,
    ) -> None:
        self.persona = persona
        character = persona.character
        # A seat under a name of its own is called by that name.
        nickname = character.nickname if cast.char in {"", persona.name} else ""
        self._macros = Macros(nickname or cast.char or persona.name, cast.user, cast.seed)
        self._scanner = LoreScanner(character.lorebook, self._macros, cast.seed)
        self.has_lore = bool(character.lorebook.entries)
        self._found: tuple[Moment, int, tuple[Lore, ...]] | None = None
        expand = self._macros.expand
        self.greetings = tuple(
            expand(text, f"greeting {number}") for number, text in enumerate(character.greetings)
        )
        names = (self._macros.char, persona.name, cast.char)
        self.examples = tuple(self._examples(character.examples, names))
        self.after_history = expand(
            character.post_history_instructions, "after history", original=""
        ).strip()
        partner = cast.user or None
        if not character.is_card:
            self.system = instructions.system_prompt(
                persona,
                partner_name=partner,
                pass_for_human=pass_for_human,
                controls=controls,
            )
            return
        ours = instructions.common(
            persona,
            name=self._macros.char,
            partner_name=partner,
            pass_for_human=pass_for_human,
            controls=controls,
        )
        self.system = self._compose(persona, character, ours)

    def lore(self, texts: Sequence[str], *, tokens: int) -> tuple[str, ...]:
        """Return what is told because of what was said, in the order of telling.

        Args:
            texts: the messages of the conversation, oldest first.
            tokens: the room there is.
        """
        return tuple(each.text for each in self.found_lore(texts, tokens=tokens))

    def found_lore(
        self,
        texts: Sequence[str],
        *,
        tokens: int,
        spoken: int | None = None,
        greeting: int | None = None,
    ) -> tuple[Lore, ...]:
        """Return what `lore` does, each with its entry, which may ask for a depth and a role.

        Args:
            texts: the messages of the conversation, oldest first.
            tokens: the room there is.
            spoken: how many messages are the persona's; guessed from turns if not given.
            greeting: which greeting it began with; looked up among `greetings` if not given.
        """
        if not self.has_lore:
            return ()
        if spoken is None:
            spoken = (len(texts) + bool(self.greetings)) // 2
        if greeting is None and texts and texts[0] in self.greetings:
            greeting = self.greetings.index(texts[0])
        moment = Moment.of(texts, spoken, greeting)
        if self._found is None or self._found[:2] != (moment, tokens):
            self._found = (moment, tokens, self._scanner.search(moment, tokens=tokens))
        return self._found[2]

    def expand(self, text: str, *, key: str = "") -> str:
        """Return a person's or a model's text with its macros put in.

        What `{{random:…}}` and `{{roll:…}}` say depends on `key`, such as a record's id.
        """
        return self._macros.expand(text, f"text {key}")

    def _compose(self, persona: Persona, character: Character, ours: str) -> str:
        expand = self._macros.expand
        own = expand(character.system_prompt, "system", original=ours).strip()
        personality = expand(character.personality, "personality")
        scenario = expand(character.scenario, "scenario")
        parts = (
            own or ours,
            *self._always(_BEFORE, _BEFORE_DESCRIPTION),
            expand(persona.system_text(), "description"),
            *self._always(_AFTER_DESCRIPTION),
            _section("Personality", personality, self._always(_PERSONALITY)),
            _section("Scenario", scenario, self._always(_SCENARIO)),
            *self._always(),
        )
        return "\n\n".join(part for part in parts if part)

    def _always(self, *positions: str) -> list[str]:
        """Return the entries that always hold with one of these positions, or with no other."""
        elsewhere = {_BEFORE, _BEFORE_DESCRIPTION, _AFTER_DESCRIPTION, _PERSONALITY, _SCENARIO}
        return [
            each.text
            for each in self._scanner.always
            if (each.entry.position in positions)
            or (not positions and each.entry.position not in elsewhere)
        ]

    def _examples(self, text: str, names: Iterable[str]) -> Iterable[tuple[Message, ...]]:
        speakers: dict[str, Role] = {self._macros.user.casefold(): "user"}
        speakers.update({name.casefold(): "assistant" for name in names if name})
        for number, block in enumerate(_START.split(text)):
            messages = _messages(self._macros.expand(block, f"example {number}"), speakers)
            if messages:
                yield messages


def _section(title: str, text: str, more: Sequence[str]) -> str:
    parts = [part for part in (text, *more) if part]
    return "\n\n".join((f"## {title}", *parts)) if parts else ""


def _messages(block: str, speakers: dict[str, Role]) -> tuple[Message, ...]:
    """Cut a talk at the lines that begin with a speaker's name and a colon.

    What stands before the first is the persona's.
    """
    role: Role = "assistant"
    turns: list[tuple[Role, list[str]]] = []
    for line in block.strip().split("\n"):
        name, colon, rest = line.partition(":")
        speaker = speakers.get(name.strip().casefold()) if colon else None
        role = speaker or role
        if speaker is not None or not turns:
            turns.append((role, []))
        turns[-1][1].append(rest if speaker else line)
    texts = ((role, "\n".join(lines).strip()) for role, lines in turns)
    return tuple(Message(role, text) for role, text in texts if text)
