"""Common random numbers: what chance brings a customer on a day, whatever is done for them.

Every number is addressed, not consumed in turn: it depends on the seed, the day, the customer
and its purpose alone. So two policies meet the same customers on the same days (which makes
their difference 30 times less variable), a population can be worked on in parts, and a smaller
population is the beginning of a larger one.

The counter of Philox4x64 has four words: [customer, part, day, kind of draw].
"""

from __future__ import annotations

from enum import IntEnum

from core.clm.numeric import Floats, np
from core.errors import ConfigError

PURPOSES = 8
"""Uniform float32 numbers for a customer's day: the eight halves of one Philox block."""
PART = 1 << 16
"""Customers that are worked on at a time: few enough that their arrays stay in the cache."""


class Purpose(IntEnum):
    """What each number of a customer's day is for."""

    PURCHASES = 0
    DROPOUT = 1
    SPEND = 2
    FATIGUE = 3
    READOUT = 4


class Kind(IntEnum):
    """The last word of the counter keeps kinds of draws apart."""

    DAY = 0
    ATTRIBUTE = 1
    POLICY = 2
    LOTTERY = 3
    SPLIT = 4


def check_seed(seed: int) -> int:
    """Return a seed that Philox takes as its key. Raises `ConfigError`."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 64:
        raise ConfigError(f"A seed is a whole number from 0 to 2^64 - 1, not {seed!r}.")
    return seed


def day_draws(seed: int, day: int, start: int, stop: int) -> Floats:
    """Return the numbers of the customers `start` to `stop` on a day.

    Returns:
        float32 (stop − start, PURPOSES), each in [0, 1).
    """
    block = np.random.Philox(key=seed, counter=[start, 0, day, Kind.DAY])
    return np.random.Generator(block).random((stop - start, PURPOSES), dtype=np.float32)


def generator(seed: int, kind: Kind, part: int, number: int) -> np.random.Generator:
    """Return a generator of its own for a part of a population, by kind and day (or number)."""
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, part, number, kind]))


def parts(customers: int) -> list[slice]:
    """Cut a population into parts that are worked on at a time."""
    return [slice(start, min(start + PART, customers)) for start in range(0, customers, PART)]
