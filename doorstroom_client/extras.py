"""What to say when an extra of this package is not installed: one wording in every place.

The command is right for a checkout and for a wheel: pip leaves the installed package as it is, and adds what the extra needs.
"""

from __future__ import annotations

from doorstroom_client.errors import ConfigurationError


def how_to_install(extra: str) -> str:
    """The command that adds an extra to the installed package."""
    return f'Run: pip install "doorstroom_client[{extra}]"'


def not_installed(extra: str, purpose: str, *, setting: str = "", instead: str = "") -> ConfigurationError:
    """The error for who asks for something of which the extra is not installed.

    Args:
        extra: which one.
        purpose: what needs it, as the subject of a sentence.
        setting: which setting asks for it; the name of the extra when left out.
        instead: what else the reader may do.
    """
    hint = f"{how_to_install(extra)}; or {instead}" if instead else how_to_install(extra)
    return ConfigurationError(f"{purpose} needs the extra {extra}, which is not installed", setting=setting or extra, hint=hint)
