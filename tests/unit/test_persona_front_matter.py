"""Front matter: the quick reader agrees with YAML, and an edit leaves its neighbours alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from core.personas import frontmatter
from core.personas.markdown import parse_persona, render_persona
from core.personas.problems import PersonaFileError

FULL = """\
---
# about the model
model: local:smollm2   # mine
parameters:
  temperature: 0.7
  # inside
tags: [a, b]  # two
notes: |
  # no comment
  text

'quoted key': "x" # kept
empty:
folded: >-
  one
  two
last: {a: 1}
# the end
---
# R: N

Body.
"""

EDITS: list[tuple[str, Any, str, str]] = [
    ("model", "openai:gpt-4o-mini", "local:smollm2   #", "openai:gpt-4o-mini   #"),
    ("tags", ["c"], "[a, b]", "[c]"),
    ("quoted key", "it's: #1", '"x"', '"it\'s: #1"'),
    ("empty", "full", "empty:", "empty: full"),
    ("parameters", {"temperature": 1.0}, "temperature: 0.7", "temperature: 1.0"),
    ("notes", "short", "notes: |\n  # no comment\n  text\n\n", "notes: short\n"),
    ("last", None, "{a: 1}", "null"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("key", "value", "old", "new"), EDITS)
def test_an_edit_changes_one_value(key: str, value: Any, old: str, new: str, end: str) -> None:
    persona = parse_persona(FULL.replace("\n", end).encode())
    changed = replace(persona, front={**persona.front, key: value})
    text = render_persona(changed).decode()
    if key == "quoted key":  # how YAML quotes the value is its own affair
        before, after = FULL.replace("\n", end).split('"x"')
        assert text.startswith(before)
        assert text.endswith(after)
    elif key == "parameters":  # a nested block is one value and is written anew as a whole
        assert text.startswith(FULL.replace("\n", end).split("parameters")[0])
        assert text.endswith(FULL.replace("\n", end).split("tags")[1])
    else:
        assert text == FULL.replace(old, new).replace("\n", end)
    assert parse_persona(text.encode()).front == changed.front


@pytest.mark.parametrize("key", ["model", "parameters", "notes", "folded", "empty", "last"])
def test_a_key_can_be_taken_out(key: str) -> None:
    persona = parse_persona(FULL.encode())
    front = {name: value for name, value in persona.front.items() if name != key}
    data = render_persona(replace(persona, front=front))
    assert parse_persona(data).front == front
    lines = iter(FULL.splitlines())
    assert all(line in lines for line in data.decode().splitlines())


def test_a_new_key_goes_last() -> None:
    persona = parse_persona(FULL.encode())
    front = {**persona.front, "delegates": ["x"]}
    wanted = FULL.replace("# the end\n", "# the end\ndelegates: [x]\n")
    assert render_persona(replace(persona, front=front)).decode() == wanted


def test_front_matter_in_flow_style_can_be_edited() -> None:
    persona = parse_persona(b"---\n{model: a, tags: [b]}\n---\n# R: N\n")
    changed = replace(persona, front={"model": "c", "more": 1})
    again = parse_persona(render_persona(changed))
    assert again.front == {"model": "c", "more": 1}
    assert again.body == "# R: N\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ["model", "parameters", "notes", "quoted key", "empty", "folded", "last", "new", "é: ü"]


@example(key="model", value="a\x85b\u2028c", end="\n")
@given(key=st.sampled_from(KEYS), value=VALUES, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_value_can_be_set(key: str, value: Any, end: str) -> None:
    persona = parse_persona(FULL.replace("\n", end).encode())
    front = {**persona.front, key: value}
    again = parse_persona(render_persona(replace(persona, front=front)))
    assert again.front == front
    assert again.body == persona.body


LINES = st.from_regex(r"[a-zA-Z_]{1,5}: {0,2}[\w ./:,\[\]#-]{0,12}(\r\n|\n)", fullmatch=True)
WORDS = st.sampled_from([
    "yes",
    "No",
    "null",
    "true",
    "1e3",
    "a: b",
    "a:",
    "b c",
    "_x",
    "y",
    "2001",
])
WORD_LINES = st.builds("{}: {}\n".format, WORDS, WORDS)
LIST_LINES = st.builds("{}: [{}, {}]\n".format, WORDS, WORDS, WORDS)


@given(st.lists(LINES | WORD_LINES | LIST_LINES, max_size=3).map("".join))
def test_the_quick_reader_agrees_with_yaml(text: str) -> None:
    quick = frontmatter._read_simple(text)
    if quick is None or not quick.values:
        return
    assert dict(quick.values) == yaml.safe_load(text)
    slow = frontmatter._read_yaml(text, None)
    assert slow is not None
    assert (quick.values, quick.lines) == (slow.values, slow.lines)


def test_the_quick_reader_takes_what_everybody_writes() -> None:
    text = "model: ollama:llama3.2:3b\ntags: [history, old town]\nlanguage: pt-BR\r\n"
    quick = frontmatter._read_simple(text)
    assert quick is not None
    assert quick.values["tags"] == ["history", "old town"]


@given(st.text(max_size=120))
def test_no_yaml_brings_down_the_reader(text: str) -> None:
    try:
        parse_persona(f"---\n{text}\n---\n".encode())
    except PersonaFileError:
        return
