"""The line of keys at the foot of a screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.pane.key_bar import KeyBar


class Dialog(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep"),
        Binding("escape", "dismiss", "Back"),
    ]

    def compose(self) -> ComposeResult:
        yield KeyBar()


class Keyed(App[None]):
    """Keeps what its keys do; one of them is disabled."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "do('run')", "Run"),
        Binding("space", "do('pause')", "Pause"),
        Binding("left", "do('swipe', -1)", "Before", group=Binding.Group("Swipe", compact=True)),
        Binding("right", "do('swipe', 1)", "Next", group=Binding.Group("Swipe", compact=True)),
        Binding("u", "do('undo')", "Undo"),
        Binding("d", "dialog", "Dialog"),
        Binding("z", "do('hidden')", "Hidden", show=False),
        Binding("escape", "do('stop')", "Stop"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.done: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield Static("text")
        yield Input(id="typed")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        verb = parameters[0] if action == "do" else ""
        if verb in {"run", "pause"}:
            return (verb == "pause") == self.running
        return None if verb == "undo" else True

    def action_do(self, verb: str, step: int = 0) -> None:
        self.done.append((verb, step))
        self.running = verb == "run"
        self.screen.refresh_bindings()

    def action_dialog(self) -> None:
        self.push_screen(Dialog())


@asynccontextmanager
async def shown(app: Keyed, width: int) -> AsyncIterator[Pilot[None]]:
    """Run the app until its bar shows something."""
    async with app.run_test(size=(width, 5)) as pilot:
        while not app.query_one(KeyBar).rows:
            await pilot.pause()
        yield pilot


def line(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(KeyBar).render_line(0).text


def at(pilot: Pilot[None], label: str) -> tuple[int, int]:
    return line(pilot).index(label), 0


async def test_it_is_one_widget_with_the_keys_the_groups_and_the_palette() -> None:
    async with shown(Keyed(), 80) as pilot:
        assert line(pilot) == (
            "space Run ←→ Swipe u Undo d Dialog esc Stop".ljust(68) + "▏^p palette "
        )
        assert not list(pilot.app.screen.query_one(KeyBar).children)


async def test_a_narrow_line_drops_from_the_end_and_keeps_the_way_out() -> None:
    async with shown(Keyed(), 46) as pilot:
        assert line(pilot) == "space Run ←→ Swipe esc Stop".ljust(34) + "▏^p palette "
        await pilot.resize_terminal(22, 5)
        await pilot.pause()
        assert line(pilot) == "esc Stop  ▏^p palette "
        await pilot.resize_terminal(8, 5)
        await pilot.pause()
        assert line(pilot) == "esc Stop"


async def test_a_click_presses_the_key_and_a_disabled_one_does_nothing() -> None:
    app = Keyed()
    async with shown(app, 80) as pilot:
        for label in ("Run", "←", "→", "Undo", "Stop"):
            await pilot.click(KeyBar, offset=at(pilot, label))
            await pilot.pause()
        assert app.done == [("run", 0), ("swipe", -1), ("swipe", 1), ("stop", 0)]
        await pilot.click(KeyBar, offset=at(pilot, "palette"))
        await pilot.pause()
        assert app.screen is not app.screen_stack[0]


async def test_it_follows_what_can_be_done_and_what_has_the_focus() -> None:
    async with shown(Keyed(), 80) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert line(pilot).startswith("space Pause ")
        # A letter is text where one types.
        pilot.app.query_one(Input).focus()
        await pilot.pause()
        assert "Undo" not in line(pilot)


async def test_it_is_drawn_again_only_for_what_looks_different() -> None:
    app = Keyed()
    async with shown(app, 80) as pilot:
        bar = app.query_one(KeyBar)
        rows = bar.rows
        for _ in range(20):
            app.screen.refresh_bindings()
        await pilot.pause()
        assert bar.rows is rows
        await pilot.press("space")
        await pilot.pause()
        assert bar.rows != rows


async def test_a_dialog_shows_its_own_and_the_screen_below_keeps_its_own() -> None:
    app = Keyed()
    async with shown(app, 80) as pilot:
        await pilot.press("d")
        await pilot.pause()
        # The app's keys do nothing in a dialog, nor does the palette.
        assert line(pilot).rstrip() == "⏎ Keep esc Back"
        await pilot.press("escape")
        await pilot.pause()
        assert line(pilot).startswith("space Run ")


async def test_the_mouse_shows_where_it_points_and_what_that_does() -> None:
    app = Keyed()
    async with shown(app, 80) as pilot:
        bar = app.query_one(KeyBar)
        await pilot.hover(KeyBar, offset=at(pilot, "→"))
        await pilot.pause()
        assert bar.tooltip == "Next"
        assert bar.has_class("-pointing")
        await pilot.hover(Static)
        await pilot.pause()
        assert bar.tooltip is None
        assert not bar.has_class("-pointing")
