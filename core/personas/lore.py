"""Which lorebook entries a conversation brings in, and which of them there is room for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.personas.lore_keys import Allowance, Key, PatternKey, Text, make_key
from core.personas.lorebook import Lorebook, LoreEntry, Selective
from core.personas.macros import Macros, chance
from core.providers.tokens import estimate_tokens

_SCAN_DEPTH = 4
"""Messages looked through where neither book nor entry says how many."""
_MOST_CHARACTERS = 100_000
"""Characters of messages looked through, counted from the end."""
_MOST_ROUNDS = 5
"""How often what was found may bring in more."""
_SECONDS = 0.3
"""Longest that a search goes on; what it did not get to is not told."""
_PERCENT = 100
_CONDITIONS = (
    "activate_only_after",
    "activate_only_every",
    "additional_keys",
    "dont_activate",
    "dont_activate_after_match",
    "exclude_keys",
    "is_greeting",
)


@dataclass(frozen=True, slots=True)
class Lore:
    """What the model is told of one entry."""

    entry: LoreEntry
    text: str
    """Its content with macros put in."""
    tokens: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What a search can know of the conversation."""

    texts: tuple[str, ...]
    """The messages that can count, oldest first; the last ones where they are long."""
    count: int
    """How many messages there are in all."""
    spoken: int
    """How many of them are the persona's."""
    greeting: int | None = None
    """Which greeting it began with; `None`: unknown."""

    @classmethod
    def of(cls, texts: Sequence[str], spoken: int, greeting: int | None = None) -> Moment:
        """Return what a search can know of messages; takes no longer the more there are.

        No more characters before the last message are looked through than a search reads.
        """
        first = max(0, len(texts) - 1)
        characters = 0
        while first > 0 and characters <= _MOST_CHARACTERS:
            first -= 1
            characters += len(texts[first])
        return cls(tuple(texts[first:]), len(texts), spoken, greeting)


@dataclass
class _Search:
    """One search under way."""

    moment: Moment
    allowance: Allowance = field(default_factory=Allowance)
    windows: dict[tuple[int, bool], Text] = field(default_factory=dict)
    """The texts to look through, by their depth and whether what was found belongs to them."""
    brought: str = ""
    """The contents of the entries found so far, for those that they bring in."""
    ends: float = field(default_factory=lambda: time.perf_counter() + _SECONDS)

    @property
    def is_over(self) -> bool:
        """Whether its time is up."""
        return time.perf_counter() > self.ends

    def finds(self, key: Key | PatternKey, text: Text) -> bool:
        """Whether a text holds a key, as far as there is time to look."""
        return not self.is_over and key.found_in(text, self.allowance)

    def bring(self, text: str) -> None:
        """Let a content be looked through as well."""
        self.brought = f"{self.brought}\n{text}"[-_MOST_CHARACTERS:]
        self.windows = {key: text for key, text in self.windows.items() if not key[1]}

    def window(self, depth: int, *, recursed: bool) -> Text:
        """Return the newest `depth` messages, with the contents brought in if `recursed`."""
        key = (depth, recursed and bool(self.brought))
        if key not in self.windows:
            texts = self.moment.texts
            joined = _joined(texts[max(0, len(texts) - depth) :])
            self.windows[key] = Text(joined + self.brought if key[1] else joined)
        return self.windows[key]

    @cached_property
    def earlier(self) -> Text:
        """All messages but the newest."""
        return Text(_joined(self.moment.texts[:-1]))


