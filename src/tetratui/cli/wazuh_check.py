"""`tetratui wazuh check`: would a manager load these rules, and which of them have no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json
from tetratui.cli.rule_options import load_rules, manager_options
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.wazuh.engine.load.messages import Notice
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

_NAME_LIMIT = 8
"""Most rules of a group that are named; the others are counted."""


@click.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path())
@manager_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def check(rules: tuple[str, ...], decoders: tuple[Path, ...], stock: Path | None, as_json: bool) -> int:
    """Check whether a manager would load these RULES (files or folders), and what it or its API would leave out."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, api_changes
    from tetratui.core.wazuh.engine.load.manager_files import xml_files

    ruleset = load_rules(rules, decoders, stock, beside_stock=True)
    texts = [(path.name, path.read_bytes()) for path in xml_files([Path(rule) for rule in rules])]
    refusals = _list_refusals(ruleset, texts)
    names = [name for name, _ in texts if FILE_NAME.fullmatch(name) is None]
    changes = [f"{name}: {formula}" for name, text in texts for formula in api_changes(text)]
    if as_json:
        put_json({**_make_document(ruleset, refusals), "api_changes": changes, "api_names": names})
    else:
        for name in names:
            put(f"API      {name}: the API takes no file of this name")
            put("         → upload it under a name of letters, digits, _ and -, with .xml at the end")
        for change in changes:
            put(f"CHANGES  {change}")
            put("         → an upload would put a ' before this text: begin it with another character")
        print_check(ruleset, refusals)
    return ExitCode.DONE if ruleset.loads and not ruleset.dangers else ExitCode.REFUSED


def _list_refusals(ruleset: Ruleset, texts: Sequence[tuple[str, bytes]]) -> list[str]:
    """Return the API's answer to the upload of each file that it refuses, after the file's name."""
    # The answers need the XML readers; `--help` does not.
    from tetratui.core.wazuh.engine.load.api_check import api_refuses, session_refuses

    refusals = []
    for name, text in texts:
        notices = [notice for notice in ruleset.notices if notice.file == name]
        refusal = api_refuses(text) or session_refuses(notices)
        if refusal is not None:
            refusals.append(f"{name}: {refusal}")
    return refusals


def _make_document(ruleset: Ruleset, refusals: Sequence[str]) -> dict[str, Any]:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots
    from tetratui.core.wazuh.engine.reach.never_fires import never_fires

    return {
        "loads": ruleset.loads,
        "errors": ruleset.errors,
        "warnings": ruleset.warnings,
        "api_refuses": "; ".join(refusals) or None,
        "dangers": [f"{notice.location}: {notice.text}" for notice in ruleset.dangers],
        "unknown": list_unknown(ruleset),
        "cautions": ruleset.cautions,
        "never_fires": [asdict(dead) for dead in never_fires(ruleset)],
        "shadowed_roots": [asdict(shadowing) for shadowing in shadowed_roots(ruleset)],
        "safe_roots": safe_roots(ruleset),
        "notices": [_make_notice_document(notice) for notice in [*ruleset.notices, *ruleset.dangers]],
        "rules": len(ruleset.rules),
    }


def _make_notice_document(notice: Notice) -> dict[str, Any]:
    return {
        "severity": notice.level.lower(),
        "file": notice.file,
        "line": notice.line,
        "rule": notice.rule,
        "message": notice.text,
        "remedy": notice.remedy,
    }


def list_unknown(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Return the rules that cannot be followed, with the reason, for `--json`."""
    return [{"rule": rule, "reason": reason} for rule, reason in ruleset.unknown]


def print_check(ruleset: Ruleset, refusals: Sequence[str]) -> None:
    """Print the messages about loaded rules, grouped by cause, and whether a manager would load them."""
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.reach.never_fires import never_fires

    _print_notices([*ruleset.notices, *ruleset.dangers])
    _print_by_reason("UNKNOWN", ruleset.unknown)
    for caution in ruleset.cautions:
        put(f"CAUTION  {caution}")
    _print_by_reason("NEVER", [(dead.rule, f"never fires: {dead.reason}") for dead in never_fires(ruleset)])
    _print_shadowed_roots(ruleset)
    for refusal in refusals:
        put(f"API      {refusal}")
    outcome = "would load" if ruleset.loads else "would NOT load: the manager does not start"
    upload = "refuses" if refusals else "takes"
    rules = f"{len(ruleset.rules)} rules {'in force' if ruleset.loads else 'read'}"
    stock = ", together with the stock rules" if ruleset.stock else ""
    put(f"{rules}{stock}; analysisd {outcome}; the API {upload} the upload")


def _print_notices(notices: Sequence[Notice]) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import cause_of, group_by

    for group in group_by(notices, lambda notice: (notice.level, cause_of(notice.text))):
        first = group[0]
        put(f"{first.level:<8} {first.location}: {first.text}")
        if first.remedy:
            put(f"         → {first.remedy}")
        _print_others([str(notice.rule) if notice.rule is not None else notice.file for notice in group[1:]])


def _print_by_reason(label: str, rules: Sequence[tuple[int, str]]) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import cause_of, group_by

    for group in group_by(rules, lambda item: cause_of(item[1])):
        rule, reason = group[0]
        put(f"{label:<8} rule {rule}: {reason}")
        _print_others([str(rule) for rule, _ in group[1:]])


def _print_others(names: Sequence[str]) -> None:
    """Print the names of those to which the same message applies."""
    if names:
        distinct = list(dict.fromkeys(names))
        listed = ", ".join(distinct[:_NAME_LIMIT]) + (", …" if len(distinct) > _NAME_LIMIT else "")
        put(f"         and {len(names)} more like it: {listed}")


def _print_shadowed_roots(ruleset: Ruleset) -> None:
    # Rules are read by then; `--help` does not need this.
    from tetratui.core.wazuh.engine.load.messages import group_by
    from tetratui.core.wazuh.engine.match.root_shadowing import safe_roots, shadowed_roots

    texts: dict[int, list[str]] = {}
    for shadowing in shadowed_roots(ruleset):
        texts.setdefault(shadowing.rule, []).append(f"{shadowing.words!r} ({shadowing.by})")
    for group in group_by(texts, lambda rule: tuple(texts[rule])):
        put(f"LINT     rule {group[0]}: stock rules take events whose line holds {', '.join(texts[group[0]])}")
        put("         → give the root level 0 and let a child rule alert: Wazuh tries level-0 roots first")
        _print_others([str(rule) for rule in group[1:]])
    safe = len(safe_roots(ruleset))
    if safe:
        roots = format_count(safe, "root")
        put(f"SAFE     {roots} of level 0: tried before alerting roots, so no text takes their events")
