"""Cards in `.charx` files: ZIP archives with a `card.json`. Nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from core.personas.cards import json_text
from core.personas.cards.problems import CardError

CARD_NAME = "card.json"

_LONGEST_DIRECTORY = 1024 * 1024
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BLOCK = 1024 * 1024
_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    LookupError,
    OverflowError,
    UnicodeDecodeError,
)


class _Guarded(io.RawIOBase):
    """A file that refuses to be read in large pieces: a directory of a million entries is one."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset < 0 and whence == io.SEEK_SET:
            raise zipfile.BadZipFile("it points before its own beginning")
        return self._file.seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._file.tell())
        wanted = left if size is None or size < 0 else min(left, size)
        if wanted > _LONGEST_DIRECTORY:
            raise CardError("The archive holds too many files.")
        return self._file.read(wanted)


def read_card(file: BinaryIO, size: int) -> bytes:
    """Return the `card.json` of an archive; nothing else in it is read.

    Raises:
        CardError: the archive is damaged, encrypted or holds none.
    """
    with _opened(file, size) as archive:
        info = _card_info(archive)
        with archive.open(info) as card:
            text = card.read(json_text.MAX_BYTES + 1)
    if len(text) > json_text.MAX_BYTES:
        raise CardError(f"Its {CARD_NAME} is longer than {json_text.MAX_BYTES // 1024 // 1024} MB.")
    return text


def write_card(source: BinaryIO, size: int, target: BinaryIO, text: bytes) -> None:
    """Copy an archive with another `card.json`; all other entries are copied as they are packed.

    Raises:
        CardError: the archive is damaged.
        OSError: it cannot be read or written.
    """
    with _opened(source, size) as archive, zipfile.ZipFile(target, "w") as copy:
        _card_info(archive)
        entries = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in entries[1:]), archive.start_dir]
        # Some archives begin with a picture.
        _copy(source, target, 0, entries[0].header_offset)
        for info, end in zip(entries, ends, strict=True):
            if info.filename == CARD_NAME:
                continue
            start, info.header_offset = info.header_offset, target.tell()
            _copy(source, target, start, end)
            copy.filelist.append(info)
            copy.NameToInfo[info.filename] = info
        copy.comment = archive.comment
        copy.start_dir = target.tell()
        _write(copy, text)


def make_card(target: BinaryIO, text: bytes) -> None:
    """Write an archive that holds nothing but a card."""
    with zipfile.ZipFile(target, "w") as archive:
        _write(archive, text)


def _write(archive: zipfile.ZipFile, text: bytes) -> None:
    info = zipfile.ZipInfo(CARD_NAME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, text)


@contextmanager
def _opened(file: BinaryIO, size: int) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(_Guarded(file, size)) as archive:
            yield archive
    except _ERRORS as error:
        raise CardError(f"The archive is damaged: {error}.", "Get the file again.") from error


def _card_info(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    info = archive.NameToInfo.get(CARD_NAME)
    if info is None:
        raise CardError(f"The archive holds no {CARD_NAME}.")
    if info.flag_bits & _ENCRYPTED:
        raise CardError("The archive is encrypted.", "Save it without a password.")
    if info.compress_type not in _METHODS:
        raise CardError(f"Its {CARD_NAME} is compressed in an unusual way.")
    return info


def _copy(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    left = end - start
    while left > 0 and (block := source.read(min(left, _BLOCK))):
        target.write(block)
        left -= len(block)
