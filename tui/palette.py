"""The command palette knows every action of the screen that is open, and the way to others."""

from __future__ import annotations

from collections.abc import Iterator

from textual.actions import parse
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.types import IgnoreReturnCallbackType


class ScreenActions(Provider):
    """Offers what can be done now by its description, shown in the key bar or not."""

    async def discover(self) -> Hits:
        for title, key, run in self._actions():
            yield DiscoveryHit(title, run, help=f"key: {key}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, key, run in self._actions():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=f"key: {key}")

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        seen: set[str] = set()
        for namespace in (self.screen, self.app):
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
