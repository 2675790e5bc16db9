"""Every door against mutated inputs: nothing but sentences, nothing slow, no neighbour lost.

`FUZZ_INPUTS` says how many inputs a door gets, `FUZZ_SEED` which ones,
`FUZZ_REPLAY=door:seed:index` drives one of them again (with those before it in its batch).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import SalonError
from fuzz.doors import DOORS
from fuzz.runner import batch_of, run

SEED = int(os.environ.get("FUZZ_SEED", "1"))
MANY = int(os.environ.get("FUZZ_INPUTS", "20000"))
FEW = {"wires": 60, "reply": 60}
REPLAY = os.environ.get("FUZZ_REPLAY")

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.parametrize("name", DOORS)
async def test_what_inputs_are_made_of_is_taken_in(name: str, tmp_path: Path) -> None:
    refused = 0
    async with DOORS[name].open(tmp_path) as drive:
        for shape, data in DOORS[name].plain():
            try:
                await drive(shape, data)
            except SalonError:
                refused += 1
    seeds = len(DOORS[name].plain())
    assert refused < seeds if DOORS[name].refuses else not refused


@pytest.mark.skipif(REPLAY is not None, reason="one input is driven again")
@pytest.mark.parametrize("name", DOORS)
def test_a_few_odd_inputs(name: str) -> None:
    report = run(DOORS[name], 0, range(FEW.get(name, 150)))
    if report.faults:
        pytest.fail(str(report), pytrace=False)


@pytest.mark.slow
@pytest.mark.skipif(REPLAY is not None, reason="one input is driven again")
@pytest.mark.parametrize("name", DOORS)
def test_many_odd_inputs(name: str) -> None:
    report = run(DOORS[name], SEED, range(MANY))
    print(report)
    if report.faults:
        pytest.fail(str(report), pytrace=False)


@pytest.mark.skipif(REPLAY is None, reason="FUZZ_REPLAY says which input")
def test_one_input_again() -> None:
    name, seed, index = str(REPLAY).split(":")
    report = run(DOORS[name], int(seed), batch_of(DOORS[name], int(index)))
    print(report)
    if report.faults:
        pytest.fail(str(report), pytrace=False)
