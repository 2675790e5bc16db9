"""A plain picture for cards of personas that have none."""

from __future__ import annotations

import colorsys
import struct
import zlib

from core.personas.cards.png import SIGNATURE, make_chunk

_WIDTH, _HEIGHT = 400, 600
_STEPS = 64
_PALETTE_BITS = 8
_INDEXED = 3


def plain_picture(name: str) -> bytes:
    """Return a PNG of portrait size that fades from one colour, which is the name's, to another."""
    hue = (zlib.crc32(name.encode("utf-8", "replace")) % 360) / 360
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, _PALETTE_BITS, _INDEXED, 0, 0, 0)
    palette = b"".join(_colour(hue, step / (_STEPS - 1)) for step in range(_STEPS))
    rows = b"".join(b"\0" + bytes([y * _STEPS // _HEIGHT]) * _WIDTH for y in range(_HEIGHT))
    return SIGNATURE + b"".join((
        make_chunk(b"IHDR", head),
        make_chunk(b"PLTE", palette),
        make_chunk(b"IDAT", zlib.compress(rows, 9)),
        make_chunk(b"IEND", b""),
    ))


def _colour(hue: float, share: float) -> bytes:
    red, green, blue = colorsys.hls_to_rgb(hue, 0.62 - 0.34 * share, 0.35)
    return bytes(round(255 * each) for each in (red, green, blue))
