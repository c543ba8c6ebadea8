"""The settings, from a file and from variables, without a client."""

from doorstroom_client.config.reader import Settings as Settings
from doorstroom_client.config.reader import load_settings as load_settings

__all__ = [
    "Settings",
    "load_settings",
]
