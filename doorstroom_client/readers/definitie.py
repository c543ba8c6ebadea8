"""Reads a published OpenAPI definition (extra ``yaml``): plain values, days and moments as the text that stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import not_installed

_MOST_BYTES = 4 * 2**20


def read_definitie(file: Path) -> Any:
    """The document in a file.

    Args:
        file: a definition of the chain as it was published, in YAML or JSON.

    Raises:
        ConfigurationError: it cannot be read, or PyYAML (extra ``yaml``) is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise not_installed("yaml", "reading YAML with PyYAML") from None

    class Loader(yaml.SafeLoader):
        """Leaves days and moments as the text that stands there."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    problem = ""
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ConfigurationError(f"{file.name} is larger than 4 MiB", setting="file", hint="Is this the right file?")
        return yaml.load(content, Loader)  # noqa: S506 - a loader of plain values
    except OSError as error:
        problem = f"cannot read {file}: {os_reason(error)}"
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        problem = f"{file.name} is not valid YAML"
    raise ConfigurationError(problem, setting="file", hint="Give the file as it was published")
