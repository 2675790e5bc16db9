"""What is typed into the lab pane's prompt: commands, with or without their slash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import UsageError
from tui.conversation.slash import Slash, find, needed, whole
from tui.conversation.slash import suggestions as suggestions_of


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the pane does: one of its verbs."""

    verb: str
    arguments: tuple[object, ...] = ()
    later: bool = True
    """Whether it may ask something back."""


def read(text: str) -> Act:
    """Return what a typed text amounts to.

    Raises:
        UsageError: there is no such command, or it lacks something.
    """
    line = text.strip()
    word, _, rest = (line if line.startswith("/") else f"/{line}").partition(" ")
    return find(SLASHES, word, spoken=False).read(rest.strip())


def _settings(rest: str) -> Act:
    names = needed(rest, "/settings none golden learnt-3").replace(",", " ").split()
    return Act("settings", (names,), later=False)


def _parallel(rest: str) -> Act:
    calls = whole(needed(rest, "/parallel 8"), "/parallel 8")
    if not calls:
        raise UsageError("One call at least: /parallel 1")
    return Act("parallel", (calls,), later=False)


def _act(verb: str, *, later: bool = True) -> Callable[[str], Act]:
    return lambda rest: Act(verb, later=later)


def _with_rest(verb: str) -> Callable[[str], Act]:
    return lambda rest: Act(verb, (rest,) if rest else ())


SLASHES: Mapping[str, Slash[Act]] = {
    "/help": Slash("/help", "keys and commands", _act("help")),
    "/people": Slash(
        "/people N|FOLDER",
        "whom the next run is about: new ones, or those of a folder of salon learn",
        lambda rest: Act("from", (needed(rest, "/people 5"),), later=False),
    ),
    "/settings": Slash("/settings NAME …", "what assistants know, side by side", _settings),
    "/language": Slash(
        "/language CODE",
        "what the next people speak",
        lambda rest: Act("language", (needed(rest, "/language de"),), later=False),
    ),
    "/model": Slash("/model [NAME]", "the model of the next run", _with_rest("model")),
    "/judge": Slash("/judge [NAME]", "the model that judges replies", _with_rest("judge")),
    "/run": Slash("/run", "go on", _act("run", later=False)),
    "/pause": Slash("/pause", "begin no further call", _act("pause", later=False)),
    "/stop": Slash("/stop", "end at once; it can be gone on with", _act("stop", later=False)),
    "/parallel": Slash("/parallel N", "most calls of models at a time", _parallel),
    "/charts": Slash("/charts", "metrics by scene and setting", _act("charts")),
    "/compare": Slash("/compare", "figures, differences, another run", _act("compare")),
    "/export": Slash("/export", "write the run into files", _act("export")),
    "/chat": Slash("/chat", "chat with the selected person", _act("chat")),
    "/sent": Slash("/sent", "what exactly was sent for the selected reply", _act("sent")),
    "/again": Slash("/again", "the same people, other settings", _act("again")),
    "/new": Slash("/new", "set up another run", _act("new")),
    "/resume": Slash("/resume", "open an earlier run", _act("resume")),
    "/open": Slash(
        "/open FOLDER",
        "open the newest run of a folder of salon learn",
        lambda rest: Act("open", (needed(rest, "/open lab"),)),
    ),
    "/rename": Slash("/rename [TITLE]", "give the run a title", _with_rest("rename")),
    "/profile": Slash("/profile", "what is known of you", _act("you")),
    "/save": Slash("/save", "everything is saved as it happens", _act("where", later=False)),
}
"""The prompt's commands by their word, in the order in which help shows them."""


def words() -> list[str]:
    """Return every word that may begin a line, for completion."""
    return list(SLASHES)


def suggestions(text: str) -> str:
    """Return the usages that fit what was typed so far; one alone with what it does."""
    return suggestions_of(SLASHES, text)


def help_table() -> str:
    """Return what can be typed, as a Markdown table."""
    rows = [f"| `{each.usage}` | {each.help} |" for each in SLASHES.values()]
    return "\n".join(["| after `/` | does |", "|---|---|", *rows])
