"""`tetratui stats`: the events of the sources, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tetratui.cli.output import put_json
from tetratui.cli.query_hints import tell_hints
from tetratui.cli.source_argument import SOURCE
from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tetratui.core.table import EventTable

    Mask = NDArray[np.bool_]

_ROW_LIMIT = 15
"""Most rows of a list that are printed; `--json` gives all."""
_LISTS = {
    "binaries": ("bin", "binary"),
    "policies": ("policy", "policy"),
    "functions": ("func", "function"),
    "destinations": ("daddr", "destination"),
    "hosts": ("host", "host"),
    "clusters": ("cluster", "cluster"),
    "namespaces": ("ns", "namespace"),
}
"""Key of the document → the query field that is counted, and its heading."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--where", metavar="QUERY", help="Count only the events that match.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(sources: tuple[str, ...], where: str | None, as_json: bool) -> int:
    """Count events of SOURCE (file, folder, .gz or -) by kind, binary, policy, destination; and unreadable lines."""
    # The table brings numpy and the decoders; `--help` does not need them.
    import numpy as np

    from tetratui.cli.source_report import exit_code, load_sources

    query = _parse_query(where)
    table = load_sources(sources)
    tell_hints("--where", where, table)
    mask = np.ones(len(table), dtype=np.bool_) if query is None else query.mask(table)
    sums = _sum_events(table, mask, whole=query is None)
    if as_json:
        put_json(sums)
    else:
        _print_sums(sums)
    return exit_code(table)


def _parse_query(where: str | None) -> Any:
    if where is None:
        return None
    # Queries bring the expression engine, which a count of all events does not need.
    from tetratui.core.query import parse

    return parse(where)


def _sum_events(table: EventTable, mask: Mask, whole: bool) -> dict[str, Any]:
    # Already loaded: the table is made of it.
    import numpy as np

    from tetratui.core.events.kinds import Kind
    from tetratui.core.events.times import format_rfc3339
    from tetratui.core.table import losses_of

    losses = losses_of(table, mask)
    times = table.time[mask]
    known = times[times >= 0]
    kinds = np.bincount(table.kind[mask], minlength=len(Kind))
    return {
        "events": int(mask.sum()),
        "unreadable": table.unreadable.count,
        "parts": table.parts,
        "envelope": "; ".join(name for name, _ in table.envelopes.most_common()) or None,
        "bytes": table.bytes_read if whole else int(table.size[mask].sum(dtype=np.int64)) + int(mask.sum()),
        "first_time": format_rfc3339(int(known.min())) if len(known) else None,
        "last_time": format_rfc3339(int(known.max())) if len(known) else None,
        "kinds": {kind.word: int(kinds[kind]) for kind in Kind if kinds[kind] and kind is not Kind.UNKNOWN}
        | _count_new_kinds(table, mask),
        **{key: _count_texts(table, field, mask) for key, (field, _) in _LISTS.items()},
        "techniques": _count_techniques(table, mask),
        "workloads": _count_workloads(table, mask),
        "without_pod": _count_without_pod(table, mask),
        "commands": _count_commands(table, mask),
        "rate_limited": losses.rate_limited,
        "throttled": list(losses.throttled.items()),
        "approximate_times": int(table.approximate[mask].sum()),
        "unreadable_reasons": sorted(table.unreadable.reasons),
        "unreadable_by_reason": {reason: counted.count for reason, counted in table.unreadable.reasons.items()},
        "rebuilt": int((table.rebuilt() & mask).sum()),
        "warnings": table.warnings,
    }


def _count_new_kinds(table: EventTable, mask: Mask) -> dict[str, int]:
    """Count the events of kinds that are not known yet by their own names, which stand as their functions."""
    from tetratui.core.events.kinds import Kind

    new = mask & (table.kind == Kind.UNKNOWN)
    return dict(_count_texts(table, "func", new)) if new.any() else {}


