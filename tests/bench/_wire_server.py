"""A loopback server that streams a reply of so many tokens: `python -m … TOKENS`.

Prints its URL, answers one request, and ends when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import sys

from tests.bench import _texts
from tests.wire.fake_server import FakeServer, whole
from tests.wire.frames import OpenAIWire


async def main(tokens: int) -> None:
    wire = OpenAIWire()
    pieces = [wire.text(token) for token in _texts.tokens_of(_texts.paragraphs(tokens))]
    async with FakeServer() as server:
        server.plan(whole(*wire.start(), *pieces, *wire.end()))
        print(wire.base_url(server.url), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
