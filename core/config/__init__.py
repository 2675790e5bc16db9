"""Settings: what a person can set, from files, variables and flags, with where each came from."""

from core.config.load import load_settings
from core.config.params import check_parameters, parse_assignments
from core.config.providers import KNOWN_PROVIDERS
from core.config.settings import MeetupSettings, Settings
from core.config.sources import Sources, find_sources

__all__ = [
    "KNOWN_PROVIDERS",
    "MeetupSettings",
    "Settings",
    "Sources",
    "check_parameters",
    "find_sources",
    "load_settings",
    "parse_assignments",
]
