"""`tetratui apply`: put the files of an export in force, prove it, and go back unless it is confirmed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.manager_account import PASSWORD_VARIABLE, make_account, read_password
from tetratui.cli.output import ExitCode, put_json, say
from tetratui.core.errors import TargetError, UsageError

if TYPE_CHECKING:
    from tetratui.core.apply.change import AppliedChange
    from tetratui.core.apply.change_journal import ChangeJournal
    from tetratui.core.apply.plan import ApplyPlan
    from tetratui.core.wazuh.client.manager import Account

_SHORTEST_REASON = 8
"""Characters; a reason is a sentence."""


@click.command()
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option(
    "--host",
    metavar="HOST",
    help="Where the sensor runs: docker://NAME, podman://NAME, k8s://NAMESPACE; default: here.",
)
@click.option("--only", type=click.Choice(["tetragon", "wazuh"]), help="Apply only these files.")
@click.option(
    "--confirm", type=click.FloatRange(1), metavar="SECONDS", help="Time to confirm; default 120, or as configured."
)
@click.option("--yes", is_flag=True, help="Ask nothing and keep it without a confirmation; needs --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
@click.option("--dry-run", is_flag=True, help="Print every step and change nothing.")
@click.option("--plan", "digest", metavar="PLAN", help="Apply only what a dry run with this plan has shown.")
@click.option("--finish", metavar="ID", help="Keep the change that waits for its confirmation.")
@click.option("--kubectl", is_flag=True, help="Run kubectl for a k8s:// host; without it the commands are shown.")
@click.option("--url", help="The API of the Wazuh manager that gets the rules: https://manager:55000.")
@click.option(
    "--user",
    default="wazuh",
    show_default=True,
    help=f"Its user; password: {PASSWORD_VARIABLE}, ~/.netrc, or asked.",
)
@click.option("--ca", type=click.Path(path_type=Path), help="Certificate authority to trust, a PEM file.")
@click.option("--insecure", is_flag=True, help="Do not check the manager's certificate.")
@click.option("--unit", default="tetragon", show_default=True, help="The sensor's unit of systemd.")
@click.option("--tetragon", "version", metavar="VERSION", help="The sensor's version, when it cannot be found out.")
@click.option("--root", default="/", metavar="DIR", help="Look for the sensor under this folder instead of /.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(folder: Path | None, finish: str | None, as_json: bool, **options: Any) -> int:
    """Put the files in DIR in force: back up, write, restart, prove, and go back unless it is confirmed."""
    from tetratui.core.apply.change_journal import ChangeJournal

    journal = ChangeJournal()
    if finish is not None:
        return _finish(journal, finish, as_json)
    if folder is None:
        raise UsageError("no folder was named", "name the folder that --out wrote: tetratui apply DIR")
    _check_options(options)
    if options["dry_run"]:
        return _show(_make_plan(journal, folder, options), as_json)
    with journal.lock():
        settle_left_changes(journal)
        plan = _make_plan(journal, folder, options)
        change = _apply(journal, plan, options, as_json)
    return finish_with(change, as_json)


def _check_options(options: dict[str, Any]) -> None:
    if options["yes"] and options["confirm"] is not None:
        raise UsageError("--yes and --confirm exclude each other", "leave one of them out")
    if options["yes"] and len(options["reason"].strip()) < _SHORTEST_REASON:
        raise UsageError("--yes keeps a change that nobody confirms", "say why in a sentence: --reason TEXT")


def _make_plan(journal: ChangeJournal, folder: Path, options: dict[str, Any]) -> ApplyPlan:
    # The expression engines are needed to judge a list; `--help` does not need them.
    from tetratui.core.workspace.applying import ApplyRequest, make_plan

    request = ApplyRequest(
        folder=folder,
        host=options["host"] or "",
        only=options["only"] or "",
        unit=options["unit"],
        version=options["version"],
        kubectl=options["kubectl"],
        root=Path(options["root"]),
        manager=_find_account(options),
    )
    plan = make_plan(request, journal, say)
    if options["digest"] is not None and options["digest"] != plan.digest:
        raise TargetError(
            f"the plan is {plan.digest}, not {options['digest']}: files or target have changed since it was shown",
            "look at it again: --dry-run",
        )
    return plan


def _find_account(options: dict[str, Any]) -> Account | None:
    if options["url"] is None or options["only"] == "tetragon":
        return None
    return make_account(options["url"], options["user"], options["ca"], options["insecure"])


def _show(plan: ApplyPlan, as_json: bool) -> int:
    from tetratui.cli.apply_terminal import plan_json, print_plan

    if as_json:
        put_json(plan_json(plan))
    else:
        print_plan(plan)
    plan.check()
    return ExitCode.DONE


def _apply(journal: ChangeJournal, plan: ApplyPlan, options: dict[str, Any], as_json: bool) -> AppliedChange | None:
    from tetratui.cli.apply_terminal import ask_yes, print_plan
    from tetratui.core.config import load

    if not as_json:
        print_plan(plan)
    plan.check()
    if plan.is_empty:
        say("nothing is to be changed")
        return None
    if not options["yes"] and options["digest"] is None:
        if not sys.stdin.isatty() and options["confirm"] is None:
            raise UsageError(
                "there is no terminal to say yes on", "give --yes with --reason, --plan, or --confirm SECONDS"
            )
        if sys.stdin.isatty() and not ask_yes("Apply it?"):
            raise UsageError("nothing was changed", "")
    confirm = None if options["yes"] else options["confirm"] or float(load().apply.confirm_seconds)
    return run_plan(journal, plan, options["reason"].strip(), confirm)


def find_secret(plan: ApplyPlan) -> str:
    """Return the manager's password of a plan, for its keeper; empty if it touches no manager."""
    accounts = [getattr(part, "account", None) for part in plan.parts]
    return next((account.password for account in accounts if account is not None), "")


