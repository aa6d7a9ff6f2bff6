"""`tetratui themes`: the themes and their files; a file that cannot be used is named on stderr."""

from __future__ import annotations

import rich_click as click

from tetratui.cli.output import put, put_json, say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a list.")
def command(as_json: bool) -> None:
    """List the themes, the purpose of each, and its file."""
    # Textual checks the colours. Importing it takes half a second, which other verbs must not spend.
    from tetratui.core.folders import user_themes
    from tetratui.ui.theme.theme_file import find_themes

    result = find_themes()
    themes = result.themes.values()
    if as_json:
        listed = [{"name": theme.name, "says": theme.says, "path": str(theme.path)} for theme in themes]
        failed = [str(error) for error in result.failed]
        put_json({"themes": listed, "failed": failed, "folder": str(user_themes())})
    else:
        width = max((len(theme.name) for theme in themes), default=0)
        for theme in themes:
            put(f"{theme.name:<{width}}  {theme.says}  ({theme.path})")
        say(f"your own themes: {user_themes()}/NAME.toml")
    for error in result.failed:
        say(f"tetratui: skipped: {error}")
