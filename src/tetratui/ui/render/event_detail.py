"""One event told whole: the lines of the detail, as labels and texts; read from disk in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tetratui.core.errors import TetratuiError
from tetratui.core.events.kinds import Kind
from tetratui.core.lineage import Lineage, ProcessRef
from tetratui.core.table import Event, EventTable
from tetratui.ui.render import cells
from tetratui.ui.render.detail_line import DetailLine
from tetratui.ui.render.hook_detail import hook_lines, message_of

CHAIN = 12
"""Ancestors that are told."""
LOGIN_UNSET = 4_294_967_295


@dataclass(frozen=True, slots=True)
class Story:
    """What the detail shows of one event."""

    row: int
    lines: tuple[DetailLine, ...]
    json: str
    """The whole event, indented; the reason when it can no longer be read back."""


def tell(table: EventTable, lineage: Lineage, row: int, zone: tzinfo | None) -> Story:
    """Tell one event; reads its line back from disk: for a thread. Raises IndexError for a row no longer held."""
    event = table.event(row)
    whole: dict[str, Any] = {}
    try:
        whole = table.json(row)
        text = orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()
    except (TetratuiError, orjson.JSONDecodeError) as error:
        text = f"The line can no longer be read: {error}"
    ended = _end_of(table, lineage, event)
    lines = [*_what(event, ended, zone), *_where(event), *hook_lines(event, whole)]
    lines += [*_who(event, lineage.ancestors(row)), *_rest(event, whole)]
    return Story(row, tuple(line for line in lines if line.text), text)


def next_of(rows: Sequence[int], row: int, step: int, shown: NDArray[np.int64]) -> int | str:
    """Choose the next (`step` 1) or previous of a process's rows that is shown; else say why there is none."""
    further = [one for one in rows if one > row] if step > 0 else [one for one in reversed(rows) if one < row]
    found = next((one for one in further if shown[min(int(np.searchsorted(shown, one)), len(shown) - 1)] == one), None)
    if found is not None:
        return found
    if further:
        return "it has more events, which this query does not show (see the pane All)"
    return f"no {'later' if step > 0 else 'earlier'} event of this process is held"


def _end_of(table: EventTable, lineage: Lineage, event: Event) -> Event | None:
    """Find the exit of the event's process, if it is held."""
    if event.kind == Kind.EXIT or not event.exec_id:
        return event if event.kind == Kind.EXIT else None
    held = (table.event(row) for row in reversed(lineage.event_rows(event.exec_id)))
    return next((one for one in held if one.kind == Kind.EXIT), None)


def _what(event: Event, ended: Event | None, zone: tzinfo | None) -> list[DetailLine]:
    kind = Kind(event.kind)
    title = f"{cells.letters(event)} {kind.word}  {event.binary or ''} {event.arguments or ''}".rstrip()
    when = ("about " if event.approximate else "") + cells.moment(event.time, zone)
    lines = [DetailLine("", title, strong=True), DetailLine("time", when)]
    if ended is not None:
        life = cells.lifetime(ended)
        end = f"signal {ended.signal}" if ended.signal else f"status {ended.status or 0}"
        lived = "" if life is None else f", lived {cells.lasted(life)}"
        at = "" if ended is event else f", at {cells.clock(ended.time, zone)}"
        lines.append(DetailLine("exit" if ended is event else "ended", end + lived + at))
    return lines


def _where(event: Event) -> list[DetailLine]:
    socket = ""
    if event.family is not None:
        source = f"{event.saddr or '?'}:{event.sport if event.sport is not None else '?'}"
        socket = f"{source} -> {cells.destination(event)} {event.proto or ''} {event.family}"
    return [
        DetailLine("socket", socket),
        DetailLine("lost", cells.rate_limited(event) if event.kind == Kind.RATE_LIMIT else ""),
        DetailLine("cgroup" if event.kind == Kind.THROTTLE else "file", event.file or ""),
        DetailLine("function", event.function or ""),
        DetailLine("policy", " ".join(part for part in (event.policy, event.action) if part)),
    ]


def _who(event: Event, chain: list[ProcessRef]) -> list[DetailLine]:
    login = "" if event.auid in {None, LOGIN_UNSET} else f", login {event.auid}"
    uid = "" if event.uid is None else f" uid {event.uid}"
    path = " < ".join(f"{cells.short(one.binary) or '?'} {one.pid or ''}".strip() for one in chain[:CHAIN])
    return [
        DetailLine("user", f"{event.user or ''}{uid}{login}".strip()),
        DetailLine("pid", "" if event.pid is None else str(event.pid)),
        DetailLine("folder", event.cwd or ""),
        DetailLine("flags", event.flags or ""),
        DetailLine("parent", f"{event.parent_binary or ''} {event.parent_arguments or ''}".strip()),
        DetailLine("chain", path + (" < …" if len(chain) > CHAIN else "")),
    ]


def _rest(event: Event, whole: dict[str, Any]) -> list[DetailLine]:
    pod = "/".join(part for part in (event.namespace, event.pod, event.container) if part)
    process = message_of(event, whole).get("process")
    process = process if isinstance(process, dict) else {}
    return [
        DetailLine("pod", pod),
        DetailLine("image", event.image or event.docker or ""),
        DetailLine("rights", _credentials(process.get("process_credentials"))),
        DetailLine("environ", _environment(process.get("environment_variables"))),
        DetailLine("exec id", event.exec_id or ""),
        DetailLine("host", event.node or ""),
    ]


def _environment(variables: object) -> str:
    """Write what the agent exports with enable-process-environment-variables: `[{"Key": …, "Value": …}]`."""
    pairs = [one for one in variables if isinstance(one, dict)] if isinstance(variables, list) else []
    return " ".join(f"{_either(one, 'Key')}={_either(one, 'Value')}" for one in pairs)


def _either(values: dict[str, Any], name: str) -> Any:
    return values.get(name, values.get(name.lower(), ""))


def _credentials(credentials: object) -> str:
    """Write the ids beyond the effective one, which only enable-process-cred exports."""
    if not isinstance(credentials, dict):
        return ""
    return " ".join(f"{name} {value}" for name, value in credentials.items() if isinstance(value, int | str))
