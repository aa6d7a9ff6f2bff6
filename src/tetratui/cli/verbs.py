"""Find the verbs by name and import a verb only when it is called; a first word that is not a verb is a SOURCE.

A verb is a module of this package with a click command named `command`. It returns an exit code or None, and raises
only errors of `tetratui.core.errors`.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click
import rich_click
from click.shell_completion import CompletionItem, FishComplete, add_completion_class

from tetratui import __version__
from tetratui.cli.output import ExitCode, say
from tetratui.core.nearest import nearest

VERBS = {
    "open": "the screens on SOURCE (the same as `tetratui SOURCE`)",
    "demo": "the screens on the bundled real capture",
    "stats": "events by kind, binary, policy and destination",
    "events": "the events without what wraps them, as JSON lines, CSV or a table",
    "noise": "noise groups, biggest first",
    "draft": "denylist, Wazuh suppression rules and impact for the events that a query selects",
    "suggest": "drafts for the biggest noise groups, until a share of the events is covered",
    "check": "would a version of Tetragon accept a denylist; lints; attack samples",
    "impact": "the events that a denylist drops, and the detections that are lost",
    "tree": "the processes by who started them",
    "chain": "what a process descends from, what it started and what they did, as a report",
    "hunt": "chains that are worth a look, with reasons",
    "policy": "would a sensor load a tracing policy; what it reports and blocks",
    "wazuh": "check and match Wazuh rule files, or ask a manager",
    "apply": "put the files of an export in force, prove it, and go back unless it is confirmed",
    "revert": "take a change back, by the same proved steps",
    "status": "what is in force, since when, and whether it does what was predicted",
    "blind": "what the lists hide now, from the unfiltered stream beside the export file",
    "doctor": "the installed Tetragon, its export options, and what is wrong with them",
    "config": "the effective configuration, and the origin of each value",
    "themes": "the themes and their files",
    "completion": "the completion script of a shell",
}
"""Verb → its line of help."""

COMPLETE_VARIABLE = "_TETRATUI_COMPLETE"
"""The environment variable with which a shell's completion script asks for completions."""


class _Fish(FishComplete):
    """Writes completions for fish, whose script ends a description at the first comma."""

    def format_completion(self, item: CompletionItem) -> str:
        """Write a completion."""
        return super().format_completion(CompletionItem(item.value, item.type, (item.help or "").replace(",", ";")))


add_completion_class(_Fish)


class _Verbs(rich_click.RichGroup):
    """Finds verbs by name without importing the others."""

    listing = False
    """Whether the help of the group is being written: it needs the lines of help only, so no verb is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        if self.listing:
            return rich_click.RichCommand(name=cmd_name, help=VERBS[cmd_name])
        module = f"tetratui.cli.{cmd_name}"
        try:
            return importlib.import_module(module).command
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise click.UsageError(f"the verb {cmd_name} is not part of this installation") from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {*VERBS, "--help", "-h", "--version"}
        # While a shell asks for completions, `args` lacks the word at the cursor. If empty, that word may be a verb.
        if ctx.resilient_parsing:
            args = ["open", *args] if args and args[0] not in known else args
        elif not args or args[0] not in known:
            if args:
                _refuse_mistyped(args[0])
            args = ["open", *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self.listing = False

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            open_verb = self.get_command(ctx, "open")
            return [*super().shell_complete(ctx, incomplete), *open_verb.shell_complete(ctx, incomplete)]
        # Bash takes either words or files, never both: offer files where no verb begins with the typed text.
        verbs = [CompletionItem(verb, help=text) for verb, text in VERBS.items() if verb.startswith(incomplete)]
        return verbs or [CompletionItem(incomplete, type="file")]


def _refuse_mistyped(word: str) -> None:
    """Raise for a mistyped verb: a bare word that is much like a verb and not the name of a file."""
    close = nearest(word, VERBS, likeness=0.75)
    if (
        close is not None
        and not word.startswith("-")
        and "/" not in word
        and "." not in word
        and not Path(word).exists()
    ):
        raise click.UsageError(f"there is no verb and no file {word!r}; did you mean {close!r}?")


@rich_click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tetratui", message="%(prog)s %(version)s")
def group() -> None:
    """Watch Tetragon's events, mark the noise, and get exact export filters and matching Wazuh rules.

    `tetratui SOURCE…` opens the screens on an export file, a folder, a .gz or `-`.
    """


def run(args: list[str]) -> int | None:
    """Run the verb that `args` name, and return its exit code; print usage errors, and let all other errors through."""
    try:
        result = group.main(args=args, prog_name="tetratui", complete_var=COMPLETE_VARIABLE, standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:
        # click exits with 1 when the reader of stdout has gone, which has what it wanted.
        return ExitCode.DONE if isinstance(end.__context__, BrokenPipeError) else _read_exit_code(end)
    except click.ClickException as error:
        say(f"tetratui: {error.format_message()}")
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "tetratui"
        say(f"try: {path} --help")
        return ExitCode.USAGE
    except click.Abort:
        return ExitCode.INTERRUPTED
    return result if isinstance(result, int) else None


def _read_exit_code(end: SystemExit) -> int:
    return end.code if isinstance(end.code, int) else ExitCode.DONE if end.code is None else ExitCode.USAGE
