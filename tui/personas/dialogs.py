"""What the people pane asks its user, each question as one function that returns the answer."""

from __future__ import annotations

from typing import Literal

from textual.screen import Screen

from core.personas.trash import Trashed
from core.text import clean_line
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import Choice, PickScreen

Way = Literal["write", "blank", "bring"]
_WAYS: dict[Way, tuple[str, str]] = {
    "write": ("Written by a model", "from one line of yours, as a draft"),
    "blank": ("From a template", "to be filled in, in your editor"),
    "bring": ("From a character card", "PNG, JSON, charx or agent.json"),
}

Form = Literal["md", "png", "json", "charx", "agent.json"]
_FORMS: dict[Form, tuple[str, str]] = {
    "md": ("Markdown", "the file as it is"),
    "png": ("Character card, PNG", "for other programs, with its picture"),
    "json": ("Character card, JSON", "for other programs, without a picture"),
    "charx": ("Character card, charx", "for other programs, with all its pictures"),
    "agent.json": ("Agent specification, JSON", "for simulations, as TinyTroupe reads it"),
}


async def ask_way(screen: Screen[None]) -> Way | None:
    """Ask how a new persona is to come to be."""
    rows = [Choice(way, label, detail) for way, (label, detail) in _WAYS.items()]
    return await screen.app.push_screen_wait(PickScreen("A new persona", rows))


async def ask_form(screen: Screen[None], name: str) -> Form | None:
    """Ask in which form a persona is to be exported."""
    rows = [Choice(form, label, detail) for form, (label, detail) in _FORMS.items()]
    return await screen.app.push_screen_wait(PickScreen(f"Export {name} as what?", rows))


async def ask_text(screen: Screen[None], question: str, text: str = "") -> str:
    """Ask for one line; nothing if it was given up."""
    answer = await screen.app.push_screen_wait(AskScreen(question, text))
    return (answer or "").strip()


async def ask_trashed(screen: Screen[None], trashed: list[Trashed]) -> Trashed | None:
    """Ask what is to come back from the trash."""
    rows = [
        Choice(each, clean_line(each.origin.name), f"{each.when.astimezone():%Y-%m-%d %H:%M}")
        for each in trashed
    ]
    return await screen.app.push_screen_wait(PickScreen("Bring back from the trash", rows))
