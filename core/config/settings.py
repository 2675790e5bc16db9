"""The settings as the rest of Salon sees them: typed, checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.config.lengths import context_length
from core.config.prices import Prices
from core.messages import ModelName, Params
from core.providers.base import ProviderSettings

DEFAULT_ORIGIN = "default"

Starter = Literal["a", "b", "random"]
Overflow = Literal["drop", "summarise"]


@dataclass(frozen=True, slots=True)
class MeetupSettings:
    """How two participants talk, unless a meetup says otherwise."""

    turns: int = 10
    """Model messages before it ends; 0: no limit."""
    starter: Starter = "random"
    """The side that speaks first."""
    rate: float = 0
    """Most messages a minute; 0: no limit."""
    pace: float = 0
    """Reading speed in words per minute; 0: no waiting."""
    overflow: Overflow = "drop"
    """What becomes of messages that no longer fit a context."""
    pass_for_human: bool = True
    """Whether personas are asked to pass for human."""
    loops: bool = True
    """Whether a conversation that repeats itself is paused."""
    ready_pair: tuple[str, str] = ("freud", "ada")
    """The personas that the app offers first."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How a human chats with a persona, unless a chat says otherwise."""

    user: str = "You"
    """The name that the human goes by."""
    overflow: Overflow = "drop"
    """What becomes of messages that no longer fit a context."""
    pass_for_human: bool = True
    """Whether personas are asked to pass for human."""


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """How a team works, unless a run says otherwise."""

    steps: int = 60
    """Decisions that are taken in a row without a human before one is asked."""


@dataclass(frozen=True, slots=True)
class RecommendSettings:
    """How recommendations for users are made, unless a command says otherwise."""

    predictor: str = "local"
    """`local`, `mock` or `kumo`."""
    horizon: int = 14
    """Days within which a user has to do something to count as engaged."""
    threshold: float = 0.7
    """Score above which the predictor's action is taken."""
    otherwise: str = "send_message"
    """The action for all others."""
    actions: tuple[str, ...] = ("offer_discount", "recommend_product", "send_message")
    """What a predictor may recommend."""
    rows_may_leave: bool = False
    """Whether users' rows may be sent to a service without asking each time."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person can set, with where each value came from."""

    model: str = "local:smollm2"
    """The model where a pane, a persona or a flag names none."""
    params: Params = field(default_factory=Params)
    """Sampling parameters where a pane, a persona or a flag names none."""
    theme: str = "textual-dark"
    """Colours of the app: a theme of Textual's."""
    chat: ChatSettings = field(default_factory=ChatSettings)
    meetup: MeetupSettings = field(default_factory=MeetupSettings)
    hierarchy: TeamsSettings = field(default_factory=TeamsSettings)
    recommend: RecommendSettings = field(default_factory=RecommendSettings)
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)
    context_lengths: Mapping[str, int] = field(default_factory=dict)
    """Tokens of prompt and answer together, by pattern of model names."""
    prices: Prices = field(default_factory=Prices)
    """Dollars for a million tokens, by pattern of model names."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys, separated by commas, by the id of what they do."""
    clm: Mapping[str, object] = field(default_factory=dict)
    """Customers, actions and worlds of the day simulator, as the files say them."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value that is not a default came from, by its dotted key."""
    files: tuple[Path, ...] = ()
    """The settings files that were read, lowest precedence first."""

    def origin(self, key: str) -> str:
        """Say where a value came from: `config/models.yml:12`, `environment SALON_MODEL` …"""
        return self.origins.get(key, DEFAULT_ORIGIN)

    def context_length(self, model: str | ModelName) -> tuple[int, bool]:
        """Return a model's context length in tokens, and whether it is only assumed."""
        return context_length(self.context_lengths, str(model))
