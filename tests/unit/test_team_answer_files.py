"""The files of a final answer: found by name, written nowhere but in their folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.teams.files import (
    MOST_BYTES,
    MOST_FILES,
    FilesError,
    NamedFile,
    named_files,
    write_files,
)


def found(answer: str) -> dict[str, str]:
    return {each.name: each.text for each in named_files(answer)}


@pytest.mark.parametrize(
    "opening",
    [
        "```python app/main.py",
        "```app/main.py",
        "```python:app/main.py",
        '```python title="app/main.py"',
        "``` python file=app/main.py",
        "```python {filename: 'app/main.py'}",
        "~~~ app/main.py",
        "### app/main.py\n```python",
        "**app/main.py**\n\n```python",
        "**`app/main.py`:**\n```",
        "File: app/main.py\n```",
        "1. `app/main.py`\n```python",
        "#### File: `app/main.py`\n```python",
    ],
)
def test_a_block_has_a_name(opening: str) -> None:
    close = "~~~" if opening.startswith("~~~") else "```"
    assert found(f"Here it is.\n{opening}\nx = 1\n\ny = 2\n{close}\nDone.") == {
        "app/main.py": "x = 1\n\ny = 2\n"
    }


@pytest.mark.parametrize(
    "answer",
    [
        "No file.",
        "```python\nx\n```",
        "Run it like this:\n```sh\npython main.py\n```",
        "The file main.py prints.\n```\nx\n```",
        "`main.py`\nIt prints.\n```\nx\n```",
    ],
)
def test_a_block_without_a_name_is_an_example(answer: str) -> None:
    assert found(answer) == {}


def test_several_files_and_the_last_of_one_that_comes_twice() -> None:
    answer = "```py a.py\n1\n```\n```py b.py\n2\n```\nMended:\n```py a.py\n3\n```\n```py c.py\n```"
    assert found(answer) == {"b.py": "2\n", "a.py": "3\n", "c.py": ""}


def test_a_heading_names_one_block_only() -> None:
    assert found("### a.py\n```python\n1\n```\n```sh\npython a.py\n```") == {"a.py": "1\n"}


def test_fences_within_a_file_belong_to_it() -> None:
    readme = "```markdown README.md\n# Use\n```sh\nrun it\n```\nEnd.\n```\n```py a.py\n1\n```"
    assert found(readme) == {
        "README.md": "# Use\n```sh\nrun it\n```\nEnd.\n",
        "a.py": "1\n",
    }
    assert found("````md README.md\n```\nx\n```\n````") == {"README.md": "```\nx\n```\n"}


def test_a_block_that_is_never_closed_ends_at_the_next_file() -> None:
    assert found("```py a.py\n1\n```py b.py\n2") == {"a.py": "1\n", "b.py": "2\n"}


def test_other_line_ends_and_separators_stay_out_of_the_way() -> None:
    assert found("```py a.py\r\nx = '\x0c\u2028'\r\n```\r\n") == {"a.py": "x = '\x0c\u2028'\n"}


@given(st.text(alphabet="`~ab.py/\n# ", max_size=80))
def test_any_answer_can_be_looked_through(answer: str) -> None:
    for file in named_files(answer):
        assert file.name


LINES = st.lists(st.text("abc xyz(){}=#'\"", max_size=12), max_size=5)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}/[a-z]{1,5}\.py", fullmatch=True), LINES))
def test_what_is_put_in_comes_out(files: dict[str, list[str]]) -> None:
    texts = {name: "".join(f"{line}\n" for line in lines) for name, lines in files.items()}
    answer = "\n".join(f"```python {name}\n{text}```" for name, text in texts.items())
    assert found(answer) == texts


def test_files_are_written_in_place_of_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("old")
    paths = write_files([NamedFile("a.py", "new\n"), NamedFile("b/c/d.py", "é\n")], tmp_path)
    assert paths == [tmp_path / "a.py", tmp_path / "b" / "c" / "d.py"]
    assert [each.read_text("utf-8") for each in paths] == ["new\n", "é\n"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.py", "b"]


@pytest.mark.parametrize(
    "name",
    [
        "../a.py",
        "b/../../a.py",
        "/a.py",
        "//a.py",
        "~/a.py",
        "C:/a.py",
        "b\\a.py",
        ".git/config",
        "b/.ssh/key.pub",
        "",
        ".",
        "a\x00.py",
        "a\n.py",
        "a\u202e.py",
        "out/a.py",
        "link.py",
        "folder",
        "x" * 300,
    ],
)
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    outside.mkdir()
    (inside / "folder").mkdir(parents=True)
    (outside / "a.py").write_text("kept")
    (inside / "out").symlink_to(outside)
    (inside / "link.py").symlink_to(outside / "a.py")
    with pytest.raises(FilesError):
        write_files([NamedFile("good.py", "x"), NamedFile(name, "taken")], inside)
    assert (outside / "a.py").read_text() == "kept"
    assert not (inside / "good.py").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["inside", "outside"]


def test_too_much_is_refused(tmp_path: Path) -> None:
    many = [NamedFile(f"f{number}.py", "") for number in range(MOST_FILES + 1)]
    large = [NamedFile("a.py", "x" * MOST_BYTES), NamedFile("b.py", "x")]
    for files in (many, large):
        with pytest.raises(FilesError, match="more than"):
            write_files(files, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_of_another(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="both a file and a folder"):
        write_files([NamedFile("a.b", "x"), NamedFile("a.b/c.py", "x")], tmp_path)
    (tmp_path / "taken").write_text("x")
    with pytest.raises(FilesError, match="lies below a file"):
        write_files([NamedFile("taken/c.py", "x")], tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FilesError, match="lies below a file"):
        write_files([NamedFile("a.py", "x")], tmp_path)
