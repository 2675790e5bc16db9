"""Draws the pictures of the documentation from the app itself: `python -m tests.bench.picture`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import TextArea

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(1, str(_ROOT / "tests"))

from core.runtime import Runtime  # noqa: E402
from pilot.clm_kit import at_clm, begun, lived  # noqa: E402
from pilot.salon import opened, opened_at, runtime_for, until  # noqa: E402
from pilot.sessions_kit import sessions, three  # noqa: E402
from tui.chat.screen import ChatScreen  # noqa: E402
from tui.personas.screen import PersonasScreen  # noqa: E402
from tui.teams.controller import TeamsController  # noqa: E402
from tui.teams.form_screen import TeamFormScreen  # noqa: E402
from tui.teams.screen import TeamsScreen  # noqa: E402

_TALK = _ROOT / "tests/pilot/talk.yml"
_TEAM = _ROOT / "tests/pilot/team.yml"
_PICTURES = _ROOT / ".github"
_SIZE = (116, 34)
_WIDE = (146, 34)
"""With room for the timeline."""


def _runtime(folder: Path, file: Path = _TALK) -> Runtime:
    script = f'providers.scripted.options.models={{"talk": "{file}"}}'
    pace = "providers.scripted.options.tokens_per_second=120"
    return runtime_for(folder, "meetup.turns=10", script, pace, model="scripted:talk")


async def draw_meetup(folder: Path) -> str:
    """Return the picture of a talk in full swing, as SVG."""
    runtime = _runtime(folder)
    async with opened(runtime, _SIZE) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: len(meetup.session.state.messages) == 3)
        await pilot.pause(0.25)
        return pilot.app.export_screenshot(title="Salon")


async def draw_chat(folder: Path) -> str:
    """Return the picture of a chat in which a reply was written anew, as SVG."""
    async with opened_at(_runtime(folder), "chat", _SIZE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ChatScreen)
        await until(pilot, lambda: screen.ready)
        for number, text in enumerate(("I dreamt of a train.", "My mother. What time is it?"), 1):
            await pilot.press(*_keys(text), "enter")
            await _replied(pilot, screen, number * 2)
        await pilot.press("escape", "k", "k", "k", "r")
        await pilot.pause(0.5)
        await _replied(pilot, screen, 2)
        await pilot.press("left")
        await _replied(pilot, screen, 4)
        await pilot.pause(0.25)
        return pilot.app.export_screenshot(title="Salon")


async def draw_teams(folder: Path) -> str:
    """Return the picture of a team in which one was answered and proposed anew, as SVG."""
    async with opened_at(_runtime(folder, _TEAM), "teams", _WIDE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TeamsScreen)
        await until(pilot, lambda: screen.ready)
        teams = screen.controller
        teams.teams.cursor = [row.header.name for row in teams.teams.rows].index("dialogue")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TeamFormScreen))
        await until(pilot, lambda: bool(pilot.app.screen.query(TextArea).first().text))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: teams.prompt.has_focus)
        await pilot.press(*_keys("I bring a purse from the north."), "enter")
        for node in ("goals", "mood", "draft"):
            await _proposed(pilot, teams, node)
            await pilot.press("a")
        await _proposed(pilot, teams, "rewriter")
        await pilot.press("i", *_keys("Shorter. You know who he is."), "enter")
        await _proposed(pilot, teams, "rewriter", replies=2)
        await pilot.press("escape")
        await pilot.pause(0.25)
        return pilot.app.export_screenshot(title="Salon")


async def draw_personas(folder: Path) -> str:
    """Return the picture of the list of personas with one shown beside it, as SVG."""
    async with opened_at(_runtime(folder), "personas", _SIZE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, PersonasScreen)
        await until(pilot, lambda: screen.ready and bool(screen.controller.list.rows))
        await pilot.press("down", "down", "down")
        await pilot.pause(0.5)
        return pilot.app.export_screenshot(title="Salon")


async def draw_sessions(folder: Path) -> str:
    """Return the picture of stored sessions with one shown beside the list, as SVG."""
    await three(folder)
    async with sessions(_runtime(folder), _SIZE) as (pilot, _):
        await pilot.pause(0.5)
        return pilot.app.export_screenshot(title="Salon")


async def draw_clm(folder: Path) -> str:
    """Return the picture of a simulation after a week of five customers, as SVG."""
    async with at_clm(_runtime(folder), _SIZE) as (pilot, clm):
        await begun(pilot, clm, "hierarchical-thompson")
        await lived(pilot, clm, "W", 7)
        await pilot.press("g")
        await pilot.pause(0.25)
        return pilot.app.export_screenshot(title="Salon")


async def _proposed(pilot: Pilot[int], teams: TeamsController, name: str, replies: int = 1) -> None:
    path = f"dialogue/{name}"

    def there() -> bool:
        state = teams.session.state
        if state is None or teams.session.at_work or teams.view.selected != path:
            return False
        return state.nodes[path].spoken == replies and bool(state.nodes[path].pending)

    await until(pilot, there)


def _keys(text: str) -> list[str]:
    names = {" ": "space", ".": "full_stop", "?": "question_mark"}
    return [names.get(each, each) for each in text]


async def _replied(pilot: Pilot[int], screen: ChatScreen, messages: int) -> None:
    def there() -> bool:
        engine = screen.controller.session.engine
        if engine is None or engine.replying:
            return False
        return len(engine.state.messages) == messages

    await until(pilot, there)


def main() -> None:
    """Draw and write the pictures."""
    pictures = {
        "meetup": draw_meetup,
        "chat": draw_chat,
        "personas": draw_personas,
        "sessions": draw_sessions,
        "teams": draw_teams,
        "clm": draw_clm,
    }
    for name, draw in pictures.items():
        with tempfile.TemporaryDirectory(prefix="salon-") as folder:
            svg = asyncio.run(draw(Path(folder)))
        # Pictures name no folder of the machine they were drawn on.
        svg = svg.replace(folder, "~/.local/share/salon").replace(str(_ROOT), "~/src/salon")
        (_PICTURES / f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
