"""The commands of the Chat pane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.chat import commands
from core.config.params import parse_assignments
from core.errors import UsageError
from core.messages import ModelName
from tui.pane import completion
from tui.pane.common import alternative_rows, session_rows
from tui.pane.table import Command, CommandTable

if TYPE_CHECKING:
    from tui.chat.controller import ChatController


def _opened(chat: ChatController) -> bool:
    return chat.session.opened


def _writable(chat: ChatController) -> bool:
    return chat.session.started


def _replying(chat: ChatController) -> bool:
    return chat.session.replying


def _has_previous(chat: ChatController) -> bool:
    return chat.has_alternative(-1)


def _has_next(chat: ChatController) -> bool:
    return chat.has_alternative(1)


def _set_model(name: str) -> commands.SetModel:
    return commands.SetModel(str(ModelName.parse(name)))


def _params(rest: str) -> tuple[object, ...]:
    return (parse_assignments(rest.split()).to_json(),)


def _set_params(params: Mapping[str, object]) -> commands.SetModel:
    return commands.SetModel(params=params)


def _copied(rest: str) -> tuple[object, ...]:
    what = rest.lower()
    if what not in {"message", "code", "all"}:
        raise UsageError("What is to be copied? /copy, /copy code, /copy all")
    return (what,)


TABLE: CommandTable[ChatController] = CommandTable(
    "chat",
    (
        Command(
            name="stop",
            key="escape",
            label="Stop",
            usage="/stop",
            help="Stop the reply; what was written is kept",
            when=_replying,
        ),
        Command(
            name="write", key="i,escape", shown_key="i", label="Write", help="Go to the prompt"
        ),
        Command(
            name="regenerate",
            key="r",
            label="Regenerate",
            usage="/retry",
            help="Regenerate the reply, or reply to the last message",
            when=_writable,
        ),
        Command(
            name="edit",
            key="e",
            label="Edit",
            usage="/edit",
            help="Edit a message, yours or the persona's",
            when=_writable,
            asks=True,
        ),
        *alternative_rows(
            previous=("Previous reply", _has_previous),
            following=("Next reply, or a new one", _has_next),
        ),
        Command(
            name="continue",
            key="c",
            label="Continue",
            usage="/continue",
            help="Continue the last reply",
            sends=commands.Continue,
            when=_writable,
        ),
        Command(
            name="fork",
            key="f",
            label="Fork",
            usage="/fork",
            help="Continue from here as a new branch",
            when=_opened,
        ),
        Command(
            name="branches",
            key="b",
            label="Branches",
            usage="/branches",
            help="Show all branches as a map",
            when=_opened,
            asks=True,
        ),
        Command(
            name="exclude",
            key="d,delete",
            label="Exclude",
            usage="/delete",
            help="Exclude a message; u restores it",
            when=_writable,
        ),
        Command(
            name="restore",
            key="u",
            usage="/restore",
            help="Restore the message that was excluded last",
            when=_writable,
        ),
        Command(
            name="compare",
            key="ctrl+t,v",
            label="Compare",
            usage="/compare [MODEL MODEL …] [TEXT]",
            help="Have several models reply side by side",
            asks=True,
            complete=completion.models,
        ),
        Command(
            name="new",
            key="ctrl+n,n",
            label="New",
            usage="/new [PERSONA]",
            help="Start a chat with a persona; this one is kept",
            asks=True,
            complete=completion.personas,
        ),
        Command(
            name="model",
            key="m",
            usage="/model [NAME]",
            help="Change the model from here on",
            sends=_set_model,
            asks=True,
            complete=completion.models,
        ),
        Command(
            name="parameters",
            key="s",
            usage="/set [NAME=VALUE …]",
            help="Change the parameters from here on",
            reads=_params,
            sends=_set_params,
            asks=True,
            complete=completion.parameters,
        ),
        Command(
            name="sent",
            key="w",
            usage="/sent",
            help="Prompt sent for a message",
            when=_opened,
            asks=True,
        ),
        Command(name="system", key="S", usage="/system", help="Show the system prompt", asks=True),
        Command(
            name="attach",
            key="ctrl+o,a",
            usage="/attach PATH",
            help="Attach a text file to the next message",
            asks=True,
            complete=completion.paths,
        ),
        Command(name="detach", usage="/detach", help="Detach the attached files"),
        Command(
            name="find",
            key="ctrl+f",
            usage="/find [TEXT]",
            help="Search in this chat",
            when=_opened,
            asks=True,
        ),
        Command(
            name="found",
            key="greater_than_sign",
            help="Next match",
            arguments=(1,),
            when=_opened,
        ),
        Command(
            name="found",
            key="less_than_sign",
            help="Previous match",
            arguments=(-1,),
            when=_opened,
        ),
        Command(
            name="copy",
            key="y",
            usage="/copy [code|all]",
            help="Copy the message, its code or the whole chat",
            reads=_copied,
            when=_opened,
            complete=completion.one_of(("code", "all")),
        ),
        Command(name="copy", key="C", help="Copy the code of the message", arguments=("code",)),
        Command(name="copy", key="Y", help="Copy the whole chat", arguments=("all",), when=_opened),
        Command(
            name="pager",
            key="o",
            usage="/pager",
            help="Read the chat in your pager",
            when=_opened,
            asks=True,
        ),
        Command(
            name="editor",
            key="O",
            usage="/editor",
            help="Read the chat in your editor",
            when=_opened,
            asks=True,
        ),
        Command(
            name="compose",
            key="ctrl+g",
            usage="/write",
            help="Write the message in your editor",
            asks=True,
        ),
        Command(
            name="export",
            key="x",
            usage="/export [FORMAT|FILE]",
            help="Write a transcript",
            when=_opened,
            asks=True,
            complete=completion.formats(),
        ),
        Command(
            name="pin",
            key="P",
            usage="/pin",
            help="Pin the chat to the top of lists, or unpin it",
            when=_writable,
        ),
        Command(name="clear", usage="/clear", help="Start again with the same persona", asks=True),
        Command(
            name="persona",
            key="p",
            usage="/persona",
            help="Show the persona in Personas",
            asks=True,
        ),
        Command(name="profile", usage="/profile", help="Show your profile", asks=True),
        Command(
            name="menu",
            key="enter",
            help="Choose what to do with a message",
            when=_opened,
            asks=True,
        ),
        Command(name="scroll", key="pageup", arguments=(-1,)),
        Command(name="scroll", key="pagedown", arguments=(1,)),
        *session_rows("chat", without=("new",)),
    ),
    speech="send",
    spoken=(("any text", "sends it"),),
)
