"""The base set of mode "standalone": a root per kind that nothing can be tried before, and an alerting child under it.

The child keeps what the article's readers rely on (level 5, groups `tetragon,` and `process_exec,` …, `no_full_log`).

Roots of level 0 are tried before all alerting roots of the whole ruleset, so that no text in argv ("No space left on
device") can make a stock rule win; our suppression rules are level-0 children of these roots.
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
"""The kinds with a process block, each with a root of its own."""
EVERYDAY_LEVEL = 5
"""The level of an ordinary event: the article's."""
EXEC_ID = r"\A."
"""An exec_id is there. Its form (base64 of node, clock and pid today) is Tetragon's own affair."""
SIZE = 2 * len(KINDS) + 2
"""Ids that the base set takes."""
_WORDS = {
    Kind.EXEC: "Process execution detected.",
    Kind.EXIT: "Process exit detected.",
    Kind.KPROBE: "Process kprobe detected.",
    Kind.TRACEPOINT: "Process tracepoint detected.",
    Kind.LOADER: "Process loader detected.",
    Kind.UPROBE: "Process uprobe detected.",
    Kind.LSM: "Process LSM hook detected.",
    Kind.USDT: "Process USDT probe detected.",
}
_TIME = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"'
# These three have no process block; `test` is a common key of other people's JSON, so the whole line is looked at.
_OTHERS = (
    rf'\A\{{(?:"process_throttle":\{{(?:"type":"THROTTLE_[A-Z]+"|"cgroup":{TEXT}|,)+\}}'
    r'|"rate_limit_info":\{"number_of_dropped_process_events":"?[0-9]+"?\}'
    r'|"test":\{(?:"arg[0-3]":"?[0-9]+"?|,)*\})'
    rf',"node_name":{TEXT},"time":{_TIME}[,}}]'
)


@dataclass(frozen=True, slots=True)
class BaseRule:
    """One rule of the base set and its id."""

    rule: int
    text: RuleText


def root_of(first: int, kind: Kind) -> int:
    """Name the id of a kind's root in the block that begins at `first`."""
    return first + 2 * KINDS.index(kind)


def presence(kind: Kind) -> tuple[str, str]:
    """Write the condition that a line is Tetragon's and of this kind."""
    return f"{kind.json_key}.process.exec_id", EXEC_ID


def base_set(first: int) -> list[BaseRule]:
    """Write the base set with ids from `first` on, SIZE of them."""
    rules: list[BaseRule] = []
    for kind in KINDS:
        root = root_of(first, kind)
        grouping = RuleText(0, f"Tetragon: {kind.json_key} events", fields=(presence(kind),))
        rules += [BaseRule(root, grouping), BaseRule(root + 1, _alerting(root, _WORDS[kind], kind.json_key))]
    root = first + 2 * len(KINDS)
    grouping = RuleText(0, "Tetragon: throttle, rate limit and test events", regex=_OTHERS)
    words = "Tetragon throttled a group, dropped events over its rate limit, or tested itself."
    return [*rules, BaseRule(root, grouping), BaseRule(root + 1, _alerting(root, words, "tetragon_status"))]


def _alerting(root: int, words: str, group: str) -> RuleText:
    return RuleText(EVERYDAY_LEVEL, words, parent=root, group=f"{group},", no_full_log=True)
