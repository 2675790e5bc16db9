"""Asking for a value: read it, repair it once."""

from __future__ import annotations

from collections.abc import Callable

from core.providers.ask_value import Repair, ask_value
from core.providers.schema import SchemaMismatch

Ask = Callable[[Repair[str] | None], object]


def number(text: str) -> int:
    if not text.isdigit():
        raise SchemaMismatch(f"{text} is no number")
    return int(text)


class Model:
    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.shown: list[list[str]] = []

    async def __call__(self, repair: Repair[str] | None) -> str:
        added = () if repair is None else repair.messages(repair.answer)
        self.shown.append([each.content for each in added])
        return self.answers.pop(0)


async def test_a_good_answer_is_asked_for_once() -> None:
    model = Model("3")
    found = await ask_value(model, number)
    assert (found.value, found.answers, found.problem) == (3, ("3",), "")
    assert model.shown == [[]]


async def test_a_bad_answer_is_shown_with_what_is_wrong() -> None:
    model = Model("three", "3")
    found = await ask_value(model, number)
    assert (found.value, found.answers) == (3, ("three", "3"))
    _, (answer, wish) = model.shown
    assert answer == "three"
    assert wish.startswith("That cannot be used: three is no number. ")


async def test_there_is_one_repair() -> None:
    found = await ask_value(Model("three", "drei", "3"), number)
    assert (found.value, found.answers) == (None, ("three", "drei"))
    assert found.problem == "drei is no number"
