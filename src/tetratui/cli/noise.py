"""`tetratui noise`: the noise groups, biggest first, and the commands from which most of the noise descends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import put, put_json
from tetratui.cli.source_argument import SOURCE
from tetratui.core.events.times import format_rfc3339
from tetratui.core.events.visible import visible

if TYPE_CHECKING:
    from tetratui.core.noise.groups import Board, Group
    from tetratui.core.noise.lifetimes import Lifetime
    from tetratui.core.noise.period import Period
    from tetratui.core.noise.roots import Root

    Habit = tuple[Period | None, Lifetime | None]

_GROUP_LIMIT = 20
"""Most groups that are printed, and most groups whose period and lifetime are computed."""
_COMMAND_LIMIT = 120
"""Most characters of a command that are printed."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=SOURCE)
@click.option("--top", type=click.IntRange(1), help="Groups to list; all with --json, else 20.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(sources: tuple[str, ...], top: int | None, as_json: bool) -> int:
    """List noise groups (events of one kind, binary, argument template and parent), biggest first, with a scope."""
    # The table needs numpy; `--help` does not.
    from tetratui.cli.source_report import exit_code, load_sources
    from tetratui.core.noise.groups import Board
    from tetratui.core.noise.lifetimes import Lifetimes
    from tetratui.core.noise.roots import roots

    table = load_sources(sources)
    board, lifetimes = Board(), Lifetimes(table)
    board.update(table)
    groups = board.groups(top if as_json else top or _GROUP_LIMIT)
    habits = [(board.find_period(group), lifetimes.of(board.rows(group))) for group in groups[:_GROUP_LIMIT]]
    root_commands = roots(table)
    if as_json:
        documents = _make_group_documents(groups, habits, board.seconds)
        put_json({"groups": documents, "events": len(table), "roots": list(map(_make_root_document, root_commands))})
    else:
        lines = [*_format_groups(groups, habits, board), *_format_roots(root_commands)]
        put("\n".join(lines) if groups else "no events, so no groups")
    return exit_code(table)


def _make_group_documents(groups: list[Group], habits: list[Habit], seconds: float) -> list[dict[str, Any]]:
    padded: list[Habit] = [*habits, *[(None, None)] * (len(groups) - len(habits))]
    return [
        {
            "kind": group.kind.word,
            "binary": group.binary,
            "template": group.template.to_re2(),
            "parent": group.parent,
            "parent_template": group.parent_template.to_re2(),
            "namespace": group.namespace or None,
            "workload": group.workload or None,
            "workload_kind": group.workload_kind or None,
            "events": group.events,
            "bytes": group.bytes,
            "commands": group.commands,
            "users": group.users,
            "hosts": group.hosts,
            "scope": group.scope,
            "first_time": format_rfc3339(group.first),
            "last_time": format_rfc3339(group.last),
            "per_hour": round(group.events * 3600 / seconds, 1) if seconds else None,
            "period": str(period) if period else None,
            "lives_ms": round(life.median, 1) if life else None,
        }
        for group, (period, life) in zip(groups, padded, strict=True)
    ]


def _make_root_document(root: Root) -> dict[str, Any]:
    generations = [{"events": each.events, "filters": each.filters} for each in root.generations]
    command = {"binary": root.binary, "template": root.template.to_re2()}
    return {**command, "events": root.events, "share": root.share, "generations": generations}


def _format_groups(groups: list[Group], habits: list[Habit], board: Board) -> list[str]:
    lines = [f"{'events':>8} {'share':>6} {'bytes':>10} {'per hour':>8} {'cmds':>5} scope kind    command ← parent"]
    for group, (period, _) in zip(groups, habits, strict=False):
        command = visible(f"{group.binary} {group.template.display_text}".strip())
        when = f"  in {visible(f'{group.namespace}/{group.workload}')}" if group.namespace else ""
        when += f"  ({period})" if period else ""
        rate = f"{group.events * 3600 / board.seconds:,.0f}" if board.seconds else "-"
        lines.append(
            f"{group.events:>8} {group.events / board.events:>6.1%} {group.bytes:>10} {rate:>8} {group.commands:>5} "
            f"{group.scope:<4} {group.kind.word:<7} {command[:_COMMAND_LIMIT]} ← {visible(group.parent)}{when}"
        )
    return lines


def _format_roots(roots: list[Root]) -> list[str]:
    lines = ["", "most of it descends from:"] if roots else []
    for root in roots:
        steps = ", ".join(f"{each.events} by {each.filters}" for each in root.generations)
        command = visible(f"{root.binary} {root.template.display_text}".strip())
        lines.append(
            f"{root.events:>8} {root.share:>6.1%} {command[:_COMMAND_LIMIT]}  (events by parent filters: {steps})"
        )
    return lines
