"""A door: where text from outside comes in, what it usually looks like, and how it is driven."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from fuzz.mutations import BYTES, TEXT, Mutation

_KEPT = 0.02
"""Share of inputs that are a seed as it stands: those have to come in."""


@dataclass(frozen=True)
class Shape:
    """One kind of input that a door takes: its name, how it usually looks, how it is mutated."""

    name: str
    seeds: Callable[[], Sequence[bytes]]
    structure: tuple[Mutation, ...] = ()
    """Mutations that know the format; used for half of the inputs, where there are any."""
    pack: Callable[[Random, bytes], bytes] | None = None
    """What a mutated text is wrapped in; bytes of the whole are mutated after that."""

    @cached_property
    def all_seeds(self) -> tuple[bytes, ...]:
        return tuple(self.seeds())

    def make(self, rng: Random) -> bytes:
        """Return an input."""
        data = rng.choice(self.all_seeds)
        if rng.random() >= _KEPT:
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                data = rng.choice(self._level(rng))(rng, data, self.all_seeds)
        if self.pack is not None:
            data = self.pack(rng, data)
            if rng.random() < 0.3:
                data = rng.choice(BYTES)(rng, data, (data,))
        return data

    def plain(self, data: bytes) -> bytes:
        """Return a seed as it stands, in what it is wrapped in."""
        return data if self.pack is None else self.pack(Random(0), data)

    def _level(self, rng: Random) -> Sequence[Mutation]:
        if self.structure and rng.random() < 0.55:
            return self.structure
        return TEXT if rng.random() < 0.6 else BYTES


Drive = Callable[[str, bytes], Awaitable[None]]
"""`drive(shape, data)`: takes an input in as the program does.

Raises `SalonError` for what is refused, `AssertionError` where a neighbour was lost; anything
else is a fault.
"""


@dataclass(frozen=True)
class Door:
    """Where text from outside comes in."""

    name: str
    shapes: tuple[Shape, ...]
    open: Callable[[Path], AbstractAsyncContextManager[Drive]]
    """Set up what is shared by many inputs, in an empty folder."""
    batch: int = 1_000
    """Inputs after which it is set up anew: what an input did is seen by those after it."""
    refuses: bool = False
    """Whether some seeds are refused by design, such as errors of a server."""

    def plain(self) -> list[tuple[str, bytes]]:
        """Return all seeds as they stand, each with the name of its shape."""
        return [(each.name, each.plain(data)) for each in self.shapes for data in each.all_seeds]

    def make(self, seed: int, index: int) -> tuple[str, bytes]:
        """Return the input of that number: the name of its shape, and its bytes."""
        rng = Random(f"{self.name}:{seed}:{index}")
        shape = self.shapes[index % len(self.shapes)]
        return shape.name, shape.make(rng)
