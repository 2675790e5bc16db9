"""What an assistant, a simulated user, tools and the keeper of a profile are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.lab.episodes import NO_TOOL, PersonState, Scene, Tool
from core.lab.records import LabKind
from core.profiles.fields import FIELDS
from core.profiles.forms import form, text
from core.profiles.profile import Profile
from core.sessions.record import Record
from core.text import counted

NOBODY_KNOWS = "You know nothing about the user yet."
KNOWN = "What you know about the user:"
SAID_BEFORE = "From earlier conversations with the user:"
SILENCE = "(says nothing)"
_LINE, _LONG, _REPLY = 120, 400, 1200


def known_part(profile: Profile) -> str:
    """Return what an assistant is told of its user."""
    if not profile:
        return NOBODY_KNOWS
    return "\n".join((KNOWN, *(f"- {line}" for line in profile.lines())))


def recalled_part(passages: Sequence[str]) -> str:
    """Return what an assistant is told of earlier conversations."""
    if not passages:
        return NOBODY_KNOWS
    return "\n\n".join((SAID_BEFORE, *passages))


def assistant_system(scene: Scene, knows: str, *, may_call: bool) -> str:
    """Return an assistant's instructions.

    Args:
        scene: where it is to help, and with which tools.
        knows: what it knows of its user.
        may_call: whether it may call a tool before it replies.
    """
    parts = [
        "You are an assistant who helps the same user again and again. Do what is asked in at "
        "most 120 words. Let what you know of the user decide how; do not recite it.",
        f"The situation: {scene.description}",
        knows,
    ]
    if scene.tools:
        listed = "\n".join(f"- {_signature(each)}: {each.description}" for each in scene.tools)
        parts.append(f"Tools:\n{listed}\n\nAnswer with a JSON object. {_how(may_call=may_call)}")
    return "\n\n".join(parts)


def _how(*, may_call: bool) -> str:
    if not may_call:
        return (
            f'No tool can be called any more: `tool` is "{NO_TOOL}", `arguments` is empty, and '
            "`message` is your reply, from what the tools returned."
        )
    return (
        "To call a tool, name it in `tool` and fill in `arguments`; you read its result before "
        f'you reply. Otherwise `tool` is "{NO_TOOL}" and `message` is your reply.'
    )


def reply_schema(tools: Sequence[Tool], *, may_call: bool = True) -> dict[str, Any]:
    """Return the form of a reply in a scene with tools, whether or not one may be called."""
    left = tools if may_call else ()
    arguments = {name: text(_LINE) for each in left for name in each.arguments}
    return form({
        "tool": {"enum": [NO_TOOL, *(each.name for each in left)]},
        "arguments": {
            "type": "object",
            "properties": arguments,
            "additionalProperties": False,
        },
        "message": text(_REPLY),
    })


def user_system(person: PersonState, scene: Scene) -> str:
    """Return what the one who plays a person is told."""
    facts = "\n".join(f"- {each}" for each in scene.facts) or "- none"
    return "\n\n".join((
        f"You play {person.name}, who uses an assistant. {person.summary}".strip(),
        "Who you are:\n" + "\n".join(f"- {line}" for line in person.truth.lines()),
        f"What you want: {scene.description}\nFacts that only you know; tell them when they "
        f"are needed:\n{facts}",
        f"You are satisfied when the assistant behaves like this: {scene.expected}",
        "Judge its last reply as this person. Answer with a JSON object: `satisfied` is true or "
        "false, `missing` says what is missing, `say` is what you say next, in your own words, "
        "so that it learns what you like; when satisfied, a word of thanks.",
    ))


def transcript(turns: Sequence[Record], *, user: str = "User") -> str:
    """Return a conversation as text, both sides of it."""
    return "\n\n".join(_spoken(each, user) for each in turns)


def user_request(turns: Sequence[Record], left_out: int = 0) -> str:
    """Return what the one who plays a person is shown: both sides so far.

    `left_out` is how many turns after the first there is no room for.
    """
    shown = transcript(turns[:1] if left_out else turns, user="You")
    if left_out:
        rest = transcript(turns[1 + left_out :], user="You")
        shown = f"{shown}\n\n(… {counted(left_out, 'turn')} …)\n\n{rest}"
    return f"The conversation so far:\n\n{shown}"


def user_schema() -> dict[str, Any]:
    """Return the form of a user's turn."""
    return form({
        "satisfied": {"type": "boolean"},
        "missing": text(_LINE),
        "say": text(_LONG, 1),
    })


def tool_request(
    scene: Scene, tool: Tool, arguments: Mapping[str, str], earlier: Sequence[Record]
) -> str:
    """Return what the one who plays the tools is asked."""
    lines = [f"The situation: {scene.description}"]
    if scene.facts:
        lines.append("True in it: " + " | ".join(scene.facts))
    if earlier:
        lines.append("Answered before, and still true:")
        lines += [f"- {call_text(each.data)} gave: {each.text}" for each in earlier]
    called = call_text({"name": tool.name, "arguments": arguments})
    lines.append(f"The program {_signature(tool)} ({tool.description}) is called: {called}")
    lines.append("What does it return?")
    return "\n".join(lines)


TOOLS_SYSTEM = (
    "You stand in for computer programs. You answer with a JSON object whose `result` is what "
    "the program returns: short, plausible, and never at odds with what was answered before."
)


def tool_schema() -> dict[str, Any]:
    """Return the form of a tool's answer."""
    return form({"result": text(_LONG, 1)})


def call_text(call: Mapping[str, Any]) -> str:
    """Return a call on one line: `find_train(to=Cork)`."""
    arguments = call.get("arguments", {})
    return f"{call.get('name')}({', '.join(f'{k}={v}' for k, v in arguments.items())})"


def tool_said(record: Record) -> str:
    """Return how an assistant hears what a tool answered."""
    return f"[{call_text(record.data)} returned: {record.text}]"


KEEPER = (
    "You keep the profile of one user of an assistant. You read whole conversations and change "
    "the profile as little as possible: only what the user's own words show, each change with "
    "the user's exact words as `quote`. Without such words there is no change. You answer with "
    "JSON alone.\n\nFields:\n"
) + "\n".join(f"- {path}: {each.means}" for path, each in FIELDS.items())


def update_request(profile: Profile, conversations: Sequence[str]) -> str:
    """Return what the keeper of a profile is asked."""
    known = "\n".join(f"- {line}" for line in profile.lines()) or "- nothing yet"
    talks = "\n\n---\n\n".join(conversations)
    return (
        f"The profile now:\n{known}\n\nConversations:\n\n{talks}\n\n"
        'Which edits does this call for? Answer {"edits": []} if none.'
    )


def _signature(tool: Tool) -> str:
    return f"{tool.name}({', '.join(tool.arguments)})"


def _spoken(record: Record, user: str) -> str:
    if record.kind == LabKind.TOOL:
        return f"Tool: {tool_said(record)}"
    who = "Assistant" if record.node.endswith("/assistant") else user
    if call := record.data.get("call"):
        return f"{who} calls {call_text(call)}"
    return f"{who}: {record.text.strip() or SILENCE}"
