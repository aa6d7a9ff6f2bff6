"""`tetratui completion`: the script that a shell sources to complete verbs, options and files."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.output import put

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script: `eval "$(tetratui completion bash)"` in ~/.bashrc."""
    from click.shell_completion import get_completion_class

    # The group imports this module on demand, so it is not there yet when this one is imported.
    from tetratui.cli.verbs import COMPLETE_VARIABLE, group

    script = get_completion_class(shell)
    assert script is not None, "SHELLS names only shells that click knows"
    put(script(group, {}, "tetratui", COMPLETE_VARIABLE).source().strip("\n"))
