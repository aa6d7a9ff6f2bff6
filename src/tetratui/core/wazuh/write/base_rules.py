"""Write the base rules of mode "standalone": for each kind of event a level-0 root and an alerting child.

Wazuh tries roots of level 0 before all alerting roots of the whole ruleset. So no text in a command line ("No space
left on device") can make a stock rule win. Our suppression rules are level-0 children of these roots.

The child has level 5, the groups `tetragon,` and `process_exec,` (…) and `no_full_log`, as the rules in SOCFortress,
"Mastering Linux Monitoring with Tetragon and Wazuh": dashboards built on that article go on working.
"""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.events.kinds import Kind
from tetratui.core.wazuh.write.raw_line import TEXT
from tetratui.core.wazuh.write.rule_text import RuleText

KINDS = (
    Kind.EXEC,
    Kind.EXIT,
    Kind.KPROBE,
    Kind.TRACEPOINT,
    Kind.LOADER,
    Kind.UPROBE,
    Kind.LSM,
    Kind.USDT,
)
"""The kinds with a process block, each with its own root."""
EVERYDAY_LEVEL = 5
"""The level of an ordinary event, as in the SOCFortress article."""
EXEC_ID = r"\A."
"""Match any exec_id: its form (base64 of node, clock and pid today) is an internal matter of Tetragon."""
BASE_SIZE = 2 * len(KINDS) + 2
"""Number of rule ids that the base rules take."""
_DESCRIPTIONS = {
    Kind.EXEC: "Process execution detected.",
    Kind.EXIT: "Process exit detected.",
    Kind.KPROBE: "Process kprobe detected.",
    Kind.TRACEPOINT: "Process tracepoint detected.",
    Kind.LOADER: "Process loader detected.",
    Kind.UPROBE: "Process uprobe detected.",
    Kind.LSM: "Process LSM hook detected.",
    Kind.USDT: "Process USDT probe detected.",
}
_TIMESTAMP = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"'
# These three kinds have no process block. `test` is a common key in other people's JSON, so the whole line must match.
_STATUS_LINE = (
    rf'\A\{{(?:"process_throttle":\{{(?:"type":"THROTTLE_[A-Z]+"|"cgroup":{TEXT}|,)+\}}'
    r'|"rate_limit_info":\{"number_of_dropped_process_events":"?[0-9]+"?\}'
    r'|"test":\{(?:"arg[0-3]":"?[0-9]+"?|,)*\})'
    rf',"node_name":{TEXT},"time":{_TIMESTAMP}[,}}]'
)


@dataclass(frozen=True, slots=True)
class BaseRule:
    """A base rule and its id."""

    id: int
    text: RuleText


def get_root_id(first: int, kind: Kind) -> int:
    """Return the id of a kind's root in the block of ids that begins at `first`."""
    return first + 2 * KINDS.index(kind)


def write_presence_condition(kind: Kind) -> tuple[str, str]:
    """Return the condition (field, pattern) that a line is an event of Tetragon and of this kind."""
    return f"{kind.json_key}.process.exec_id", EXEC_ID


def write_base_rules(first: int) -> list[BaseRule]:
    """Write the base rules, with BASE_SIZE ids from `first` on."""
    rules: list[BaseRule] = []
    for kind in KINDS:
        root = get_root_id(first, kind)
        grouping = RuleText(0, f"Tetragon: {kind.json_key} events", fields=(write_presence_condition(kind),))
        rules += [
            BaseRule(root, grouping),
            BaseRule(root + 1, _write_alerting(root, _DESCRIPTIONS[kind], kind.json_key)),
        ]
    root = first + 2 * len(KINDS)
    grouping = RuleText(0, "Tetragon: throttle, rate limit and test events", regex=_STATUS_LINE)
    description = "Tetragon throttled a group, dropped events over its rate limit, or tested itself."
    return [*rules, BaseRule(root, grouping), BaseRule(root + 1, _write_alerting(root, description, "tetragon_status"))]


def _write_alerting(root: int, description: str, group: str) -> RuleText:
    return RuleText(EVERYDAY_LEVEL, description, parent=root, group=f"{group},", no_full_log=True)
