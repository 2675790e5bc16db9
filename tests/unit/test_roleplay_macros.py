"""Macros: the list of the specification, seeded chance, and everything that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.personas.macros import Macros

MACROS = Macros("Seraphina", "Ada, Lady", 7)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{char}} and {{user}}", "Seraphina and Ada, Lady"),
        (
            "{{CHAR}} {{ User }} <bot> <USER> <Char>",
            "Seraphina Ada, Lady Seraphina Ada, Lady Seraphina",
        ),
        ("a{{// hidden {{char}} }}b", "ab"),
        ("a{{comment: hidden}}b{{hidden_key: moss}}", "ab"),
        ("a{{newline}}b{{noop}}{{trim}}", "a\nb"),
        ("{{reverse:Hello}}", "olleH"),
        ("{{reverse:{{char}}}}", "anihpareS"),
        ("{{random:same}}{{pick::same}}", "samesame"),
        ("{{random:a\\,b}}", "a,b"),
        ("{{roll:1}} {{roll:d1}} {{roll 3d1+4}} {{roll:2D1-2}}", "1 1 7 0"),
        ("{{{char}}}", "{Seraphina}"),
        ("{{{{char}}}}", "{{Seraphina}}"),
        ("{{original}}", "{{original}}"),
        ("{{char", "{{char"),
        ("char}}", "char}}"),
        ("{{unknown}} {{un:known}} {{}} {{ }} {}", "{{unknown}} {{un:known}} {{}} {{ }} {}"),
        ("{{char:x}} {{char x}}", "{{char:x}} {{char x}}"),
        ("{{random}} {{roll:many}} {{roll:0}} {{roll:999d9}}",) * 2,
        ("{{a {{char}} b", "{{a Seraphina b"),
        ("{{{char}} {{un{{user}}known}}", "{Seraphina {{unAda, Ladyknown}}"),
        ("<script>{{char}}</script> <start>", "<script>Seraphina</script> <start>"),
    ],
)
def test_what_stands_for_what(text: str, wanted: str) -> None:
    assert MACROS.expand(text) == wanted


def test_what_a_macro_stands_for_is_no_macro() -> None:
    macros = Macros("{{user}}", "<BOT>\n{{random:a,b}}", 0)
    assert macros.expand("{{char}} {{user}}") == "{{user}} <BOT> {{random:a,b}}"


def test_original_stands_there_once() -> None:
    text = "{{ORIGINAL}} then {{original}}."
    assert MACROS.expand(text, original="ours {{char}}") == "ours {{char}} then ."


def test_hidden_keys_are_shown_to_a_search() -> None:
    assert MACROS.expand("{{hidden_key:moss {{char}}}}", hidden=True) == "moss Seraphina"


def test_chance_is_the_same_on_every_run() -> None:
    text = "{{random:a,b,c,d,e,f,g,h}}{{roll:1000}}{{pick:a,b,c,d,e,f,g,h}}{{random::x::y,z}}"
    assert Macros("", "", 7).expand(text, "place") == MACROS.expand(text, "place")
    assert MACROS.expand(text, "place") == "a717fx"


def test_chance_depends_on_the_seed_and_the_place_but_a_pick_only_on_the_text() -> None:
    many = ",".join(map(str, range(1000)))
    rolled = {MACROS.expand(f"{{{{random:{many}}}}}", f"turn {turn}") for turn in range(9)}
    picked = {MACROS.expand(f"{{{{pick:{many}}}}}", f"turn {turn}") for turn in range(9)}
    seeds = {Macros("", "", seed).expand(f"{{{{pick:{many}}}}}") for seed in range(9)}
    twice = MACROS.expand("{{roll:100000}} {{roll:100000}}").split()
    assert len(rolled) == 9
    assert len(picked) == 1
    assert len(seeds) == 9
    assert twice[0] != twice[1]


@pytest.mark.parametrize(
    "text",
    ["{{" * 100_000, "{{" * 50_000 + "}}" * 50_000, "{{char}}" * 100_000, "{{roll:99d9}}" * 20_000],
    ids=["open", "nested", "names", "dice"],
)
def test_large_texts_come_out(text: str) -> None:
    assert len(MACROS.expand(text)) >= 100_000


@given(
    st.lists(st.sampled_from("{{ }} char user random: pick:: roll: // , :: x d6 < > bot".split()))
)
def test_anything_at_all_is_expanded(parts: list[str]) -> None:
    text = "".join(parts)
    assert MACROS.expand(text, "p") == MACROS.expand(text, "p")
    if "{{" not in text and "<" not in text:
        assert MACROS.expand(text) == text