def _count_texts(table: EventTable, field: str, mask: Mask) -> list[tuple[str, int]]:
    # Already loaded: the table is made of it.
    import numpy as np

    codes, texts = table.text_codes(field)
    counts = np.bincount(codes[mask], minlength=1)
    # Code 0 stands for events without this field.
    pairs = [(texts[code], int(counts[code])) for code in np.flatnonzero(counts).tolist() if code]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _count_techniques(table: EventTable, mask: Mask) -> list[tuple[str, int]]:
    """Count the events that are like each technique."""
    # The rules are needed now; `--help` does not need them.
    from collections import Counter

    from tetratui.core.lineage.technique_column import TECHNIQUE_TEXTS, find_technique_codes

    counts: Counter[str] = Counter()
    for code, count in Counter(find_technique_codes(table)[mask].tolist()).items():
        for technique in TECHNIQUE_TEXTS[code].split():
            counts[technique] += count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _count_workloads(table: EventTable, mask: Mask) -> list[tuple[str, str, str, int]]:
    """Count the events of each workload: namespace, kind, name and number, the most frequent first."""
    # Already loaded: the table is made of it.
    import numpy as np

    from tetratui.core.noise.interner import number_combinations

    columns = [table.text_codes(name) for name in ("ns", "workload_kind", "workload")]
    if len(columns[2][1]) == 1:
        return []
    codes = [values[mask].astype(np.int64) for values, _ in columns]
    number, first = number_combinations(codes)
    counts = np.bincount(number, minlength=len(first)).tolist()
    names = [[texts[int(values[row])] for values, (_, texts) in zip(codes, columns, strict=True)] for row in first]
    rows = [(*name, count) for name, count in zip(names, counts, strict=True) if name[2]]
    return sorted(rows, key=lambda row: (-row[3], row[:3]))


def _count_without_pod(table: EventTable, mask: Mask) -> dict[str, int]:
    """Count the events of processes without a pod by what that means."""
    # Already loaded: the table is made of it.
    import numpy as np

    from tetratui.core.table.no_pod import find_no_pod

    reasons = find_no_pod(table)
    counts = np.bincount(reasons.codes[mask], minlength=len(reasons.words))
    return {word: int(count) for word, count in zip(reasons.words[1:], counts[1:].tolist(), strict=True) if count}


def _count_commands(table: EventTable, mask: Mask) -> int:
    """Count the distinct command lines (binary and arguments)."""
    # Already loaded: the table is made of it.
    import numpy as np

    rows = np.unique(table.process[mask])
    processes = table.processes
    pairs = np.stack([processes.column("binary")[rows], processes.column("arguments")[rows]])[:, rows > 0]
    return int(np.unique(pairs, axis=1).shape[1])


def _print_sums(sums: dict[str, Any]) -> None:
    # Rich only draws for people; scripts ask for --json.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    unreadable = f", {format_count(sums['unreadable'], 'unreadable line')}" if sums["unreadable"] else ""
    size = f"{format_count(sums['bytes'], 'byte')}, {format_count(sums['commands'], 'command')}"
    console.print(f"{format_count(sums['events'], 'event')}{unreadable}, {size}")
    if sums["envelope"]:
        console.print(Text(f"unwrapped: {visible(sums['envelope'])}"))
    if sums["first_time"]:
        console.print(f"{sums['first_time']} to {sums['last_time']}")
    if sums["rate_limited"]:
        console.print(f"lost: Tetragon's rate limit kept out {format_count(sums['rate_limited'], 'event')}")
    for reason in sums["unreadable_reasons"][:_ROW_LIMIT]:
        console.print(Text(f"unreadable: {visible(reason)}"))
    lists = {"kind": list(sums["kinds"].items())} | {head: sums[key] for key, (_, head) in _LISTS.items()}
    lists["technique"] = sums["techniques"]
    lists["workload"] = [(f"{namespace}/{kind}/{name}", count) for namespace, kind, name, count in sums["workloads"]]
    lists["without a pod"] = list(sums["without_pod"].items()) if sums["namespaces"] else []
    lists["throttled cgroup"] = sums["throttled"]
    for heading, rows in lists.items():
        if not rows:
            continue
        listing = Table(box=None, pad_edge=False, header_style="bold")
        listing.add_column("events", justify="right")
        listing.add_column(heading, overflow="fold")
        for text, count in rows[:_ROW_LIMIT]:
            listing.add_row(f"{count:,}", Text(visible(text)))
        if len(rows) > _ROW_LIMIT:
            listing.add_row("", Text(f"and {len(rows) - _ROW_LIMIT} more", style="dim"))
        console.print()
        console.print(listing)
