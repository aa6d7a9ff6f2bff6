"""`tetratui wazuh`: the group of the verbs about Wazuh's rules."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.wazuh_ask import ask
from tetratui.cli.wazuh_check import check
from tetratui.cli.wazuh_match import match


@click.group()
def command() -> None:
    """What a Wazuh 4.x manager does with rule files: would it load them, and which rule wins."""


command.add_command(ask)
command.add_command(check)
command.add_command(match)
