"""`tetratui policy network`: a policy that reports connections to other machines."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from tetratui.cli.check import named_target
from tetratui.cli.output import put, say


@click.command()
@click.option("--quiet", multiple=True, metavar="CIDR", help="A network not to report; default: 10.0.0.0/8 over TCP.")
@click.option("--quiet-udp", multiple=True, metavar="CIDR", help="A network not to report over UDP.")
@click.option("--quiet-port", multiple=True, metavar="PORT", help="A port not to report, or a range: 8000:8099.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the policy there; default: stdout.")
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to write for; default: installed, else 1.7.0."
)
def network(
    quiet: tuple[str, ...],
    quiet_udp: tuple[str, ...],
    quiet_port: tuple[str, ...],
    out: Path | None,
    version: str | None,
) -> None:
    """Write a policy that reports TCP and UDP connections to other machines, loopback left out."""
    from tetratui.core.export.atomic_write import replace
    from tetratui.core.tetragon.policy.network_policy import QUIET, NetworkPolicy

    chosen = named_target(version, None).version
    oldest = (chosen.major, chosen.minor, chosen.patch)
    policy = NetworkPolicy(oldest, quiet or QUIET, quiet_udp, quiet_ports=quiet_port).yaml()
    if out is None:
        put(policy.decode().rstrip("\n"))
    else:
        replace(out, policy)
        say(f"tetratui: written to {out}")
