"""Personas that a model writes from one line, and templates that a person fills in.

What a model wrote is untrusted and rarely in exactly the form that was asked for: `read_draft`
makes a persona file of it as well as it can, and names what is still wrong.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from core.errors import PersonaError
from core.messages import Message, Params
from core.personas.encoding import split_lines
from core.personas.headings import Title, headings, parse_title, title_heading
from core.personas.lint import lint
from core.personas.problems import Problem
from core.providers.base import Chunk, ModelRequest
from core.providers.model import Model
from core.text import clean, clean_line

MOST_CHARACTERS = 24_000
"""What is kept of a draft: a persona is a page or two."""
_LONGEST_IDEA = 600
_LONGEST_PART = 60
_LONGEST_PREAMBLE = 200
"""Characters before the first heading up to which they are no part of the page."""
_MOST_TOKENS = 900
_SOMEBODY = "Somebody New"

_SYSTEM = (
    "You invent people. You describe each one on a page of Markdown, speaking to them as "
    '"you", with details that nobody else would have. You write nothing but that page.'
)
_FORM = """\
Describe this person: {idea}

Keep to this form:

# their role: their full name (language code)

## Background
Two to four sentences that begin with "You are": age, place, work, what happened before today.

## Character
- three to five lines, each one trait with an example

## Way of speaking
Two or three sentences: tone, favourite words, what is never said.

## What you want from a conversation
One or two sentences.

## In your voice
- "two or three sentences that only this person would say\""""

# Small models do as they are shown, not as they are told.
_EXAMPLE_IDEA = "a ferryman who has never learnt to swim"
_EXAMPLE = """\
# Ferryman: Anton Reuss (en)

## Background
You are Anton Reuss, fifty-one, and you take the car ferry across the Elbe at Glückstadt forty \
times a day. Your father did it before you. You fell in once, at nine, and told nobody.

## Character
- Patient: you wait for the last cyclist, always.
- Proud of being on time, to the half minute.
- Afraid of open water, and you hide it behind jokes about fish.

## Way of speaking
Short sentences with a long pause in the middle. You say "across" where others say "home". \
You never say "swim".

## What you want from a conversation
To hear where people are going, and why they come back.

## In your voice
- "Everybody looks at the water. I look at the other side."
- "Eleven minutes. You may tell me all of it in eleven minutes.\""""
_NEXT = "Now, in the same form, describe this person: {idea}"

