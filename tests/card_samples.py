"""Cards as other programs write them, built by hand for tests."""

from __future__ import annotations

import base64
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"

V1 = (
    '{"name": "Mara", "description": "{{char}} keeps bees.", "personality": "calm",\n'
    '  "scenario": "", "first_mes": "Hello, <USER>.", "mes_example": "<START>\\n{{user}}: hi",'
    ' "rating": 1.50, "nested": {"a": [1, 2.0, 1e400]}}'
)

# Odd on purpose: spelling of numbers and escapes, order, repeated keys, blanks.
V2 = (
    '{ "spec" : "chara_card_v2",\n  "spec_version":"2.0", "stamp": 12345678901234567890123,\n'
    '  "name": "Seraphina", "description": "An old copy",\n'
    '  "data" : {"name": "Seraphina", "description": "{{char}} heals.\\r\\n\\r\\n# Not a title\\n'
    'caf\\u00e9 \\/ \\ud83d\\ude00", "personality": "kind, [@click=app.quit]patient[/]",\n'
    '    "scenario": "A glade.", "first_mes": "*She smiles at {{user}}.* \\n\\n\\"Welcome.\\"",\n'
    '    "mes_example": "<START>\\n{{user}}: Who are you?\\n{{char}}: I am {{char}}.\\nYour healer.'
    '\\n<START>\\n{{char}}: Rest.",\n'
    '    "creator_notes": "Best at night.", "system_prompt": "Play {{char}}. {{original}}",\n'
    '    "post_history_instructions": "Stay gentle. {{original}}",\n'
    '    "alternate_greetings": ["Good evening.", "You again?"], "tags": ["fantasy", "Healer"],\n'
    '    "creator": "somebody", "character_version": "1.10", "twice": 1, "twice": 2.50,\n'
    '    "extensions": {"talkativeness": "0.5", "fav": false, "depth_prompt": {"depth": 4}, '
    '"nan": NaN},\n'
    '    "character_book": {"name": "Glade", "scan_depth": 2, "extensions": {"x": 1},\n'
    '      "entries": [\n'
    '        {"keys": ["moss", "fern"], "content": "Moss glows.", "extensions": {"position": 0,'
    ' "probability": 100, "useProbability": true, "vectorized": false},\n'
    '         "enabled": true, "insertion_order": 100, "id": 1, "use_regex": false,'
    ' "secondary_keys": [], "comment": "Moss", "odd": 1.0},\n'
    '        {"keys": [], "content": "Eldoria is at peace.", "extensions": {}, "enabled": true,'
    ' "insertion_order": 5, "constant": true, "position": "before_char", "id": 2}\n'
    "      ]}\n  }\n}\n"
)

AGENT = (
    '{   "type": "TinyPerson",\n    "persona": {\n        "name": "Lisa Carter",\n'
    '        "age": 28, "height": 1.70, "nationality": "Canadian",\n'
    '        "occupation": {"title": "Data Scientist", "organization": "Acme",\n'
    '            "description": "You are a data scientist. You work a lot."},\n'
    '        "long_term_goals": ["To learn.\\nEvery day.", "To rest: at last."],\n'
    '        "personality": {"traits": ["You are curious."],\n'
    '            "big_five": {"openness": "High. Very imaginative."}},\n'
    '        "behaviors": {"routines": {"morning": ["Wakes at 6."], "evening": ["Reads."]}},\n'
    '        "relationships": [{"name": "Alex", "description": "A colleague."}],\n'
    '        "style": "# Professional\\n---\\n```\\nyet approachable, with everybody you meet",\n'
    '        "odd": {"a": [[1, 2], {"b": null}]}\n    },\n    "mental_faculties": [1.0]\n}'
)


def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
    """Return a PNG chunk, with a checksum of one's own if wanted."""
    right = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc or right)


def text_chunk(keyword: str, text: str, kind: str = "tEXt") -> bytes:
    """Return the chunk that holds a card."""
    payload = base64.b64encode(text.encode())
    name = keyword.encode() + b"\0"
    bodies = {
        "tEXt": name + payload,
        "zTXt": name + b"\0" + zlib.compress(payload),
        "iTXt": name + b"\0\0\0\0" + payload,
        "iTXt-z": name + b"\1\0en\0words\0" + zlib.compress(payload),
    }
    return chunk(kind[:4].encode(), bodies[kind])


HEAD = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXEL = chunk(b"IDAT", zlib.compress(b"\0\x7f"))
END = chunk(b"IEND", b"")


def png(*chunks: bytes, tail: bytes = b"") -> bytes:
    """Return a picture of one pixel with chunks before its pixels and a tail behind its end."""
    return SIGNATURE + HEAD + b"".join(chunks) + PIXEL + END + tail


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a picture; fails if one has a wrong checksum."""
    found, at = [], len(SIGNATURE)
    while at < len(data) and (not found or found[-1][0] != b"IEND"):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(data[at + 8 + length :][:4], "big")
        found.append((kind, body))
        at += 12 + length
    return found


def card_texts(data: bytes) -> dict[str, str]:
    """Return the cards in a picture by keyword."""
    texts = {}
    for kind, body in chunks_of(data):
        keyword, _, payload = body.partition(b"\0")
        if kind == b"tEXt" and keyword in {b"chara", b"ccv3"}:
            texts[keyword.decode()] = base64.b64decode(payload).decode()
    return texts
