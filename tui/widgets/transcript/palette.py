"""The colours of a transcript: roles, each a component class, as Rich styles."""

from collections.abc import Callable

from rich.style import Style

PREFIX = "transcript--"
SPEAKERS = ("primary", "accent", "success", "secondary", "warning")
"""Theme colours that speakers take, in the order in which they first speak."""

_ROLES = {
    "text": "color: $foreground;",
    "muted": "color: $text-muted;",
    "heading": "color: $text-primary;",
    "code": "color: $text-accent; background: $surface;",
    "link": "color: $text-secondary;",
    "marker": "color: $text-muted;",
    "line": "color: $foreground 35%;",
    "cursor": "color: $foreground 70%;",
    "writing": "color: $foreground;",
    "hint": "color: $block-cursor-foreground; background: $block-cursor-background;",
    "error": "color: $text-error;",
    "warning": "color: $text-warning;",
    "match": "color: $text-warning; background: $warning-muted;",
    "match-current": "color: $block-cursor-foreground; background: $block-cursor-background;",
    "code-block": "color: $foreground; background: $surface;",
    "code-comment": "color: $text-muted; background: $surface;",
    "code-keyword": "color: $text-accent; background: $surface;",
    "code-string": "color: $text-success; background: $surface;",
    "code-number": "color: $text-warning; background: $surface;",
    "code-name": "color: $text-primary; background: $surface;",
} | {f"speaker-{name}": f"color: $text-{name};" for name in SPEAKERS}

COMPONENT_CLASSES = {PREFIX + role for role in _ROLES}

COMPONENT_CSS = "\n".join(f"& > .{PREFIX}{role} {{ {rules} }}" for role, rules in _ROLES.items())

_ATTRIBUTES = {
    "b": Style(bold=True),
    "i": Style(italic=True),
    "s": Style(strike=True),
    "u": Style(underline=True),
}


class Palette:
    """Looks styles up once, by role and attributes."""

    def __init__(self, component: Callable[[str], Style]) -> None:
        self._component = component
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, role: str, attributes: str = "") -> Style:
        """The style of a role with attributes as in `Run`."""
        key = (role, attributes)
        style = self._styles.get(key)
        if style is None:
            style = self._component(PREFIX + role)
            for attribute in attributes:
                style += _ATTRIBUTES[attribute]
            self._styles[key] = style
        return style

    def fingerprint(self) -> tuple[Style, ...]:
        """Equal for two palettes that paint everything alike."""
        return tuple(self.style(role) for role in _ROLES)
