"""`tetratui noise`: the groups, biggest first, and the commands from which most of the noise descends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import put, put_json

if TYPE_CHECKING:
    from tetratui.core.noise.groups import Group
    from tetratui.core.noise.period import Period
    from tetratui.core.noise.roots import Root

_SHOWN = 20


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--top", type=click.IntRange(1), help="Groups to list; all with --json, else 20.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(sources: tuple[str, ...], top: int | None, as_json: bool) -> int:
    """List the noise: groups of one kind, binary, argument template and parent, biggest first, with a rung each."""
    # The table needs numpy; `--help` does not.
    from tetratui.cli.exporting import ended, held
    from tetratui.core.noise.groups import Board
    from tetratui.core.noise.roots import roots

    table = held(sources)
    board = Board()
    board.update(table)
    found = board.groups(top if as_json else top or _SHOWN)
    periods = [board.period(group) for group in found[:_SHOWN]]
    causes = roots(table)
    if as_json:
        put_json({"groups": _json(found, periods), "events": len(table), "roots": [_root(cause) for cause in causes]})
    else:
        put("\n".join([*_lines(found, periods, len(table)), *_causes(causes)]) if found else "no events, so no groups")
    return ended(table)


def _json(groups: list[Group], periods: list[Period | None]) -> list[dict[str, Any]]:
    more: list[Period | None] = [*periods, *[None] * (len(groups) - len(periods))]
    return [
        {
            "kind": group.kind.word,
            "binary": group.binary,
            "template": group.template.re2(),
            "parent": group.parent,
            "parent_template": group.parent_template.re2(),
            "events": group.events,
            "bytes": group.bytes,
            "commands": group.commands,
            "users": group.users,
            "hosts": group.hosts,
            "rung": group.rung,
            "period": str(period) if period else None,
        }
        for group, period in zip(groups, more, strict=True)
    ]


def _root(root: Root) -> dict[str, Any]:
    generations = [{"events": one.events, "filters": one.filters} for one in root.generations]
    return {"binary": root.binary, "template": root.template.re2(), "events": root.events, "generations": generations}


def _lines(groups: list[Group], periods: list[Period | None], total: int) -> list[str]:
    lines = [f"{'events':>8} {'share':>6} {'bytes':>10} {'cmds':>5} rung kind    command ← parent"]
    for group, period in zip(groups, periods, strict=False):
        command = f"{group.binary} {group.template.re2()[1:-1]}".strip()
        when = f"  ({period})" if period else ""
        lines.append(
            f"{group.events:>8} {group.events / total:>6.1%} {group.bytes:>10} {group.commands:>5} "
            f"{group.rung:<4} {group.kind.word:<7} {command[:120]} ← {group.parent}{when}"
        )
    return lines


def _causes(causes: list[Root]) -> list[str]:
    lines = ["", "most of it descends from:"] if causes else []
    for cause in causes:
        steps = ", ".join(f"{one.events} by {one.filters}" for one in cause.generations)
        command = f"{cause.binary} {cause.template.re2()[1:-1]}".strip()
        lines.append(f"{cause.events:>8} {cause.share:>6.1%} {command[:120]}  (events by parent filters: {steps})")
    return lines
