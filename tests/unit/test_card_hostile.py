"""Files that want to do harm: a clear error or harmless text, little time, little memory."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_samples import HEAD, SIGNATURE, V2, chunk, png, text_chunk
from core.errors import PersonaError
from core.personas.cards import json_text
from core.personas.cards.card_export import export_card
from core.personas.cards.card_import import take_in
from core.personas.cards.problems import CardError
from core.personas.frontmatter import MAX_CHARACTERS
from core.personas.markdown import parse_persona, read_persona
from core.text import clean

MEGABYTE = 1024 * 1024


def card(**fields: Any) -> bytes:
    data = {"name": "N", "description": "d", **fields}
    return json.dumps({"spec": "chara_card_v2", "data": data}).encode()


def with_text(text: str) -> bytes:
    """Return a card with a value that `json.dumps` would not write."""
    return card(odd="@").replace(b'"@"', text.encode())


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    block = b"A" * MEGABYTE
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def zipped(
    name: str = "card.json", data: bytes = b"{}", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def crowded() -> bytes:
    """Return an archive whose directory lists 30,000 files."""
    entry = zipped("x", b"")
    start = entry.index(b"PK\1\2")
    listed = entry[start : entry.index(b"PK\5\6")]
    many = listed * 30_000
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 30_000, 30_000, len(many), start, 0)
    return entry[:start] + many + tail


def encrypted() -> bytes:
    data = bytearray(zipped())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "no JSON object"),
    "nothing but blanks": (lambda: b" \n", "no JSON object"),
    "not UTF-8": (lambda: b'{"name": "\xff"}', "neither a PNG"),
    "gif": (lambda: b"GIF89a\x01\x00\xff", "neither a PNG"),
    "an array": (lambda: b"[1]", "no JSON object"),
    "not a card": (lambda: b'{"a": 1}', "no character card"),
    "a lorebook": (lambda: b'{"spec": "lorebook_v3", "data": {}}', "without a character"),
    "more than one": (lambda: card() + b"{}", "More text follows"),
    "cut JSON": (lambda: card()[:-4], "not valid JSON"),
    "no comma": (lambda: b'{"name": "a" "description": "b"}', "not valid JSON"),
    "no colon": (lambda: b'{"name" "a"}', "not valid JSON"),
    "no key": (lambda: b"{1: 2}", "not valid JSON"),
    "deep arrays": (lambda: with_text("[" * 100_000), "nested deeper"),
    "deep objects": (lambda: with_text('{"a":' * 100_000), "nested deeper"),
    "many values": (lambda: with_text("[" + "0," * 2_000_000 + "0]"), "too many values"),
    "an open text": (lambda: b'{"name": "' + b'\\"' * 2_000_000, "not valid JSON"),
    "an open text with a backslash": (lambda: b'{"a": "' + b'\\"' * 1_000_000 + b"\\", "not valid"),
    "long JSON": (lambda: b" " * (json_text.MAX_BYTES + 1), "too long for JSON"),
    "long description": (lambda: card(description="x" * 5 * MEGABYTE), "too long for a persona"),
    "long field": (lambda: card(scenario="x" * MAX_CHARACTERS), "too long for a persona"),
    "large lorebook": (
        lambda: card(character_book={"entries": [{"keys": ["k"], "content": "c"}] * 20_000}),
        "too long for a persona",
    ),
    "no card": (lambda: png(), "holds no character card"),
    "only the signature": (lambda: SIGNATURE, "breaks off"),
    "no end": (lambda: SIGNATURE + HEAD, "breaks off"),
    "cut chunk": (lambda: png(text_chunk("chara", V2))[:200], "breaks off within"),
    "length beyond the file": (
        lambda: SIGNATURE + HEAD + struct.pack(">I4s", 2**31, b"tEXt") + b"chara\0x",
        "breaks off within",
    ),
    "wrong checksum": (lambda: png(chunk(b"tEXt", b"chara\0e30=", crc=1)), "checksum"),
    "not Base64": (lambda: png(chunk(b"tEXt", b"chara\0A")), "not Base64"),
    "Base64 of nothing": (lambda: png(chunk(b"tEXt", b"chara\0")), "no JSON object"),
    "not zlib": (lambda: png(chunk(b"zTXt", b"chara\0\0xyz")), "cannot be inflated"),
    "cut zlib": (
        lambda: png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"x" * 99)[:9])),
        "breaks",
    ),
    "unknown packing": (lambda: png(chunk(b"zTXt", b"chara\0\7xyz")), "unknown way"),
    "no packing": (lambda: png(chunk(b"iTXt", b"chara\0\1")), "unknown way"),
    "zTXt bomb": (lambda: png(chunk(b"zTXt", b"chara\0\0" + bomb(100))), "longer than 16 MB"),
    "iTXt bomb": (lambda: png(chunk(b"iTXt", b"ccv3\0\1\0\0\0" + bomb(100))), "longer than 16 MB"),
    "long chunk": (lambda: png(chunk(b"tEXt", b"chara\0" + b"A" * 24 * MEGABYTE)), "longer than"),
    "many chunks": (lambda: png(chunk(b"prVt", b"") * 150_000), "more than 100,000 chunks"),
    "no archive": (lambda: b"PK\3\4" + b"\0" * 100, "archive is damaged"),
    "cut archive": (lambda: zipped(data=V2.encode())[:-30], "archive is damaged"),
    "no card.json": (lambda: zipped("other.json"), "holds no card.json"),
    "a path": (lambda: zipped("../card.json"), "holds no card.json"),
    "an absolute path": (lambda: zipped("/card.json"), "holds no card.json"),
    "a folder": (lambda: zipped("x/card.json"), "holds no card.json"),
    "zip bomb": (lambda: zipped(data=b" " * (40 * MEGABYTE)), "longer than 16 MB"),
    "odd method": (lambda: zipped(method=zipfile.ZIP_LZMA), "unusual way"),
    "encrypted": (encrypted, "encrypted"),
    "crowded archive": (crowded, "too many files"),
    "wrong checksum in archive": (
        lambda: zipped(data=b"{}" * 50, method=zipfile.ZIP_STORED).replace(b"{}{}", b"{}{ ", 1),
        "archive is damaged",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_clear_error_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    make, words = HOSTILE[name]
    path = tmp_path / "evil.card"
    path.write_bytes(make())
    with pytest.raises(CardError) as caught:
        take_in(path, tmp_path / "out")
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_200_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.write(SIGNATURE)
        file.truncate(200 * MEGABYTE)
    tracemalloc.start()
    with pytest.raises(CardError, match="larger than 64 MB"):
        take_in(path, tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEGABYTE


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path, words in (
        (pipe, "not a file"),
        (tmp_path, "not a file"),
        (tmp_path / "x", "No such"),
    ):
        with pytest.raises(CardError, match=words):
            take_in(path, tmp_path / "out")


def test_names_stay_in_the_folder(tmp_path: Path) -> None:
    for number, name in enumerate(("../../evil", "/etc/passwd", "..", "README", "a\0b/c", "💀")):
        path = tmp_path / f"card{number}.json"
        path.write_bytes(card(name=name))
        imported = take_in(path, tmp_path / "out")
        assert imported.persona.parent == imported.card.parent == tmp_path / "out"
        assert imported.persona.name.lower() != "readme.md"
        assert imported.card.is_file()
    assert {each.name for each in tmp_path.iterdir()} == {
        "out",
        *(f"card{i}.json" for i in range(6)),
    }


@pytest.mark.parametrize("name", ["../secret.json", "/etc/hostname", ".hidden", "a/b", "c:\\x", 3])
def test_a_persona_names_no_file_elsewhere(tmp_path: Path, name: object) -> None:
    (tmp_path / "secret.json").write_bytes(card(scenario="secret"))
    (tmp_path / "in").mkdir()
    text = f"---\ncard: {json.dumps(name)}\n---\n# A: B\n\nText.\n"
    persona = parse_persona(text.encode(), tmp_path / "in" / "b.md")
    out = export_card(persona, tmp_path / "out.json").read_text("utf-8")
    assert "secret" not in out
    assert persona.character.card == ""


def test_odd_values_become_harmless_text(tmp_path: Path) -> None:
    data = card(
        description="a\x00b\x1b[31mc\u202ed\ud800e\u2028f\x9bg",
        personality=[1, 2],
        scenario={"a": 1},
        first_mes=12,
        alternate_greetings="one",
        tags=["[red]x[/red]", 7, None, {"a": 1}],
        character_book={"entries": {"0": {"keys": "a, b", "content": 5}, "1": 3}},
        nickname="\x1b]0;evil\x07\n# Other: Name",
        extensions=None,
    )
    data = data.replace(b'"N"', b'"# A: B [c] (de) **"', 1)
    path = tmp_path / "card.json"
    path.write_bytes(data)
    persona = read_persona(take_in(path, tmp_path / "out").persona)
    text = persona.source.decode()
    assert clean(text) == text
    assert "ab[31mcd\ufffde\nfg" in text
    assert persona.name == "A – B c de"
    assert persona.character.personality == persona.character.scenario == ""
    assert persona.character.greetings == ("12", "one")
    assert persona.tags == ("[red]x[/red]", "7")
    assert persona.character.lorebook.entries[0].keys == ("a", "b")
    assert export_card(persona, tmp_path / "out.json").read_bytes() == data


@pytest.mark.parametrize(
    "value",
    [
        "9" * 100_000,
        "-" + "1" * 50,
        "1e99999",
        "NaN",
        "-Infinity",
        '"\\ud800"',
        '"\\u0000"',
        "0.1e-7",
    ],
)
def test_odd_numbers_survive(tmp_path: Path, value: str) -> None:
    entry = f'{{"keys": ["k"], "content": "c", "insertion_order": {value}, "priority": {value}}}'
    data = with_text(value).replace(
        b'"odd"', f'"character_book": {{"entries": [{entry}]}}, "odd"'.encode()
    )
    path = tmp_path / "card.json"
    path.write_bytes(data)
    persona = read_persona(take_in(path, tmp_path / "out").persona)
    assert export_card(persona, tmp_path / "out.json").read_bytes() == data
    assert persona.character.lorebook.entries[0].content == "c"


@given(
    st.sampled_from([png(text_chunk("ccv3", V2, "zTXt")), zipped(data=V2.encode()), V2.encode()]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    st.floats(0, 1),
)
def test_damage_ends_in_a_clear_error_or_a_persona(
    tmp_path_factory: pytest.TempPathFactory,
    data: bytes,
    changes: list[tuple[float, int]],
    kept: float,
) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[int(place * len(damaged))] = value
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "card.charx"
    path.write_bytes(damaged[: int(kept * len(damaged))] if not changes else damaged)
    try:
        persona = read_persona(take_in(path, folder / "out").persona)
    except PersonaError:
        return
    export_card(persona, folder / "out.png")


MEASURED = (
    "zTXt bomb",
    "zip bomb",
    "many values",
    "many chunks",
    "an open text",
    "crowded archive",
    "large lorebook",
)
CHILD = """
import resource, sys, time
from pathlib import Path
from core.personas.cards.card_import import take_in
from core.errors import PersonaError
before = time.perf_counter()
try:
    take_in(Path(sys.argv[1]), Path(sys.argv[2]))
except PersonaError:
    pass
seconds = time.perf_counter() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
status = Path("/proc/self/status")
if status.exists():  # where the other figure begins with what the parent had
    peak = next(line.split()[1] for line in status.open() if line.startswith("VmHWM"))
print(seconds, peak)
"""


def heavy() -> bytes:
    """Return the largest card that is read: wide characters, most of them in unknown fields."""
    return card(odd="@", description="y" * 1000).replace(b"@", "😀".encode() + b"x" * 15 * MEGABYTE)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*MEASURED, "heavy", "heavy picture"])
def test_time_and_memory(tmp_path: Path, name: str) -> None:
    made = {
        "heavy": heavy,
        "heavy picture": lambda: png(text_chunk("chara", heavy().decode(), "zTXt")),
    }
    path = tmp_path / "card.png"
    path.write_bytes(made[name]() if name in made else HOSTILE[name][0]())
    command = [sys.executable, "-c", CHILD, str(path), str(tmp_path / "out")]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=50)
    seconds, kilobytes = map(float, found.stdout.split())
    # An idle machine needs at most a tenth of the one and two thirds of the other.
    assert seconds < 5
    assert kilobytes < 300 * 1024
