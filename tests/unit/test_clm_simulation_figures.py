"""What is worked out from runs: calibration, worth, comparisons, drawn casts, catalogues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from core.clm.arrays import unpack
from core.clm.beta import Beta, student_quantile
from core.clm.catalogue import Product, choose_product, read_catalogue
from core.clm.setup import read_setup
from core.clm.simulation.calibration import calibration_of
from core.clm.simulation.commands import Run
from core.clm.simulation.comparison import compare_policies
from core.clm.simulation.generation import draw_cast
from core.clm.simulation.lifetime_value import customer_columns, values_of_customers
from core.clm.simulation.setup import SimulationChoice
from core.clm.simulation.worth import Worth
from core.errors import ConfigError, SalonError
from core.prediction.models.metrics import brier
from core.providers.scripted import Scripted
from core.runtime import Runtime
from core.sessions.transcripts.markdown_table import render_markdown
from core.sessions.transcripts.rows import Transcript
from run_kit import running, runs_of, settings_of


async def test_calibration_of_a_predictor_and_of_silence(tmp_path: Path) -> None:
    async with running(tmp_path, predictor="mock", size=8) as bench:
        await bench.do(Run(6))
        assert calibration_of(bench.state, "score", horizon=10) is None
        found = calibration_of(bench.state, "score", horizon=2)
        assert found is not None
        assert found.count == 8 * 5
        assert sum(each.count for each in found.bins) == found.count
        assert calibration_of(bench.state, "alive") is None
    async with running(tmp_path, world="market", size=30, policy="random") as bench:
        await bench.do(Run(20))
        found = calibration_of(bench.state, "alive")
        assert found is not None
        assert found.count == 600
        told, truth = [], []
        for who in bench.state.customers.values():
            alive = True
            for card in who.cards:
                told.append(card.observation["alive"])
                truth.append(float(alive))
                assert card.impact is not None
                alive = card.impact.data["after"]["alive"]
        assert found.brier == pytest.approx(brier(np.array(truth), np.array(told)))


async def test_worth_needs_purchases(tmp_path: Path) -> None:
    async with running(tmp_path, world="market", size=4) as bench:
        await bench.do(Run(1))
        worth = values_of_customers(bench.state)
        assert worth.note
        assert not worth.value


async def test_a_populations_customers_as_columns(tmp_path: Path) -> None:
    async with running(tmp_path, world="market", size=1200) as bench:
        spec = bench.state.spec
    content = customer_columns(spec, Worth("", {3: 0.5}, {3: 12.0}))
    _, columns = unpack(content)
    assert (columns["value"][3], columns["alive"][3]) == (12.0, 0.5)
    assert np.isnan(columns["value"]).sum() == 1199


async def test_comparing_pairs_the_same_customers_and_days(tmp_path: Path) -> None:
    runs = runs_of(settings_of(tmp_path), Scripted.of([]))
    told: list[tuple[int, int]] = []
    results = await compare_policies(
        runs,
        SimulationChoice(),
        ["random", "oracle"],
        days=4,
        seeds=3,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (6, 6)
    first, second = results
    assert (first.difference, first.low, first.high) == (0, 0, 0)
    assert second.difference == pytest.approx(second.margin - first.margin)
    assert second.regret == 0 < first.regret
    for policies in (["random"], ["random", "random"]):
        with pytest.raises(SalonError, match="two different policies"):
            await compare_policies(runs, SimulationChoice(), policies, days=1)


def test_quantiles_are_those_of_scipy() -> None:
    for freedom in (1, 2, 7, 30):
        for probability in (0.6, 0.95, 0.975, 0.999):
            expected = stats.t.ppf(probability, freedom)
            assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-6)
    for a, b in ((1, 1), (0.3, 5), (40, 2), (900, 3000)):
        for probability in (1e-6, 0.05, 0.5, 0.95, 1 - 1e-6):
            expected = stats.beta.ppf(probability, a, b)
            assert Beta(a, b).quantile(probability) == pytest.approx(expected, abs=1e-10)


def test_drawn_casts_are_the_seeds(tmp_path: Path) -> None:
    patterns = read_setup(settings_of(tmp_path).clm).cast
    one, again, other = (
        draw_cast(patterns, 50, 1),
        draw_cast(patterns, 50, 1),
        draw_cast(patterns, 50, 2),
    )
    assert one == again != other
    assert len({each.id for each in one}) == len({each.name for each in one}) == 50
    assert all(0 <= taste <= 1 for each in one for taste in each.sensitivity.values())
    for size in (0, 1001):
        with pytest.raises(ConfigError):
            draw_cast(patterns, size, 1)


def test_the_shipped_catalogue_has_something_for_everybody() -> None:
    products = Runtime().catalogue("catalogue.csv")
    for segment in ("Price-Sensitive", "High-Value", "Churn-Risk", "Upsell Candidate"):
        before: list[str] = []
        for _ in range(4):
            product = choose_product(products, segment, before)
            assert product is not None
            assert product.sku not in before
            before.append(product.sku)
        first = choose_product(products, segment, [])
        assert first is not None
        assert segment in first.segments
    assert choose_product((), "x", ()) is None
    only = (Product("a", "A", 1.0),)
    assert choose_product(only, "x", ["a"]) == only[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sku,name,price,segments\na,A,x,\n", "row 1, column price"),
        ("sku,name,price,segments\na,A,-1,\n", "row 1, column price"),
        ("sku,name,price,segments\n,A,1,\n", "row 1, column sku"),
        ("sku,name,price,segments\na,A,1,\na,B,1,\n", "row 2, column sku"),
        ("sku,name,price\na,A,1\n", "no column segments"),
        ("sku,name,price,segments\n", "no product"),
    ],
)
def test_bad_catalogues_are_named_by_row_and_column(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_catalogue(path)


async def test_a_transcript_tells_the_days(tmp_path: Path) -> None:
    async with running(tmp_path, policy="rules") as bench:
        await bench.do(Run(1))
        page = render_markdown(Transcript.of(bench.path))
    assert "<em>Day 1</em>" in page
    assert "sam: the rule for a customer who is healthy → DO_NOTHING" in page
    assert "sam: -5.0, left alone" in page
    assert "is RESTING now" in page
    assert "Day 1: engagement" in page
