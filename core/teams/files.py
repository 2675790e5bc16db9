"""The named files that a team's final answer holds, and how they get into a folder.

A file is a fenced code block with a name: behind the language (```` ```python app/main.py ````,
with `title=`, `file=` or a colon before it, or alone), or on the last line before the block
(`### app/main.py`, `**app/main.py**`, `File: app/main.py`). Blocks without one are examples.
Names come from a model: they cannot leave the folder, and nothing is written unless all can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import SalonError
from core.files import replace_file
from core.personas.encoding import unify_line_ends
from core.text import clean_line

MOST_FILES = 200
MOST_BYTES = 5_000_000
"""Of all files together."""
_LONGEST_NAME = 200

_FENCE = re.compile(
    r"( {0,3})(`{3,}+|~{3,}+)[ \t]*+((?:[^ \t\r\n]++|[ \t]++(?=[^ \t\r\n]))*+)[ \t]*+$"
)
_LABELLED = re.compile(
    r"(?:title|file|filename|path|name)\s*[=:]\s*[\"']?([^\"'}]+)", re.IGNORECASE
)
_NAME = r"[\w.@+-]"
_PATH = re.compile(
    rf"{_NAME}++(?:[/\\]{_NAME}++)++|{_NAME}+\.\w{{1,12}}|Makefile|Dockerfile|LICENSE"
)
_BEFORE_NAME = re.compile(
    r"(?:#{1,6}\s*+)?(?:[-*]\s++|\d++\.\s++)?(?:\*\*|__)?"
    r"(?:(?:file(?:name)?|path)\s*+:\s*+)?(?:\*\*|__)?[`\"']?",
    re.IGNORECASE,
)
_BOLD = ("**", "__")
_MARKDOWN = frozenset({"md", "markdown", "mdx"})


class FilesError(SalonError):
    """The files of an answer cannot be written."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of an answer."""

    name: str
    """As the answer has it; not checked yet."""
    text: str


@dataclass(slots=True)
class _Block:
    name: str
    mark: str
    indent: int
    nests: bool
    """Whether fences may stand inside it, as in a Markdown file."""
    lines: list[str]
    depth: int = 0


def named_files(answer: str) -> list[NamedFile]:
    """Return the files of an answer in their order; of one that comes twice the last.

    A block that is never closed reaches to the end, or to the next one that has a name.
    """
    found: dict[str, str] = {}
    for block in _blocks(answer):
        if block.name:
            found.pop(block.name, None)
            found[block.name] = "".join(f"{line}\n" for line in block.lines)
    return [NamedFile(name, text) for name, text in found.items()]


def write_files(files: Sequence[NamedFile], folder: Path) -> list[Path]:
    """Write files below a folder, in place of what is there, each whole or not at all.

    Returns:
        The paths, in the same order.

    Raises:
        FilesError: a name leaves the folder or is none, or there is too much, and nothing was
            written; or the system refuses, and says at which file.
    """
    if (
        len(files) > MOST_FILES
        or sum(len(each.text.encode("utf-8", "replace")) for each in files) > MOST_BYTES
    ):
        raise FilesError(
            f"The answer holds more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.",
            "Ask for less at a time.",
        )
    around = folder.resolve()
    paths = [_checked(each.name, folder, around) for each in files]
    for path in paths:
        parent = next((each for each in paths if each in path.parents), None)
        if parent is not None:
            raise FilesError(f"{parent.name} is to be both a file and a folder.")
    for path, file in zip(paths, files, strict=True):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, file.text.encode("utf-8", "replace"))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise FilesError(
                f"{path} cannot be written: {reason}.", "Check that folder."
            ) from error
    return paths


def _checked(name: str, folder: Path, around: Path) -> Path:
    parts = PurePosixPath(name).parts
    outside = name.startswith(("/", "~")) or ".." in parts or "\\" in name or ":" in name
    # A folder such as .git holds what other programs run.
    hidden = any(part.startswith(".") for part in parts[:-1]) or not parts
    if outside or hidden or clean_line(name) != name or len(name) > _LONGEST_NAME:
        raise FilesError(
            f"{clean_line(name)!r} is no name for a file of an answer.",
            "It has to stay within the folder; hidden folders are left alone.",
        )
    path = folder.joinpath(*parts)
    try:
        resolved = path.resolve()
        taken = path.is_dir() or any(each.is_file() for each in path.parents)
    except (OSError, RuntimeError) as error:
        raise FilesError(f"{name!r} cannot be written: {error}.") from error
    if not resolved.is_relative_to(around) or resolved == around or taken:
        raise FilesError(
            f"{name!r} leads out of the folder, is a folder, or lies below a file.",
            "Ask for another name.",
        )
    return path


def _blocks(answer: str) -> Iterator[_Block]:
    block: _Block | None = None
    before = ""
    for line in unify_line_ends(answer).split("\n"):
        fence = _FENCE.match(line)
        if block is None:
            if fence is not None and "`" not in fence[3]:
                block = _opened(fence, before)
            elif line.strip():
                before = line
            continue
        if fence is not None and _fits(fence, block):
            if not fence[3] and block.depth == 0:
                yield block
                block, before = None, ""
                continue
            if fence[3] and not block.nests and _name_of_info(fence[3]):
                yield block
                block = _opened(fence, "")
                continue
            block.depth += 1 if fence[3] else -1
        block.lines.append(_unindented(line, block.indent))
    if block is not None:
        yield block


def _opened(fence: re.Match[str], before: str) -> _Block:
    info = fence[3]
    name = _name_of_info(info) or _name_of_heading(before)
    language = info.split()[0].casefold() if info else ""
    nests = language in _MARKDOWN or name.lower().endswith((".md", ".markdown"))
    return _Block(name, fence[2], len(fence[1]), nests, [])


def _fits(fence: re.Match[str], block: _Block) -> bool:
    """Whether a fence may close a block: of the same kind, and as long."""
    return fence[2][0] == block.mark[0] and len(fence[2]) >= len(block.mark)


def _name_of_info(info: str) -> str:
    labelled = _LABELLED.search(info)
    if labelled:
        return labelled[1].strip()
    words = [word for each in info.split() for word in (each, each.partition(":")[2])]
    return next((word for word in words if _PATH.fullmatch(word)), "")


def _name_of_heading(line: str) -> str:
    line = line.strip()
    before = _BEFORE_NAME.match(line)
    name = _less_bold(line[before.end() if before else 0 :])
    name = _less_bold(name.removesuffix(":").rstrip())
    if name.endswith(("`", '"', "'")):
        name = name[:-1]
    name = name.strip()
    return name if _PATH.fullmatch(name) else ""


def _less_bold(text: str) -> str:
    return text[:-2] if text.endswith(_BOLD) else text


def _unindented(line: str, indent: int) -> str:
    return line[indent:] if not line[:indent].strip() else line
