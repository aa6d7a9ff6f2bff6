"""Rules of the operator's that never win again when our base set stands beside them (mode standalone).

Our level-0 roots take every event of Tetragon before any other root is tried; whoever has detections of their own must
know that before the file is copied.
"""

from __future__ import annotations

from collections.abc import Mapping

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.reach.tetragon_rules import names_tetragon
from tetratui.core.wazuh.rule_ids import RULE_FILE

_SHOWN = 5


def overshadowed(files: Mapping[str, bytes]) -> dict[str, list[int]]:
    """Find the root rules on fields of Tetragon's events, by file, without those of our own file."""
    theirs = {name: text for name, text in files.items() if name != RULE_FILE}
    found: dict[str, list[int]] = {}
    for rule in Ruleset.of(theirs, all_decoders=False).rules if theirs else ():
        if _is_root(rule) and names_tetragon(rule):
            found.setdefault(rule.file, []).append(rule.id)
    return found


def _is_root(rule: Rule) -> bool:
    return rule.if_sid is None and rule.if_group is None and rule.if_level is None and rule.correlation is None


def warnings(files: Mapping[str, bytes]) -> list[str]:
    """Say it, one sentence a file."""
    return [
        f"with our base set, {len(ids)} rules of {name} ({_listed(ids)}) and what hangs under them never win again: "
        "use --mode overlay, or hang them under our roots"
        for name, ids in overshadowed(files).items()
    ]


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:_SHOWN])) + (", …" if len(ids) > _SHOWN else "")
