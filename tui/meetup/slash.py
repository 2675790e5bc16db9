"""What is typed into a meetup's prompt: words for the conversation, or a command.

`/help` and `/stop` are the app's; `/start`, `/bye` and `/end` go into the conversation; a
doubled slash sends the rest as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.config.params import parse_assignments
from core.errors import UsageError
from core.meetup import commands
from core.meetup.spec import SIDES, Side
from tui.conversation.slash import LITERAL, Slash, find, needed, whole
from tui.conversation.slash import help_table as table_of
from tui.conversation.slash import suggestions as suggestions_of


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the pane does itself: the name of one of its actions."""

    action: str


Typed = commands.Command | Act


def read(text: str) -> Typed:
    """Return what a typed text amounts to.

    Raises:
        UsageError: it begins with a slash and is no command, or lacks something.
    """
    if text.startswith(LITERAL):
        return commands.Say(text[1:], literal=True)
    word, _, rest = text.partition(" ")
    if not word.startswith("/") or word.lower().rstrip(".!") in _SPOKEN:
        return commands.Say(text)
    return find(SLASHES, word).read(rest.strip())


_SPOKEN = frozenset({"/start", "/bye", "/end"})


def _act(action: str) -> Callable[[str], Typed]:
    return lambda rest: Act(action)


def _side(rest: str, usage: str) -> tuple[Side, str]:
    word, _, rest = rest.partition(" ")
    for side in SIDES:
        if word.lower() == side:
            return side, rest.strip()
    raise UsageError(f"Which side, a or b? {usage}")


def _number(rest: str, usage: str) -> float:
    try:
        number = float(rest)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise UsageError(f"A number from 0 up is needed: {usage}")
    return number


def _put(rest: str) -> Typed:
    side, text = _side(rest, "/put a TEXT")
    return commands.Put(side, needed(text, "/put a TEXT"))


def _model(rest: str) -> Typed:
    side, name = _side(rest, "/model a local:smollm2")
    return commands.SetSeat(side, model=needed(name, "/model a local:smollm2"))


def _set(rest: str) -> Typed:
    usage = "/set a temperature=0.2"
    side, assignment = _side(rest, usage)
    params = parse_assignments(needed(assignment, usage).split())
    return commands.SetSeat(side, params=params.to_json())


def _undo(rest: str) -> Typed:
    return commands.Undo(max(1, whole(rest, "/undo 2")) if rest else 1)


SLASHES: Mapping[str, Slash[Typed]] = {
    "/help": Slash("/help", "keys and commands", _act("app.help")),
    "/stop": Slash("/stop", "end the meetup", lambda rest: commands.Stop()),
    "/a": Slash(
        "/a TEXT",
        "whisper to the left",
        lambda rest: commands.Whisper("a", needed(rest, "/a TEXT")),
    ),
    "/b": Slash(
        "/b TEXT",
        "whisper to the right",
        lambda rest: commands.Whisper("b", needed(rest, "/b TEXT")),
    ),
    "/put": Slash("/put a TEXT", "put words in a mouth", _put),
    "/undo": Slash("/undo [N]", "take back the last N messages", _undo),
    "/again": Slash("/again", "take the last turn again", lambda rest: commands.Regenerate()),
    "/retry": Slash("/retry", "the same", lambda rest: commands.Regenerate()),
    "/fork": Slash(
        "/fork N", "go on from turn N", lambda rest: commands.Fork(whole(rest, "/fork N"))
    ),
    "/model": Slash("/model a NAME", "change a side's model", _model),
    "/set": Slash("/set a NAME=VALUE", "change a side's parameters", _set),
    "/turns": Slash(
        "/turns N",
        "N more turns, 0: no limit",
        lambda rest: commands.SetRun(turns=whole(rest, "/turns 20")),
    ),
    "/rate": Slash(
        "/rate N",
        "at most N messages a minute",
        lambda rest: commands.SetRun(rate=_number(rest, "/rate 6")),
    ),
    "/pace": Slash(
        "/pace N",
        "wait as if you read N words a minute",
        lambda rest: commands.SetRun(pace=_number(rest, "/pace 250")),
    ),
    "/opening": Slash("/opening", "set the first word", _act("do('opening')")),
    "/new": Slash("/new", "set up a new meetup", _act("do('new')")),
    "/resume": Slash("/resume", "go on with a stored meetup", _act("do('resume')")),
    "/export": Slash("/export", "write a transcript", _act("do('export')")),
    "/copy": Slash("/copy", "copy the selected message", _act("do('copy')")),
    "/save": Slash("/save", "everything is saved as it is said", _act("do('where')")),
}
"""The prompt's commands by their word, in the order in which help shows them."""


def words() -> list[str]:
    """Return every word that may begin a line, for completion."""
    return [*SLASHES, *sorted(_SPOKEN)]


def suggestions(text: str) -> str:
    """Return the usages that fit what was typed so far; one alone with what it does."""
    return suggestions_of(SLASHES, text)


def help_table() -> str:
    """Return what can be typed, as a Markdown table."""
    return table_of(
        SLASHES.values(),
        ("any text", "you speak to both"),
        ("`/start` `/bye` `/end`", "goes into the conversation"),
    )
