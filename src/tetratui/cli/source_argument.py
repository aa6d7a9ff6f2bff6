"""The argument SOURCE of the verbs: a file, a folder, `-`, or a host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source


class SourceType(click.ParamType):  # type: ignore[type-arg]
    """Turns the address of a host into a `HostSource`, and leaves everything else as it is."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Source:  # noqa: ARG002
        """Return the source. Raise UsageError for an address that names no host."""
        return parse_source(value) if isinstance(value, str) else value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the names of files."""
        return click.Path().shell_complete(ctx, param, incomplete)


SOURCE = SourceType()


def parse_source(text: str, *, silent: bool = False) -> Source:
    """Return the host that a text names, else the text; `silent` lets `ssh` ask for nothing."""
    if "://" not in text:
        return text
    # Few sources are hosts.
    from tetratui.core.hosts.host_source import parse_host_source
    from tetratui.core.tetragon.agent.host_installation import inspect_host

    return parse_host_source(text, inspect_host, silent=silent) or text
