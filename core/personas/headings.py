"""Headings of a Markdown text, and the title `Role: Name (lang) [gender]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.personas.languages import canonical_language, has_code_form, is_language

# A persona is read by eye and by a model, so the parts of CommonMark matter that a
# person would see: fences and comments hold no headings, and a rule under a list, a
# quotation or a longer paragraph makes none.
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$", re.DOTALL)
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)", re.DOTALL)
_NO_PARAGRAPH = re.compile(r"\s*$| {4}|\t| {0,3}(?:[-*+>|]|\d{1,9}[.)](?:\s|$))")

_OPENING = {")": "(（", "）": "(（", "]": "[［【", "］": "[［【", "】": "[［【"}
_ROUND = ")）"
_COLON = re.compile("[:：]")
_LONGEST_GENDER = 24
_TRIM = "*_ \t"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: `index` is its first line, from 0, `height` the lines it takes."""

    index: int
    level: int
    text: str
    height: int = 1


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text up to the next one of its level or above."""

    title: str
    level: int
    text: str
    line: int
    """The heading's line in the text that was cut, from 1."""


@dataclass(frozen=True, slots=True)
class Title:
    """What the first heading of a persona says."""

    name: str
    role: str = ""
    language: str | None = None
    gender: str | None = None
    has_colon: bool = False

    def __str__(self) -> str:
        parts = [f"{self.role}: {self.name}" if self.role else self.name]
        if self.language:
            parts.append(f"({self.language})")
        if self.gender:
            parts.append(f"[{self.gender}]")
        return " ".join(parts)


class _Blocks:
    """Which lines lie inside a fence or a comment; fed line by line."""

    def __init__(self) -> None:
        self._fence = ""
        self._comment = False

    def covers(self, line: str) -> bool:
        if self._comment:
            self._comment = "-->" not in line
            return True
        mark = _FENCE.match(line)
        if self._fence:
            if mark and mark.group(1).startswith(self._fence) and not mark.group(2).strip():
                self._fence = ""
            return True
        if mark and not (mark.group(1)[0] == "`" and "`" in mark.group(2)):
            self._fence = mark.group(1)
            return True
        if line.lstrip(" ").startswith("<!--"):
            self._comment = "-->" not in line
            return True
        return False


def headings(lines: Sequence[str]) -> Iterator[Heading]:
    """Yield the headings of a text in order; lines may keep their ends."""
    blocks = _Blocks()
    paragraph = 0
    for index, raw in enumerate(lines):
        line = raw.rstrip("\r\n")
        if blocks.covers(line):
            paragraph = 0
            continue
        heading = _atx(index, line) or _setext(index, line, lines, paragraph)
        if heading is not None:
            paragraph = 0
            yield heading
        elif paragraph or not _NO_PARAGRAPH.match(line):
            paragraph = paragraph + 1 if line.strip() else 0


def _atx(index: int, line: str) -> Heading | None:
    match = _ATX.match(line)
    if match is None:
        return None
    text = (match.group(2) or "").strip()
    bare = text.rstrip("#")
    if not bare or bare[-1] in " \t":
        text = bare.rstrip()
    return Heading(index, len(match.group(1)), text)


def _setext(index: int, line: str, lines: Sequence[str], paragraph: int) -> Heading | None:
    match = _UNDERLINE.match(line) if paragraph == 1 else None
    if match is None:
        return None
    level = 1 if match.group(1)[0] == "=" else 2
    return Heading(index - 1, level, lines[index - 1].strip(), 2)


def title_heading(lines: Sequence[str]) -> Heading | None:
    """Return the heading that names the persona.

    It is the first one of level 1; in a file without any, the first heading if it has a
    colon.
    """
    first: Heading | None = None
    for heading in headings(lines):
        if heading.level == 1:
            return heading
        first = first or heading
    return first if first is not None and _COLON.search(first.text) else None


def sections(lines: Sequence[str]) -> list[Section]:
    """Cut a text at its headings; what stands before the first belongs to none."""
    found = list(headings(lines))
    result: list[Section] = []
    for heading, end in zip(found, _ends(found, len(lines)), strict=True):
        text = "".join(lines[heading.index + heading.height : end])
        result.append(Section(heading.text, heading.level, text.strip(), heading.index + 1))
    return result


def _ends(found: Sequence[Heading], length: int) -> list[int]:
    """Return the line at which the section of each heading ends."""
    ends = [length] * len(found)
    open_places: list[int] = []
    for place, heading in enumerate(found):
        while open_places and found[open_places[-1]].level >= heading.level:
            ends[open_places.pop()] = heading.index
        open_places.append(place)
    return ends


def parse_title(text: str) -> Title:
    """Read `Role: Name (lang) [gender]`; the name is what follows the last colon."""
    rest = _plain(text)
    language = gender = None
    while rest and rest[-1] in _OPENING:
        start = max(rest.rfind(mark) for mark in _OPENING[rest[-1]])
        inner = rest[start + 1 : -1].strip()
        if start < 0:
            break
        if rest[-1] not in _ROUND:
            if gender is not None or len(inner) > _LONGEST_GENDER:
                break
            gender = inner
        elif language is None and _meant_as_language(inner, after_gender=gender is not None):
            language = inner
        else:
            break
        rest = rest[:start].rstrip()
    colons = [match.start() for match in _COLON.finditer(rest)]
    role, name = (rest[: colons[-1]], rest[colons[-1] + 1 :]) if colons else ("", rest)
    if not name.strip(_TRIM):
        role, name = "", role
    return Title(
        name=name.strip(_TRIM),
        role=role.strip(_TRIM),
        language=canonical_language(language) if language else None,
        gender=gender or None,
        has_colon=bool(colons),
    )


def _meant_as_language(word: str, *, after_gender: bool) -> bool:
    """Whether the word in parentheses is a language and not a part of the name.

    With a gender behind it the title is in the full form, so one word is taken at its
    place, known or not; its form is then lint's business.
    """
    if not word or is_language(word):
        return True
    return after_gender and (word.isalpha() or has_code_form(word))


def _plain(text: str) -> str:
    """Take emphasis off and make every run of blanks one."""
    text = text.replace("**", "").replace("__", "").replace("`", "")
    return " ".join(text.strip(_TRIM).split())