def run_plan(
    journal: ChangeJournal, plan: ApplyPlan, reason: str, confirm: float | None, reverts: str = ""
) -> AppliedChange:
    """Make a change on a terminal, and return how it ended. The lock of the journal must be held."""
    from tetratui.cli.apply_terminal import StopSignals, TerminalDialogue
    from tetratui.core.apply.change import Operator
    from tetratui.core.apply.operation import Dialogue, Operation

    terminal = TerminalDialogue(confirm, plan.id)
    operation = Operation(journal, plan, Operator.of_this_process(), reason, confirm, reverts, find_secret(plan))
    with StopSignals().handle() as stop:
        return operation.run(Dialogue(terminal.report, terminal.ask, stop))


def finish_with(change: AppliedChange | None, as_json: bool) -> int:
    """Print how a change ended, and return the exit code."""
    from tetratui.cli.apply_terminal import change_json, print_change

    if change is None:
        return ExitCode.DONE
    try:
        if as_json:
            put_json(change_json(change))
        else:
            print_change(change)
        sys.stdout.flush()
    except OSError:
        # The terminal is gone: the exit code still tells how the change ended.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    codes = {"confirmed": ExitCode.DONE, "reverted": ExitCode.TAKEN_BACK}
    return codes.get(str(change.state), ExitCode.UNREADABLE)


def settle_left_changes(journal: ChangeJournal) -> None:
    """Take back or keep what a former run left in the middle, after asking; without a terminal, raise.

    Raises:
        TargetError: there is such a change, and nobody to ask.
    """
    left = journal.unfinished()
    if not left:
        return
    from tetratui.cli.apply_terminal import ask_yes, describe_unfinished

    if not sys.stdin.isatty():
        raise TargetError(describe_unfinished(len(left)), "")
    for change in left:
        say(f"change {change.id} of {change.who} on {change.host} is {change.state}: {change.outcome or change.source}")
        if str(change.state) == "waiting" and ask_yes("It is in force and proved, and nobody confirmed it. Keep it?"):
            _keep(journal, change)
            continue
        if not ask_yes("It was left in the middle. Take it back?"):
            raise TargetError(describe_unfinished(len(left)), "")
        undo_change(journal, change)


def _keep(journal: ChangeJournal, change: AppliedChange) -> None:
    from tetratui.core.apply.clock import Clock
    from tetratui.core.apply.rebuild import rebuild_parts
    from tetratui.core.apply.runner import ChangeRunner

    parts = rebuild_parts(change, Clock(), find_password(change))
    ChangeRunner(journal, change, parts).keep("confirmed at the next start")


def undo_change(journal: ChangeJournal, change: AppliedChange) -> AppliedChange:
    """Take back a change that was left in the middle. The lock of the journal must be held."""
    from tetratui.cli.apply_terminal import StopSignals, TerminalDialogue
    from tetratui.core.apply.clock import Clock
    from tetratui.core.apply.operation import Dialogue, undo_left_change
    from tetratui.core.apply.rebuild import rebuild_parts

    clock = Clock()
    secret = find_password(change)
    terminal = TerminalDialogue(None, change.id)
    with StopSignals().handle():
        return undo_left_change(journal, change, rebuild_parts(change, clock, secret), clock, Dialogue(terminal.report))


def find_password(change: AppliedChange) -> str:
    """Return the password of the manager that a change touched; empty if it touched none. Raises UsageError."""
    from tetratui.core.apply.rebuild import needs_password

    facts = next((facts for facts in change.parts if "url" in facts), None)
    return read_password(facts["url"], facts["user"]) if facts is not None and needs_password(change) else ""


def _finish(journal: ChangeJournal, change_id: str, as_json: bool) -> int:
    from tetratui.core.apply.clock import Clock
    from tetratui.core.apply.operation import finish_left_change
    from tetratui.core.apply.rebuild import rebuild_parts

    change = finish_left_change(journal, change_id, lambda change: rebuild_parts(change, Clock()))
    return finish_with(change, as_json)
