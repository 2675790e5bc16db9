"""The command palette knows every action of the screen that is open, and the way to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from textual.actions import parse
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.types import IgnoreReturnCallbackType

from tui.faults import ContainingApp
from tui.pane.screen import CommandScreen


class ScreenActions(Provider):
    """Offers what can be done now by its description, shown in the key bar or not."""

    async def discover(self) -> Hits:
        for title, key, run in self._offered():
            yield DiscoveryHit(title, run, help=f"key: {key}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, key, run in self._offered():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=f"key: {key}")

    def _offered(self) -> list[tuple[str, str, IgnoreReturnCallbackType]]:
        try:
            return list(self._actions())
        except Exception as error:  # noqa: BLE001 - reported; Textual would hide it
            assert isinstance(self.app, ContainingApp)
            self.app.report_fault(error)
            return []

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        screen = self.screen
        if isinstance(screen, CommandScreen):
            yield from self._commands(screen)
            namespaces: tuple[DOMNode, ...] = (self.app,)
        else:
            namespaces = (screen, self.app)
        yield from self._bound(namespaces)

    def _commands(
        self, screen: CommandScreen[Any]
    ) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Yield the commands of a pane; one that needs an argument asks for it in the prompt."""
        for row in screen.TABLE.rows:
            action = f"command({row.id!r})"
            if row.help and _possible(screen, action):
                bound = next(row.bindings(screen.TABLE.pane), None)
                key = row.word if bound is None else self.app.get_key_display(bound)
                yield row.help, key, self._runner(action, screen)

    def _bound(
        self, namespaces: Iterable[DOMNode]
    ) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        seen: set[str] = set()
        for namespace in namespaces:
            for binding in own_bindings(type(namespace)):
                if binding.action in seen or not binding.description:
                    continue
                if not _possible(namespace, binding.action):
                    continue
                seen.add(binding.action)
                title = binding.tooltip or binding.description
                key = self.app.get_key_display(binding)
                yield title, key, self._runner(binding.action, namespace)

    def _runner(self, action: str, namespace: DOMNode) -> IgnoreReturnCallbackType:
        async def run() -> None:
            await self.app.run_action(action, namespace)

        return run


def own_bindings(kind: type[DOMNode]) -> Iterator[Binding]:
    """Yield what a class of ours binds, each key apart; what Textual binds is left out."""
    for each in kind.__mro__:
        if each.__module__.startswith("textual."):
            return
        yield from Binding.make_bindings(vars(each).get("BINDINGS", ()))


def _possible(namespace: DOMNode, action: str) -> bool:
    _, name, parameters = parse(action)
    return namespace.check_action(name, parameters) is True
