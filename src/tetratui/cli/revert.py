"""`tetratui revert`: take a change back, the newest or a named one, by the same proved steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.output import ExitCode, put_json, say
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.apply.change import AppliedChange
    from tetratui.core.apply.change_journal import ChangeJournal


@click.command()
@click.argument("change_id", metavar="ID", required=False)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
@click.option("--dry-run", is_flag=True, help="Print every step and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(change_id: str | None, yes: bool, reason: str, dry_run: bool, as_json: bool) -> int:
    """Take back change ID of the journal (tetratui status lists them), without ID the newest that is in force."""
    # Needed to change something; `--help` does not need it.
    from tetratui.cli.apply import find_password, finish_with, run_plan, undo_change
    from tetratui.cli.apply_terminal import ask_yes, plan_json, print_plan
    from tetratui.core.apply.change_journal import ChangeJournal
    from tetratui.core.workspace.applying import make_revert_plan

    journal = ChangeJournal()
    with journal.lock():
        change = journal.load(change_id) if change_id is not None else _choose(journal)
        if not change.state.is_finished:
            return _exit_code(undo_change(journal, change), as_json)
        plan = make_revert_plan(change, journal, say, password=find_password(change))
        if dry_run and as_json:
            put_json(plan_json(plan))
        elif not as_json:
            print_plan(plan)
        plan.check()
        if dry_run:
            return ExitCode.DONE
        if not yes and (not sys.stdin.isatty() or not ask_yes("Take it back?")):
            raise UsageError("nothing was changed", "give --yes where there is no terminal to say yes on")
        result = run_plan(journal, plan, reason.strip() or f"takes back {change.id}", None, change.id)
    return finish_with(result, as_json)


def _exit_code(change: AppliedChange, as_json: bool) -> int:
    """Return 0 where a change that was left in the middle is taken back: that is what was wanted."""
    from tetratui.cli.apply import finish_with

    code = finish_with(change, as_json)
    return ExitCode.DONE if code == ExitCode.TAKEN_BACK else code


def _choose(journal: ChangeJournal) -> AppliedChange:
    changes = journal.changes()
    gone = {change.reverts for change in changes if change.reverts and str(change.state) == "confirmed"}
    for change in changes:
        if not change.state.is_finished or (
            str(change.state) == "confirmed" and change.id not in gone and not change.reverts
        ):
            return change
    raise UsageError("no change is in force that could be taken back", "tetratui status lists them")
