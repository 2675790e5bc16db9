"""What is typed into a chat's prompt: words for the persona, or a verb of the pane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.config.params import parse_assignments
from core.errors import UsageError
from tui.conversation.slash import LITERAL, Slash, find, needed
from tui.conversation.slash import help_table as table_of
from tui.conversation.slash import suggestions as suggestions_of


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
    return table_of(SLASHES.values(), ("any text", "you say it"))


def _do(verb: str, *arguments: object) -> Reader:
    return lambda rest: Deed(verb, arguments)


def _with(verb: str, usage: str) -> Reader:
    return lambda rest: Deed(verb, (needed(rest, usage),))


def _maybe(verb: str) -> Reader:
    """Read a verb that asks where nothing follows it."""
    return lambda rest: Deed(verb, (rest,) if rest else ())


def _set(rest: str) -> Deed:
    if not rest:
        return Deed("parameters")
    return Deed("set", (parse_assignments(rest.split()).to_json(),))


def _swipe(rest: str) -> Deed:
    steps = {"": 1, "next": 1, "right": 1, "back": -1, "left": -1, "previous": -1}
    if rest.lower() in steps:
        return Deed("swipe", (steps[rest.lower()],))
    try:
        step = int(rest)
    except ValueError:
        raise UsageError("Which way? /swipe, /swipe back, /swipe -2") from None
    if not step:
        raise UsageError("Which way? /swipe 1, /swipe -1")
    return Deed("swipe", (step,))


def _copy(rest: str) -> Deed:
    verbs = {"": "copy", "message": "copy", "code": "copy_code", "all": "copy_all"}
    if rest.lower() not in verbs:
        raise UsageError("Copy what? /copy, /copy code, /copy all")
    return Deed(verbs[rest.lower()])


def _slashes(*slashes: Slash[Deed]) -> Mapping[str, Slash[Deed]]:
    return {each.usage.split(" ")[0]: each for each in slashes}


SLASHES = _slashes(
    Slash("/help", "keys and commands", _do("help")),
    Slash("/model [NAME]", "another model from here on", _maybe("model")),
    Slash("/set [NAME=VALUE …]", "other parameters from here on", _set),
    Slash("/system", "what the persona is told", _do("system")),
    Slash("/retry", "have the reply written anew", _do("again")),
    Slash("/continue", "have the last reply go on", _do("go_on")),
    Slash("/stop", "stop the reply; what was said stays", _do("stop")),
    Slash("/edit", "change the words of a message, yours or theirs", _do("edit")),
    Slash("/delete", "leave the message out", _do("delete")),
    Slash("/restore", "take back in what was left out last", _do("restore")),
    Slash("/swipe [back]", "the next alternative of the message", _swipe),
    Slash("/fork", "go on from the selected message", _do("fork")),
    Slash("/branches", "all branches as a map", _do("branches")),
    Slash("/compare [MODEL MODEL …] [TEXT]", "several models side by side", _maybe("compare")),
    Slash("/attach PATH", "send a text file along", _with("attach", "/attach PATH")),
    Slash("/detach", "leave the attached files out", _do("detach")),
    Slash("/find [TEXT]", "search on the page", _maybe("find")),
    Slash("/sent", "what exactly the model was sent", _do("saw")),
    Slash("/copy [code|all]", "copy the message, its code, everything", _copy),
    Slash("/pager", "read the chat in your pager", _do("pager")),
    Slash("/editor", "read the chat in your editor", _do("editor")),
    Slash("/write", "write what you say in your editor", _do("compose")),
    Slash("/export [FILE]", "write a transcript", _maybe("export")),
    Slash("/save", "everything is saved as it is said", _do("where")),
    Slash("/rename [TITLE]", "give the chat a title", _maybe("rename")),
    Slash("/pin", "keep it at the top of lists, or no longer", _do("pin")),
    Slash("/clear", "begin anew with the same persona", _do("clear")),
    Slash("/new [PERSONA]", "begin a chat with somebody", _maybe("new")),
    Slash("/persona", "show the persona in Personas", _do("persona")),
    Slash("/profile", "what Salon knows of you", _do("profile")),
    Slash("/resume", "go on with an earlier chat", _do("resume")),
)
"""The prompt's commands by their word, in the order in which help shows them."""
