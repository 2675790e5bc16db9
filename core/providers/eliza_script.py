"""Scripts of the rule engine: what is listened for, and what may be said to it.

The scheme is that of J. Weizenbaum, "ELIZA", Communications of the ACM 9 (1966) 1: keywords
with ranks, decomposition patterns, reassembly rules, memory. `data/doctor.yml` explains how
a script is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from core.providers.eliza_text import clauses, echo

_FOLDER = Path(__file__).parent / "data"
_LONGEST_LINE = 500
"""Characters; no line of a script becomes as long as that."""
_SLOT = re.compile(r"\{(\d)\}")
_FIRST_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """Something that can be said, `{1}` and so on standing for parts of what was heard."""

    text: str
    pattern: re.Pattern[str]
    """Matches whatever the line can become."""

    @classmethod
    def read(cls, text: str) -> Line:
        """Build a line from its text in a script."""
        literals = [re.escape(part) for part in _SLOT.split(text)[::2]]
        return cls(text, re.compile("(.+?)".join(literals), re.IGNORECASE))

    @property
    def slots(self) -> list[int]:
        """The numbers of its slots."""
        return [int(number) for number in _SLOT.findall(self.text)]

    def said(self, parts: tuple[str, ...]) -> str:
        """Return the line with its slots filled; empty where one has nothing to hold."""
        echoes = {number: echo(parts[number - 1]) for number in self.slots}
        if not all(echoes.values()):
            return ""
        text = _SLOT.sub(lambda slot: echoes[int(slot[1])], self.text)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of words and what may be answered to it."""

    pattern: re.Pattern[str]
    lines: tuple[Line, ...]

    def parts(self, words: list[str]) -> tuple[str, ...] | None:
        """Return what the asterisks of the pattern stand for, if it fits."""
        match = self.pattern.fullmatch("".join(f"{word} " for word in words))
        return None if match is None else tuple(part.strip() for part in match.groups())


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words that call up rules; the highest rank in a message goes first."""

    rank: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fits what was heard, and the parts it took it into."""

    rule: Rule
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A character."""

    name: str
    keywords: Mapping[str, Keyword]
    memory: tuple[Rule, ...]
    fallback: tuple[Line, ...]
    patience: int
    """Answers to what was heard, after which one of the fallback comes in any case."""
    introduction: tuple[Line, ...]
    goodbye: tuple[Line, ...]

    @classmethod
    def load(cls, name: str) -> Script:
        """Read a script by name; takes some milliseconds."""
        import yaml

        text = (_FOLDER / f"{name}.yml").read_text(encoding="utf-8")
        values = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        groups = {f"@{name}": words.split() for name, words in values["groups"].items()}
        keywords: dict[str, Keyword] = {}
        for entry in values["keywords"]:
            keyword = Keyword(entry["rank"], _rules(entry["rules"], groups))
            keywords.update(dict.fromkeys(entry["words"].split(), keyword))
        return cls(
            name=values["name"],
            keywords=keywords,
            memory=_rules(values["memory"], groups),
            fallback=_lines(values["fallback"]),
            patience=values["patience"],
            introduction=_lines(values["introduction"]),
            goodbye=_lines(values["goodbye"]),
        )

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield the rules that fit a message: by rank, then the last clause first."""
        found: dict[int, tuple[int, int, Keyword, list[str]]] = {}
        for place, words in enumerate(clauses(text)):
            for word in words:
                keyword = self.keywords.get(word.lower())
                if keyword is not None:
                    found[id(keyword)] = (keyword.rank, place, keyword, words)
        for _, _, keyword, words in sorted(found.values(), key=lambda each: each[:2], reverse=True):
            yield from _first_fit(keyword.rules, words)

    def recollections(self, text: str) -> Iterator[Hit]:
        """Yield what can be come back to later of a message."""
        for words in clauses(text):
            for rule in self.memory:
                parts = rule.parts(words)
                if parts is not None:
                    yield Hit(rule, parts)

    def line_of(self, text: str) -> Line | None:
        """Return the line that a message was made from, if this script has it."""
        if len(text) > _LONGEST_LINE:
            return None
        first = _FIRST_WORD.search(text)
        candidates = self._lines_by_word.get(first[0].lower() if first else "", ())
        stripped = text.strip()
        for line in (*candidates, *self._lines_by_word.get("", ())):
            if line.pattern.fullmatch(stripped):
                return line
        return None

    @cached_property
    def _lines_by_word(self) -> Mapping[str, Sequence[Line]]:
        """The lines by their first word, or under "" where a slot comes first; longest first."""
        found: dict[str, list[Line]] = {}
        for line in sorted(self.lines(), key=lambda each: len(each.text), reverse=True):
            first = None if line.text.startswith("{") else _FIRST_WORD.search(line.text)
            found.setdefault(first[0].lower() if first else "", []).append(line)
        return found

    def rules(self) -> Iterator[Rule]:
        """Yield every rule of the keywords and the memory once."""
        for keyword in {id(each): each for each in self.keywords.values()}.values():
            yield from keyword.rules
        yield from self.memory

    def lines(self) -> Iterator[Line]:
        """Yield every line that a conversation is made of."""
        for rule in self.rules():
            yield from rule.lines
        yield from self.fallback


@cache
def script_names() -> tuple[str, ...]:
    """Return the names of all scripts, which come with the program."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yml")))


def _first_fit(rules: Iterable[Rule], words: list[str]) -> Iterator[Hit]:
    for rule in rules:
        parts = rule.parts(words)
        if parts is not None:
            yield Hit(rule, parts)
            return


def _rules(
    entries: Iterable[Mapping[str, Any]], groups: Mapping[str, list[str]]
) -> tuple[Rule, ...]:
    return tuple(Rule(_compiled(each["pattern"], groups), _lines(each["say"])) for each in entries)


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(map(Line.read, texts))


def _compiled(pattern: str, groups: Mapping[str, list[str]]) -> re.Pattern[str]:
    """Compile a pattern over words that are each followed by one space."""
    parts = []
    for token in pattern.split():
        if token == "*":
            parts.append(r"((?:\S+ )*?)")
        else:
            words = groups.get(token) or token.split("|")
            parts.append(f"(?:{'|'.join(map(re.escape, words))}) ")
    return re.compile("".join(parts), re.IGNORECASE)