class LoreScanner:
    """Looks for the entries of one lorebook; made once for a conversation."""

    def __init__(self, book: Lorebook, macros: Macros, seed: int) -> None:
        self._book = book
        self._macros = macros
        self._seed = seed
        able = [each for each in book.entries if each.enabled and each.content]
        self._ordered = sorted(able, key=lambda each: each.order)
        self._always = [each for each in self._ordered if _is_unconditional(each)]
        self._triggered = [each for each in self._ordered if not _is_unconditional(each)]
        self._keys: dict[tuple[int, tuple[str, ...]], list[Key | PatternKey]] = {}
        self.always = self._told(self._always, "", book.token_budget)

    def search(self, moment: Moment, *, tokens: int) -> tuple[Lore, ...]:
        """Return what a conversation brings in, in the order of telling, within `tokens`.

        What is always told is not among it, but counts towards the book's own budget.
        """
        found = self._find(_Search(moment))
        room = tokens
        if self._book.token_budget is not None:
            used = sum(each.tokens for each in self.always)
            room = min(room, self._book.token_budget - used)
        return self._told(found, str(moment.count), room)

    def _told(self, entries: Sequence[LoreEntry], turn: str, room: int | None) -> tuple[Lore, ...]:
        """Put macros in, and leave out what there is no room for, lowest priority first."""
        told: list[Lore] = []
        for entry in sorted(entries, key=lambda each: -each.priority):
            text = self._macros.expand(entry.content, f"lore {entry.index} {turn}").strip()
            tokens = estimate_tokens(text)
            if text and (room is None or tokens <= room):
                told.append(Lore(entry, text, tokens))
                room = None if room is None else room - tokens
        return tuple(sorted(told, key=lambda each: (each.entry.order, each.entry.index)))

    def _find(self, search: _Search) -> list[LoreEntry]:
        recursive = self._book.recursive
        if recursive:
            self._bring(search, self._always)
        found: list[LoreEntry] = []
        missing = self._triggered
        for number in range(_MOST_ROUNDS):
            tried = missing if number == 0 else [each for each in missing if each.recursed]
            new = [each for each in tried if not search.is_over and self._matches(each, search)]
            found += new
            if not recursive or not new:
                break
            self._bring(search, new)
            now = {each.index for each in new}
            missing = [each for each in missing if each.index not in now]
        return found

    def _bring(self, search: _Search, entries: Iterable[LoreEntry]) -> None:
        contents = (each.content for each in entries if each.recursing)
        search.bring("\n".join(self._macros.expand(each, hidden=True) for each in contents))

    def _matches(self, entry: LoreEntry, search: _Search) -> bool:
        decorators = entry.decorators
        if "activate" in decorators:
            return True
        if "dont_activate" in decorators or not _is_time(entry, search.moment):
            return False
        if not self._is_likely(entry, search.moment):
            return False
        text = self._text(entry, search)
        if not entry.use_regex and self._any(entry, decorators.get("exclude_keys"), text, search):
            return False
        if not self._keys_fit(entry, text, search):
            return False
        once = "dont_activate_after_match" in decorators
        return not (once and self._keys_fit(entry, search.earlier, search))

    def _keys_fit(self, entry: LoreEntry, text: Text, search: _Search) -> bool:
        more = entry.decorators.get("additional_keys", ())
        if entry.use_regex:
            found = entry.constant or self._any(entry, (*entry.keys, *more), text, search)
        else:
            found = entry.constant or self._any(entry, entry.keys, text, search)
            found = found and (not more or self._any(entry, more, text, search))
        return found and (entry.constant or self._secondary_fit(entry, text, search))

    def _secondary_fit(self, entry: LoreEntry, text: Text, search: _Search) -> bool:
        if not entry.selective or not entry.secondary_keys:
            return True
        keys = self._ready(entry, entry.secondary_keys)
        found = [search.finds(key, text) for key in keys]
        match entry.logic:
            case Selective.ANY:
                return any(found)
            case Selective.ALL:
                return all(found)
            case Selective.NONE:
                return not any(found)
            case Selective.NOT_ALL:
                return not all(found)

    def _any(
        self, entry: LoreEntry, keys: Sequence[str] | None, text: Text, search: _Search
    ) -> bool:
        ready = self._ready(entry, tuple(keys or ()))
        return any(search.finds(key, text) for key in ready)

    def _ready(self, entry: LoreEntry, keys: tuple[str, ...]) -> list[Key | PatternKey]:
        ready = self._keys.get((entry.index, keys))
        if ready is None:
            ready = self._keys[entry.index, keys] = [
                make_key(
                    self._macros.expand(key, "key"),
                    use_regex=entry.use_regex,
                    case_sensitive=entry.case_sensitive,
                    whole=entry.whole_words,
                )
                for key in keys
            ]
        return ready

    def _text(self, entry: LoreEntry, search: _Search) -> Text:
        depth = entry.scan_depth if entry.scan_depth is not None else self._book.scan_depth
        depth = _SCAN_DEPTH if depth is None else depth
        if "keep_activate_after_match" in entry.decorators:
            depth = len(search.moment.texts)
        return search.window(depth, recursed=entry.recursed)

    def _is_likely(self, entry: LoreEntry, moment: Moment) -> bool:
        if entry.probability >= _PERCENT:
            return True
        roll = chance(_PERCENT, self._seed, "lore", entry.index, moment.count)
        return roll < entry.probability


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(texts)[-_MOST_CHARACTERS:]


def _is_unconditional(entry: LoreEntry) -> bool:
    """Whether an entry is told in every prompt, and not at some depth of the messages."""
    if entry.depth is not None:
        return False
    if "activate" in entry.decorators:
        return True
    return (
        entry.constant
        and entry.probability >= _PERCENT
        and not any(name in entry.decorators for name in _CONDITIONS)
    )


def _is_time(entry: LoreEntry, moment: Moment) -> bool:
    decorators = entry.decorators
    if moment.spoken < decorators.get("activate_only_after", 0):
        return False
    if moment.spoken % decorators.get("activate_only_every", 1):
        return False
    wanted = decorators.get("is_greeting")
    return wanted is None or moment.greeting is None or moment.greeting == wanted
