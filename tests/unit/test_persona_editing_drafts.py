"""Personas written by a model: whatever it writes, a persona file or its problems come out."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PersonaError, ProviderError
from core.messages import ModelName, Params
from core.personas.markdown import parse_persona
from core.personas.persona_writer import (
    MOST_CHARACTERS,
    Draft,
    PersonaWriter,
    _unfenced,
    read_draft,
    template,
)
from core.providers.model import Model
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.runtime import Options, Runtime
from core.text import clean

IDEA = "a grumpy lighthouse keeper, who counts ships"
PAGE = "# Keeper: Wilma Tjaden (de) [f]\n\n## Background\nYou are Wilma.\n\n## Voice\n- x\n"


def title(text: str, idea: str = IDEA) -> tuple[str, str, str | None]:
    persona = parse_persona(read_draft(text, idea).text.encode())
    return persona.role, persona.name, persona.language


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (PAGE, PAGE),
        (f"Sure, here it is:\n\n{PAGE}", PAGE),
        (f"```markdown\n{PAGE}```", PAGE),
        (f"Here:\n```\n{PAGE}```\nDo you like it?", PAGE),
        (f"<think>\n# Not: This\n</think>\n{PAGE}", PAGE),
        (f"---\nmodel: evil:x\nstop: [a]\n---\n{PAGE}", PAGE),
        (PAGE.replace("\n", "\r\n"), PAGE),
        (PAGE.replace("## ", "# "), PAGE),
        (PAGE.replace("Keeper:", "\x1b[Keeper:").replace("\x1b[", "\x1b"), PAGE),
    ],
)
def test_what_surrounds_the_page_goes(written: str, read: str) -> None:
    assert read_draft(written, IDEA) == Draft(read, ())


@pytest.mark.parametrize("fence", ["```a\n", "~~~~", "```\n~~~x\n"])
def test_fences_without_end_take_no_more_time_than_others(fence: str) -> None:
    # Tried anew from every fence, the search would outlast the time that a test has.
    assert _unfenced(fence * 200_000)


@pytest.mark.parametrize(
    ("written", "role", "name", "language"),
    [
        ("# Wilma Tjaden\n\nx\n", "Grumpy lighthouse keeper", "Wilma Tjaden", None),
        ("# Keeper: Wilma (of the Skerry)\n\nx\n", "Keeper", "Wilma of the Skerry", None),
        ("Name: Wilma\nRole: Keeper\nLanguage: German\n\nx", "Keeper", "Wilma", "de"),
        ("**Name:** Wilma\n\nx", "Grumpy lighthouse keeper", "Wilma", None),
        ("You are Wilma von Alm, sixty.", "Grumpy lighthouse keeper", "Wilma von Alm", None),
        ("# Role: Full Name (en)\n\nYou are Wilma Q. Tjaden.", "Grumpy lighthouse keeper",
         "Wilma Q. Tjaden", None),
        ("# {their role}: {their full name} ({language code})\n\nx",
         "Grumpy lighthouse keeper", "Somebody New", None),
        ("just prose", "Grumpy lighthouse keeper", "Somebody New", None),
        ("My name is Wilma B.", "Grumpy lighthouse keeper", "Wilma B", None),
        ("## Background\nYou are Wilma.\n", "Grumpy lighthouse keeper", "Wilma", None),
    ],
)  # fmt: skip
def test_a_title_is_found_or_made(written: str, role: str, name: str, language: str | None) -> None:
    assert title(written) == (role, name, language)


def test_a_role_is_made_of_the_idea() -> None:
    assert title("x", "The very last customer: angry!")[0] == "Very last customer"
    assert title("x", ":::")[0] == "Persona"
    assert len(title("x", "long " * 100)[0]) <= 60


def test_prose_before_a_late_heading_is_kept() -> None:
    prose = "You have kept the light for forty years. " * 8
    assert read_draft(f"{prose}\n\n## Voice\nx\n", IDEA).text.count("forty years") == 8


def test_nothing_written_is_a_problem() -> None:
    draft = read_draft("", IDEA)
    assert [problem.message for problem in draft.problems] == [
        "nothing is said about the persona below its heading."
    ]


_PIECES = st.sampled_from([
    "# ", "## ", "Role: Name (en) [f]", "\n", "\n\n", "---\n", "model: x:y\n", "```", "~~~\n",
    "{", "}", "(", ")", "[", "]", ":", "You are ", "Anna", " von ", "<think>", "</think>",
    "\x1b[31m", "\u202e", "\r", "===\n", "- item\n", "Name: Bo\n", "<!-- ", "-->", "é", "\t",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=30), st.lists(_PIECES, max_size=6))
def test_whatever_is_written_a_sound_file_comes_out(written: list[str], idea: list[str]) -> None:
    draft = read_draft("".join(written), "".join(idea))
    persona = parse_persona(draft.text.encode())
    assert persona.name
    assert persona.role
    assert not persona.front
    assert clean(draft.text) == draft.text
    assert {problem.message for problem in draft.problems if "heading" in problem.message} <= {
        each.message for each in draft.problems if "stands on line" in each.message
    } | {"nothing is said about the persona below its heading."}


async def written(writer: PersonaWriter) -> str:
    async with aclosing(writer.write(IDEA)) as pieces:
        return "".join([piece async for piece in pieces])


async def test_the_model_is_asked_for_the_form_and_streams(tmp_path: Path) -> None:
    provider = Scripted.of([Reply(PAGE, chunks=(PAGE[:9], PAGE[9:]))])
    writer = PersonaWriter(Model(provider, "m"), Params(temperature=0.5))
    assert await written(writer) == PAGE
    (request,) = provider.requests
    assert request.params == Params(temperature=0.5, max_tokens=900)
    assert [message.role for message in request.messages] == [
        "system", "user", "assistant", "user",
    ]  # fmt: skip
    _, form, example, wish = (message.content for message in request.messages)
    assert IDEA in wish
    for part in ("role", "full name", "language code", "## Background", "## In your voice"):
        assert part in form
    # What the model is shown has to be what it is asked for.
    assert read_draft(example, "") == Draft(f"{example}\n", ())
    assert [line for line in form.split("\n") if line.startswith("## ")] == [
        line for line in example.split("\n") if line.startswith("## ")
    ]


async def test_a_model_that_never_ends_is_stopped() -> None:
    provider = Scripted.of(["word " * 20_000])
    text = await written(PersonaWriter(Model(provider, "m"), Params(max_tokens=100_000)))
    assert MOST_CHARACTERS < len(text) < MOST_CHARACTERS + 2_000


async def test_what_goes_wrong_is_told() -> None:
    provider = Scripted.of([{"error": {"kind": "auth", "message": "No key."}}])
    with pytest.raises(ProviderError, match="No key"):
        await written(PersonaWriter(Model(provider, "m"), Params()))


async def test_no_control_characters_on_the_way() -> None:
    provider = Scripted.of(["a\x1b[2Jb\x9bc\u202ed"])
    text = await written(PersonaWriter(Model(provider, "m"), Params()))
    assert text == clean(text) == "a[2Jbcd"


def test_a_template_has_no_problems() -> None:
    assert Draft.of(template("Eva Brot", "Baker", "de")).problems == ()
    assert template("Eva: [Brot]").startswith("---\ntags: [new]\n---\n# Role: Eva Brot\n")
    with pytest.raises(PersonaError, match="needs a name"):
        template(" : ")


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_the_embedded_model_writes_one(tmp_path: Path) -> None:
    """Its prose is poor; the way from a line to a file that loads has to work all the same."""
    options = Options(sessions=tmp_path / "s", data_dir=tmp_path / "d")
    async with Runtime(options, {"HOME": str(tmp_path), "PATH": ""}) as runtime:
        model = runtime.providers.model(ModelName.parse("local:smollm2"))
        text = await written(PersonaWriter(model, Params(seed=7, temperature=0.7)))
    assert len(text.split()) > 20
    draft = read_draft(text, IDEA)
    persona = parse_persona(draft.text.encode())
    assert persona.name
    assert persona.role
    assert len(persona.body.split()) > 20
