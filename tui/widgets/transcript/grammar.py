"""How the lines look that begin a Markdown block."""

import re

FENCE = re.compile(r"(`{3,}+|~{3,}+)\s*+([^`]*+)$")
HEADING = re.compile(r"(#{1,6})(?:[ \t]++(.*))?$")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
MARKER = re.compile(r"([-+*]|\d{1,9}[.)])( +|$)")
DELIMITER_ROW = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+$")


def indent_of(line: str) -> int:
    """Spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


def heading_text(match: re.Match[str]) -> str:
    """What a heading says, without the `#` that close it."""
    text: str = (match[2] or "").rstrip(" \t")
    bare = text.rstrip("#")
    return bare.rstrip(" \t") if bare.endswith((" ", "\t")) else text


def interrupting_marker(stripped: str, *, in_list: bool) -> re.Match[str] | None:
    """A list marker that may end a paragraph: not empty, and from one outside of a list."""
    match = MARKER.match(stripped)
    if match is None or not stripped[match.end() :]:
        return None
    number = match[1][:-1]
    return match if number in {"", "1"} or in_list else None


def starts_block(line: str, *, in_list: bool) -> bool:
    """Whether a line ends the paragraph before it by what it begins."""
    stripped = line.lstrip(" ")
    if indent_of(line) > 3:
        return False
    return bool(
        stripped.startswith(">")
        or FENCE.match(stripped)
        or HEADING.match(stripped)
        or RULE.match(stripped)
        or interrupting_marker(stripped, in_list=in_list)
    )
