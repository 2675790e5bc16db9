"""The command palette knows every action of the screen that is open."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType


class ScreenActions(Provider):
    """Offers each binding of the screen by its description, shown in the footer or not."""

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
            for binding in self._own_bindings(namespace):
                if binding.action in seen or not binding.description:
                    continue
                seen.add(binding.action)
                title = binding.tooltip or binding.description
                key = self.app.get_key_display(binding)
                yield title, key, self._runner(binding.action, namespace)

    @staticmethod
    def _own_bindings(namespace: object) -> Iterator[Binding]:
        for each in vars(type(namespace)).get("BINDINGS", ()):
            if isinstance(each, Binding):
                yield from Binding.make_bindings([each])

    def _runner(self, action: str, namespace: object) -> IgnoreReturnCallbackType:
        async def run() -> None:
            await self.app.run_action(action, namespace)  # type: ignore[arg-type]

        return run
