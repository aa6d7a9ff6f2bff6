"""Plan the change of a manager's rules and of an agent's block: what would be done, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

from tetratui.core.apply import agent_block_part
from tetratui.core.apply.agent_block_part import AgentBlockPart, add_block, find_location, is_agent
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.file_swap import FileSwap
from tetratui.core.apply.machine import Machine, digest
from tetratui.core.apply.manager_part import ManagerPart, ProbeLines
from tetratui.core.apply.measure import read_newest
from tetratui.core.apply.plan import ApplyPlan, PlannedFile
from tetratui.core.apply.preflight import Hindrance
from tetratui.core.apply.rule_checks import check_rule_file
from tetratui.core.errors import RefusedError, TetratuiError
from tetratui.core.export.difference import describe_difference
from tetratui.core.wazuh.client.manager import Account, Manager
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

_LINES_TRIED = 20_000
"""Lines of the export file among which one is looked for that our rules silence."""


def plan_manager(
    plan: ApplyPlan,
    account: Account,
    name: str,
    rules: bytes | None,
    journal: ChangeJournal,
    export: Path | None,
    connect: Callable[[Account], Manager] = Manager,
    expected: str | None = None,
) -> None:
    """Add to a plan what putting rules on a manager would do; `rules` None takes the file away.

    `expected` is the digest of the text that must be there: another one was put there since, and would be lost.
    """
    try:
        if rules is not None:
            check_rule_file(Path(name), rules)
        with closing(connect(account)) as manager:
            former = manager.read_rules(name)
            _note_cluster(plan, manager)
    except TetratuiError as error:
        refused = isinstance(error, RefusedError)
        plan.hindrances.append(Hindrance("manager", error.message, error.remedy, refused))
        return
    if former == rules:
        plan.in_force_already.append(f"{name} on {account.url} holds these rules already")
        return
    before, after = (digest(text) if text is not None else "" for text in (former, rules))
    if expected is not None and before != expected:
        text = f"{name} on {account.url} has been changed since, not by this change"
        plan.hindrances.append(Hindrance("changed-since", text, "take the later change back first"))
    path = f"{account.url}/rules/files/{name}"
    plan.files.append(PlannedFile(Path(path), before, after, describe_difference(path, former or b"", rules or b"")))
    lines = choose_lines(export, name, rules) if export is not None and rules is not None else ProbeLines()
    plan.parts.append(ManagerPart(account, name, before, after, journal.backups(plan.id), rules, lines, connect))


def _note_cluster(plan: ApplyPlan, manager: Manager) -> None:
    if manager.is_cluster():
        plan.notes.append(
            "the manager is a cluster: the file goes to its master; workers get it within seconds, take it up at their "
            "next integrity check, and say what they make of it only in their logs"
        )


def choose_lines(export: Path, name: str, rules: bytes) -> ProbeLines:
    """Return one line of an export file that these rules silence, and one that they do not."""
    session = Ruleset.of({name: rules}).session()
    silenced, rule, kept = None, None, None
    try:
        table = read_newest(export, most=16 << 20)
    except TetratuiError:
        return ProbeLines()
    for row in islice(range(table.stop - 1, table.first - 1, -1), _LINES_TRIED):
        line = reserialise(table.line(row))
        verdict = session.match(line) if line is not None else None
        if verdict is None or verdict.unknown:
            continue
        if verdict.rule is not None and not verdict.level and silenced is None:
            silenced, rule = line, verdict.rule
        elif verdict.level and kept is None:
            kept = line
        if silenced is not None and kept is not None:
            break
    return ProbeLines(silenced, rule, kept)


def plan_agent_block(plan: ApplyPlan, machine: Machine, block: bytes, journal: ChangeJournal, clock: Clock) -> None:
    """Add to a plan what letting the Wazuh agent of this host read the export file would do."""
    path = machine.root / agent_block_part.CONFIGURATION
    try:
        former = machine.read(path)
    except TetratuiError as error:
        plan.hindrances.append(Hindrance("agent-block", error.message, error.remedy))
        return
    if former is None:
        return
    if not is_agent(former):
        plan.notes.append(f"{path} is not that of an agent: its block is to be added by hand")
        return
    data = add_block(former, block)
    if data == former:
        plan.in_force_already.append(f"{path} reads the export file already")
        return
    before, after = digest(former), digest(data)
    plan.files.append(PlannedFile(path, before, after, describe_difference(str(path), former, data)))
    file = FileSwap(machine, path, before, after, journal.backups(plan.id), data)
    plan.parts.append(AgentBlockPart(file, find_location(block).decode("utf-8", "replace"), clock))


def plan_file_back(plan: ApplyPlan, part: AgentBlockPart, journal: ChangeJournal) -> None:
    """Add to a plan what putting the former configuration of an agent back would do."""
    file = part.file
    try:
        current, former = file.machine.read(file.path), file.former()
    except TetratuiError as error:
        plan.hindrances.append(Hindrance("agent-block", error.message, error.remedy))
        return
    before = digest(current) if current is not None else ""
    if before != file.after:
        text = f"{file.path} has been changed since, not by this change"
        plan.hindrances.append(Hindrance("changed-since", text, "take its localfile block out by hand"))
    path, backups = file.path, journal.backups(plan.id)
    plan.files.append(
        PlannedFile(path, before, file.before, describe_difference(str(path), current or b"", former or b""))
    )
    swap = FileSwap(file.machine, path, before, file.before, backups, former)
    # The former file need not name the export file: its start is proof enough.
    plan.parts.append(AgentBlockPart(swap, "", part.clock))
