"""`tetratui completion`: the script with which a shell completes verbs, options and files."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.output import put

SHELLS = ("bash", "zsh", "fish")


def complete_theme(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of themes that begin with the typed text; a shell waits, so no file is read."""
    # Needed only when a shell completes a theme.
    from tetratui.core.folders import packaged_themes, user_themes

    names = {path.stem for folder in (packaged_themes(), user_themes()) for path in folder.glob("*.toml")}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_event_fields(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Return lists of fields that begin with the typed text: its last name is completed."""
    # Needed only when a shell completes fields.
    from tetratui.core.query.field_values import COLUMNS

    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in COLUMNS if name.startswith(begun)]


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
