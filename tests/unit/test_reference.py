"""The documentation says what the code says: reference pages, paths, functions, links, commands."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from core.cli.main import root
from core.config.providers import KNOWN_PROVIDERS
from reference import COMMAND, PAGES, TOP, is_stale

DOCUMENTS = [
    str(each.relative_to(TOP))
    for folder in (
        "",
        ".github",
        "config",
        "core",
        "findings",
        "personas",
        "sessions",
        "tests",
        "tui",
    )
    for each in sorted((TOP / folder).glob("*.md" if folder == ".github" else "README.md"))
] + ["core/clm/README.md", "core/lab/README.md"]
ROOTS = ("core", "tui", "tests", "config", "personas", ".github")
LONGEST = 150
"""Lines of the first page that a user reads."""

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(rf"`((?:{'|'.join(map(re.escape, ROOTS))})/[\w./-]*)`(?:\s+`([A-Za-z_][\w.]*)`)?")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
OF_THE_USER = frozenset({
    "core/NAME",
    "core/providers/NAME.py",
    "core/sessions/transcripts/NAME.py",
    "tui/NAME",
})


def text_of(page: str) -> str:
    return (TOP / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_reference_page_is_as_generated(page: str) -> None:
    assert not is_stale(page), f"{page} is stale. Run: {COMMAND}"


def test_the_first_page_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= LONGEST


def anchors(page: Path) -> set[str]:
    titles = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in titles}


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in LINK.findall(text_of(page)):
        target, _, anchor = link.partition("#")
        there = (TOP / page).parent / target if target else TOP / page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


@cache
def names_in(path: str) -> frozenset[str]:
    """Return what a module defines: `name`, `Class.name`."""
    return frozenset(_names(ast.parse(text_of(path)).body, ""))


def _names(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for each in body:
        if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + each.name
        if isinstance(each, ast.ClassDef):
            yield from _names(each.body, f"{each.name}.")
        if isinstance(each, ast.Assign | ast.AnnAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from (prefix + name.id for name in targets if isinstance(name, ast.Name))


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_path_and_function_is_there(page: str) -> None:
    for path, name in PATH.findall(text_of(page)):
        if path.rstrip("/") in OF_THE_USER:
            continue
        assert (TOP / path).exists(), path
        if name and path.endswith(".py"):
            assert name in names_in(path), f"{path} has no {name}"


def test_the_page_of_the_configuration_has_every_provider() -> None:
    models = text_of("config/README.md").partition("## Models")[2].partition("### ")[0]
    described = re.findall(r"^\| `(\w+)` \|", models, re.MULTILINE)
    assert sorted(described) == sorted(KNOWN_PROVIDERS)


def test_the_page_of_the_tests_names_the_tests_of_every_package() -> None:
    rows = re.findall(
        r"^\| (`(?:core|tui)/.*) \| `(.*?)`.* \|$", text_of("tests/README.md"), re.MULTILINE
    )
    named = {name for packages, _ in rows for name in re.findall(r"`([\w/]+)`", packages)}
    packages = (TOP / top for top in ("core", "tui"))
    assert named == {
        f"{each.parent.name}/{each.name}"
        for top in packages
        for each in top.iterdir()
        if (each / "__init__.py").exists()
    }
    files = [each.stem for each in (TOP / "tests").rglob("test_*.py")]
    words = {word for _, expression in rows for word in expression.strip('"').split(" or ")}
    assert [word for word in words if not any(word in each for each in files)] == []


def lines_of(page: str) -> Iterator[list[str]]:
    """Yield the words of each `salon …` line in a page's blocks of shell commands."""
    for block in FENCE.findall(text_of(page)):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.replace("…", ""), comments=True)
            if "salon" in words and "pip" not in words:
                yield words[words.index("salon") + 1 :]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words name, and those that follow its name."""
    command: click.Command = root
    context = click.Context(root)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        inner = command.get_command(context, words[0])
        assert inner is not None, words
        command, context, words = inner, click.Context(inner, context), words[1:]
    return command, words


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_command_and_option_is_there(page: str) -> None:
    for line in lines_of(page):
        command, words = command_of(line)
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        for word in words:
            option = word.partition("=")[0]
            assert not option.startswith("--") or option in known | {"--help"}, line
