"""What odd texts and ordinary sentences cost: `python -m tests.bench.texts [DOOR] [--size N]`.

Each door (see `tests/text_doors.py`) gets texts of one repeated token; the slowest token of each
is printed, with processor time for a quarter of the size and for all of it. Then sentences of
the shipped personas go through the import of cards, one by one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.text_doors import DOORS, TOKENS, seconds_of

ROOT = Path(__file__).resolve().parents[2]


def taken(name: str, text: str) -> float:
    """Return the seconds that a door takes for a text."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds_of(DOORS[name], text, Path(folder))


def print_door(name: str, size: int) -> None:
    figures = []
    for token in TOKENS:
        text = (token * size)[:size]
        figures.append((taken(name, text), taken(name, text[: size // 4]), token))
    whole, quarter, token = max(figures)
    print(f"{name:22} {quarter * 1000:9.1f} ms {whole * 1000:9.1f} ms  {token!r}")


def print_sentences() -> None:
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "personas").rglob("*.md"))]
    sentences = sorted({each.strip() for text in texts for each in text.split(".")})
    taken("card scenario", "warm")
    figures = [(taken("card scenario", each), each) for each in sentences]
    slowest, text = max(figures)
    mean = sum(figure for figure, _ in figures) / len(figures)
    print(f"{len(figures)} sentences: {mean * 1000:.1f} ms each; slowest {slowest * 1000:.1f} ms")
    print(f"  {text[:90]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("door", nargs="?", default="", help="only those with this in their name")
    parser.add_argument("--size", type=int, default=100_000, help="characters")
    options = parser.parse_args()
    print(f"{'door':22} {options.size // 4:>9,} ch {options.size:>9,} ch")
    for name in DOORS:
        if options.door in name:
            print_door(name, options.size)
    print_sentences()


if __name__ == "__main__":
    main()
