"""What a team has to be given before it starts: its parameters, and on what model it speaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Switch, TextArea

from core.errors import SalonError, UsageError
from core.messages import ModelName
from core.runtime import Runtime
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.parameters import Parameter, complete
from core.text import clean_line
from tui.conversation.dialogs import ask_model
from tui.pane.key_bar import KeyBar

_NO_FILE = ""
_FEWEST_ROWS = 3
_AROUND = 13
"""Rows of the screen that are not for fields."""
_LONG = 60
"""Characters from which on a text has several lines to be written in."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in."""

    params: Mapping[str, Any]
    model: str | None


class TeamFormScreen(ModalScreen[Filled | None]):
    """Dismisses with what was filled in, or `None`."""

    CSS_PATH = "form_screen.tcss"
    BINDINGS = [
        Binding("ctrl+s", "start", "Start", priority=True),
        Binding("ctrl+o", "models", "Models", tooltip="Choose the model from those at hand"),
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(self, draft: TeamDraft, runtime: Runtime) -> None:
        super().__init__()
        self._draft = draft
        self._runtime = runtime

    def compose(self) -> ComposeResult:
        draft = self._draft
        with Vertical(id="form"):
            yield Label(clean_line(draft.title or draft.name), id="form-title", markup=False)
            with VerticalScroll(id="form-fields", can_focus=False):
                if draft.presets:
                    yield _name("Filled in from")
                    files = [(clean_line(each), each) for each in draft.presets]
                    chosen = draft.preset if draft.preset in draft.presets else _NO_FILE
                    yield Select(
                        [*files, ("nothing", _NO_FILE)],
                        value=chosen,
                        allow_blank=False,
                        compact=True,
                        id="form-file",
                    )
                for parameter in draft.parameters:
                    yield from _field(parameter)
                yield _name("Model, in place of what the team names (ctrl+o lists those at hand)")
                yield Input(placeholder="as declared", compact=True, id="form-model")
            yield Label("* has to be filled in", id="form-problem", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self._fill(self._draft.preset)
        fields = self.query(".form-value")
        self.set_focus(fields.first() if fields else self.query_one("#form-model"))
        # Its name stands above it.
        self.call_after_refresh(self.query_one("#form-fields").scroll_home, animate=False)

    def on_resize(self) -> None:
        """Keep what stands around the fields in view."""
        rows = max(_FEWEST_ROWS, self.size.height - _AROUND)
        self.query_one("#form-fields").styles.max_height = rows

    @on(Select.Changed, "#form-file")
    def _file_changed(self, event: Select.Changed) -> None:
        self._fill(str(event.value))

    @work(group="fill", exclusive=True)
    async def _fill(self, name: str) -> None:
        """Show the values of a parameter file, and defaults for what it leaves open."""
        try:
            values = await asyncio.to_thread(self._draft.given, name) if name else {}
        except SalonError as error:
            self._say(str(error))
            return
        for parameter in self._draft.parameters:
            value = values.get(parameter.name, parameter.default)
            _put(self._widget(parameter), parameter, value)

    @work(group="models")
    async def action_models(self) -> None:
        """Choose the model from those at hand."""
        model = await ask_model(self, self._runtime, "Which model speaks for all of them?")
        if model is not None:
            self.query_one("#form-model", Input).value = model

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Take the values, if they are what the team needs."""
        values: dict[str, Any] = {}
        for parameter in self._draft.parameters:
            widget = self._widget(parameter)
            try:
                value = _value(widget, parameter)
                if parameter.required and value in {"", ()}:
                    raise UsageError(f"{parameter.name} has to be filled in.")
            except UsageError as error:
                self._refuse(error, widget)
                return
            if value not in {"", ()}:
                values[parameter.name] = list(value) if isinstance(value, tuple) else value
        model = self.query_one("#form-model", Input)
        try:
            named = str(ModelName.parse(model.value.strip())) if model.value.strip() else None
        except UsageError as error:
            self._refuse(error, model)
            return
        try:
            self.dismiss(Filled(complete(self._draft.parameters, values), named))
        except UsageError as error:
            self._say(str(error))

    def action_cancel(self) -> None:
        """Start nothing."""
        self.dismiss(None)

    def _refuse(self, error: UsageError, widget: Widget) -> None:
        self._say(str(error))
        self.set_focus(widget)

    def _say(self, problem: str) -> None:
        label = self.query_one("#form-problem", Label)
        label.update(problem)
        label.add_class("-problem")

    def _widget(self, parameter: Parameter) -> Widget:
        place = self._draft.parameters.index(parameter)
        fields = list(self.query(".form-value"))
        return fields[place]


def _name(text: str) -> Label:
    return Label(text, classes="form-name", markup=False)


def _field(parameter: Parameter) -> Iterator[Widget]:
    mark = " *" if parameter.required else ""
    what = f"  {clean_line(parameter.description)}" if parameter.description else ""
    lines = "  one a line" if parameter.kind == "list" else ""
    yield _name(f"{clean_line(parameter.name)}{mark}{what}{lines}")
    if parameter.kind == "flag":
        yield Switch(classes="form-value")
    elif parameter.kind == "list" or parameter.required or len(str(parameter.default)) > _LONG:
        area = TextArea(classes="form-value", compact=True, tab_behavior="focus")
        area.set_class(parameter.kind == "list", "-list")
        yield area
    else:
        number = parameter.kind == "number"
        yield Input(classes="form-value", compact=True, type="number" if number else "text")


def _put(widget: Widget, parameter: Parameter, value: Any) -> None:
    if isinstance(widget, Switch):
        widget.value = bool(value)
        return
    if parameter.kind == "list":
        text = "\n".join(value or ())
    else:
        text = "" if value is None else str(value)
    if isinstance(widget, TextArea):
        widget.text = text
    elif isinstance(widget, Input):
        widget.value = text


def _value(widget: Widget, parameter: Parameter) -> Any:
    """Return what a field holds, checked; a list is a tuple here. Raises `UsageError`."""
    if isinstance(widget, Switch):
        return widget.value
    text = widget.text if isinstance(widget, TextArea) else ""
    text = widget.value if isinstance(widget, Input) else text
    if parameter.kind == "list":
        lines = [each.strip() for each in text.splitlines() if each.strip()]
        return tuple(parameter.typed(json.dumps(lines)))
    return parameter.typed(text) if text.strip() else ""
