"""`tetratui wazuh match`: which rule wins for each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.rule_options import encode_sender, load_rules, make_clock, manager_options, sender_options
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import describe_eventless, read_rows, tell_unreadable
from tetratui.cli.wazuh_check import list_unknown, print_check

_KEPT = 2_000
"""Bytes kept of an unreadable line."""

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset
    from tetratui.core.wazuh.engine.match.rule_session import RuleSession, RuleVerdict


@click.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path())
@click.option(
    "--events", "sources", multiple=True, required=True, metavar="SOURCE", type=SOURCE, help="File, folder, - or host."
)
@click.option("--agent", "through_agent", is_flag=True, help="Send each line through the agent's JSON reader first.")
@click.option("--rows", is_flag=True, help="Name the rule of each row.")
@sender_options
@manager_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def match(
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    through_agent: bool,
    rows: bool,
    location: str | None,
    hostname: str | None,
    arrival: str | None,
    decoders: tuple[Path, ...],
    stock: Path | None,
    as_json: bool,
) -> int:
    """Print which of these RULES (files or folders) wins for each line of SOURCE, in order and in one session."""
    clock = make_clock(arrival)
    ruleset = load_rules(rules, decoders, stock, sender=encode_sender(location, hostname))
    if not ruleset.loads:
        if as_json:
            put_json({**_Outcome().as_json(ruleset, rows), "errors": ruleset.errors})
        else:
            print_check(ruleset, ())
        say("tetratui: the manager would not start with these rules")
        return ExitCode.REFUSED
    outcome, faults = _match_lines(ruleset.session(clock), sources, through_agent)
    if as_json:
        put_json(outcome.as_json(ruleset, rows))
    else:
        outcome.print(rows)
    if rows and not as_json:
        say(f"tetratui: {outcome.summary}")
    tell_unreadable(outcome.unreadable, outcome.events + outcome.unreadable.count)
    for rule, reason in ruleset.unknown:
        say(f"unknown: rule {rule}: {reason}")
    for rule_id in (rule.id for rule in ruleset.rules if rule.gave_up):
        say(f"rule {rule_id}: a pattern reached the match limit of pcre2, which counts as no match: simplify it")
    for text in [*ruleset.cautions, *ruleset.warnings, *faults]:
        say(text)
    return ExitCode.UNREADABLE if faults else _end(outcome)


def _end(outcome: _Outcome) -> ExitCode:
    """Return the exit code of sources that were read whole; say what they look like if no line is an event."""
    eventless = None if outcome.events else describe_eventless(outcome.unreadable)
    if eventless is None:
        return ExitCode.DONE
    say(f"tetratui: {eventless}")
    return ExitCode.REFUSED


def _match_lines(session: RuleSession, sources: Sequence[Source], through_agent: bool) -> tuple[_Outcome, list[str]]:
    """Match all lines in order; the second result is what could not be read."""
    # `--help` needs no events.
    from tetratui.core.sources import SourceRegistry
    from tetratui.core.wazuh.engine.formats.agent_reader import AgentReader

    outcome = _Outcome()
    reader = AgentReader() if through_agent else None
    registry = SourceRegistry()
    try:
        for row, line in read_rows(sources, registry):
            outcome.count(line)
            sent = line if reader is None else reader.read(line).line
            if sent is None:
                outcome.lost.append(row)
            else:
                outcome.add(row, session.match(sent))
    finally:
        registry.close()
    return outcome, [str(fault) for fault in registry.faults]


class _Outcome:
    """The verdicts of all rows, and their sums."""

    def __init__(self) -> None:
        self.events = 0
        # `--help` needs no table.
        from tetratui.core.table import UnreadableLines

        self.unreadable = UnreadableLines()
        self.matches: list[tuple[int, int, int]] = []
        self.alerts = 0
        self.lost: list[int] = []
        self.uncertain: list[int] = []
        self._paths: dict[int, RuleVerdict] = {}

    def count(self, line: bytes) -> None:
        """Count a row as an event, or as unreadable if it is none."""
        # `--help` needs no events.
        from tetratui.core.events.lenient_reader import NotAnEventError
        from tetratui.core.table import UnreadableLine
        from tetratui.core.table.ingest.refused_line import read_refused

        try:
            read_refused(line)
            self.events += 1
        except NotAnEventError as error:
            self.unreadable.add(UnreadableLine(str(error), line[:_KEPT], 0, 0), self.events, len(line))

    def add(self, row: int, verdict: RuleVerdict) -> None:
        """Add the verdict of a row."""
        if verdict.unknown:
            self.uncertain.append(row)
        if verdict.rule is None or verdict.level is None:
            return
        self.matches.append((row, verdict.rule, verdict.level))
        self.alerts += verdict.alert
        self._paths.setdefault(verdict.rule, verdict)

    def _count_by_rule(self) -> list[tuple[int, int]]:
        return Counter(rule for _, rule, _ in self.matches).most_common()

    def as_json(self, ruleset: Ruleset, rows: bool) -> dict[str, Any]:
        """Return the document of `--json`; matches come with `--rows`."""
        return {
            "loads": ruleset.loads,
            "events": self.events,
            "unreadable": self.unreadable.count,
            **({"matches": self.matches} if rows else {}),
            "matched": len(self.matches),
            "alerts": self.alerts,
            "lost": self.lost,
            "rules": [
                {
                    "rule": rule,
                    "level": self._paths[rule].level,
                    "events": events,
                    "path": self._paths[rule].path,
                    "groups": self._paths[rule].groups,
                }
                for rule, events in self._count_by_rule()
            ],
            "unknown": list_unknown(ruleset),
            "cautions": ruleset.cautions,
            "uncertain": self.uncertain,
            "gave_up": [rule.id for rule in ruleset.rules if rule.gave_up],
        }

    def print(self, rows: bool) -> None:
        """Print for people: the rules by how often they win, or the rule of each row."""
        if rows:
            for row, rule, level in self.matches:
                put(f"{row} {rule} {level}")
            return
        for rule, events in self._count_by_rule():
            path = " › ".join(map(str, self._paths[rule].path))
            groups = ", ".join(self._paths[rule].groups)
            put(f"{events:>8}  rule {rule}  level {self._paths[rule].level}  {path}  [{groups}]")
        put(self.summary)
        if self.lost:
            put(f"{len(self.lost)} lines lost by the agent")

    @property
    def summary(self) -> str:
        """Return the sums in one sentence."""
        unmatched = self.events + self.unreadable.count - len(self.matches) - len(self.lost)
        lines = f"{self.events} events, {self.unreadable.count} unreadable lines"
        return f"{lines}; {unmatched} without a rule, {self.alerts} alerts"
