"""Persona files: what is read from them, and that nothing is lost on the way back."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PersonaError
from core.personas.encoding import MAX_BYTES
from core.personas.frontmatter import MAX_CHARACTERS
from core.personas.markdown import parse_persona, read_persona, render_persona
from core.personas.persona import Persona
from core.personas.problems import PersonaFileError

STEM = Path("folder/stem.md")

CASES = [
    ("# Physician: Sigmund Freud", ("Sigmund Freud", "Physician", None, None)),
    ("# Poet: Ana (es) [f]", ("Ana", "Poet", "es", "f")),
    ("# Poet: Ana [f] (es)", ("Ana", "Poet", "es", "f")),
    ("# Poet: Ana [non-binary]", ("Ana", "Poet", None, "non-binary")),
    ("# Poet: Ana (pt_BR)", ("Ana", "Poet", "pt-BR", None)),
    ("# Poet: Ana (DE)", ("Ana", "Poet", "de", None)),
    ("# Poet: Ana (Deutsch)", ("Ana", "Poet", "de", None)),
    ("# Poet: Ana (Klingon) [f]", ("Ana", "Poet", "Klingon", "f")),
    ("# Queen: Mary (II)", ("Mary (II)", "Queen", None, None)),
    ("# King: Charles (the Bold) [m]", ("Charles (the Bold)", "King", None, "m")),
    ("# Author of Dune: Messiah: Frank", ("Frank", "Author of Dune: Messiah", None, None)),
    ("# Just a name", ("Just a name", "", None, None)),
    ("# Alone:", ("Alone", "", None, None)),
    ("# : Ana", ("Ana", "", None, None)),
    ("#", ("stem", "", None, None)),
    ("# (de)", ("stem", "", "de", None)),
    ("# **Role:** _Ana_ (en) ##", ("Ana", "Role", "en", None)),
    ("   #   Role  :   Ana  Maria  ", ("Ana Maria", "Role", None, None)),
    ("Role: Ana (fr)\n=====\n", ("Ana", "Role", "fr", None)),
    ("Role: Ana\n---\n", ("Ana", "Role", None, None)),
    ("## Role: Ana\ntext", ("Ana", "Role", None, None)),
    ("## Notes\n# Role: Ana", ("Ana", "Role", None, None)),
    ("## Background\ntext", ("stem", "", None, None)),
    ("```\n# Not: this\n```\n# Role: Ana", ("Ana", "Role", None, None)),
    ("~~~~\n# Not: this\n~~~\n# Nor: that\n~~~~\n# Role: Ana", ("Ana", "Role", None, None)),
    ("<!-- a\n# Not: this\n-->\n# Role: Ana", ("Ana", "Role", None, None)),
    ("    # Not: this\n\n# Role: Ana", ("Ana", "Role", None, None)),
    ("- item\n---\ntext", ("stem", "", None, None)),
    ("no heading at all", ("stem", "", None, None)),
    ("", ("stem", "", None, None)),
    ("# 中医师：李时珍（zh）［男］", ("李时珍", "中医师", "zh", "男")),
    ("# Поэт: Анна (Русский)", ("Анна", "Поэт", "ru", None)),
    ("# Role: Ana (de)\r\rtext", ("Ana", "Role", "de", None)),
    ("---\nlanguage: de\n---\n# Role: Ana", ("Ana", "Role", "de", None)),
    ("---\nlanguage: de\n---\n# Role: Ana (fr)", ("Ana", "Role", "fr", None)),
    ("---\nprose between rules\n---\n# Role: Ana", ("Ana", "Role", None, None)),
    ("---\n\n# Role: Ana", ("Ana", "Role", None, None)),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_title(text: str, expected: tuple[str, str, str | None, str | None]) -> None:
    persona = parse_persona(text.encode(), STEM)
    assert (persona.name, persona.role, persona.language, persona.gender) == expected
    assert render_persona(persona) == text.encode()


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "cp1252"),
    ],
)
def test_encodings_load_and_keep_their_bytes(mark: bytes, codec: str) -> None:
    data = mark + "---\r\nx: 1\r\n---\r\n# Rôle: Zoë “Z” (fr)\r\nÉté.\r\n".encode(codec)
    persona = parse_persona(data, STEM)
    assert (persona.name, persona.role) == ("Zoë “Z”", "Rôle")
    assert render_persona(persona) == data
    changed = replace(persona, front={"x": 2})
    wanted = mark + "---\r\nx: 2\r\n---\r\n# Rôle: Zoë “Z” (fr)\r\nÉté.\r\n".encode(codec)
    assert render_persona(changed) == wanted


def test_what_an_encoding_cannot_hold_turns_the_file_into_utf8() -> None:
    persona = parse_persona("# Rôle: Zoë\n".encode("cp1252"), STEM)
    assert render_persona(replace(persona, name="李")) == "# Rôle: 李\n".encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"# Role: N\n\x00", "stem.md:2: this is a binary"),
        (bytes(range(1, 32)) * 20, "binary"),
        (codecs.BOM_UTF16_LE + b"a", "marked as utf-16"),
        (b"x" * (MAX_BYTES + 1), "larger than 4 MB"),
        (b"---\nmodel: [\n---\n# R: N", "stem.md:3: the front matter is not valid YAML"),
        (b"---\nok: 1\nbad: \x07\n---\n", "stem.md:3"),
        (b"---\n- a\n- b\n---\n", "key: value"),
        (b"---\nx: !!python/object:os.system {}\n---\n", "not valid YAML"),
        (b"---\nx: !!timestamp y\n---\n", "YAML cannot read"),
        (b"---\nx: 2024-99-99\n---\n", "YAML cannot read"),
        (b"---\nx: &a [*a]\n---\n", "too deeply"),
        (b"---\nx: " + b"[" * 5000 + b"\n---\n", "nest"),
        (b"---\nx: " + b"1:" * 99 + b"5\n---\n", "numbers that are too long"),
        (b'---\nx: !!int "' + b"1: " * 99 + b'5"\n---\n', "numbers that are too long"),
        pytest.param(
            b"---\nx:\n" + b"".join(b" %d: 1\n" % (2**61 * i) for i in range(1, 999)) + b"---\n",
            "numbers that are too long",
            id="keys that collide",
        ),
        pytest.param(b"---\nx: " + b"y" * MAX_CHARACTERS + b"\n---\n", "longer than", id="long"),
    ],
)
def test_files_that_do_not_load_say_why(data: bytes, words: str) -> None:
    with pytest.raises(PersonaFileError) as caught:
        parse_persona(data, STEM)
    assert words in str(caught.value)


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(PersonaFileError, match="too many values"):
        parse_persona("\n".join(["---", *lines, "---", ""]).encode(), STEM)


def test_a_few_aliases_are_welcome() -> None:
    persona = parse_persona(b"---\na: &x [1, 2]\nb: *x\n---\n# R: N", STEM)
    assert persona.front == {"a": [1, 2], "b": [1, 2]}


def test_a_megabyte_loads() -> None:
    data = b"# R: N\n" + b"word " * 200_000 + b"\n" + b"# " * 20_000
    persona = parse_persona(data, STEM)
    assert persona.name == "N"
    assert render_persona(persona) == data


def test_lines_are_those_of_the_file() -> None:
    persona = parse_persona(b"---\r\nmodel: x\r\ntags: [a]\r\n---\r\n\r\n# R: N\r\ntext", STEM)
    assert persona.front_lines == {"model": 2, "tags": 3}
    assert (persona.body_line, persona.heading_line) == (5, 6)


def test_system_text_is_the_body_with_plain_line_ends() -> None:
    persona = parse_persona(b"---\r\nx: 1\r\n---\r\n# R: N\r\n\r\nHello\rthere \r\n", STEM)
    assert persona.system_text() == "# R: N\n\nHello\nthere"


def test_sections_end_at_the_next_heading_of_their_level() -> None:
    persona = parse_persona(b"# R: N\nintro\n## A\none\n### A1\ntwo\n## B\nthree", STEM)
    assert [(each.title, each.text, each.line) for each in persona.sections] == [
        ("R: N", "intro\n## A\none\n### A1\ntwo\n## B\nthree", 1),
        ("A", "one\n### A1\ntwo", 3),
        ("A1", "two", 5),
        ("B", "three", 7),
    ]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("# R: N\n## Instructions\n- x", True),
        ("# R: N\n### **instructions:**\n", True),
        ("# R: N\n## Instructions for tea\n", False),
        ("# R: N\n```\n## Instructions\n```", False),
    ],
)
def test_own_instructions(text: str, own: bool) -> None:
    assert parse_persona(text.encode()).has_own_instructions is own


def test_settings_take_parameters_nested_or_on_top() -> None:
    text = (
        "---\nmodel: ollama:llama3.2:3b\ntop_p: 0.5\nparameters:\n  temperature: 0.2\n  x: 1\n---\n"
    )
    model, params = parse_persona(text.encode()).settings()
    assert model == "ollama:llama3.2:3b"
    assert params.to_json() == {"temperature": 0.2, "top_p": 0.5}


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("x: 1\ntemperature: 9", "stem.md:3: temperature has to be a number from 0 to 2"),
        ("parameters:\n  seed: soon", "stem.md:2: seed has to be"),
        ("parameters: 4", "parameters has to hold"),
        ("model: 7", "model has to be a text"),
        ("model: ':x'", "stem.md:2: model"),
    ],
)
def test_wrong_settings_name_their_line(front: str, words: str) -> None:
    persona = parse_persona(f"---\n{front}\n---\n# R: N".encode(), STEM)
    with pytest.raises(PersonaError, match=r"stem\.md:") as caught:
        persona.settings()
    assert words in str(caught.value)


def test_a_new_persona_gets_a_file() -> None:
    persona = Persona(
        "Ana", role="Poet", language="es", gender="f", front={"tags": ["a", "b"]}, body="Text.\n"
    )
    data = render_persona(persona)
    assert data == b"---\ntags: [a, b]\n---\n# Poet: Ana (es) [f]\n\nText.\n"
    again = parse_persona(data)
    assert (again.name, again.role, again.tags) == ("Ana", "Poet", ("a", "b"))


def test_a_name_that_no_heading_can_say_is_refused() -> None:
    persona = parse_persona(b"# R: N\n")
    with pytest.raises(PersonaError, match="cannot say"):
        render_persona(replace(persona, name="A: B"))


def test_only_the_naming_heading_changes_with_the_name() -> None:
    data = b"\xef\xbb\xbf---\r\nlanguage: de # here\r\n---\r\n\r\n# R: N\r\ntext  \r\n"
    persona = parse_persona(data, STEM)
    changed = replace(persona, name="M", gender="f")
    assert render_persona(changed) == data.replace(b"# R: N", b"# R: M [f]")


def test_an_edited_body_keeps_the_files_line_ends() -> None:
    data = b"---\r\nx:   1  # note\r\n---  \r\n# R: N\r\ntext\r\n"
    persona = parse_persona(data, STEM)
    changed = replace(persona, body="# R: N\ntext\nmore\n")
    assert render_persona(changed) == data + b"more\r\n"


def test_a_body_that_looks_like_front_matter_stays_a_body() -> None:
    persona = parse_persona(b"# R: N\n", STEM)
    body = "---\nmodel: x\n---\n# R: N\n"
    again = parse_persona(render_persona(replace(persona, body=body)), STEM)
    assert (again.body, again.front) == (body, {})


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_whatever_loads_round_trips(data: bytes) -> None:
    try:
        persona = parse_persona(data, STEM)
    except PersonaFileError:
        return
    assert render_persona(persona) == data


@given(st.lists(st.sampled_from(["---\n", "---\r\n", "a: 1\n", "# R: N\n", "x\r", "\n", "- b\n"])))
def test_whatever_looks_like_front_matter_round_trips(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    try:
        persona = parse_persona(data, STEM)
    except PersonaFileError:
        return
    assert render_persona(persona) == data


def test_reading_something_that_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.md", Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(PersonaError):
            read_persona(path)
