"""Text files that are sent with a message."""

from __future__ import annotations

from collections.abc import Sequence

from textual.reactive import reactive
from textual.widgets import Label

from core.chat.commands import Attachment
from core.errors import UsageError
from core.personas.encoding import decode, unify_line_ends
from core.personas.problems import PersonaFileError
from core.text import clean_line
from tui.typed_path import at_home, typed_path

MAX_BYTES = 1_000_000
"""Largest file that is attached; hardly any model has room for more."""
MOST = 10
"""Files that can be attached to one message."""


class AttachmentLine(Label):
    """The line above the prompt that names the attached files; hidden while there are none."""

    DEFAULT_CSS = """
    AttachmentLine {
        width: 1fr;
        height: 1;
        padding: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        color: $text-accent;
        background: $boost;
        display: none;
        &.-some {
            display: block;
        }
    }
    """

    files: reactive[tuple[Attachment, ...]] = reactive(())

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def watch_files(self, files: tuple[Attachment, ...]) -> None:
        self.set_class(bool(files), "-some")
        names = ", ".join(f"{clean_line(each.name)} ({_size(each.text)})" for each in files)
        self.update(f"attached: {names} · /detach" if files else "")

    def add(self, file: Attachment) -> None:
        """Attach one more file; one of the same name takes its place.

        Raises:
            UsageError: there are too many already.
        """
        others = tuple(each for each in self.files if each.name != file.name)
        if len(others) >= MOST:
            raise UsageError(f"No more than {MOST} files can be attached to a message.")
        self.files = (*others, file)

    def take(self) -> tuple[Attachment, ...]:
        """Return the files and detach them."""
        files, self.files = self.files, ()
        return files


def read_attachment(typed: str) -> Attachment:
    """Read a text file. Blocks: call it in a thread.

    Raises:
        UsageError: there is none, it is too large, or it is not text.
    """
    path = typed_path(typed)
    name = clean_line(path.name) or typed
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "is not there"
            raise UsageError(f"{clean_line(str(path))} {what}.", "Tab completes a path.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            limit = f"{MAX_BYTES // 1000:,} kB"
            raise UsageError(f"{name} is larger than {limit}.", "Attach a part of it.")
        text = decode(path.read_bytes(), path).text
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from error
    except PersonaFileError as error:
        raise UsageError(f"{name} is not a text file.", "Only text can be attached.") from error
    if not text.strip():
        raise UsageError(f"{name} is empty.")
    return Attachment(name, unify_line_ends(text))


def completed_paths(typed: str, most: int = 200) -> Sequence[str]:
    """Return the paths that a beginning can become, folders with a slash. Blocks."""
    folder, slash, beginning = typed.rpartition("/")
    place = at_home(f"{folder}{slash}" or ".")
    found: list[str] = []
    try:
        for each in sorted(place.iterdir()):
            hidden = each.name.startswith(".") and not beginning.startswith(".")
            if each.name.startswith(beginning) and not hidden:
                found.append(f"{folder}{slash}{each.name}{'/' if each.is_dir() else ''}")
            if len(found) >= most:
                break
    except OSError:
        # A folder that cannot be listed completes to nothing; reading it says why.
        return []
    return found


def _size(text: str) -> str:
    count = len(text.encode("utf-8", "replace"))
    return f"{count / 1000:.1f} kB" if count >= 100 else f"{count} bytes"
