"""`tetratui wazuh check`: would a manager load these rules, and what of them never does anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json
from tetratui.cli.rule_options import load_rules, manager_options
from tetratui.core.amounts import counted

if TYPE_CHECKING:
    from tetratui.core.wazuh.engine.load.messages import Notice
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

_RULES_NAMED = 8
"""Rules of one group that are named; the others are counted."""


@click.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path())
@manager_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def check(rules: tuple[str, ...], decoders: tuple[Path, ...], stock: Path | None, as_json: bool) -> int:
    """Say whether a manager would load these RULES (files or folders), and what it or its API would leave out."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, api_changes
    from tetratui.core.wazuh.engine.load.manager_files import xml_files

    ruleset = load_rules(rules, decoders, stock, beside_stock=True)
    texts = [(path.name, path.read_bytes()) for path in xml_files([Path(rule) for rule in rules])]
    refusals = _refusals(ruleset, texts)
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
        tell_checked(ruleset, refusals)
    return ExitCode.DONE if ruleset.loads and not ruleset.dangers else ExitCode.REFUSED


def _refusals(ruleset: Ruleset, texts: Sequence[tuple[str, bytes]]) -> list[str]:
    """What the API answers to the upload of each file that it refuses, named."""
    # Only `check` asks this; `--help` does not.
    from tetratui.core.wazuh.engine.load.api_check import api_refuses, session_refuses

    refusals = []
    for name, text in texts:
        ours = [notice for notice in ruleset.notices if notice.file == name]
        refusal = api_refuses(text) or session_refuses(ours)
        if refusal is not None:
            refusals.append(f"{name}: {refusal}")
    return refusals


def _checked(ruleset: Ruleset, refusals: Sequence[str]) -> dict[str, Any]:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots
    from tetratui.core.wazuh.engine.reach.never_fires import never_fires

    return {
        "loads": ruleset.loads,
        "errors": ruleset.errors,
        "warnings": ruleset.warnings,
        "api_refuses": "; ".join(refusals) or None,
        "dangers": [f"{notice.location}: {notice.text}" for notice in ruleset.dangers],
        "unknown": unknown_json(ruleset),
        "cautions": ruleset.cautions,
        "never_fires": [asdict(one) for one in never_fires(ruleset)],
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


def unknown_json(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Return the rules that are not emulated, for `--json`."""
    return [{"rule": rule, "reason": reason} for rule, reason in ruleset.unknown]


def tell_checked(ruleset: Ruleset, refusals: Sequence[str]) -> None:
    """Print what there is to say of loaded rules, grouped by cause."""
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.reach.never_fires import never_fires

    _tell_notices([*ruleset.notices, *ruleset.dangers])
    _tell_by_reason("UNKNOWN", ruleset.unknown)
    for caution in ruleset.cautions:
        put(f"CAUTION  {caution}")
    _tell_by_reason("NEVER", [(one.rule, f"never fires: {one.reason}") for one in never_fires(ruleset)])
    _tell_hijacks(ruleset)
    for refusal in refusals:
        put(f"API      {refusal}")
    outcome = "would load" if ruleset.loads else "would NOT load: the manager does not start"
    upload = "refuses" if refusals else "takes"
    rules = f"{len(ruleset.rules)} rules {'in force' if ruleset.loads else 'read'}"
    beside = ", beside the stock rules" if ruleset.stock else ""
    put(f"{rules}{beside}; analysisd {outcome}; the API {upload} the upload")


def _tell_notices(notices: Sequence[Notice]) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import cause_of, group_by

    for group in group_by(notices, lambda notice: (notice.level, cause_of(notice.text))):
        first = group[0]
        put(f"{first.level:<8} {first.location}: {first.text}")
        if first.remedy:
            put(f"         → {first.remedy}")
        _tell_others([str(notice.rule) if notice.rule is not None else notice.file for notice in group[1:]])


def _tell_by_reason(label: str, rules: Sequence[tuple[int, str]]) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import cause_of, group_by

    for group in group_by(rules, lambda item: cause_of(item[1])):
        rule, reason = group[0]
        put(f"{label:<8} rule {rule}: {reason}")
        _tell_others([str(rule) for rule, _ in group[1:]])


def _tell_others(names: Sequence[str]) -> None:
    """Name those of whom the same is to be said."""
    if names:
        distinct = list(dict.fromkeys(names))
        listed = ", ".join(distinct[:_RULES_NAMED]) + (", …" if len(distinct) > _RULES_NAMED else "")
        put(f"         and {len(names)} more like it: {listed}")


def _tell_hijacks(ruleset: Ruleset) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import group_by
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots

    words: dict[int, str] = {}
    for shadowing in shadowed_roots(ruleset):
        words[shadowing.rule] = f"{words[shadowing.rule]}, " if shadowing.rule in words else ""
        words[shadowing.rule] += f"{shadowing.words!r} ({shadowing.by})"
    for group in group_by(words, words.__getitem__):
        put(f"LINT     rule {group[0]}: stock rules take events from it that hold {words[group[0]]}")
        put("         → give the root level 0 and alert in a child: such roots are tried first")
        _tell_others([str(rule) for rule in group[1:]])
    safe = len(safe_roots(ruleset))
    if safe:
        put(
            f"SAFE     {counted(safe, 'root')} of level 0: tried before every alerting root, no words take their events"
        )
