"""`tetratui impact`: which events a denylist would keep out of the export file, and who would miss them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.rule_options import manager_options
from tetratui.cli.source_argument import SOURCE
from tetratui.core.amounts import format_count, name_entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tetratui.core.table import EventTable
    from tetratui.core.tetragon import FilterList
    from tetratui.core.workspace.target import Target

SHOWN = 20
"""So many of the rarest command lines are shown to people."""
NOT_ALLOWED = -1
"""The `first` of an event that the allowlist keeps out: no entry of the denylist did it."""


@click.command()
@click.argument("denylist", metavar="DENYLIST", type=click.Path())
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option(
    "--allowlist", metavar="FILE", help="The export-allowlist beside it: what it does not match is dropped too."
)
@click.option("--rules", multiple=True, metavar="DIR", help="Wazuh rules: name those that would lose events.")
@manager_options
@click.option("--rows", is_flag=True, help="Name each dropped row and the first entry that drops it.")
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to answer for; default: installed, else 1.7.0."
)
@click.option(
    "--enable", metavar="FEATURES", help="process-cred,pid-set-filter,ancestors that are on; default: those installed."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    denylist: str,
    sources: tuple[str, ...],
    allowlist: str | None,
    rules: tuple[str, ...],
    decoders: tuple[Path, ...],
    stock: Path | None,
    rows: bool,
    version: str | None,
    enable: str | None,
    as_json: bool,
) -> int:
    """Say which events of SOURCE (file, folder, .gz or -) DENYLIST would keep out of the export file.

    DENYLIST is a list, Helm values or a ConfigMap. Of these two the allowlist counts too, unless --allowlist is named.
    """
    # The table and the expression engines are needed to answer; `--help` does not need them.
    from tetratui.cli.check import named_target
    from tetratui.cli.export_report import lost_json
    from tetratui.cli.source_report import exit_code, load_sources

    named = [Path(folder) for folder in rules]
    target = named_target(version, enable, rules=named, decoders=decoders, stock=stock)
    filters, allowed = _read_both(denylist, allowlist, target)
    table = load_sources(sources)
    answered = _Answered(filters, allowed, table)
    document = answered.document(rows)
    document["entries"] = _entries(filters, table) if answered.accepted else []
    document["lost_detections"] = lost_json(target.lost_detections(filters, table) if answered.accepted else [])
    if as_json:
        put_json(document)
    else:
        _tell(document, answered, rows)
    _say_bounds(answered)
    return exit_code(table, ExitCode.DONE if answered.accepted else ExitCode.REFUSED)


def _read_both(denylist: str, allowlist: str | None, target: Target) -> tuple[FilterList, FilterList | None]:
    """Return the denylist and the allowlist that are in force together. Raises SourceError, RefusedError."""
    # The expression engines are needed to read a list; `--help` does not need them.
    from tetratui.cli.check import read_lists

    lists = read_lists(denylist, target)
    if allowlist is not None:
        return lists.get("denylist", target.filter_list([])), read_lists(allowlist, target, "allowlist")["allowlist"]
    if "allowlist" in lists:
        say(f"tetratui: the allowlist of {denylist} counts too: what it does not match is dropped")
    return lists.get("denylist", target.filter_list([])), lists.get("allowlist")


class _Answered:
    """The lists' answer for every event."""

    def __init__(self, filters: FilterList, allowed: FilterList | None, table: EventTable) -> None:
        # Loaded by now: the table is made of it.
        import numpy as np

        from tetratui.core.events.kinds import PAST_THE_LISTS

        self.table = table
        self.lists = [filters] if allowed is None else [allowed, filters]
        self.accepted = all(one.accepted for one in self.lists)
        count = len(table)
        self.dropped: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.first: NDArray[np.int32] = np.full(count, NOT_ALLOWED, dtype=np.int32)
        self.panics: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.unread = 0
        if not self.accepted:
            return
        left = np.ones(count, dtype=bool)
        if allowed is not None and allowed.entries:
            answer = allowed.match_table(table)
            self.panics[answer.panics - table.first] = True
            past = np.isin(table.kind, list(PAST_THE_LISTS))
            left = ((answer.first >= 0) | past) & ~self.panics
            self.dropped = ~left & ~self.panics
            self.unread += len(answer.unread)
        answer = filters.match_table(table, (np.flatnonzero(left) + table.first).tolist())
        self.panics[answer.panics - table.first] = True
        self.first = answer.first
        self.dropped |= answer.first >= 0
        self.unread += len(answer.unread)

    def _gone(self) -> list[dict[str, Any]]:
        text = f"{self.unread} lines are gone and were not asked"
        return [{"entry": None, "reason": text, "list": _role(self.lists[0])}] if self.unread else []

    def new_kinds(self) -> list[dict[str, Any]]:
        """Say of events of kinds that are not known yet that no list could be asked about them."""
        # Loaded by now: the table is made of it.
        from tetratui.core.events.kinds import Kind

        count = int(((self.table.kind == Kind.UNKNOWN) & (self.table.process > 0)).sum()) if self.accepted else 0
        text = f"{format_count(count, 'event')} of a kind that is not known yet: whether a filter matches is not known"
        return [{"entry": None, "reason": text, "list": _role(self.lists[0])}] if count else []

    def document(self, rows: bool) -> dict[str, Any]:
        """Give the document of `--json`; `dropped` and `first` come with `--rows`."""
        from tetratui.cli.check import error_json

        source_rows = self.table.source_rows()
        named = {
            "dropped": source_rows[self.dropped].tolist(),
            "first": self.first[self.dropped].tolist(),
        }
        return {
            "accepted": self.accepted,
            "errors": [error_json(error) | {"list": _role(one)} for one in self.lists for error in one.errors],
            "events": len(self.table),
            "unreadable": self.table.unreadable.count,
            "dropped_count": int(self.dropped.sum()),
            **(named if rows else {}),
            "panics": source_rows[self.panics].tolist(),
            "unknown": [
                {"entry": entry, "reason": reason, "list": _role(one)}
                for one in self.lists
                for entry, reason in one.unknown
            ]
            + self._gone()
            + self.new_kinds(),
            "lost_detections": [],
        }


