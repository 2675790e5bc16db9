"""What the tests of the personas pane share: personas of their own, and the pane opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from core.runtime import Options, Runtime
from pilot.salon import opened_at, until
from tui.personas.screen import PersonasScreen

FOLK = {
    "anna": "---\ntags: [sea, night]\n---\n# Keeper: Anna Berg (de) [f]\n\n## Talk\nYou whisper.\n",
    "bo": "---\ntags: [sea]\n---\n# Sailor: Bo Lind (sv) [m]\n\nYou sing of herring.\n",
    "carl": "# Cook: Carl Östlund (en)\n\nYou whisper about soup, and about herring.\n",
    "odd": "# Somebody without a colon\n\n## A\nx\n\n## A\ny\n",
    "torn": "---\na: [\n---\n# Nobody: At All\n",
}


def write_folk(folder: Path) -> Path:
    """Write a handful of personas: three sound ones, one with problems, one that is broken."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in FOLK.items():
        (folder / f"{stem}.md").write_text(text, "utf-8")
    return folder


def runtime_with(folder: Path, *assignments: str, **environ: str) -> Runtime:
    """Return a runtime that looks for personas in `folder/folk` first and knows no key."""
    options = Options(
        assignments=("model=eliza:doctor", *assignments),
        sessions=folder / "sessions",
        data_dir=folder / "data",
    )
    variables = {"HOME": str(folder), "PATH": "", "SALON_PERSONAS": str(folder / "folk")}
    return Runtime(options, variables | environ)


@asynccontextmanager
async def personas(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], PersonasScreen]]:
    """Open the personas pane and wait until it is ready."""
    async with opened_at(runtime, "personas", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, PersonasScreen)
        await until(pilot, lambda: screen.ready)
        await pilot.pause()
        yield pilot, screen


def rows(screen: PersonasScreen) -> list[str]:
    """Return the rows in view as they are painted."""
    rows = screen.controller.list
    lines = [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def names(screen: PersonasScreen) -> list[str]:
    """Return the personas listed, each once, in order."""
    found = [header.name for group in screen.controller.list.groups for header in group.members]
    return list(dict.fromkeys(found))


def shown(screen: PersonasScreen) -> str:
    """Return the name that the preview shows."""
    return str(screen.query_one("#preview-name").render())


async def go_to(pilot: Pilot[int], screen: PersonasScreen, name: str) -> None:
    """Put the cursor on a persona and wait for its preview."""
    path = next(h.path for g in screen.controller.list.groups for h in g.members if h.name == name)
    assert screen.controller.list.go_to(path)
    await until(pilot, lambda: shown(screen) == name)


async def look_in(pilot: Pilot[int], screen: PersonasScreen, *folders: tuple[Path, str]) -> None:
    """Have the pane look in these folders only, as if the app had been started so."""
    library = screen.app.runtime.library
    library.folders = folders
    screen.workers.cancel_group(screen, "watch")
    screen.controller.watch()
    expected = {header.name for header in library.headers()}
    await until(pilot, lambda: set(names(screen)) == expected)
