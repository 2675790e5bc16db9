"""Forgets for good, asks before, and says what is left."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import SessionBusy
from core.profile.erasure import Forgotten, forget
from core.profiles.edits import edit_of
from core.profiles.fields import FIELDS, GROUPS, fields_of
from core.profiles.profile import Evidence
from core.profiles.records import ProfileKind
from core.text import clean_line, counted
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.profile.handlers import ProfileHandlers
from tui.profile.wording import named
from tui.widgets.transcript import Entry

_ALL = "all"
_CONSEQUENCES = """\
Erased are its values, earlier ones too, what was proposed, the words quoted, and the copies \
that chats keep of what personas were told. Exported files and backups of yours stay as they are.

This cannot be taken back."""
_WITH_MESSAGES = """\
Erased with it: the whole messages of yours in chats that hold the words quoted."""
_KEPT = "Your messages in chats stay as you wrote them."


class ErasureHandlers(ProfileHandlers):
    """Asks what, whether messages go too, whether it is meant; then erases."""

    async def forget(self) -> str:
        """Erase a field, a group or everything for good."""
        wanted = await self._ask(PickScreen("Forget what, for good?", self._choices()))
        if wanted is None:
            return ""
        paths = list(FIELDS) if wanted == _ALL else [each.path for each in fields_of(wanted)]
        messages = await self._with_messages(paths)
        if messages is None:
            return ""
        name = "your whole profile" if wanted == _ALL else GROUPS.get(wanted) or named(wanted)
        more = _WITH_MESSAGES if messages else _KEPT
        question = ConfirmScreen(
            f"Forget {name}?", f"{more}\n\n{_CONSEQUENCES}", yes="Erase it for good"
        )
        if not await self._ask(question):
            return ""
        done = await self._erase(paths, messages=messages)
        if done is None:
            return "nothing was erased"
        self._controller.sources.forget()
        if done.still_said:
            await self._ask(PageScreen("What is left", [Entry("left", await self._left(done))]))
        return _told(done)

    def _choices(self) -> Sequence[Choice[str]]:
        """Offer the field under the cursor first, then its group, then everything."""
        found: list[Choice[str]] = []
        row = self._controller.rows.current
        path = "" if row is None else row.path
        if path in FIELDS:
            found.append(Choice(path, named(path), "this field"))
            path = FIELDS[path].group
        if path in GROUPS:
            found.append(Choice(path, GROUPS[path], "the whole group"))
        return [*found, Choice(_ALL, "Everything", "all values, proposals and the whole history")]

    async def _with_messages(self, paths: Sequence[str]) -> bool | None:
        """Ask whether messages in chats go, too; `None` if nothing is to be forgotten."""
        count = len({(each.session, each.record) for each in self._rests_on(paths)})
        if not count:
            return False
        said = counted(count, "message")
        kind = await self._ask(
            PickScreen(
                f"It rests on {said} of yours in chats. What of those?",
                [
                    Choice("keep", "Keep the messages", "they go on saying it"),
                    Choice("erase", "Erase them as well", "the whole message, for good"),
                ],
            )
        )
        return None if kind is None else kind == "erase"

    def _rests_on(self, paths: Sequence[str]) -> list[Evidence]:
        edits = (
            edit_of(each)
            for each in self._own.records
            if each.kind in {ProfileKind.PROFILE_EDIT, ProfileKind.PROPOSAL}
        )
        return [
            evidence
            for edit in edits
            if edit is not None and edit.field in paths
            for evidence in edit.evidence
        ]

    async def _erase(self, paths: Sequence[str], *, messages: bool) -> Forgotten | None:
        """Erase; a chat that is open in this app is closed for it, if that is agreed to."""
        file, chats = self._file, self._controller.runtime.store
        try:
            return await forget(file, chats, paths, messages=messages)
        except SessionBusy:
            holder = self._controller.screen.app.opened("chat")
            if holder is None or holder.session_id is None:
                raise
        doing = f", and {holder.busy}" if holder.busy else ""
        question = f"A chat that holds some of it is open in the Chat pane{doing}."
        agreed = await self._ask(
            ConfirmScreen(question, "Close it there and erase?", yes="Close it there")
        )
        if not agreed:
            return None
        await holder.close_session()
        return await forget(file, chats, paths, messages=messages)

    async def _left(self, done: Forgotten) -> str:
        """Return which messages still say it, as Markdown."""
        lines = [
            f"{_told(done)}.",
            "",
            "These messages of yours in chats still say it. Each can be erased with the command "
            "beside it, and a chat as a whole in Sessions (F5).",
            "",
        ]
        for session, record in done.still_said:
            where = await self._controller.sources.of([Evidence(session, record, 0, 0, "")])
            lines.append(f"- {_plain(where[record])}: `salon sessions erase {session} {record}`")
        return "\n".join(lines)


def _told(done: Forgotten) -> str:
    """Return what was erased and what is left, on one line."""
    said = f"erased: {counted(done.records, 'record')} of your profile"
    if done.chats:
        said += f", texts in {counted(len(done.chats), 'chat')}"
    if left := len(done.still_said):
        verb = "says" if left == 1 else "say"
        said += f" · {counted(left, 'message')} still {verb} it"
    return said


def _plain(text: str) -> str:
    """Return a text that Markdown reads as it stands."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>#&|!~" else each for each in clean_line(text))
