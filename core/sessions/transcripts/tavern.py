"""A session as a chat of SillyTavern's: JSON Lines; `core.sessions.tavern` reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.sessions.branches import alternatives
from core.sessions.codec import encode_line
from core.sessions.record import Kind, Record, format_time
from core.sessions.transcripts.rows import Transcript
from core.sessions.tree import SessionTree


def render_tavern(tree: SessionTree) -> str:
    """Return the messages of the current path, alternatives as swipes.

    Whoever has the second seat is its user. What a moderator said is hidden from the model.
    """
    transcript = Transcript.of(tree)
    names = {each.node: each.name for each in transcript.speakers}
    user = list(names)[1] if len(names) > 1 else ""
    header = {
        "user_name": names.get(user, "You"),
        "character_name": next(iter(names.values()), transcript.title),
        "create_date": "" if transcript.began is None else format_time(transcript.began),
        "chat_metadata": {},
    }
    said = (each for each in tree.conversation if each.kind == Kind.MESSAGE)
    lines = [header, *(_line(tree, record, names, user) for record in said)]
    return b"".join(map(encode_line, lines)).decode("utf-8")


def _line(tree: SessionTree, record: Record, names: Mapping[str, str], user: str) -> dict[str, Any]:
    line = {
        "name": record.author.name or names.get(record.node, record.author.kind),
        "is_user": record.node == user,
        "is_system": record.node not in names,
        "send_date": format_time(record.at),
        "mes": record.text,
        "extra": _extra(record),
    }
    options = [each for option in alternatives(tree, record.id) if (each := tree.shown(option))]
    ids = [each.id for each in options]
    if len(options) > 1 and record.id in ids:
        line["swipes"] = [each.text for each in options]
        line["swipe_id"] = ids.index(record.id)
        line["swipe_info"] = [
            {"send_date": format_time(each.at), "extra": _extra(each)} for each in options
        ]
    return line


def _extra(record: Record) -> dict[str, str]:
    api, _, model = (record.model or "").partition(":")
    return {"api": api, "model": model} if model else {}
