"""Prices, and what a session cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.load import load_settings
from core.config.prices import FREE, Price, Prices, check_price
from core.config.settings import Settings
from core.config.sources import Sources
from core.costs import Total, cost_of, dollars
from core.errors import ConfigError, UsageError
from core.messages import Usage
from core.sessions.record import Author, Kind, Record, Status
from core.sessions.tree import SessionTree

SHIPPED = Path(__file__).resolve().parents[2] / "config"
NAMES = ("paid:m", "cheap:m", "free:m", "unknown:m")
PRICES = Prices({
    "paid:*": Price(input=2, output=10, cached=0.5),
    "cheap:*": Price(input=1, output=1, cached=1),
    "free:*": FREE,
})


def answer(
    model: str | None = "paid:m",
    usage: Usage | None = Usage(1_000_000, 100_000, 400_000),  # noqa: B008 - frozen
    status: Status = "complete",
    **changes: Any,
) -> Record:
    values = {"text": "Yes.", "request": "hash", "kind": Kind.MESSAGE, **changes}
    return Record(
        id=f"R{values.pop('number', 0)}",
        parent=values.pop("parent", None),
        author=Author("persona", "Ann"),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        node="persona",
        model=model,
        usage=usage,
        status=status,
        **values,
    )


def settings(folder: Path, text: str, *assignments: str) -> Settings:
    (folder / "prices.yml").write_text(text)
    return load_settings(Sources(folders=(SHIPPED, folder), assignments=assignments))


def test_cached_tokens_are_part_of_the_prompt() -> None:
    assert cost_of(answer(), PRICES) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10)
    # A server may report nonsense; a cost is never negative for that.
    nonsense = answer(usage=Usage(10, 0, 1_000_000))
    assert cost_of(nonsense, PRICES) == pytest.approx(10 * 0.5 / 1e6)


def test_an_unknown_price_is_no_price() -> None:
    assert cost_of(answer("unknown:m"), PRICES) is None
    assert cost_of(answer("paid:m", None), PRICES) is None
    assert cost_of(answer("free:m", None), PRICES) == 0


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("local:smollm2", FREE),
        ("ollama:gpt-oss:20b", FREE),
        ("lmstudio:openai/gpt-oss-20b", FREE),
        ("eliza:doctor", FREE),
        ("scripted:a/b.yml", FREE),
        ("recorded:talk.jsonl", FREE),
        ("openai:gpt-4o-mini", Price(0.15, 0.60, 0.075)),
        ("openai:gpt-4o-2024-11-20", Price(2.5, 10, 1.25)),
        ("openai:gpt-5", Price(1.25, 10, 0.125)),
        ("openai:gpt-5-nano", Price(0.05, 0.4, 0.005)),
        ("openai:o3", Price(2, 8, 0.5)),
        ("anthropic:claude-haiku-4-5", Price(1, 5, 0.1)),
        ("anthropic:claude-sonnet-4-5-20250929", Price(3, 15, 0.3)),
        ("anthropic:claude-opus-4-20250514", Price(15, 75, 1.5)),
        ("anthropic:claude-opus-4-5", Price(5, 25, 0.5)),
        ("openai:gpt-99", None),
        ("anthropic:claude-99", None),
        ("corner:gpt-4o", None),
    ],
)
def test_the_shipped_table(model: str, price: Price | None) -> None:
    assert load_settings(Sources(folders=(SHIPPED,))).prices.of(model) == price


def test_every_shipped_price_is_plausible() -> None:
    table = load_settings(Sources(folders=(SHIPPED,))).prices.table
    paid = [price for price in table.values() if not price.free]
    assert len(paid) > 30
    assert all(0 < each.cached <= each.input < each.output for each in paid)


def test_ones_own_settings_lie_over_the_table(tmp_path: Path) -> None:
    text = "prices:\n  'openai:gpt-4o*': {input: 1, output: 2}\n  'corner:*': free\n"
    own = settings(tmp_path, text, 'prices.mine:x-1.5*={"input": 3, "output": 4, "cached": 0}')
    assert own.prices.of("openai:gpt-4o") == Price(1, 2, 1)
    assert own.prices.of("corner:any") == FREE
    assert own.prices.of("mine:x-1.5-large") == Price(3, 4, 0)
    assert own.origin("prices.openai:gpt-4o*").endswith("prices.yml:2")
    # Nothing takes a price back.
    assert settings(tmp_path, "prices: {'openai:o3': null}").prices.of("openai:o3") is None


@pytest.mark.parametrize(
    "value",
    [
        "cheap", 0, True, [], {}, {"input": 1}, {"input": 1, "output": -1},
        {"input": 1, "output": "2"}, {"input": 1, "output": True}, {"input": 1, "output": None},
        {"input": 1, "output": float("nan")}, {"input": 1, "output": float("inf")},
        {"input": 1, "output": 2, "out": 3},
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(ValueError, match="free, or a mapping of input"):
        check_price(value)


def test_a_wrong_price_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"prices.yml:2: prices\.a\* has to be free, or"):
        settings(tmp_path, "prices:\n  'a*': {input: 1}\n")
    with pytest.raises(UsageError, match=r"--set: prices\.a\* has to be"):
        settings(tmp_path, "", "prices.a*=3")


def test_a_total() -> None:
    total = Total.of([answer(), answer("free:m"), answer("unknown:m")], PRICES)
    assert total.to_json() == {
        "answers": 3,
        "input_tokens": 3_000_000,
        "output_tokens": 300_000,
        "cached_tokens": 1_200_000,
        "cost": pytest.approx(2.4),
        "unpriced": 1,
        "estimated": False,
    }
    assert total.amount == "$2.40 + 1 call without a price"


def test_what_nobody_answered_costs_nothing() -> None:
    records = [
        answer(None, None, request=None),
        answer("paid:m", None, kind=Kind.SETTING, request=None),
        # The model refused before its first word.
        answer("paid:m", Usage(500, 0, estimated=True), "failed", text=""),
    ]
    assert Total.of(records, PRICES) == Total(PRICES)
    assert Total(PRICES).amount == "$0"


@pytest.mark.parametrize("status", ["stopped", "interrupted", "failed"])
def test_what_broke_off_counts_as_an_estimate(status: Status) -> None:
    total = Total.of([answer(status=status, usage=Usage(1000, 10, estimated=True))], PRICES)
    assert (total.answers, total.estimated, total.amount) == (1, True, "≈ $0.0021")


def test_an_answer_whose_usage_was_lost_is_counted_as_such() -> None:
    lost = answer(status="interrupted", usage=None)
    assert Total.of([lost, lost], PRICES).amount == "price unknown"
    total = Total.of([answer(), lost], PRICES)
    assert (total.unpriced, total.estimated) == (1, True)
    assert total.amount == "≈ $2.40 + 1 call without a price"


def test_a_summary_that_a_model_wrote_counts() -> None:
    notice = answer(kind=Kind.NOTICE, usage=Usage(1000, 100))
    assert Total.of([notice], PRICES).cost == pytest.approx(0.003)


def test_the_path_and_all_branches() -> None:
    tree = SessionTree.fold([
        answer(None, None, kind=Kind.SESSION, request=None, text=""),
        answer(number=1, parent="R0"),
        answer(number=2, parent="R0"),
        replace(answer(None, None, kind=Kind.HEAD, number=3), data={"target": "R2"}),
    ])
    assert Total.of(tree.path, PRICES).answers == 1
    assert Total.of(tree, PRICES).answers == 2


usages = st.builds(Usage, *[st.integers(0, 10**7)] * 3, st.booleans()) | st.none()


@given(st.lists(st.tuples(st.sampled_from(NAMES), usages), max_size=30))
def test_a_total_is_the_sum_of_its_answers(answers: list[tuple[str, Usage | None]]) -> None:
    records = [answer(model, usage) for model, usage in answers]
    total = Total(PRICES)
    for record in records:
        total.add(record)
    assert total == Total.of(records, PRICES)
    costs = [cost_of(each, PRICES) for each in records]
    assert total.cost == pytest.approx(sum(each for each in costs if each is not None))
    assert total.unpriced == costs.count(None)
    assert total.cost >= 0


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0"),
        (0.00001, "< $0.0001"),
        (0.00421, "$0.0042"),
        (0.0999, "$0.0999"),
        (0.25, "$0.25"),
        (1234.5, "$1,234.50"),
    ],
)
def test_how_an_amount_is_written(amount: float, shown: str) -> None:
    assert dollars(amount) == shown
    marked = shown if amount < 0.0001 else f"≈ {shown}"
    assert dollars(amount, estimated=True) == marked