def _role(filters: FilterList) -> str:
    return "allowlist" if filters.as_allowlist else "denylist"


def _say_bounds(answered: _Answered) -> None:
    """Say in which direction the figures may be wrong: what an allowlist may match would not be dropped."""
    roles = {_role(one) for one in answered.lists if one.unknown}
    if answered.unread:
        roles.add(_role(answered.lists[0]))
    for unknown in answered.new_kinds():
        say(f"tetratui: {unknown['reason']}")
    if "denylist" in roles:
        say("tetratui: something in the denylist cannot be answered here: the figures are a lower bound")
    if "allowlist" in roles:
        say("tetratui: something in the allowlist cannot be answered here: fewer events may be dropped than said")


def _entries(filters: FilterList, table: EventTable) -> list[dict[str, Any]]:
    """Say of each entry how many of these events it matches by itself, and which earlier entry takes all of them."""
    # Loaded by now: the lists were asked with it.
    from tetratui.core.tetragon.match.bulk_match import find_shadowed, match_each

    masks = match_each(filters.filters, filters.features, table)
    hidden = find_shadowed(masks)
    return [
        {"entry": number, "matches": int(mask.sum()), "shadowed_by": hidden.get(number)}
        for number, mask in enumerate(masks)
    ]


def _tell(document: dict[str, Any], answered: _Answered, rows: bool) -> None:
    for error in document["errors"]:
        put(f"REFUSED  {error['list']}: line {error['line']}, column {error['column']}: {error['message']}")
        if error["remedy"]:
            put(f"         → {error['remedy']}")
    if not answered.accepted:
        put("Tetragon would not start with it: nothing is written at all")
        return
    if rows:
        for row, entry in zip(document["dropped"], document["first"], strict=True):
            put(f"{row} {entry}")
        return
    _sum_up(answered)
    if document["panics"]:
        first = document["panics"][0]
        put(f"CRASH    the agent would crash on {len(document['panics'])} of these events, the first is row {first}")
    for one in document["entries"]:
        if one["shadowed_by"] is not None:
            entry, other = name_entry(one["entry"]), name_entry(one["shadowed_by"])
            put(f"SHADOWED {entry}: {other} takes all of its {one['matches']} events")
    for one in document["lost_detections"]:
        put(f"LOST     rule {one['rule']} level {one['level']}: {one['how']}")


def _sum_up(answered: _Answered) -> None:
    # Loaded by now: the table is made of it.
    import numpy as np

    from tetratui.core.noise.columns import Columns
    from tetratui.core.tuning.impact import impact_of

    found = impact_of(Columns.of(answered.table), answered.dropped, SHOWN)
    put(f"{found.dropped:,} of {found.events:,} events dropped ({found.share:.1%}), {found.bytes:,} bytes")
    users_and_hosts = f"{format_count(found.users, 'user')}, {format_count(found.hosts, 'host')}"
    put(f"{format_count(found.commands, 'command')}, {users_and_hosts}")
    entries, counts = np.unique(answered.first[answered.dropped], return_counts=True)
    for entry, count in zip(entries.tolist(), counts.tolist(), strict=True):
        put(f"{count:>10,}  " + ("kept out by the allowlist" if entry == NOT_ALLOWED else name_entry(entry)))
    for text, count in found.rarest:
        put(f"{count:>10,}  {text}")
