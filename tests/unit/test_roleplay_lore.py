"""Lorebook entries come in when the talk comes to them, and not otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.personas import lore
from core.personas.instructions import Instructions
from core.personas.lore_keys import PatternKey
from core.personas.persona import Persona
from core.personas.roleplay import MacroContext, Roleplay

PLENTY = 10_000


def played(
    *entries: dict[str, Any], seed: int = 1, greetings: Sequence[str] = (), **book: Any
) -> Roleplay:
    front = {"lorebook": {**book, "entries": list(entries)}, "alternate_greetings": list(greetings)}
    persona = Persona("Sera", body="# Sera\n\nHeals.\n", front=front)
    return Roleplay(persona, Instructions(), MacroContext("Sera", "Ada", seed), pass_for_human=True)


def entry(content: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {"keys": list(keys), "content": content, **more}


def told(roleplay: Roleplay, *texts: str, tokens: int = PLENTY) -> tuple[str, ...]:
    return roleplay.lore(texts, tokens=tokens)


@pytest.mark.parametrize(
    ("more", "text", "found"),
    [
        ({}, "the MOSS grows", True),
        ({}, "mossy stones", True),
        ({}, "ferns", False),
        ({"case_sensitive": True}, "the MOSS", False),
        ({"case_sensitive": True}, "the moss", True),
        ({"extensions": {"match_whole_words": True}}, "mossy", False),
        ({"extensions": {"match_whole_words": True}}, "moss, at last", True),
        ({"enabled": False}, "moss", False),
        ({"enabled": False, "constant": True}, "moss", False),
        ({"keys": ["fern", "moss"]}, "moss", True),
        ({"keys": "fern, moss"}, "moss", True),
        ({"keys": ["", " "]}, "moss", False),
        ({"keys": []}, "moss", False),
        ({"keys": ["{{user}}"]}, "says ada", True),
        ({"selective": True, "secondary_keys": ["wet"]}, "moss", False),
        ({"selective": True, "secondary_keys": ["wet", "dry"]}, "dry moss", True),
        ({"selective": True, "secondary_keys": []}, "moss", True),
        ({"selective": False, "secondary_keys": ["wet"]}, "moss", True),
        ({"use_regex": True, "keys": [r"\bmo.s\b"]}, "MOSS", True),
        ({"use_regex": True, "keys": [r"\bmo.s\b"], "case_sensitive": True}, "MOSS", False),
        ({"use_regex": True, "keys": [r"\bmo.s\b"]}, "mossy", False),
        ({"use_regex": True, "keys": ["/^moss$/im"]}, "a\nMoss\nb", True),
        ({"use_regex": True, "keys": ["/^moss$/m"]}, "a\nMoss\nb", False),
        ({"use_regex": True, "keys": ["*moss*", "("]}, "*moss* (", False),
        ({"use_regex": True, "keys": ["moss{1000}{1000}"]}, "moss", False),
        ({"content": "@@dont_activate\nGlows."}, "moss", False),
        ({"content": "@@exclude_keys dry, dusty\nGlows."}, "dry moss", False),
        ({"content": "@@exclude_keys dry\nGlows."}, "moss", True),
        ({"content": "@@additional_keys wet,damp\nGlows."}, "moss", False),
        ({"content": "@@additional_keys wet,damp\nGlows."}, "damp moss", True),
        ({"content": "@@additional_keys fern\nGlows.", "use_regex": True}, "ferns", True),
        ({"content": "@@risu_only 3\n@@@dont_activate\nGlows."}, "moss", False),
        ({"content": "@@depth 3\n@@@dont_activate\nGlows."}, "moss", True),
        ({"content": "@@depth x\n@@@nothing\n@@@dont_activate\nGlows."}, "moss", False),
        ({"content": "@@@dont_activate\nGlows."}, "moss", True),
        ({"content": "@@scan_depth 0\nGlows."}, "moss", False),
        ({"content": "@@depth 3\n\n@@unknown_thing a b\n@@role user\n\nGlows."}, "moss", True),
        ({"content": "{{// @@x }}Glows."}, "moss", True),
    ],
)
def test_when_an_entry_comes_in(more: dict[str, Any], text: str, found: bool) -> None:
    roleplay = played({**entry("Glows.", "moss"), **more})
    assert told(roleplay, text) == (("Glows.",) if found else ())


@pytest.mark.parametrize(
    ("logic", "texts"),
    [
        (0, {"moss a": True, "moss": False, "moss a b": True}),
        (1, {"moss a": True, "moss": True, "moss a b": False}),
        (2, {"moss a": False, "moss": True, "moss a b": False}),
        (3, {"moss a": False, "moss": False, "moss a b": True}),
    ],
)
def test_the_logic_of_secondary_keys(logic: int, texts: dict[str, bool]) -> None:
    more = {"selective": True, "extensions": {"selectiveLogic": logic}}
    roleplay = played(entry("x", "moss", secondary_keys=[" a", " b"], **more))
    # Keys are trimmed, so `a` and `b` must not stand in `moss`.
    assert {text: bool(told(roleplay, text)) for text in texts} == texts


def test_how_far_back_is_looked() -> None:
    history = ["moss", "1", "2", "3"]
    assert told(played(entry("x", "moss")), *history) == ("x",)
    assert told(played(entry("x", "moss")), *history, "4") == ()
    assert told(played(entry("x", "moss"), scan_depth=2), *history) == ()
    assert told(played(entry("x", "moss"), scan_depth=9), *history, "4") == ("x",)
    deep = entry("@@scan_depth 5\nx", "moss")
    assert told(played(deep, scan_depth=1), *history, "4") == ("x",)
    assert told(played(entry("@@keep_activate_after_match\nx", "moss")), *history, "4") == ("x",)
    once = played(entry("@@dont_activate_after_match\nx", "moss"))
    assert told(once, "1", "moss") == ("x",)
    assert told(once, "moss", "2") == ()


class _Read(list[str]):
    """Messages that note how many of them are read."""

    read = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.read += len(found) if isinstance(at, slice) else 1
        return found

    def __iter__(self) -> Any:
        self.read += len(self)
        return super().__iter__()


def test_a_long_conversation_is_read_from_its_end_only() -> None:
    book = [entry("Old.", "moss"), entry("@@keep_activate_after_match\nKept.", "fern")]
    texts = _Read([*["moss and fern"] * 300_000, *["reed " * 2_000] * 5, "moss"])
    assert played(*book).lore(texts, tokens=PLENTY) == ("Old.", "Kept.")
    assert texts.read < 30_000


def test_messages_are_counted() -> None:
    after = played(entry("@@activate_only_after 2\nx", "moss"))
    assert told(after, "moss", "a") == ()
    assert told(after, "moss", "a", "b", "moss") == ("x",)
    every = played(entry("@@activate_only_every 2\n@@activate_only_every 1\nx", constant=True))
    found = [len(told(every, *["t"] * number)) for number in range(8)]
    assert found == [1, 1, 0, 0, 1, 1, 0, 0]
    assert len(after.found_lore(["moss"], tokens=9, spoken=5)) == 1


def test_greetings_decide() -> None:
    roleplay = played(entry("@@is_greeting 1\nx", "moss"), greetings=["Hi {{user}}", "Moss!"])
    assert told(roleplay, "Moss!") == ("x",)
    assert told(roleplay, "Hi Ada", "moss") == ()
    assert told(roleplay, "edited moss") == ("x",)


def test_order_budget_and_priority() -> None:
    long = "word " * 40
    roleplay = played(
        entry(f"b {long}", "k", insertion_order=2, priority=1),
        entry(f"a {long}", "k", insertion_order=1, priority=9),
        entry("c", "k", insertion_order=3, priority=0),
        entry("d", "k", insertion_order=3, priority=0),
    )
    assert [each[0] for each in told(roleplay, "k")] == ["a", "b", "c", "d"]
    assert [each[0] for each in told(roleplay, "k", tokens=60)] == ["a", "c", "d"]
    assert told(roleplay, "k", tokens=1) == ("c",)
    assert told(roleplay, "k", tokens=0) == ()


def test_the_budget_of_the_book_holds_for_all_of_it() -> None:
    book = [entry("always " * 10, constant=True), entry("now " * 10, "k")]
    assert len(told(played(*book), "k")) == 1
    assert len(told(played(*book, token_budget=40), "k")) == 1
    assert told(played(*book, token_budget=25), "k") == ()
    assert "always" not in played(*book, token_budget=5).system


def test_entries_bring_in_others() -> None:
    book = [
        entry("The fern hides {{hidden_key:gold}}.", "moss"),
        entry("Ferns sing of rivers.", "fern"),
        entry("Gold is cursed.", "gold"),
        entry("Rivers end.", "rivers", extensions={"exclude_recursion": True}),
        entry("Nobody comes.", "fern", enabled=False),
    ]
    assert told(played(*book), "moss") == ("The fern hides .",)
    wanted = ("The fern hides .", "Ferns sing of rivers.", "Gold is cursed.")
    assert told(played(*book, recursive_scanning=True), "moss") == wanted
    quiet = [{**book[0], "extensions": {"prevent_recursion": True}}, *book[1:]]
    assert told(played(*quiet, recursive_scanning=True), "moss") == wanted[:1]
    circle = [entry("b", "a"), entry("a", "b")]
    assert told(played(*circle, recursive_scanning=True), "a") == ("b", "a")


def test_what_always_holds_stands_in_the_instructions() -> None:
    roleplay = played(
        entry("After.", constant=True, insertion_order=2),
        entry("Before.", constant=True, position="before_char", insertion_order=1),
        entry("@@activate\nForced.", insertion_order=3),
        entry("@@position after_desc\nNext.", constant=True),
        entry("@@position scenario\nPlace.", constant=True),
        entry("@@activate_only_after 1\nLater.", constant=True),
        entry("@@depth 1\n@@role user\nClose.", constant=True),
        entry("Placed.", constant=True, extensions={"position": 4, "depth": 2, "role": 1}),
        recursive_scanning=True,
    )
    assert roleplay.system == (
        "Before.\n\n# Sera\n\nHeals.\n\nNext.\n\n## Scenario\n\nPlace.\n\nAfter.\n\nForced."
    )
    found = roleplay.found_lore(["a", "b", "c"], tokens=PLENTY)
    assert [(each.text, each.entry.depth, each.entry.role) for each in found] == [
        ("Later.", None, "system"),
        ("Close.", 1, "user"),
        ("Placed.", 2, "user"),
    ]


def test_chance_is_seeded() -> None:
    rare = entry("x", "k", extensions={"probability": 50, "useProbability": True})
    sure = entry("x", "k", extensions={"probability": 0, "useProbability": False})
    assert told(played(sure), "k") == ("x",)
    for seed in range(3):
        runs = [[told(played(rare, seed=seed), *["k"] * n) for n in range(1, 20)] for _ in range(2)]
        assert runs[0] == runs[1]
        assert {(), ("x",)} == set(runs[0])


def test_a_pattern_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # The clock of the whole search is another matter, and a busy machine's.
    monkeypatch.setattr(lore, "_SECONDS", 60.0)
    evil = [entry(f"{number}", "(a|aa)+$", use_regex=True) for number in range(20)]
    roleplay = played(*evil, entry("fine", "aab", use_regex=True), entry("plain", "aab"))
    text = "a" * 40_000 + "b"
    assert "plain" in told(roleplay, text)
    for number in range(len(evil)):
        told(roleplay, text, str(number))
    assert told(roleplay, text) == ("fine", "plain")


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:a{1000}){1000}",
        "(((a{100}){100}){100}){100}",
        "a{1000000000}",
        "(?R)?a",
        "(a(?1)?)b",
        "(?:abc){e<=9}",
        "(" * 900 + ")" * 900,
        "x" * 5000,
        "[z-a]",
    ],
)
def test_patterns_without_bounds_are_never_compiled(pattern: str) -> None:
    assert PatternKey(pattern)._pattern() is None


@given(
    st.lists(st.text(alphabet="(){}[]*+?|\\ab.^$<>=!:P,0129/i-", max_size=20), max_size=3),
    st.booleans(),
    st.text(alphabet="ab\n19{", max_size=30),
)
def test_any_key_is_searched(keys: list[str], use_regex: bool, text: str) -> None:
    roleplay = played(entry("x", *keys, use_regex=use_regex), recursive_scanning=True)
    assert told(roleplay, text) in {(), ("x",)}
