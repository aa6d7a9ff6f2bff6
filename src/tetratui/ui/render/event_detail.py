"""Everything about one event as labels and texts; read from disk, so made in a thread."""

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
from tetratui.core.table.no_pod import find_no_pod, has_pods
from tetratui.ui.render import cells

CHAIN = 12
"""Ancestors that are listed."""
LONGEST_ARGUMENT = 2_000
"""Characters of one argument of a hook."""
_NEARBY = 10_000
"""Events before one by which it is seen whether it was written late."""
LOGIN_UNSET = 4_294_967_295
"""The login uid of what no login started: -1 as an unsigned number."""


@dataclass(frozen=True, slots=True)
class DetailLine:
    """A label of ours and a text of the event, which is hostile."""

    label: str
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class EventDetail:
    """What the detail shows of one event."""

    row: int
    lines: tuple[DetailLine, ...]
    json: str
    """The whole event, indented; the reason when it can no longer be read back."""


def describe_event(table: EventTable, lineage: Lineage, row: int, zone: tzinfo | None) -> EventDetail:
    """Describe one event; reads its line back from disk: for a thread. Raise IndexError for a row no longer held."""
    table = table.still()
    lineage, event = lineage.over(table), table.event(row)
    whole: dict[str, Any] = {}
    try:
        whole = table.json(row)
        text = orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()
    except (TetratuiError, orjson.JSONDecodeError) as error:
        text = f"The line can no longer be read: {error}"
    lines = [*_what(event, _find_exit(table, lineage, event), zone), *_where(event), *_hook(event, whole)]
    lines += [*_who(event, lineage.ancestors(row)), *_pod(event, table), *_rest(event, whole)]
    return EventDetail(row, tuple(line for line in lines if line.text), text)


def find_neighbour(rows: Sequence[int], row: int, step: int, shown: NDArray[np.int64]) -> int | str:
    """Return the next (`step` 1) or previous of a process's rows that is shown, or the reason why there is none."""
    further = [other for other in (rows if step > 0 else reversed(rows)) if (other - row) * step > 0]
    for other in further:
        if shown[min(int(np.searchsorted(shown, other)), len(shown) - 1)] == other:
            return other
    if further:
        return "The process has more events, which this query does not show (see the pane All)"
    return f"No {'later' if step > 0 else 'earlier'} event of this process was read"


def _find_exit(table: EventTable, lineage: Lineage, event: Event) -> Event | None:
    """Return the exit of the event's process, if it is held."""
    if event.kind == Kind.EXIT or not event.exec_id:
        return event if event.kind == Kind.EXIT else None
    events = (table.event(row) for row in reversed(lineage.event_rows(event.exec_id)))
    return next((other for other in events if other.kind == Kind.EXIT), None)


def _what(event: Event, end: Event | None, zone: tzinfo | None) -> list[DetailLine]:
    title = f"{Kind(event.kind).word}  {event.binary or ''} {event.arguments or ''}".rstrip()
    when = ("about " if event.approximate else "") + cells.moment(event.time, zone)
    lines = [DetailLine("", f"{cells.letters(event)} {title}", strong=True), DetailLine("time", when)]
    if end is not None:
        lifetime = cells.lifetime(end)
        how = f"signal {end.signal}" if end.signal else f"status {end.status or 0}"
        lived = "" if lifetime is None else f", lived {cells.lasted(lifetime)}"
        at = "" if end is event else f", at {cells.moment(end.time, zone)}"
        lines.append(DetailLine("exit" if end is event else "ended", how + lived + at))
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


def _hook(event: Event, whole: dict[str, Any]) -> list[DetailLine]:
    """Return a hook's arguments one by one, what it returned, and its policy's message and tags."""
    message = _message(event, whole)
    arguments, tags = message.get("args"), message.get("tags")
    listed = arguments if isinstance(arguments, list) else []
    return [
        *(DetailLine(f"arg {number}", _argument(argument)) for number, argument in enumerate(listed)),
        DetailLine("returned", _argument(message["return"]) if message.get("return") else ""),
        DetailLine("message", str(message.get("message") or "")),
        DetailLine("tags", " ".join(map(str, tags)) if isinstance(tags, list) else ""),
    ]


