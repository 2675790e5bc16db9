"""Arrays as bytes and back: the same bytes for the same arrays, and nothing in them that runs."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

from core.clm.numeric import np
from core.errors import StoreError

_VERSION = 1
Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def pack(head: Mapping[str, object], arrays: Mapping[str, Array]) -> bytes:
    """Return an npz of arrays, with a head that JSON can say."""
    content = io.BytesIO()
    said = json.dumps({**head, "version": _VERSION}, sort_keys=True).encode()
    text = np.frombuffer(said, dtype=np.uint8)
    np.savez(content, allow_pickle=False, **{"head": text, **arrays})
    return content.getvalue()


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what `pack` put together.

    Raises:
        StoreError: the bytes are something else, or damaged, or of a later version.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        head = json.loads(arrays.pop("head").tobytes())
        version = head["version"]
    except (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise StoreError(f"These bytes hold no packed arrays: {error}.") from error
    if version != _VERSION:
        raise StoreError(f"These arrays are packed in a way ({version}) that is not known here.")
    return head, arrays


def fill(holder: object, arrays: Mapping[str, Array]) -> None:
    """Put arrays in place of those of an object, which must be of the same kinds and shapes.

    Raises:
        StoreError: one is missing or does not fit.
    """
    for name, array in arrays.items():
        here = getattr(holder, name, None)
        if here is None or array.shape != here.shape or array.dtype != here.dtype:
            raise StoreError(f"The packed array {name} does not fit.")
        setattr(holder, name, array)


def day_blob(day: int, arrays: Mapping[str, Array]) -> bytes:
    """Return a population's day as it is kept beside a session: actions, propensities …"""
    return pack({"day": day}, arrays)
