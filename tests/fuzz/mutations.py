"""Mutations of bytes and of text: each takes one input and returns another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from fuzz import odd

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""`mutation(rng, data, seeds)`: the seeds are there to be spliced with."""
_MARKS = (
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x80",
        b"\r",
        b"\n",
    ),
    *(b"\xf4\x90\x80\x80", b"\x1b", b"\x9b", b"PK\x03\x04", b"\x89PNG", b"\x1f\x8b", b"\x1a"),
)
_MOST = 64_000
"""Bytes of an input."""


def flip(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Flip a few bits."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4) if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def cut(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """End early, begin late, or leave a piece out."""
    start, end = _span(rng, data)
    return rng.choice((data[:start], data[start:], data[:start] + data[end:]))


def repeat(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Say a piece twice, or many times."""
    start, end = _span(rng, data)
    piece = data[start:end]
    times = min(odd.length(rng), 1 + _MOST // max(1, len(piece)))
    return data[:end] + piece * times + data[end:]


def insert_bytes(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Put in bytes that mean something to some decoder, or random ones."""
    at = rng.randint(0, len(data))
    return data[:at] + (rng.choice(_MARKS) if rng.random() < 0.8 else rng.randbytes(4)) + data[at:]


def splice(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Go on as another seed does."""
    other = rng.choice(seeds)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def insert_row(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Put an odd text in, or in place of a piece."""
    start, end = _span(rng, data)
    said = encode(odd.text(rng))
    return data[:start] + said + data[rng.choice((start, end)) :]


def swap_lines(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Swap, drop, double or indent lines."""
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(4)
    if how == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 1:
        del lines[one]
    elif how == 2:
        lines.insert(other, lines[one])
    else:
        lines[one] = b" " * rng.choice((1, 2, 4, 8, 400)) + lines[one]
    return b"\n".join(lines)


BYTES: tuple[Mutation, ...] = (flip, cut, repeat, insert_bytes, splice)
TEXT: tuple[Mutation, ...] = (insert_row, insert_row, swap_lines, cut, repeat)


def encode(text: str) -> bytes:
    """Return text as bytes, half characters included."""
    return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """Return bytes as text, half characters included; what is no text is replaced."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _span(rng: Random, data: bytes) -> tuple[int, int]:
    """Return a piece of the data, more often a small one, now and then between lines."""
    start = rng.randint(0, len(data))
    if rng.random() < 0.3:
        start = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", start) + 1
        return start, end or len(data)
    return start, min(len(data), start + rng.choice((1, 4, 16, 64, 1024)))
