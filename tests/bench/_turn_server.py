"""A loopback server that answers every request on the OpenAI wire with the same words.

`python -m … TOKENS`: prints its URL, and ends when its standard input is closed. It reads no
request beyond its length, so that it takes little of the processor from what is measured.
"""

from __future__ import annotations

import asyncio
import re
import sys

from tests.bench import _texts
from tests.wire.frames import OpenAIWire

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"connection: *close", re.IGNORECASE)


class Server:
    """Answers with so many tokens, a frame each."""

    def __init__(self, tokens: int) -> None:
        wire = OpenAIWire()
        pieces = [wire.text(token) for token in _texts.tokens_of(_texts.paragraphs(tokens))]
        body = b"".join(
            b"%x\r\n%s\r\n" % (len(frame), frame)
            for frame in (*wire.start(), *pieces[:tokens], *wire.end())
        )
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
        self._response = head + b"\r\n\r\n" + body + b"0\r\n\r\n"

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                writer.write(self._response)
                await writer.drain()
                if _CLOSE.search(head):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(tokens: int) -> None:
    server = await asyncio.start_server(Server(tokens).attend, "127.0.0.1", 0, limit=2**22)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
