"""`tetratui policy`: the group of the verbs about tracing policies."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.policy_block import block
from tetratui.cli.policy_check import check
from tetratui.cli.policy_impact import impact
from tetratui.cli.policy_network import network
from tetratui.cli.policy_quiet import quiet


@click.group()
def command() -> None:
    """Check tracing policies, see what they would report and block, make them quieter, or write one that blocks."""


command.add_command(block)
command.add_command(check)
command.add_command(impact)
command.add_command(network)
command.add_command(quiet)
