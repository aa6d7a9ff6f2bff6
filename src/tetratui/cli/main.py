"""The command `tetratui`: finds the verb, imports only what that verb needs, and ends with its exit code.

A verb is a module of this package with a click command named `command`; it returns an exit code or None and raises
only errors of `tetratui.core.errors`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click
import rich_click

from tetratui import __version__
from tetratui.cli.output import ExitCode, guarded, say

VERBS = {
    "open": "look at events on the screen (what `tetratui SOURCE` does)",
    "demo": "the screens on the bundled real capture",
    "stats": "events by kind, binary, policy and destination",
    "noise": "the noisiest groups, biggest first",
    "draft": "denylist, Wazuh twins and impact for what a query selects",
    "suggest": "drafts for the noisiest groups, until a share of the events is covered",
    "check": "would this version of Tetragon accept the denylist; lints; needles",
    "impact": "what a denylist drops, and which Wazuh rules starve",
    "wazuh": "check and match Wazuh rule files",
    "doctor": "version, effective export options, permissions, and what to do",
    "config": "the effective configuration and where each value comes from",
    "themes": "the themes found, and where",
    "completion": "shell completion to source",
}
"""Each verb with its line of help; its module is imported only when it is called."""


class _Verbs(rich_click.RichGroup):
    """Finds verbs by name without importing them; a first word that is no verb is a SOURCE."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        return importlib.import_module(f"tetratui.cli.{cmd_name}").command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in VERBS and args[0] not in {"--help", "-h", "--version"}):
            args = ["open", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@rich_click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tetratui", message="%(prog)s %(version)s")
def group() -> None:
    """Watch Tetragon's events, mark the noise, and get exact export filters and matching Wazuh rules.

    `tetratui SOURCE…` opens the screens on an export file, a folder, a .gz or `-`.
    """


def _run(args: list[str]) -> int | None:
    try:
        result = group.main(args=args, prog_name="tetratui", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        say(f"tetratui: {error.format_message()}")
        if isinstance(error, click.UsageError) and error.ctx is not None:
            say(f"try: {error.ctx.command_path} --help")
        return ExitCode.USAGE
    except click.Abort:
        return ExitCode.INTERRUPTED
    return result if isinstance(result, int) else None


def main() -> None:
    """Run the command line and exit."""
    args = sys.argv[1:]
    if args == ["--version"]:
        # Answered before anything heavy is imported: scripts ask it often.
        print(f"tetratui {__version__}")
        sys.exit(ExitCode.DONE)
    sys.exit(guarded(lambda: _run(args)))
