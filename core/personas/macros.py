"""Macros in the texts of a character: `{{char}}`, `<USER>`, `{{random:a,b}}` and their like.

The list is that of the Character Card V3 specification; upper and lower case are alike. What
a macro stands for is never looked through for macros again, and what is none stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from core.text import clean_line

DEFAULT_USER = "User"
_LONGEST_NAME = 100
_DEEPEST = 16
"""Macros within macros; deeper braces are text."""

# In `{{{char}}}` the inner two braces are the macro's.
_MARK = re.compile(r"\{\{(?!\{)|\}\}|<(?:user|bot|char)>", re.IGNORECASE)
_CALL = re.compile(r"\s*+([a-z_]++)\s*+(?:(::?|(?<=\s)(?=\S))(.*))?\Z", re.IGNORECASE | re.DOTALL)
_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"(?:([0-9]{0,3})d)?([0-9]{1,9})([+-][0-9]{1,9})?", re.IGNORECASE)
_MOST_DICE = 100
_MOST_CHANCES = 2000
"""Chances taken in one text; macros that would need more stay as they are."""


@dataclass(slots=True)
class _Expansion:
    """One text while its macros are put in."""

    place: str
    text: str
    original: str | None
    hidden: bool
    chances: int = 0
    """How many chances were taken so far."""
    open: list[list[str]] = field(default_factory=lambda: [[]])
    """What was read so far: of the text, then of each macro that is not closed yet."""
    _digest: str = ""

    def digest(self) -> str:
        """Return what names the text: the same in every prompt that it goes into."""
        self._digest = self._digest or digest(self.text).hex()
        return self._digest


class Macros:
    """Puts names and chance into texts."""

    def __init__(self, char: str, user: str, seed: int) -> None:
        """`seed` makes what is left to chance the same on every run."""
        self.char = clean_line(char)[:_LONGEST_NAME]
        self.user = clean_line(user)[:_LONGEST_NAME] or DEFAULT_USER
        self._seed = seed
        self._calls: dict[str, Callable[[_Expansion, str], str | None]] = {
            "random": self._random,
            "pick": self._pick,
            "roll": self._roll,
            "reverse": lambda at, text: text.strip()[::-1],
            "hidden_key": lambda at, text: text if at.hidden else "",
            "comment": lambda at, text: "",
        }

    def expand(
        self, text: str, place: str = "", *, original: str | None = None, hidden: bool = False
    ) -> str:
        """Return a text with its macros put in.

        Args:
            text: what to expand.
            place: where it stands; another place has another chance in `random` and `roll`.
            original: what the first `{{original}}` stands for; later ones stand for nothing.
            hidden: show what `{{hidden_key:…}}` hides, for a search.
        """
        if "{{" not in text and "<" not in text:
            return text
        at = _Expansion(place, text, original, hidden)
        end = 0
        for mark in _MARK.finditer(text):
            at.open[-1].append(text[end : mark.start()])
            self._read_mark(at, mark.group())
            end = mark.end()
        at.open[-1].append(text[end:])
        return "{{".join("".join(each) for each in at.open)

    def _read_mark(self, at: _Expansion, mark: str) -> None:
        if mark == "{{" and len(at.open) <= _DEEPEST:
            at.open.append([])
        elif mark == "}}" and len(at.open) > 1:
            inner = "".join(at.open.pop())
            value = self._value(at, inner)
            at.open[-1].append(f"{{{{{inner}}}}}" if value is None else value)
        elif mark[0] == "<":
            at.open[-1].append(self.user if mark.lower() == "<user>" else self.char)
        else:
            at.open[-1].append(mark)

    def _value(self, at: _Expansion, inner: str) -> str | None:
        """Return what stands for a macro; `None` if it is none."""
        if inner.lstrip().startswith("//"):
            return ""
        call = _CALL.match(inner)
        if call is None:
            return None
        name, separator, text = call.group(1).lower(), call.group(2), call.group(3)
        if separator is not None:
            return self._calls[name](at, text) if name in self._calls else None
        return self._word(at, name)

    def _word(self, at: _Expansion, name: str) -> str | None:
        if name == "original" and at.original is not None:
            value, at.original = at.original, ""
            return value
        words = {"char": self.char, "user": self.user, "newline": "\n", "noop": "", "trim": ""}
        return words.get(name)

    def _random(self, at: _Expansion, text: str) -> str | None:
        return self._choice(at, text, at.place)

    def _pick(self, at: _Expansion, text: str) -> str | None:
        return self._choice(at, text, at.digest())

    def _choice(self, at: _Expansion, text: str, place: str) -> str | None:
        if at.chances >= _MOST_CHANCES:
            return None
        if "::" in text:
            options = text.split("::")
        else:
            options = [each.replace("\\,", ",") for each in _COMMA.split(text)]
        return options[self._chance(at, place, len(options))].strip()

    def _roll(self, at: _Expansion, text: str) -> str | None:
        dice = _DICE.fullmatch(text.strip())
        if dice is None:
            return None
        count, sides, more = int(dice.group(1) or 1), int(dice.group(2)), int(dice.group(3) or 0)
        if not 1 <= count <= _MOST_DICE or sides < 1 or at.chances + count > _MOST_CHANCES:
            return None
        return str(sum(1 + self._chance(at, at.place, sides) for _ in range(count)) + more)

    def _chance(self, at: _Expansion, place: str, options: int) -> int:
        """Return a number below `options`: the same for the same seed, place and turn there."""
        at.chances += 1
        return chance(options, self._seed, at.chances, place)


def chance(options: int, *where: object) -> int:
    """Return a number below `options` that depends on nothing but `where`."""
    return int.from_bytes(digest("\0".join(map(str, where))), "big") % options


def digest(text: str) -> bytes:
    """Return eight bytes that are the same for the same text, on every run and machine."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
