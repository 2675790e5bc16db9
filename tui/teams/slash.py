"""What is typed into the teams pane's prompt: words, or a verb of the pane."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.config.params import parse_assignments
from core.errors import UsageError, nearest
from core.teams.commands import Autopilot
from core.teams.team import AUTONOMY, Autonomy
from tui.conversation.slash import LITERAL, Slash, find, needed
from tui.conversation.slash import help_table as table_of
from tui.conversation.slash import suggestions as suggestions_of

ALL = "all"
"""What stands for all nodes where one can be named."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb of the pane with what it is to be done with."""

    verb: str
    arguments: tuple[object, ...] = ()


Reader = Callable[[str], Deed]


def read(text: str) -> Deed:
    """Return what a typed text amounts to.

    Raises:
        UsageError: it begins with a slash and is no command, or lacks something.
    """
    if text.startswith(LITERAL):
        return Deed("send", (text[1:],))
    word, _, rest = text.partition(" ")
    word, _, below = word.partition("\n")
    if not word.startswith("/"):
        return Deed("send", (text,))
    rest = f"{below} {rest}" if below else rest
    return find(SLASHES, word).read(rest.strip())


def words() -> list[str]:
    """Return every word that may begin a line, for completion."""
    return list(SLASHES)


def suggestions(text: str) -> str:
    """Return the usages that fit what was typed so far; one alone with what it does."""
    return suggestions_of(SLASHES, text)


def help_table() -> str:
    """Return what can be typed, as a Markdown table."""
    return table_of(
        SLASHES.values(),
        ("any text", "the team idle: what it is to do; else you answer the selected node"),
    )


def read_budget(text: str) -> Autopilot:
    """Read what an autopilot may use: `20 steps`, `5000 tokens`, `$0.50`, several, nothing.

    Raises:
        UsageError: it is something else.
    """
    if text.strip().lower() == "off":
        return Autopilot(on=False)
    found: dict[str, float] = {}
    left = text.lower()
    for pattern, name in _BUDGETS:
        match = pattern.search(left)
        if match is not None:
            found[name] = float(match[1].replace(",", ""))
            left = left.replace(match[0], " ", 1)
    if left.strip(" ,and") or any(value <= 0 for value in found.values()):
        raise UsageError(f"{text.strip()!r} is no budget.", "/autopilot 20 steps, 5000 tokens, $1")
    steps, tokens = (int(found[each]) if each in found else None for each in ("steps", "tokens"))
    return Autopilot(steps=steps, tokens=tokens, dollars=found.get("dollars"))


_WHOLE = r"(?<![\d,])([\d,]*\d"
_NUMBER = rf"{_WHOLE}(?:\.\d+)?)"
_BUDGETS = (
    (re.compile(rf"\$ ?{_NUMBER}"), "dollars"),
    (re.compile(rf"{_NUMBER} ?(?:dollars?|usd)\b"), "dollars"),
    (re.compile(rf"{_WHOLE}) ?(?:tokens?|tok)\b"), "tokens"),
    (re.compile(rf"{_WHOLE}) ?(?:steps?\b|$)"), "steps"),
)


def _do(verb: str, *arguments: object) -> Reader:
    return lambda rest: Deed(verb, arguments)


def _with(verb: str, usage: str) -> Reader:
    return lambda rest: Deed(verb, (needed(rest, usage),))


def _maybe(verb: str) -> Reader:
    """Read a verb that asks where nothing follows it."""
    return lambda rest: Deed(verb, (rest,) if rest else ())


def _proposal(verb: str) -> Reader:
    """Read a verb about a proposal: the selected node's, unless a number comes first."""

    def reader(rest: str) -> Deed:
        word, _, more = rest.partition(" ")
        if word.removeprefix("#").isdecimal():
            return Deed(verb, (word, more.strip()))
        return Deed(verb, (None, rest))

    return reader


def _two(verb: str, usage: str) -> Reader:
    """Read a verb that needs a word, and a text that follows it."""

    def reader(rest: str) -> Deed:
        word, _, text = needed(rest, usage).partition(" ")
        return Deed(verb, (word, needed(text.strip(), usage)))

    return reader


