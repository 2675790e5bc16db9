"""What is typed into the days pane's prompt: commands, with or without their slash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.clm.run import commands
from core.config.params import parse_assignments
from core.errors import UsageError
from tui.conversation.slash import Slash, find, needed, whole
from tui.conversation.slash import suggestions as suggestions_of


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the pane does itself: one of its verbs."""

    verb: str
    arguments: tuple[object, ...] = ()
    later: bool = True
    """Whether it may ask something back."""


Typed = commands.Command | Act


def read(text: str) -> Typed:
    """Return what a typed text amounts to.

    Raises:
        UsageError: there is no such command, or it lacks something.
    """
    line = text.strip()
    word, _, rest = (line if line.startswith("/") else f"/{line}").partition(" ")
    return find(SLASHES, word, spoken=False).read(rest.strip())


def _run(rest: str) -> Typed:
    if not rest:
        return Act("run", later=False)
    days = whole(rest, "/run 7")
    if not days:
        raise UsageError("One day at least: /run 7")
    return commands.Run(days)


def _fork(rest: str) -> Typed:
    return commands.Fork(whole(rest, "/fork 5")) if rest else Act("fork")


def _policy(rest: str) -> Typed:
    return commands.SetPolicy(rest) if rest else Act("policy")


def _model(rest: str) -> Typed:
    return commands.SetModel(rest) if rest else Act("model")


def _set(rest: str) -> Typed:
    params = parse_assignments(needed(rest, "/set temperature=0.2").split())
    return commands.SetModel(params=params.to_json())


def _act(verb: str, *, later: bool = True) -> Callable[[str], Typed]:
    return lambda rest: Act(verb, later=later)


def _with_rest(verb: str) -> Callable[[str], Typed]:
    return lambda rest: Act(verb, (rest,) if rest else ())


SLASHES: Mapping[str, Slash[Typed]] = {
    "/help": Slash("/help", "keys and commands", _act("help")),
    "/run": Slash("/run [N]", "live N days, or all that are planned", _run),
    "/pause": Slash("/pause", "wait after this customer", lambda rest: commands.Pause()),
    "/stop": Slash("/stop", "wait at once", lambda rest: commands.Stop()),
    "/step": Slash("/step", "look after one customer", lambda rest: commands.Step()),
    "/policy": Slash("/policy [NAME]", "who decides from here on", _policy),
    "/model": Slash("/model [NAME]", "the model that decides", _model),
    "/set": Slash("/set NAME=VALUE", "the model's parameters", _set),
    "/customers": Slash(
        "/customers N|FILE",
        "who the next run is about",
        lambda rest: Act("customers", (needed(rest, "/customers my.csv"),), later=False),
    ),
    "/fork": Slash("/fork [DAY]", "go back to the end of a day", _fork),
    "/compare": Slash(
        "/compare [POLICY]", "the same days with another policy", _with_rest("compare")
    ),
    "/customer": Slash("/customer [NAME]", "a customer's page", _with_rest("customer")),
    "/sent": Slash("/sent", "what exactly was sent for the selected card", _act("sent")),
    "/charts": Slash("/charts", "engagement, money, regret, calibration", _act("charts")),
    "/export": Slash("/export", "write the run into files", _act("export")),
    "/reset": Slash("/reset", "begin again, with the same seed or another", _act("reset")),
    "/new": Slash("/new", "set up another run", _act("new")),
    "/resume": Slash("/resume", "go on with an earlier run", _act("resume")),
    "/rename": Slash("/rename [TITLE]", "give the run a title", _with_rest("rename")),
    "/copy": Slash("/copy", "copy the selected card", _act("copy", later=False)),
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
