"""`tetratui wazuh`: the group of the verbs about Wazuh's rules."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.wazuh_ask import ask
from tetratui.cli.wazuh_chain import chain
from tetratui.cli.wazuh_check import check
from tetratui.cli.wazuh_match import match


@click.group()
def command() -> None:
    """Check and match rule files as a Wazuh 4.x manager does, ask a real manager, or write rules for chains."""


command.add_command(ask)
command.add_command(chain)
command.add_command(check)
command.add_command(match)
