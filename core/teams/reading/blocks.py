"""Replies in headed blocks: Reasoning, Message and Recipient, fenced or not, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_LABEL = re.compile(
    r"(?:>[ \t]*+)?(?:(?:[-+*]|\d{1,2}[.)])[ \t]++)?(?P<hashes>#{1,6})?[ \t]*+"
    r"(?P<bold>\*\*|__)?[ \t]*+(?P<name>reasoning|thoughts?|message|recipient|to)[ \t]*+"
    r"(?P<colon>:)?[ \t]*+(?P<bold_end>\*\*|__)?[ \t]*+(?P<colon_behind>:)?[ \t]*+(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_LABEL = 80
"""Characters at the beginning of a line in which a label has to stand."""
_FENCE = re.compile(r"[ \t]*+(?P<mark>`{3,}+|~{3,}+)(?P<info>[^`\n]*+)$")
_LABELS = frozenset({"reasoning", "message", "recipient", "to"})


@dataclass(frozen=True, slots=True)
class Label:
    """A heading, or a line such as `Recipient: coder`."""

    name: str
    """`reasoning`, `message` or `recipient`; `to` where it may be the one of a letter."""
    rest: str
    """What follows on its line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One message of a reply in blocks."""

    recipient: str
    message: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """A reply in blocks."""

    reasoning: str
    parts: tuple[Block, ...]
    labelled: bool
    """Whether its messages have labels; else they are what stands around the recipient."""


@dataclass(slots=True)
class _Section:
    name: str
    lines: list[str] = field(default_factory=list)


def label_of(line: str) -> Label | None:
    """Return the label that a line is or begins with."""
    stripped = line.strip()
    match = _LABEL.match(stripped)
    if match is None or match.start("rest") > _LONGEST_LABEL:
        return None
    colon = match["colon"] or match["colon_behind"]
    rest = match["rest"]
    if not colon:
        rest = rest.strip("# \t")
        if rest or not (match["hashes"] or (match["bold"] and match["bold_end"])):
            return None
    if match["bold"] and not match["bold_end"]:
        rest = rest.removesuffix(match["bold"])
    name = match["name"].casefold()
    return Label("reasoning" if name.startswith("thought") else name, rest.strip())


def begins_block(line: str) -> bool:
    """Say whether a line is a label from which on a text is blocks and not JSON."""
    label = label_of(line)
    return label is not None and label.name in {"message", "recipient"}


def read_blocks(raw: str) -> Blocks | None:
    """Return what a reply in blocks says, or `None` where it is none.

    It is one if it names a recipient, or if it begins with a label and has a message.
    """
    lines = raw.replace("\r\n", "\n").split("\n")
    preamble, *sections = _sections(lines, _LABELS)
    names = {each.name for each in sections}
    if "message" not in names and "to" in names:
        preamble, *sections = _sections(lines, _LABELS - {"to"})
    before = _text(preamble.lines)
    addressed = "recipient" in names or ("message" in names and "to" in names)
    if not addressed and ("message" not in names or before):
        return None
    reasoning = [_text(each.lines) for each in sections if each.name == "reasoning"]
    parts = _parts([each for each in sections if each.name != "reasoning"], before)
    return Blocks("\n\n".join(filter(None, reasoning)), parts, "message" in names)


def unfenced(text: str) -> str:
    """Return a text without the fence around the whole of it, if there is one."""
    return _text(text.split("\n"))


def _sections(lines: Sequence[str], labels: frozenset[str]) -> list[_Section]:
    """Return what stands before the first label, and the labelled sections."""
    sections, unclosed = _sections_outside(lines, labels, _Fences())
    return _sections_outside(lines, labels, None)[0] if unclosed else sections


def _sections_outside(
    lines: Sequence[str], labels: frozenset[str], fences: _Fences | None
) -> tuple[list[_Section], bool]:
    """Split at the labels, at those outside of fences if they are heeded; say whether a fence
    was left open."""
    sections = [_Section("")]
    for line in lines:
        label = None if fences is not None and fences.inside else label_of(line)
        if label is not None and label.name in labels:
            sections.append(_Section(label.name, [label.rest] if label.rest else []))
            continue
        if fences is not None:
            fences.take(line)
        sections[-1].lines.append(line)
    return sections, fences is not None and fences.inside


class _Fences:
    """Which code fences are open, line by line.

    CommonMark 0.31, section 4.5, and one thing beyond it: within a fence, one of the same kind
    with a language tag opens a fence of its own. CommonMark would take the end of that one for
    the end of the outer one; models mean it as written here.
    """

    def __init__(self) -> None:
        self._marks: list[str] = []

    @property
    def inside(self) -> bool:
        return bool(self._marks)

    def take(self, line: str) -> None:
        match = _FENCE.match(line)
        if match is None:
            return
        mark, info = match["mark"], match["info"].strip()
        if not self._marks:
            self._marks.append(mark)
        elif mark.startswith(self._marks[-1]):
            if info:
                self._marks.append(mark)
            else:
                self._marks.pop()


def _text(lines: Sequence[str]) -> str:
    """Return a section's text, without the fence where it is all one fence."""
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    last = next((at for at in range(len(lines), first, -1) if lines[at - 1].strip()), first)
    body = lines[first:last]
    end = _end_of_fence(body)
    if end == len(body) - 1:
        body = body[1:-1]
    elif body and end is None and _FENCE.match(body[0]):
        body = body[1:]
    return "\n".join(body).strip("\n") if end is not None else "\n".join(body).strip()


def _end_of_fence(lines: Sequence[str]) -> int | None:
    """Return which line ends the fence that the first line opens."""
    fences = _Fences()
    for at, line in enumerate(lines):
        fences.take(line)
        if not fences.inside:
            return at if at else None
    return None


def _parts(sections: Sequence[_Section], preamble: str) -> tuple[Block, ...]:
    """Group sections: a label that comes again begins the next message."""
    groups: list[dict[str, _Section]] = [{}]
    for section in sections:
        name = "recipient" if section.name == "to" else section.name
        if name in groups[-1]:
            groups.append({})
        groups[-1][name] = section
    return tuple(_block(group, preamble if not at else "") for at, group in enumerate(groups))


def _block(group: dict[str, _Section], preamble: str) -> Block:
    """Return a message; one without a label is what stands below or above the recipient."""
    named = group["recipient"].lines if "recipient" in group else []
    end = _end_of_fence(named)
    if end is not None:
        recipient, below = _text(named[: end + 1]), _text(named[end + 1 :])
    else:
        whole = _text(named)
        recipient, _, below = whole.partition("\n")
    if "message" in group:
        return Block(recipient, _text(group["message"].lines))
    return Block(recipient, below.strip() or preamble)
