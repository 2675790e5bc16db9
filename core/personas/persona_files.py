"""What a person does to persona files: make, copy, rename, throw away, bring back.

Files of the folder that comes with Salon are never touched: they are copied to the user's
folder first, where the copy takes their place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.errors import PersonaError
from core.files import create_file, replace_file
from core.personas.casefold import fold
from core.personas.character import CARD, card_name
from core.personas.files import file_error
from core.personas.library import SHIPPED, PersonaLibrary
from core.personas.markdown import (
    SUFFIX,
    parse_persona,
    read_bytes,
    read_persona,
    render_persona,
)
from core.personas.names import file_stem, free_name, free_stem
from core.personas.trash import Trashed, in_trash, take_back, throw_away
from core.text import clean_line


class PersonaFiles:
    """The persona files of a user. Every method waits for the disk and may raise `PersonaError`."""

    def __init__(self, library: PersonaLibrary, own: Path) -> None:
        """`own` is the user's folder, which new files go to; it need not exist."""
        self._library = library
        self.own = own

    def is_own(self, path: Path) -> bool:
        """Whether a file may be changed where it lies."""
        if dict(self._library.folders).get(path.parent) == SHIPPED:
            return False
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

    def owned(self, path: Path) -> Path:
        """Return the file itself if it may be changed, else a copy in the user's folder."""
        if self.is_own(path):
            return path
        taken = {each.stem for each in self.own.glob(f"*{SUFFIX}")}
        # Under the same file name, which hides the one that was copied.
        copy = self.own / f"{free_stem(path.stem, taken)}{SUFFIX}"
        self._at(copy, lambda: create_file(copy, read_bytes(path)))
        self._bring_card(path, copy)
        return copy

    def create(self, text: str) -> Path:
        """Make a file from the text of one, under a name that nobody has yet."""
        persona = parse_persona(text.encode("utf-8", "replace"))
        name = free_name(persona.name, self._names())
        data = render_persona(replace(persona, name=name)) if name != persona.name else None
        return self._create(self.own, file_stem(name), data or persona.source)

    def unhidden(self, path: Path) -> Path:
        """Rename a new file whose name another folder has as well: one would hide the other."""
        others = {folder for folder, _ in self._library.folders} - {path.parent}
        if not any((folder / path.name).exists() for folder in others):
            return path
        target = path.with_name(f"{free_stem(path.stem, self._stems(path.parent))}{SUFFIX}")
        self._at(target, lambda: path.rename(target))
        return target

    def save(self, path: Path, text: str) -> None:
        """Put a new text in place of a file's."""
        try:
            replace_file(path, text.encode("utf-8", "replace"))
        except OSError as error:
            raise file_error("write", path, error) from error

    def duplicate(self, path: Path) -> Path:
        """Copy a persona, under a numbered name."""
        persona = read_persona(path)
        name = free_name(persona.name, self._names())
        folder = path.parent if self.is_own(path) else self.own
        data = render_persona(replace(persona, name=name))
        copy = self._create(folder, file_stem(name), data)
        self._bring_card(path, copy)
        return copy

    def rename(self, path: Path, name: str) -> Path:
        """Rename a persona, in its heading and its file; of one that is not own, a copy."""
        name = clean_line(name)
        if not name:
            raise PersonaError("A persona needs a name.", "Type one.")
        persona = read_persona(path)
        self._refuse_clash(name, path)
        data = render_persona(replace(persona, name=name))
        if not self.is_own(path):
            copy = self._create(self.own, file_stem(name), data)
            self._bring_card(path, copy)
            return copy
        if file_stem(name) == path.stem:
            self._at(path, lambda: replace_file(path, data))
            return path
        # The new file first: at no moment is there none.
        target = self._create(path.parent, file_stem(name), data)
        self._at(path, path.unlink)
        return target

    def trash(self, path: Path) -> Trashed:
        """Throw a file away, so that it can be brought back."""
        if not self.is_own(path):
            raise PersonaError(
                f"{path.name} comes with Salon and stays.",
                "A copy of your own, of the same file name, takes its place.",
            )
        return throw_away(path)

    def trashed(self) -> list[Trashed]:
        """Return what can be brought back, what was thrown away last first."""
        return in_trash(folder for folder, _ in self._library.folders)

    def restore(self, trashed: Trashed) -> Path:
        """Bring a file back, under another file name if its own has been taken."""
        folder = trashed.origin.parent
        target = folder / f"{free_stem(trashed.origin.stem, self._stems(folder))}{SUFFIX}"
        take_back(trashed, target)
        return target

    def export(self, path: Path, folder: Path) -> Path:
        """Copy a file as it is into a folder, never over another one."""
        target = self.free_export(path, folder, SUFFIX)
        self._at(target, lambda: create_file(target, read_bytes(path)))
        return target

    @staticmethod
    def free_export(path: Path, folder: Path, suffix: str) -> Path:
        """Return where a persona can be exported to without writing over anything."""
        taken = {each.name.removesuffix(suffix) for each in folder.glob(f"*{suffix}")}
        return folder / f"{free_stem(path.stem, taken)}{suffix}"

    def _refuse_clash(self, name: str, path: Path) -> None:
        for header in self._library.headers():
            if fold(header.name) == fold(name) and (header.path != path or not self.is_own(path)):
                raise PersonaError(
                    f"There is a {header.name} already, in {header.path}.", "Choose another name."
                )

    def _names(self) -> set[str]:
        return {fold(header.name) for header in self._library.headers()}

    def _stems(self, *folders: Path) -> set[str]:
        """Return the stems of all files that could hide a new one or be hidden by it."""
        searched = {*(folder for folder, _ in self._library.folders), *folders}
        return {path.stem for folder in searched for path in folder.glob(f"*{SUFFIX}")}

    def _create(self, folder: Path, stem: str, data: bytes) -> Path:
        path = folder / f"{free_stem(stem, self._stems(folder))}{SUFFIX}"
        self._at(path, lambda: create_file(path, data))
        return path

    def _bring_card(self, path: Path, copy: Path) -> None:
        """Copy the card file that a persona was imported from, if it has one, beside its copy."""
        try:
            card = card_name(read_persona(path).front.get(CARD))
        except PersonaError:  # a file that is copied to be mended names none
            return
        beside, target = path.parent / card, copy.parent / card
        if card and path.parent != copy.parent and beside.is_file() and not target.exists():
            self._at(target, lambda: create_file(target, beside.read_bytes()))

    @staticmethod
    def _at(path: Path, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError as error:
            raise file_error("write", path, error) from error
