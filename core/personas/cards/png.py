"""Cards in PNG and APNG pictures: JSON in Base64, in a text chunk called `chara` or `ccv3`.

Pictures are read and copied chunk by chunk, so that their size costs no memory.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from core.personas.cards import json_text
from core.personas.cards.problems import CardError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORDS = ("ccv3", "chara")
"""The first that is there wins."""

_TEXT_KINDS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_END = b"IEND"
_HEAD = struct.Struct(">I4s")
_CRC = struct.Struct(">I")
_LONGEST_KEYWORD = 79
_MOST_CHUNKS = 100_000
_LONGEST_PAYLOAD = json_text.MAX_BYTES * 4 // 3 + 1024 * 1024
"""The longest JSON in Base64, with room for line breaks."""
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int
    """Where its length stands in the file."""
    length: int
    keyword: str = ""
    """`chara` or `ccv3` if it holds a card."""

    @property
    def end(self) -> int:
        return self.start + _HEAD.size + self.length + _CRC.size


def read_card(file: BinaryIO, size: int) -> bytes:
    """Return the JSON that a picture holds.

    Raises:
        CardError: the picture is damaged or holds none.
    """
    first: CardError | None = None
    chunks = [each for each in _chunks(file, size) if each.keyword]
    for chunk in sorted(chunks, key=lambda each: KEYWORDS.index(each.keyword)):
        try:
            return _decode(_text(chunk, _body(file, chunk)))
        except CardError as error:
            first = first or error
    raise first or CardError(
        "The picture holds no character card.",
        "Cards lose it when a picture is converted or sent through a messenger: get the original.",
    )


def write_card(source: BinaryIO, size: int, target: BinaryIO, texts: Mapping[str, bytes]) -> None:
    """Copy a picture with these cards in place of its own; all other chunks stay as they are.

    Args:
        source: the picture.
        size: its length in bytes.
        target: where to write.
        texts: JSON by keyword.

    Raises:
        CardError: the picture is damaged.
        OSError: it cannot be read or written.
    """
    chunks = list(_chunks(source, size))
    place = next((each for each in chunks if each.keyword), chunks[-1])
    target.write(SIGNATURE)
    for chunk in chunks:
        if chunk is place:
            for keyword, text in texts.items():
                target.write(text_chunk(keyword, base64.b64encode(text)))
        if not chunk.keyword:
            _copy(source, target, chunk.start, chunk.end)
    _copy(source, target, chunks[-1].end, size)


def text_chunk(keyword: str, text: bytes) -> bytes:
    """Return a chunk `tEXt`."""
    return make_chunk(b"tEXt", keyword.encode("ascii") + b"\0" + text)


def make_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    crc = zlib.crc32(body, zlib.crc32(kind))
    return _HEAD.pack(len(body), kind) + body + _CRC.pack(crc)


def _chunks(file: BinaryIO, size: int) -> Iterator[_Chunk]:
    """Yield the chunks of a picture, up to the one that ends it."""
    at = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            raise CardError("The picture breaks off before its end.", "Get the file again.")
        length, kind = _HEAD.unpack(head)
        chunk = _Chunk(kind, at, length)
        if chunk.end > size:
            raise CardError("The picture breaks off within a chunk.", "Get the file again.")
        if kind in _TEXT_KINDS:
            chunk = _Chunk(kind, at, length, _keyword(file.read(min(length, _LONGEST_KEYWORD + 1))))
        yield chunk
        if kind == _END:
            return
        at = chunk.end
    raise CardError(f"The picture has more than {_MOST_CHUNKS:,} chunks.")


def _keyword(begin: bytes) -> str:
    name, null, _ = begin.partition(b"\0")
    keyword = name.decode("latin-1").strip().lower() if null else ""
    return keyword if keyword in KEYWORDS else ""


def _body(file: BinaryIO, chunk: _Chunk) -> bytes:
    if chunk.length > _LONGEST_PAYLOAD:
        raise _too_long()
    file.seek(chunk.start + _HEAD.size)
    body = file.read(chunk.length)
    stored = file.read(_CRC.size)
    if zlib.crc32(body, zlib.crc32(chunk.kind)) != int.from_bytes(stored, "big"):
        raise CardError("The card in the picture is damaged: its checksum is wrong.")
    return body


def _text(chunk: _Chunk, body: bytes) -> bytes:
    readers: dict[bytes, Callable[[bytes], bytes]] = {
        b"tEXt": bytes,
        b"zTXt": _compressed,
        b"iTXt": _international,
    }
    return readers[chunk.kind](body.partition(b"\0")[2])


def _compressed(rest: bytes) -> bytes:
    if rest[:1] != b"\0":
        raise CardError("The card in the picture is compressed in an unknown way.")
    return inflate(memoryview(rest)[1:])


def _international(rest: bytes) -> bytes:
    flags, rest = rest[:2], rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    if flags[:1] == b"\1":
        return _compressed(flags[1:2] + text)
    return text


def inflate(data: bytes | memoryview) -> bytes:
    """Return what zlib packed, up to the length of the longest card.

    Raises:
        CardError: it is damaged or longer.
    """
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, _LONGEST_PAYLOAD + 1)
    except zlib.error as error:
        raise CardError("The card in the picture is damaged: it cannot be inflated.") from error
    if len(text) > _LONGEST_PAYLOAD:
        raise _too_long()
    if not inflater.eof:
        raise CardError("The card in the picture is damaged: it breaks off.")
    return text


def _decode(payload: bytes) -> bytes:
    """Take off the Base64; some programs write the JSON as it is."""
    if payload[:1] == b"{":
        return payload
    try:
        return binascii.a2b_base64(payload)
    except binascii.Error:
        pass  # most often the padding is missing
    try:
        return binascii.a2b_base64(payload + b"==")
    except binascii.Error as error:
        raise CardError("The card in the picture is damaged: it is not Base64.") from error


def _too_long() -> CardError:
    return CardError(f"The card is longer than {json_text.MAX_BYTES // 1024 // 1024} MB.")


def _copy(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    left = end - start
    while left > 0 and (block := source.read(min(left, _BLOCK))):
        target.write(block)
        left -= len(block)
