"""Addresses of servers as people write them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_OLLAMA_PORT = 11434
_USER = re.compile(r"//[^/\s]*@")


def normal_url(text: str) -> str:
    """Return a server's address with its scheme and without a trailing slash.

    Raises:
        ValueError: it is no address; the clause says what is wanted.
    """
    wanted = "an address such as http://localhost:8080/v1"
    address = text.strip()
    if "://" not in address:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(wanted) from None
    if not valid or re.search(r"\s", address):
        raise ValueError(wanted)
    return address.rstrip("/")


def ollama_url(text: str) -> str:
    """Read OLLAMA_HOST as Ollama does: a host, a host and port, or an address.

    A server told to listen everywhere (0.0.0.0) is called on this machine.

    Raises:
        ValueError: it is no address.
    """
    written = text.strip()
    scheme, separator, rest = written.rpartition("://")
    place, slash, path = rest.partition("/")
    user, at, host = place.rpartition("@")
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    elif host.startswith(":"):
        host = f"127.0.0.1{host}"
    parts = urlsplit(normal_url(f"{scheme or 'http'}://{user}{at}{host}"))
    port = parts.port or (None if separator else _OLLAMA_PORT)
    name = parts.hostname or ""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)
    name = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{user}{at}{name}{f':{port}' if port else ''}{slash}{path}".rstrip("/")


def lmstudio_url(text: str) -> str:
    """Return LM Studio's address with the `/v1` that its users often leave out."""
    address = normal_url(text)
    return address if urlsplit(address).path else f"{address}/v1"


def without_user(text: str) -> str:
    """Return a text with what stands before the @ of an address hidden: it may be a password."""
    return _USER.sub("//…@", text)
