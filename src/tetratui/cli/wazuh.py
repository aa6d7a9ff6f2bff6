"""`tetratui wazuh check` and `tetratui wazuh match`: what a Wazuh manager would do with rule files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.manager import ask
from tetratui.cli.output import ExitCode, put, put_json, say

if TYPE_CHECKING:
    from tetratui.core.wazuh.engine.load.messages import Notice
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset
    from tetratui.core.wazuh.engine.match.rule_session import RuleVerdict


@click.group()
def command() -> None:
    """What a Wazuh 4.x manager does with rule files: would it load them, and which rule wins."""


command.add_command(ask)


@command.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def check(rules: tuple[str, ...], as_json: bool) -> int:
    """Say whether a manager would load these RULES (files or folders), and what it or its API would leave out."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, api_changes, api_refuses
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset, rule_files

    ruleset = Ruleset.load(rules, beside_stock=True)
    texts = [(path.name, path.read_bytes()) for path in rule_files([Path(rule) for rule in rules])]
    refusals = [f"{name}: {refusal}" for name, text in texts if (refusal := api_refuses(text)) is not None]
    names = [name for name, _ in texts if FILE_NAME.fullmatch(name) is None]
    changes = [f"{name}: {formula}" for name, text in texts for formula in api_changes(text)]
    if as_json:
        put_json({**_checked(ruleset, refusals), "api_changes": changes, "api_names": names})
    else:
        for name in names:
            put(f"API      {name}: takes no file of this name")
            put("         → upload it under another: letters, digits, _ and -, then .xml")
        for change in changes:
            put(f"CHANGES  {change}")
            put("         → an upload would write a ' before this text, which then is part of it: begin it otherwise")
        _tell_checked(ruleset, refusals)
    return ExitCode.DONE if ruleset.loads and not ruleset.dangers else ExitCode.REFUSED


def _checked(ruleset: Ruleset, refusals: Sequence[str]) -> dict[str, Any]:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots

    return {
        "loads": ruleset.loads,
        "errors": ruleset.errors,
        "warnings": ruleset.warnings,
        "api_refuses": "; ".join(refusals) or None,
        "dangers": [f"{notice.place}: {notice.text}" for notice in ruleset.dangers],
        "unknown": _unknown(ruleset),
        "cautions": ruleset.cautions,
        "hijackable": [asdict(shadowing) for shadowing in shadowed_roots(ruleset)],
        "safe_roots": safe_roots(ruleset),
        "notices": [_as_json(notice) for notice in [*ruleset.notices, *ruleset.dangers]],
        "rules": len(ruleset.rules),
    }


def _as_json(notice: Notice) -> dict[str, Any]:
    return {
        "severity": notice.level.lower(),
        "file": notice.file,
        "line": notice.line,
        "rule": notice.rule,
        "message": notice.text,
        "remedy": notice.remedy,
    }


def _unknown(ruleset: Ruleset) -> list[dict[str, Any]]:
    return [{"rule": rule, "reason": reason} for rule, reason in ruleset.unknown]


def _tell_checked(ruleset: Ruleset, refusals: Sequence[str]) -> None:
    for notice in [*ruleset.notices, *ruleset.dangers]:
        put(f"{notice.level:<8} {notice.place}: {notice.text}")
        if notice.remedy:
            put(f"         → {notice.remedy}")
    for rule, reason in ruleset.unknown:
        put(f"UNKNOWN  rule {rule}: {reason}")
    for caution in ruleset.cautions:
        put(f"UNKNOWN  {caution}")
    _tell_hijacks(ruleset)
    for refusal in refusals:
        put(f"API      {refusal}")
    outcome = "would load" if ruleset.loads else "would NOT load: the manager does not start"
    upload = "refuses" if refusals else "takes"
    rules = f"{len(ruleset.rules)} rules {'in force' if ruleset.loads else 'read'}"
    put(f"{rules}; analysisd {outcome}; the API {upload} the upload")


def _tell_hijacks(ruleset: Ruleset) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots

    found = shadowed_roots(ruleset)
    for rule in dict.fromkeys(shadowing.rule for shadowing in found):
        words = ", ".join(f"{shadowing.words!r} ({shadowing.by})" for shadowing in found if shadowing.rule == rule)
        put(f"LINT     rule {rule}: stock rules take events from it that hold {words}")
        put("         → give the root level 0 and alert in a child: such roots are tried first")
    safe = len(safe_roots(ruleset))
    if safe:
        roots = "1 root of level 0 is" if safe == 1 else f"{safe} roots of level 0 are"
        put(f"SAFE     {roots} tried before every alerting root: no words in an event can take it from them")


