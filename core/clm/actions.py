"""What may be done for a customer on a day: what it costs, how it arrives, who must not get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from core.clm.fields import read_fields, read_mapping, share, words
from core.config.checks import number, whole
from core.errors import ConfigError, nearest

DO_NOTHING = "DO_NOTHING"
"""The one action that reaches nobody, costs nothing and is never refused by a market."""

_NO_CHANNEL = "none"


def _channel(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"the name of a channel, or {_NO_CHANNEL}")
    return value


_CHECKS = {
    "cost": number(0),
    "channel": _channel,
    "cooldown": whole(0, 3650),
    "forbidden": words,
    "half_life": number(0, above=True),
    "discount": share,
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done, in money and days."""

    name: str
    cost: float = 0.0
    channel: str = "email"
    cooldown: int = 0
    """Days that have to pass before the same customer gets it again."""
    forbidden: tuple[str, ...] = ()
    """Segments whose customers never get it."""
    half_life: float = 7.0
    """Days after which half of its effect is left."""
    discount: float = 0.0
    """Share of the price that it gives away on the day it is sent."""

    @property
    def contact(self) -> bool:
        """Whether it reaches the customer, and so tires them."""
        return self.channel != _NO_CHANNEL

    def to_json(self) -> dict[str, object]:
        """Return the action as `Actions.from_json` reads it, without its name."""
        said = asdict(self) | {"forbidden": list(self.forbidden)}
        del said["name"]
        return said


class Actions:
    """The actions of a run, in an order that gives each its index; DO_NOTHING may be missing."""

    def __init__(self, actions: Sequence[Action]) -> None:
        if not actions:
            raise ConfigError("There is no action to choose from.", "Name at least one.")
        self._by_name = {each.name: each for each in actions}
        self.names = tuple(self._by_name)
        if len(self.names) != len(actions):
            raise ConfigError(f"Two actions have the same name: {', '.join(self.names)}.")
        if DO_NOTHING in self:
            idle = self[DO_NOTHING]
            if idle.contact:
                raise ConfigError(f"clm.actions.{DO_NOTHING}.channel has to be {_NO_CHANNEL}.")
            if idle.forbidden or idle.cooldown:
                raise ConfigError(f"clm.actions.{DO_NOTHING} is always allowed.")

    @classmethod
    def from_json(cls, values: object, where: str = "clm.actions") -> Actions:
        """Read actions by name.

        Raises:
            ConfigError: names the key that is wrong.
        """
        found = read_mapping(values, where)
        return cls([_read_action(name, said, f"{where}.{name}") for name, said in found.items()])

    def to_json(self) -> dict[str, object]:
        """Return the actions as `from_json` reads them."""
        return {each.name: each.to_json() for each in self}

    def only(self, names: Iterable[str]) -> Actions:
        """Return some of the actions, in the order given. Raises `ConfigError`."""
        return Actions([self[name] for name in names])

    def index(self, name: str) -> int:
        """Return the index of an action. Raises `ConfigError`."""
        return self.names.index(self[name].name)

    def allowed(
        self, segment: str, day: int, sent: Mapping[str, int] | None = None
    ) -> tuple[str, ...]:
        """Return the names of what a customer may get on a day.

        Args:
            segment: the customer's.
            day: today.
            sent: the day on which each action was last sent to the customer.
        """
        last = sent or {}
        return tuple(
            each.name
            for each in self
            if each.name == DO_NOTHING
            or (
                segment not in each.forbidden
                and (each.name not in last or day - last[each.name] > each.cooldown)
            )
        )

    def __getitem__(self, name: str) -> Action:
        if name not in self._by_name:
            raise ConfigError(f"There is no action {name!r}.", nearest(name, self.names))
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Action]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Actions) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def _read_action(name: str, said: object, where: str) -> Action:
    if name == DO_NOTHING:
        said = {"cost": 0, "channel": _NO_CHANNEL, **read_mapping(said or {}, where)}
    return read_fields(Action, said, _CHECKS, where, needed=("cost", "channel"), name=name)
