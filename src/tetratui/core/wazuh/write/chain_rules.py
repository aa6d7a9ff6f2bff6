"""Write rules that fire when the steps of a chain come in their order: `0010-tetratui-chain.xml`.

Each step is a rule of its own that is remembered (level 1 or 2 makes no alert, level 0 would not be remembered), and
below it a rule that fires when the step before was seen and both share a field. The root has `noalert`: an event that
is no step goes on to all other rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tetratui.core.wazuh.rule_ids import free_block
from tetratui.core.wazuh.write.chain_decoder import EXEC_ID, FAMILY
from tetratui.core.wazuh.write.rule_text import FIELD_TEXT_LIMIT, escape_pattern, make_plain, write_comment

CHAIN_FILE = "0010-tetratui-chain.xml"
"""Its name sorts after 0010-rules_config.xml and before our other rules, whose roots would take the events."""
GROUP = "tetragon,tetratui_chain,"
STEP_LEVEL = 1
TIMEFRAME = 300
"""Seconds in which the next step must arrive at the manager."""
LIMITS = (
    "What these rules cannot see:",
    "- A chain through a forked shell (a pipe, a subshell): of real execs 15 to 38 of 100 have a parent that never"
    " executed anything; their family is the fork's.",
    "- With the manager's default threads a step may be looked at before the one before it: of 200 chains sent at once"
    " 186 fired. With analysisd.rule_matching_threads=1 and analysisd.event_threads=1 all did.",
    "- A reload of the manager forgets all steps; so do about 8,000 later events.",
    "- Steps of different agents never match, nor steps that arrive in another order.",
    "- A rule of level 0 that takes a step, or any other rule that wins it, breaks the chain. An event that is a step"
    " reaches no other rule: choose a step level that alerts where it must be seen by itself.",
)


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One event of a chain in the terms of rules."""

    words: str
    fields: tuple[tuple[str, str], ...]
    """(field name, pcre2 pattern); all must match."""
    level: int = 10
    """The level of the alert when the chain has come this far; of the first step, when it is seen."""
    after: int | None = None
    """The index of the step that must have come before; None for a first step."""
    same: str = FAMILY
    """The field that both must share."""
    techniques: tuple[str, ...] = ()


_SHELL = r"/(?:ba|da|z|k|a)?sh\z"
_SERVICES = r"/(?:nginx|apache2|httpd|lighttpd|caddy|php-fpm[\d.]*|java|node|uwsgi|gunicorn)\z"
TEMPLATE = (
    ChainStep(
        "Web server started a shell",
        (("process_exec.parent.binary", _SERVICES), ("process_exec.process.binary", _SHELL)),
        8,
        techniques=("T1190", "T1059.004"),
    ),
    ChainStep(
        "Download in the shell of a web server",
        (("process_exec.process.binary", r"/(?:curl|wget)\z"),),
        10,
        0,
        techniques=("T1105",),
    ),
    ChainStep(
        "Made executable after a download, in the same shell",
        (("process_exec.process.binary", r"/chmod\z"),),
        11,
        1,
        techniques=("T1222.002",),
    ),
    ChainStep(
        "Downloaded, made executable, started from a writable folder: same shell",
        (("process_exec.process.binary", r"\A(?:/tmp|/var/tmp|/dev/shm)/"),),
        13,
        2,
    ),
    ChainStep(
        "The dropped program connects out",
        (("process_kprobe.function_name", r"\Atcp_connect\z"),),
        15,
        3,
        EXEC_ID,
        techniques=("T1071.001",),
    ),
)
"""Web server, shell, download, executable, started from a writable folder, connects out."""


@dataclass(frozen=True, slots=True)
class ChainRules:
    """A rule file and its ids."""

    data: bytes
    first: int
    rules: tuple[tuple[int, ChainStep], ...]
    """The rule that alerts for each step."""


def write_chain_rules(
    steps: Sequence[ChainStep], taken: Collection[int] = (), notes: Sequence[str] = (), step_level: int = STEP_LEVEL
) -> ChainRules:
    """Write the rules of one chain.

    Args:
        steps: in the order in which they come; `after` names an earlier one.
        taken: rule ids in use elsewhere.
        notes: sentences for the head of the file.
        step_level: the level of a step that is seen without the one before it.

    Raises:
        RefusedError: no free block of ids.
    """
    first = free_block(taken, 1 + 2 * len(steps))
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    alerting: list[tuple[int, ChainStep]] = []
    blocks = [_root(first)]
    for index, step in enumerate(steps):
        step_id = first + 1 + 2 * index
        if step.after is None:
            blocks.append(_rule(step_id, step.level, [f"<if_sid>{first}</if_sid>", *_fields(step)], step))
            alerting.append((step_id, step))
            continue
        # Steps that look alike are one remembered rule: the first of two would take all events of both.
        remembered = seen.setdefault(step.fields, step_id)
        if remembered == step_id:
            what = ChainStep(f"{step.words} (one step, remembered)", step.fields)
            blocks.append(_rule(step_id, step_level, [f"<if_sid>{first}</if_sid>", *_fields(step)], what))
        before = alerting[step.after][0]
        conditions = [
            f"<if_sid>{remembered}</if_sid>",
            f"<if_matched_sid>{before}</if_matched_sid>",
            f"<same_field>{step.same}</same_field>",
        ]
        blocks.append(_rule(step_id + 1, step.level, conditions, step, counts=True))
        alerting.append((step_id + 1, step))
    head = [write_comment(note) for note in (*notes, *LIMITS)]
    text = "\n".join([*head, f'<group name="{GROUP}">', *blocks, "</group>"]) + "\n"
    return ChainRules(text.encode(), first, tuple(alerting))


def _root(first: int) -> str:
    lines = [
        f'  <rule id="{first}" level="0" noalert="1">',
        "    <decoded_as>json</decoded_as>",
        f'    <field name="{EXEC_ID}" type="pcre2">\\A.</field>',
        "    <description>Tetragon: any event of a process</description>",
        "  </rule>",
    ]
    return "\n".join(lines)


def _fields(step: ChainStep) -> list[str]:
    return [
        f'<field name="{name}" type="pcre2">{escape_pattern(pattern, FIELD_TEXT_LIMIT)}</field>'
        for name, pattern in step.fields
    ]


def _rule(rule: int, level: int, conditions: Sequence[str], step: ChainStep, *, counts: bool = False) -> str:
    frequency = f' frequency="2" timeframe="{TIMEFRAME}"' if counts else ""
    lines = [f'  <rule id="{rule}" level="{level}"{frequency}>', *(f"    {line}" for line in conditions)]
    lines.append(f"    <description>{make_plain(step.words)}</description>")
    if step.techniques:
        lines.append("    <mitre>" + "".join(f"<id>{technique}</id>" for technique in step.techniques) + "</mitre>")
    return "\n".join([*lines, "  </rule>"])


def quote_exact(text: str) -> str:
    """Return the pcre2 pattern that matches exactly this text."""
    return rf"\A{re.sub(r'([^A-Za-z0-9_/ -])', _escape, text)}\z"


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return f"\\{character}" if character.isascii() and character.isprintable() else character
