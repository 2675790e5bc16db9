"""Populations: a record of aggregates a day, columns beside it, back from a seed and a state."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.clm.arrays import unpack
from core.clm.records import DayKind
from core.clm.simulation.blobs import Blobs
from core.clm.simulation.commands import Fork, Jump, Run, SetPolicy, Step, Stop
from core.clm.simulation.logs import log_of_run
from core.clm.simulation.population import Population
from core.clm.simulation.setup import SimulationChoice
from core.clm.simulation.stored_run import read_run
from core.errors import CommandError, SalonError
from core.ids import SystemSource
from core.providers.scripted import Scripted
from core.sessions.store import SessionStore
from run_kit import Bench, running, runs_of, settings_of

SIZE = 1500
FEW = {"run": {"checkpoint": 4}}


def days(bench: Bench) -> list[dict[str, object]]:
    """Return what each day came to, without the names of files."""
    return [each.to_json() for each in bench.state.series]


async def test_a_day_is_one_record_with_its_columns_beside_it(tmp_path: Path) -> None:
    async with running(tmp_path, world="market", size=SIZE, settings=settings_of(tmp_path)) as b:
        await b.do(Run(2), Step())
        kinds = [each.kind for each in b.path[1:]]
        assert kinds == [DayKind.DAY_ENDED] * 3
        for summary in b.state.series:
            assert sum(summary.actions.values()) == SIZE
            assert sum(summary.statuses.values()) == SIZE
            assert summary.statuses["churned"] == 0, "silence is all that is seen"
            assert len(summary.sample) == 12
            for said in summary.segments.values():
                assert sum(each["n"] for each in said["ledger"]) > 0
        assert b.fresh().outline() == b.state.outline()
        with pytest.raises(CommandError, match="A model cannot decide"):
            await b.do(SetPolicy("llm"))


async def test_it_comes_back_from_the_seed_and_a_state(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **FEW)
    store = SessionStore(tmp_path / "sessions", SystemSource())
    runs = runs_of(settings, Scripted.of([]))
    choice = SimulationChoice(world="market", size=SIZE, seed=3)
    async with running(tmp_path, settings=settings, world="market", size=SIZE, seed=3) as whole:
        await whole.do(Run(6), SetPolicy("thompson"), Run(3))
        expected = days(whole)
    engine = await runs.start(choice, store.create)
    first = Bench(engine, Scripted.of([]))
    await first.do(Run(6), SetPolicy("thompson"), Run(1))
    await first.finish()
    await engine.log.session.close()
    folder = store.folder / f"{engine.session_id}.days"
    assert len(list(folder.glob("*.npz"))) == 7
    assert len(list(folder.glob("*.state"))) == 1
    session = await store.open(engine.session_id)
    second = Bench(runs.engine(session), Scripted.of([]))
    await second.do(Run(2))
    assert days(second) == expected
    await second.do(Fork(5), SetPolicy("hierarchical-thompson"), Run(1))
    assert days(second) == expected[:6]
    for state in folder.glob("*.state"):
        state.unlink()
    await second.do(Fork(6), SetPolicy("thompson"), Run(3))
    assert days(second) == expected, "from the seed alone it is the same"
    await second.finish()
    await session.close()
    run = await read_run(store, "last")
    log = await asyncio.to_thread(log_of_run, run)
    assert len(log) == 9 * SIZE
    assert (log.propensity > 0).all()


async def test_stop_does_not_wait_for_the_day(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with running(tmp_path, world="market", size=30_000, settings=settings) as bench:
        await bench.engine.send(Run(3))
        await asyncio.sleep(0)
        await bench.engine.send(Stop())
        assert not bench.engine.working
        assert bench.state.over == 0
        await bench.do(Run(1), SetPolicy("random"), Run(1))
        assert [each.policy for each in bench.state.series] == ["hierarchical-thompson", "random"]
        population = Population(bench.state.spec)
        again = [population.simulate_summary(each.policy).to_json() for each in bench.state.series]
        assert again == days(bench)


async def test_a_day_of_one_branch_is_not_taken_for_another_ones(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with running(tmp_path, world="market", size=SIZE, settings=settings) as bench:
        await bench.do(SetPolicy("random"), Run(1))
        other = bench.state.ends[-1]
        await bench.do(Fork(0), SetPolicy("ucb1"), Run(1), SetPolicy("random"))
        await bench.engine.send(Run(1))
        await asyncio.sleep(0.01)
        await bench.engine.send(Stop())
        assert bench.state.over == 1
        await bench.do(Jump(other), Run(1))
        population = Population(bench.state.spec)
        again = [population.simulate_summary("random").to_json() for _ in range(2)]
        assert again == days(bench)


async def test_a_day_that_failed_is_tried_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    async with running(tmp_path, world="market", size=SIZE, settings=settings) as bench:
        await bench.do(Run(1))
        with monkeypatch.context() as patched:
            patched.setattr(Population, "_summary", _out_of_order)
            await bench.do(Run(1))
        assert bench.state.failed is not None
        assert bench.state.over == 1
        await bench.do(Run(1))
        population = Population(bench.state.spec)
        policy = bench.state.policy
        assert [population.simulate_summary(policy).to_json() for _ in range(2)] == days(bench)


def _out_of_order(*_: object) -> None:
    raise SalonError("The day came to nothing.")


async def test_a_budget_is_kept(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    choice = {"world": "market", "size": 3000, "budget": 20.0, "policy": "random"}
    async with running(tmp_path, settings=settings, **choice) as bench:
        await bench.do(Run(3))
        assert all(each.spend < 30 for each in bench.state.series)


async def test_blobs_hold_every_decision(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions", SystemSource())
    runs = runs_of(settings_of(tmp_path), Scripted.of([]))
    engine = await runs.start(SimulationChoice(world="market", size=SIZE), store.create)
    bench = Bench(engine, Scripted.of([]))
    await bench.do(Run(1))
    await bench.finish()
    await engine.log.session.close()
    (file,) = (store.folder / f"{engine.session_id}.days").iterdir()
    head, arrays = unpack(file.read_bytes())
    assert head["day"] == 0
    assert set(arrays) == {"action", "propensity", "success", "value"}
    assert {each.shape for each in arrays.values()} == {(SIZE,)}
    await store.trash(engine.session_id)
    assert not file.exists()
    await store.restore(engine.session_id)
    assert file.exists(), "what lies beside a session goes where it goes"


async def test_a_copy_of_a_run_goes_on_without_the_original(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **FEW)
    store = SessionStore(tmp_path / "sessions", SystemSource())
    runs = runs_of(settings, Scripted.of([]))
    engine = await runs.start(SimulationChoice(world="market", size=SIZE), store.create)
    bench = Bench(engine, Scripted.of([]))
    await bench.do(Run(5))
    await bench.finish()
    await engine.log.session.close()
    copy = await store.fork(engine.session_id)
    original = store.folder / f"{engine.session_id}.days"
    copied = store.folder / f"{copy}.days"
    assert contents(copied) == contents(original)
    assert copied.stat().st_mode == original.stat().st_mode
    await store.erase(engine.session_id)
    again = Bench(runs.engine(await store.open(copy)), Scripted.of([]))
    assert days(again) == days(bench)
    await again.do(Run(1))
    assert again.state.over == 6
    await again.finish()


async def test_a_copy_that_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SessionStore(tmp_path / "sessions", SystemSource())
    session = await store.create("clm", {})
    await session.close()
    session.path.with_suffix(".days").mkdir()
    (session.path.with_suffix(".days") / "00001-A.npz").write_bytes(b"columns")
    monkeypatch.setattr("core.sessions.store._create", _out_of_order)
    with pytest.raises(SalonError):
        await store.fork(session.id)
    assert not await store.leftovers()


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


async def test_files_of_days_that_never_went_on_record_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "one.days"
    blobs = Blobs(folder)
    for name in ("00001-A.npz", "00002-B.npz"):
        blobs.write(name, b"columns")
    (folder / ".00003-C.npz.tmp").write_bytes(b"half")
    blobs.keep_only({"00001-A.npz"})
    assert [each.name for each in folder.iterdir()] == ["00001-A.npz"]
    Blobs(tmp_path / "none.days").keep_only(set())