@command.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path())
@click.option("--events", "sources", multiple=True, required=True, metavar="SOURCE", help="File, folder, .gz or -.")
@click.option("--agent", "through_agent", is_flag=True, help="Send each line through the agent's JSON reader first.")
@click.option("--rows", is_flag=True, help="Name the rule of each row.")
@click.option("--location", help="Where the manager says all lines come from, for rules with <location>.")
@click.option("--hostname", help="The host it names for all lines, for rules with <hostname>.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def match(
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    through_agent: bool,
    rows: bool,
    location: str | None,
    hostname: str | None,
    as_json: bool,
) -> int:
    """Say which rule wins per line of SOURCE, in order and in one session, with these RULES (files or folders)."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

    told = {"location": location, "hostname": hostname}
    ruleset = Ruleset.load(rules, sender={name: text.encode() for name, text in told.items() if text is not None})
    if not ruleset.loads:
        if as_json:
            put_json({**_Outcome().as_json(ruleset, rows), "errors": ruleset.errors})
        else:
            _tell_checked(ruleset, ())
        say("tetratui: the manager would not start with these rules")
        return ExitCode.REFUSED
    outcome, faults = _matched(ruleset, sources, through_agent)
    if as_json:
        put_json(outcome.as_json(ruleset, rows))
    else:
        outcome.tell(rows)
    for rule, reason in ruleset.unknown:
        say(f"unknown: rule {rule}: {reason}")
    for rule_id in (found.id for found in ruleset.rules if found.gave_up):
        say(f"rule {rule_id}: a pattern ran into pcre2's match limit, which counts as no match: simplify it")
    for text in [*ruleset.cautions, *ruleset.warnings, *faults]:
        say(text)
    return ExitCode.UNREADABLE if faults else ExitCode.DONE


def _matched(ruleset: Ruleset, sources: Sequence[str], through_agent: bool) -> tuple[_Outcome, list[str]]:
    """Match all lines in order; the second result says what could not be read."""
    # Only this verb of the two reads events.
    from tetratui.core.sources import SourceRegistry, expand, read_all
    from tetratui.core.wazuh.engine.formats.agent_reader import AgentReader

    outcome, session = _Outcome(), ruleset.session()
    reader = AgentReader() if through_agent else None
    registry = SourceRegistry()
    try:
        lines = (line for chunk in read_all(expand(sources), registry) for line in chunk.lines)
        for row, line in enumerate(lines):
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
    """What came out over all rows."""

    def __init__(self) -> None:
        self.events = 0
        self.unreadable = 0
        self.matches: list[tuple[int, int, int]] = []
        self.alerts = 0
        self.lost: list[int] = []
        self.uncertain: list[int] = []
        self._paths: dict[int, RuleVerdict] = {}

    def count(self, line: bytes) -> None:
        """Count a row as an event or as bad: no JSON object."""
        # Only this verb of the two reads events.
        import orjson

        try:
            is_event = isinstance(orjson.loads(line), dict)
        except orjson.JSONDecodeError:
            is_event = False
        self.events += is_event
        self.unreadable += not is_event

    def add(self, row: int, verdict: RuleVerdict) -> None:
        """Take the verdict of a row."""
        if verdict.unknown:
            self.uncertain.append(row)
        if verdict.rule is None or verdict.level is None:
            return
        self.matches.append((row, verdict.rule, verdict.level))
        self.alerts += verdict.alert
        self._paths.setdefault(verdict.rule, verdict)

    def _by_rule(self) -> list[tuple[int, int]]:
        return Counter(rule for _, rule, _ in self.matches).most_common()

    def as_json(self, ruleset: Ruleset, rows: bool) -> dict[str, Any]:
        """Give the document of `--json`; matches come with `--rows`."""
        return {
            "loads": ruleset.loads,
            "events": self.events,
            "unreadable": self.unreadable,
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
                for rule, events in self._by_rule()
            ],
            "unknown": _unknown(ruleset),
            "cautions": ruleset.cautions,
            "uncertain": self.uncertain,
            "gave_up": [rule.id for rule in ruleset.rules if rule.gave_up],
        }

    def tell(self, rows: bool) -> None:
        """Print for people: the rules by how often they win, or the rule of each row."""
        if rows:
            for row, rule, level in self.matches:
                put(f"{row} {rule} {level}")
            return
        for rule, events in self._by_rule():
            path = " › ".join(map(str, self._paths[rule].path))
            groups = ", ".join(self._paths[rule].groups)
            put(f"{events:>8}  rule {rule}  level {self._paths[rule].level}  {path}  [{groups}]")
        unmatched = self.events + self.unreadable - len(self.matches) - len(self.lost)
        put(
            f"{self.events} events, {self.unreadable} unreadable lines; {unmatched} without a rule, {self.alerts} alerts"
        )
        if self.lost:
            put(f"{len(self.lost)} lines lost by the agent")