def _message(event: Event, whole: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the whole event that its kind names; empty where there is none."""
    message = whole.get(Kind(event.kind).json_key)
    return message if isinstance(message, dict) else {}


def _argument(argument: object) -> str:
    """Return `{"file_arg": {"path": "/x"}}` as `file path=/x`, `{"int_arg": 3}` as `int 3`."""
    if not isinstance(argument, dict):
        return str(argument)[:LONGEST_ARGUMENT]
    parts = []
    for name, value in argument.items():
        text = " ".join(f"{key}={_plain(field)}" for key, field in value.items()) if isinstance(value, dict) else value
        parts.append(f"{name.removesuffix('_arg')} {text}")
    return " ".join(parts)[:LONGEST_ARGUMENT]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _who(event: Event, chain: list[ProcessRef]) -> list[DetailLine]:
    login = "" if event.auid in {None, LOGIN_UNSET} else f", login {event.auid}"
    uid = "" if event.uid is None else f" uid {event.uid}"
    path = " ← ".join(f"{cells.short(process.binary) or '?'} {process.pid or ''}".strip() for process in chain[:CHAIN])
    return [
        DetailLine("user", f"{event.user or ''}{uid}{login}".strip()),
        DetailLine("pid", "" if event.pid is None else str(event.pid)),
        DetailLine("working dir", event.cwd or ""),
        DetailLine("flags", event.flags or ""),
        DetailLine("parent", f"{event.parent_binary or ''} {event.parent_arguments or ''}".strip()),
        DetailLine("chain", path + (" ← …" if len(chain) > CHAIN else "")),
    ]


def _rest(event: Event, whole: dict[str, Any]) -> list[DetailLine]:
    process = _message(event, whole).get("process")
    process = process if isinstance(process, dict) else {}
    return [
        DetailLine("credentials", _credentials(process.get("process_credentials"))),
        DetailLine("environment", _environment(process.get("environment_variables"))),
        DetailLine("exec id", event.exec_id or ""),
        DetailLine("host", event.node or ""),
        *([DetailLine("reached as", event.host)] if event.host else []),
        DetailLine("cluster", event.cluster or ""),
    ]


def _pod(event: Event, table: EventTable) -> list[DetailLine]:
    """Return where the process runs in Kubernetes, or why that is not known."""
    if event.namespace is None:
        seen = has_pods(table)
        nearby = find_no_pod(table.part(event.row - _NEARBY, event.row + 1), seen)
        reason = nearby.words[int(nearby.codes[-1])] if len(nearby.codes) else ""
        return [
            # Without Kubernetes a process outside containers is the usual case, and not worth a line.
            DetailLine("no pod", "" if event.docker is None and not seen else reason),
            DetailLine("container", event.docker or ""),
        ]
    workload = f"{event.workload_kind or 'workload'} {event.workload}" if event.workload else ""
    container = " ".join(filter(None, (event.container, event.image and f"({event.image})")))
    return [
        DetailLine("pod", "/".join(filter(None, (event.namespace, event.pod)))),
        DetailLine("workload", workload),
        DetailLine("container", container),
        DetailLine("docker", event.docker or ""),
        DetailLine("probe", "Tetragon takes it for a probe, by its command line alone" if event.exec_probe else ""),
        DetailLine("labels", (event.labels or "").replace(",", ", ")),
    ]


def _environment(variables: object) -> str:
    """Return what the agent exports with enable-process-environment-variables: `[{"Key": …, "Value": …}]`."""
    pairs = [pair for pair in variables if isinstance(pair, dict)] if isinstance(variables, list) else []
    return " ".join(f"{_in_either_case(pair, 'Key')}={_in_either_case(pair, 'Value')}" for pair in pairs)


def _in_either_case(values: dict[str, Any], name: str) -> Any:
    return values.get(name, values.get(name.lower(), ""))


def _credentials(credentials: object) -> str:
    """Return the ids beyond the effective one, which only enable-process-cred exports."""
    if not isinstance(credentials, dict):
        return ""
    return " ".join(f"{name} {value}" for name, value in credentials.items() if isinstance(value, int | str))