def _autonomy(rest: str) -> Deed:
    if not rest:
        return Deed("autonomy")
    node, _, level = rest.rpartition(" ")
    wanted = level.replace("-", "_").casefold()
    if node.endswith("unless"):
        node, wanted = node.removesuffix("unless").strip(), f"unless_{wanted}"
    known: dict[str, Autonomy] = {each: each for each in AUTONOMY}
    if wanted not in known:
        levels = ", ".join(each.replace("_", "-") for each in AUTONOMY)
        raise UsageError(f"{level!r} is no level of autonomy.", f"There are: {levels}.")
    return Deed("autonomy", (known[wanted], node.strip()))


def _autopilot(rest: str) -> Deed:
    return Deed("pilot", (read_budget(rest),))


def _set(rest: str) -> Deed:
    return Deed("set", (parse_assignments(needed(rest, "/set temperature=0.2").split()).to_json(),))


def _left_or_right(rest: str) -> Deed:
    sides = {"tree": "tree", "timeline": "timeline", "": "timeline"}
    if rest.lower() not in sides:
        raise UsageError(f"There is no {rest!r} to show.", nearest(rest, ["tree", "timeline"]))
    return Deed(f"toggle_{sides[rest.lower()]}")


def _slashes(*slashes: Slash[Deed]) -> Mapping[str, Slash[Deed]]:
    return {each.usage.split(" ")[0]: each for each in slashes}


SLASHES = _slashes(
    Slash("/help", "keys and commands", _do("help")),
    Slash("/say TEXT", "give the team something to do", _with("say", "/say TEXT")),
    Slash(
        "/answer NODE TEXT",
        "say something to a node, whatever it is doing",
        _two("answer", "/answer NODE TEXT"),
    ),
    Slash(
        "/now TEXT",
        "stop the selected node's reply, and have it take this in",
        _with("now", "/now TEXT"),
    ),
    Slash("/apply [NUMBER]", "let a proposal through", _proposal("apply")),
    Slash("/edit [NUMBER] [TEXT]", "let it through in other words", _proposal("edit")),
    Slash("/redirect [NUMBER] [TO]", "let it through to somebody else", _proposal("redirect")),
    Slash("/refuse [NUMBER] [REASON]", "have something else proposed", _proposal("refuse")),
    Slash("/takeover [TEXT]", "reply in the selected node's place", _maybe("takeover")),
    Slash("/skip [NUMBER]", "go on without it", _proposal("skip")),
    Slash("/autonomy [NODE|all] LEVEL", "hold proposals: ask, unless-flagged, apply", _autonomy),
    Slash("/autopilot [20 steps|5000 tokens|$1|off]", "let everything through", _autopilot),
    Slash("/go", "let whoever is due think, and try again what failed", _do("go")),
    Slash("/stop", "stop everything; what was said stays", _do("stop")),
    Slash("/pending", "go to what has waited longest", _do("pending")),
    Slash("/model [NAME]", "another model for the selected node", _maybe("model")),
    Slash("/set NAME=VALUE …", "other parameters for the selected node", _set),
    Slash("/fork [RECORD]", "go back to a moment; the rest stays a branch", _maybe("fork")),
    Slash("/replay [RECORD]", "go back to a moment, say something, run on", _maybe("replay")),
    Slash("/jump RECORD", "make its branch the main line", _with("jump", "/jump RECORD")),
    Slash("/compare", "branches side by side", _do("compare")),
    Slash("/sent", "what exactly was sent for a reply", _do("saw")),
    Slash("/find [TEXT]", "search on the page", _maybe("find")),
    Slash("/show [tree|timeline]", "show it or hide it", _left_or_right),
    Slash("/copy", "copy the selected message", _do("copy")),
    Slash("/export [FILE]", "write a transcript", _maybe("export")),
    Slash("/save", "everything is saved as it is said", _do("where")),
    Slash("/rename [TITLE]", "give the run a title", _maybe("rename")),
    Slash("/new", "choose a team", _do("new")),
    Slash("/resume", "go on with an earlier run", _do("resume")),
)
"""The prompt's commands by their word, in the order in which help shows them."""
