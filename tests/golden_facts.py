"""What the sessions under `tests/golden` come to when they are opened, folded and exported.

`tests/golden/expected.json` holds what the version that wrote them said of each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.chat.state import ChatState
from core.clm.simulation.export import MANIFEST, export_run
from core.clm.simulation.state import SimulationState
from core.clm.simulation.stored_run import read_run
from core.config.prices import Prices
from core.ids import SystemSource
from core.lab import export as lab_exporting
from core.lab.state import LabState
from core.meetup.spec import SIDES
from core.meetup.state import MeetupState
from core.profile.files import write_profile
from core.profiles.state import ProfileState
from core.sessions.record import Record
from core.sessions.requests import rebuild
from core.sessions.store import SessionStore
from core.sessions.transcripts import render, render_pair
from core.sessions.tree import SessionTree
from core.teams.state import TeamState

GOLDEN = Path(__file__).resolve().parent / "golden"
FOLDERS = ("lab", "profile", "sessions")
TRANSCRIPTS = ("md", "html", "txt", "jsonl", "sillytavern")
"""The formats that `expected.json` knows; one that was added since is not part of them."""
_NUMERICAL = ("customers", "ledger")
"""Tables with figures whose last digits depend on the version of scipy."""


def digest(values: Any) -> str:
    """Return a hash of bytes, of a text, or of JSON values."""
    if isinstance(values, str):
        values = values.encode("utf-8", "surrogatepass")
    if not isinstance(values, bytes):
        values = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(values).hexdigest()[:16]


def _ids(records: Iterable[Record]) -> list[str]:
    return [each.id for each in records]


def _said(records: Iterable[Record]) -> list[list[str]]:
    return [[each.id, each.node, each.text] for each in records]


def chat_facts(state: ChatState) -> dict[str, Any]:
    return {
        "seat": state.seat.to_json(),
        "messages": _said(state.messages),
        "counts": [state.number, state.spoken, state.prompt_tokens],
        "ratios": dict(state.ratios),
        "error": state.error and state.error.id,
        "waiting": state.waiting,
    }


def meetup_facts(state: MeetupState) -> dict[str, Any]:
    sides = {side: state.sides[side] for side in SIDES}
    return {
        "spec": state.spec.to_json(),
        "sides": {
            side: [each.seat.to_json(), each.spoken, each.prompt_tokens, each.output_tokens]
            for side, each in sides.items()
        },
        "messages": _said(state.messages),
        "counts": [state.turns, state.number, state.limit_from, state.calm_from],
        "next": state.next,
        "ended": state.ended,
        "farewell": state.farewell and state.farewell.id,
    }


def profile_facts(state: ProfileState) -> dict[str, Any]:
    return {
        "profile": state.profile.to_json(),
        "switches": [state.on, state.paused, sorted(state.locked)],
        "edits": _ids(state.edits),
        "pending": sorted(state.pending),
        "heard": state.heard,
    }


def facts_of_path(tree: SessionTree) -> dict[str, Any]:
    """Fold a session's current path and return where it stands."""
    match tree.root.data["engine"]:
        case "chat":
            return chat_facts(ChatState.fold(tree))
        case "meetup":
            return meetup_facts(MeetupState.fold(tree.conversation))
        case "hierarchy":
            return TeamState.fold(tree.path).outline()
        case "clm":
            return SimulationState.fold(tree.path).outline()
        case "lab":
            return LabState.fold(tree.path).outline()
        case "profile":
            return profile_facts(ProfileState.fold(tree))
    raise AssertionError(tree.root.data["engine"])


def _at(tree: SessionTree, leaf: str) -> Any:
    """Return the facts of another branch; meetups, teams, simulations and lab runs."""
    path = tree.path_to(leaf)
    match tree.root.data["engine"]:
        case "meetup":
            return meetup_facts(MeetupState.fold(path))
        case "hierarchy":
            return TeamState.fold(path).outline()
        case "clm":
            return SimulationState.fold(path).outline()
    return _ids(path)


async def facts_of(store: SessionStore, session: str, scratch: Path) -> dict[str, Any]:
    """Return everything that has to stay as it is of one session."""
    tree = (await store.read(session)).tree
    engine = str(tree.root.data["engine"])
    requests = [rebuild(tree, each.request).hash() == each.request for each in tree if each.request]
    assert all(requests)
    leaves = [each.id for each in tree if not tree.children(each.id)]
    return {
        "engine": engine,
        "records": len(tree),
        "head": tree.head,
        "requests": len(requests),
        "state": digest(facts_of_path(tree)),
        "leaves": len(leaves),
        "branches": digest({leaf: digest(_at(tree, leaf)) for leaf in leaves}),
        "exports": {
            **{form: digest(render(tree, form)) for form in TRANSCRIPTS},
            "txt pair": digest(render_pair(tree)),
            **await _tables(store, tree, engine, scratch),
        },
    }


async def _tables(
    store: SessionStore, tree: SessionTree, engine: str, scratch: Path
) -> Mapping[str, str]:
    """Return hashes of the files that an engine exports besides transcripts."""
    folder = scratch / f"{tree.root.id}"
    if engine == "clm":
        files = export_run(await read_run(store, tree.root.id), folder, "csv")
        kept = [each for each in files if each.name != MANIFEST and each.stem not in _NUMERICAL]
    elif engine == "lab":
        kept = lab_exporting.export_run(tree.path, tree, Prices({}), "A lab", folder, "csv")
    elif engine == "profile":
        folder.mkdir(parents=True)
        kept = [folder / "profile.json"]
        write_profile(ProfileState.fold(tree).profile, kept[0])
    else:
        return {}
    return {each.relative_to(folder).as_posix(): digest(each.read_bytes()) for each in kept}


async def all_facts(golden: Path, scratch: Path) -> dict[str, Any]:
    """Return the facts of every golden session, by folder and id."""
    found: dict[str, Any] = {}
    for name in FOLDERS:
        store = SessionStore(golden / name, SystemSource())
        for file in sorted((golden / name).glob("*.jsonl")):
            found[f"{name}/{file.stem}"] = await facts_of(store, file.stem, scratch)
    return found


def main() -> None:
    """Print the facts of the golden sessions as they come out now."""
    import asyncio
    import sys
    import tempfile

    async def run() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as scratch:
            return await all_facts(Path(sys.argv[1]), Path(scratch))

    json.dump(asyncio.run(run()), sys.stdout, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
