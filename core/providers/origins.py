"""Origins: scheme, host and port. Keys and prompts go to the one they are meant for only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


class OtherOrigin(Exception):
    """A request was about to be sent to another server than the one of the settings."""

    def __init__(self, place: str) -> None:
        super().__init__(f"redirected to {place}")
        self.place = place


def only_to(url: str) -> Callable[[Any], Awaitable[None]]:
    """Return a request hook that lets requests go to the origin of a URL and to no other.

    It is called for every redirect as well, before anything is sent.
    """

    async def check_request(request: Any) -> None:
        place = request.url
        meant = type(place)(url)  # `httpx.URL` or `httpx2.URL`, which write hosts in one way
        if _parts(place) != _parts(meant):
            raise OtherOrigin(f"{place.scheme}://{place.netloc.decode('ascii', 'replace')}")

    return check_request


def _parts(url: Any) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port or _PORTS.get(url.scheme)


def same_origin(one: str, other: str) -> bool:
    """Say whether two URLs have scheme, host and port in common."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
