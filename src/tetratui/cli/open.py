"""`tetratui [SOURCE…]`: the screens."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.completion import complete_theme
from tetratui.cli.output import ExitCode, put
from tetratui.cli.source_argument import SOURCE, parse_source
from tetratui.core.config import load
from tetratui.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source


@click.command("open")
@click.argument("sources", nargs=-1, metavar="[SOURCE]…", type=SOURCE)
@click.option(
    "--theme", metavar="NAME", shell_complete=complete_theme, help="Colour theme; `tetratui themes` lists them."
)
@click.option("--low-bandwidth", is_flag=True, help="Send less: a smaller byte budget, rows without colour.")
@click.option("--quit-after", type=float, metavar="SECONDS", help="End by itself; for scripts.")
@click.option("--sidecar", type=click.Path(path_type=Path), help="File with reason, owner and expiry of drafts.")
@click.option("--explain", is_flag=True, help="Print what would be run on the hosts; connect to nothing.")
def command(
    sources: tuple[Source, ...],
    theme: str | None,
    low_bandwidth: bool,
    quit_after: float | None,
    sidecar: Path | None,
    explain: bool,
) -> int:
    """Look at events on the screen: SOURCE is an export file, a folder of them, a .gz, - for a pipe, or a host.

    A host is ssh://[USER@]HOST[/PATH], docker://CONTAINER, podman://CONTAINER or k8s://[CONTEXT/]NAMESPACE[/DAEMONSET].

    Without SOURCE: the pipe on stdin, else the export file that the installed Tetragon is configured with.
    """
    if explain:
        _explain(sources)
        return ExitCode.DONE
    config = load()
    # On the screens `ssh` could ask for nothing: keys belong to them.
    chosen = tuple(parse_source(str(source), silent=True) for source in sources) or (_find_source(),)
    from tetratui.ui.run import run  # brings the screens with it, which no other verb needs

    return run(chosen, config, theme=theme, low_bandwidth=low_bandwidth, quit_after=quit_after, sidecar=sidecar)


def _explain(sources: tuple[Source, ...]) -> None:
    from tetratui.core.hosts.explain import explain_source
    from tetratui.core.hosts.host_source import split_sources_by_place

    hosts = split_sources_by_place(sources)[1]
    if not hosts:
        raise UsageError("--explain is about hosts, and no SOURCE is one", "name one: ssh://HOST")
    for host in hosts:
        put(explain_source(replace(host, silent=True)))


def _find_source() -> str:
    if not sys.stdin.isatty():
        return "-"
    # Only a call without SOURCE reads the options of the installed Tetragon.
    from tetratui.core.tetragon.agent.agent_config import default_export_file

    path = default_export_file()
    if path is None:
        raise SourceError(
            "no SOURCE is given, and no Tetragon here exports to a file", "name a file, or try: tetratui demo"
        )
    return str(path)