_TEMPLATE = """\
---
tags: [new]
---
# {title}

## Background
You are {name}. Where you come from, what you do, and what happened before today.

## Character
- What people notice first.
- What they notice only later.

## Way of speaking
Short or long sentences, favourite words, what you never say.

## What you want from a conversation
One thing that you would like to have by its end.

## In your voice
- "A sentence that only you would say."
"""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE_LINE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)\n?", re.MULTILINE)
_FRONT = re.compile(r"\A\s*---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(
    r"^[ \t>*_-]*(name|role|language)[*_ \t]*:[*_ \t]*(\S[^\n]*)$", re.MULTILINE | re.IGNORECASE
)
_ADDRESSED = re.compile(
    r"\b(?:[Yy]ou are|[Yy]our name is|[Mm]y name is|I am|I['’]m) "
    r"((?:[^\W\d_][\w'’-]+ ?|[^\W\d_]\.? ?){1,5})"
)
_PARTICLES = frozenset("af al bin da de del della der di dos du el ibn la le of van von y".split())
_ARTICLE = re.compile(r"(?:an?|the)\s+", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;.:!?(–—]|\s-\s|\s(?:who|which|that|with)\s")
_BRACES = re.compile(r"[{}\[\]<>]")
_NOT_IN_TITLE = re.compile(r"[:：()\[\]{}（）［］【】#*_`<>]+")
_PLACEHOLDERS = frozenset(
    "role,their role,name,full name,their full name,your name,persona,title,character".split(",")
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a persona file that is not written yet, and what is wrong with it."""

    text: str
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, text: str) -> Draft:
        """Check a text as it stands."""
        return cls(text, tuple(lint(text.encode("utf-8", "replace"))))


class PersonaWriter:
    """Has a model write a persona."""

    def __init__(self, model: Model, params: Params) -> None:
        self._model = model
        self._params = Params(max_tokens=_MOST_TOKENS).merged(params)

    @property
    def model(self) -> str:
        """The model's full name."""
        return str(self._model)

    def request(self, idea: str) -> ModelRequest:
        """Return what the model is asked."""
        wish = _NEXT.format(idea=clean_line(idea)[:_LONGEST_IDEA])
        messages = (
            Message("system", _SYSTEM),
            Message("user", _FORM.format(idea=_EXAMPLE_IDEA)),
            Message("assistant", _EXAMPLE),
            Message("user", wish),
        )
        return ModelRequest(self._model.name, messages, self._params)

    async def write(self, idea: str) -> AsyncGenerator[str, None]:
        """Yield the draft piece by piece, harmless to show; stops when it is long enough.

        Raises:
            ProviderError: the model did not answer, or not to the end.
        """
        self._model.check()
        length = 0
        async with aclosing(self._model.stream(self.request(idea))) as parts:
            async for part in parts:
                if isinstance(part, Chunk):
                    length += len(part.text)
                    yield clean(part.text)
                if length > MOST_CHARACTERS:
                    return


def template(name: str, role: str = "", language: str = "") -> str:
    """Return a persona file to be filled in.

    Raises:
        PersonaError: nothing of the name can stand in a heading.
    """
    name = _title_part(name)
    if not name:
        raise PersonaError("A persona needs a name.", "Type one.")
    title = Title(name, _title_part(role) or "Role", _language(language))
    return _TEMPLATE.format(title=title, name=name)


def read_draft(written: str, idea: str) -> Draft:
    """Make a persona file of what a model wrote about an idea."""
    text = _THOUGHTS.sub("", clean(written)).replace("\t", " ")[:MOST_CHARACTERS]
    text = _FENCE_LINE.sub("", _FRONT.sub("", _unfenced(text))).strip()
    lines = split_lines(f"{text}\n")
    heading = title_heading(lines)
    named = heading is not None and _meant(parse_title(heading.text)) is not None
    if heading is not None and named:
        title, body = parse_title(heading.text), lines[heading.index + heading.height :]
    else:
        title, body = Title(""), _from_first_heading(lines)
    title = _whole_title(title, text, idea)
    return Draft.of(f"# {title}\n\n{_demoted(body).strip()}".strip() + "\n")


def _unfenced(text: str) -> str:
    """Return what the first fence holds, if it opens before any heading and is closed again."""
    fences = _FENCE_LINE.finditer(text)
    opening = next(fences, None)
    if opening is None or "#" in text[: opening.start()]:
        return text
    for closing in fences:
        if closing[1][0] == opening[1][0] and not closing[2].strip():
            return text[opening.end() : closing.start()]
    return text


def _meant(title: Title) -> Title | None:
    """Return the title unless it is the one of the form that was to be filled in."""
    name = _BRACES.sub("", title.name).strip().casefold()
    unfilled = not name or name in _PLACEHOLDERS or name.startswith(("their ", "your "))
    return None if unfilled else title


def _whole_title(title: Title, text: str, idea: str) -> Title:
    """Fill in what a title lacks, from the text or from the idea."""
    fields = {match[1].lower(): match[2] for match in reversed(list(_FIELD.finditer(text)))}
    called = _ADDRESSED.search(text)
    name = (
        _title_part(title.name)
        or _title_part(fields.get("name", ""))
        or (_capitalised(called.group(1)) if called else "")
        or _SOMEBODY
    )
    role = _title_part(title.role)
    if not role or role.casefold() in _PLACEHOLDERS:
        role = _title_part(fields.get("role", "")) or _gist(idea) or "Persona"
    language = title.language or _language(fields.get("language", ""))
    gender = _title_part(title.gender or "") or None
    return Title(name, role[:1].upper() + role[1:], language, gender)


def _title_part(text: str) -> str:
    """Return what of a text can stand in the heading of a persona, whole words of it."""
    words = " ".join(_NOT_IN_TITLE.sub(" ", clean_line(text)).split()).strip(" .,;-–—\"'")
    if len(words) <= _LONGEST_PART:
        return words
    return words[:_LONGEST_PART].rpartition(" ")[0].rstrip(" .,;-–—") or words[:_LONGEST_PART]


def _language(text: str) -> str | None:
    parsed = parse_title(f"X: Y ({_NOT_IN_TITLE.sub(' ', text).strip()}) [x]")
    return parsed.language if text.strip() and len(text) <= _LONGEST_PART else None


def _capitalised(words: str) -> str:
    """Return the capitalised words that a text begins with: the name in `You are …`."""
    kept: list[str] = []
    for word in words.split():
        if not word[:1].isupper() and not (kept and word in _PARTICLES):
            break
        kept.append(word)
    while kept and kept[-1] in _PARTICLES:
        kept.pop()
    return _title_part(" ".join(kept))


def _gist(idea: str) -> str:
    """Return what an idea begins with, without its article: what somebody is."""
    text = _ARTICLE.sub("", clean_line(idea), count=1)
    return _title_part(_CLAUSE.split(text, maxsplit=1)[0]) or _title_part(text)


def _from_first_heading(lines: list[str]) -> list[str]:
    """Leave out a word or two before the first heading, and that one if it names nobody."""
    first = next(headings(lines), None)
    if first is None:
        return lines
    before = lines[: first.index]
    behind = lines[first.index + (first.height if first.level == 1 else 0) :]
    return behind if sum(map(len, before)) < _LONGEST_PREAMBLE else before + behind


def _demoted(lines: list[str]) -> str:
    """Return the body with its headings below the one that names the persona."""
    result = list(lines)
    for heading in headings(lines):
        if heading.level == 1:
            result[heading.index] = f"## {heading.text}\n"
            if heading.height > 1:
                result[heading.index + 1] = "\n"
    return "".join(result)
