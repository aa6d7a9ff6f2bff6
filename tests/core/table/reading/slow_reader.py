"""Read a line slowly and plainly: what the columns of its event must hold, whoever reads it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tetratui.core.sources.envelopes import open_whole

KINDS = {
    "process_exec": 1,
    "process_exit": 2,
    "process_kprobe": 3,
    "process_tracepoint": 4,
    "process_loader": 5,
    "process_uprobe": 6,
    "process_throttle": 7,
    "process_lsm": 8,
    "process_usdt": 9,
    "test": 10,
    "rate_limit_info": 11,
}
EXEC, EXIT, TRACEPOINT, UPROBE, THROTTLE, USDT, RATE_LIMIT = 1, 2, 4, 6, 7, 9, 11
CONTEXT = (
    *("node", "function", "policy", "action", "signal", "file", "cluster", "message", "tags"),
    *("status", "dropped"),
)
SOCKET = ("family", "proto", "saddr", "daddr", "sport", "dport")
PROCESS = (
    *("exec_id", "parent_exec_id", "pid", "start", "uid", "auid", "in_init_tree", "exec_probe"),
    *("binary", "arguments", "cwd", "user", "flags", "docker"),
    *("namespace", "workload", "workload_kind", "pod", "labels", "container", "container_id", "image"),
)
FIELDS = (
    *("kind", "time"),
    *CONTEXT,
    *("has_socket", *SOCKET),
    *(f"{of}.{name}" for of in ("process", "parent") for name in ("present", *PROCESS)),
)
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


BESIDE = {"node_name", "time", "cluster_name", "node_labels", "aggregation_info"}


def read_line(line: bytes) -> tuple[Any, ...] | None:
    """Return the values of FIELDS, None where absent; None for a line that holds no event."""
    whole = read_event(line)
    if whole is None:
        # What an envelope is, is said there: a whole event in one is read as if it stood alone.
        inside = open_whole(line)
        whole = None if inside is None else read_event(inside)
    return None if whole is None else read_whole(whole)


def read_event(line: bytes) -> dict[str, Any] | None:
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(whole, dict):
        return None
    bare = {"node_name", "time"} <= whole.keys() <= BESIDE
    return whole if bare or any(is_body(*item) or is_new_body(*item) for item in whole.items()) else None


def read_whole(whole: dict[str, Any]) -> tuple[Any, ...]:
    new = next(((key, value) for key, value in whole.items() if is_new_body(key, value)), ("", {}))
    kind, body = next(((KINDS[key], value) for key, value in whole.items() if is_body(key, value)), (0, new[1]))
    if kind == 0 and new[0]:
        body = body | {"function_name": new[0]} | read_connection(body)
    time = read_time(text(whole, "time") or text(body, "time"))
    fields = {"kind": kind, "time": time} | read_context(kind, whole, body)
    fields |= read_socket(body) if kind not in (EXEC, EXIT) else {}
    for of in ("process", "parent"):
        block = body.get(of)
        if isinstance(block, dict):
            fields |= {f"{of}.{name}": value for name, value in read_block(block).items()} | {f"{of}.present": True}
    return tuple(fields.get(name) for name in FIELDS)


def is_body(key: str, value: Any) -> bool:
    return key in KINDS and isinstance(value, dict)


def is_new_body(key: str, value: Any) -> bool:
    """Return whether this is an event of a kind that is not known yet."""
    return (
        key.startswith("process_")
        and key not in KINDS
        and isinstance(value, dict)
        and isinstance(value.get("process"), dict)
    )


def read_connection(body: dict[str, Any]) -> dict[str, Any]:
    """Return the connection of such an event as an argument: its addresses stand beside its process."""
    arguments = body.get("args") if isinstance(body.get("args"), list) else [body.get("args")]
    if any(isinstance(argument, dict) for argument in arguments) or not {"destination_ip", "source_ip"} & body.keys():
        return {}
    names = {"protocol": "protocol", "saddr": "source_ip", "daddr": "destination_ip"}
    ports = {"sport": "source_port", "dport": "destination_port"}
    numbers = {name: number(body, given, 0, 0xFFFF) for name, given in ports.items()}
    return {"args": [{"sock_arg": {name: text(body, given) for name, given in names.items()} | numbers}]}


def read_context(kind: int, whole: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {"node": text(whole, "node_name"), "cluster": text(whole, "cluster_name")}
    fields |= {"signal": text(body, "signal"), "status": number(body, "status", -0x80000000, 0xFFFFFFFF)}
    if fields["status"] == -1:
        # The number that stands for an absent one.
        fields["status"] = None
    if kind in (EXEC, EXIT):
        return fields
    names = {UPROBE: ["symbol"], USDT: ["name"], TRACEPOINT: ["subsys", "event"]}.get(kind, [])
    made = "/".join(filter(None, (text(body, name) for name in names)))
    fields["function"] = text(body, "function_name") or made or None
    fields |= {"policy": text(body, "policy_name"), "action": text(body, "action"), "message": text(body, "message")}
    files = (text(holder, "path") for holder in holders(body, ("file_arg", "path_arg", "linux_binprm_arg")))
    fields["file"] = text(body, "path") or next((file for file in files if file is not None), None)
    if kind == THROTTLE:
        fields |= {"action": text(body, "type"), "file": text(body, "cgroup")}
    if kind == RATE_LIMIT:
        fields["dropped"] = number(body, "number_of_dropped_process_events", 0, 2**63 - 1)
    tags = body.get("tags")
    texts = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return fields | {"tags": ",".join(texts) if texts else None}


def read_socket(body: dict[str, Any]) -> dict[str, Any]:
    for socket in holders(body, ("sock_arg", "skb_arg", "sockaddr_arg")):
        ports = {name: number(socket, name, 0, 0xFFFFFFFF) for name in ("sport", "dport", "port")}
        daddr = text(socket, "daddr")
        return {
            "has_socket": True,
            "family": text(socket, "family"),
            "proto": text(socket, "protocol"),
            "saddr": text(socket, "saddr"),
            "daddr": text(socket, "addr") if daddr is None else daddr,
            "sport": ports["sport"],
            "dport": ports["port"] if ports["dport"] is None else ports["dport"],
        }
    return {}


def holders(body: dict[str, Any], keys: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    """Yield of each argument, and of what the call returned, the object under the first of the keys that holds one."""
    arguments = body.get("args")
    arguments = arguments if isinstance(arguments, list) else [arguments]
    for argument in [*arguments, body.get("return")]:
        if isinstance(argument, dict):
            found = [argument[key] for key in keys if isinstance(argument.get(key), dict)]
            yield from found[:1]


def read_block(block: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: text(block, name) for name in ("binary", "arguments", "cwd", "flags", "docker")}
    # An empty exec id is none.
    fields |= {name: text(block, name) or None for name in ("exec_id", "parent_exec_id")}
    fields |= {"pid": number(block, "pid", 0, 0x7FFFFFFF), "start": read_time(text(block, "start_time"))}
    fields |= {name: number(block, name, 0, 0xFFFFFFFF) for name in ("uid", "auid")}
    fields |= {"in_init_tree": flag(block, "in_init_tree"), "user": text(inside(block, "user"), "name")}
    pod = inside(block, "pod")
    fields |= {name: text(pod, name) for name in ("namespace", "workload", "workload_kind")}
    labels = inside(pod, "pod_labels")
    pairs = [f"{key}={value}" for key, value in sorted(labels.items()) if isinstance(value, str)]
    container = inside(pod, "container")
    return fields | {
        "pod": text(pod, "name"),
        "labels": ",".join(pairs) if pairs else None,
        "container": text(container, "name"),
        "container_id": text(container, "id"),
        "image": text(inside(container, "image"), "name"),
        "exec_probe": flag(container, "maybe_exec_probe"),
    }


def inside(value: dict[str, Any], key: str) -> dict[str, Any]:
    return value[key] if isinstance(value.get(key), dict) else {}


def text(value: dict[str, Any], key: str) -> str | None:
    return value[key] if isinstance(value.get(key), str) else None


def flag(value: dict[str, Any], key: str) -> int | None:
    return int(value[key]) if isinstance(value.get(key), bool) else None


def number(value: dict[str, Any], key: str, lowest: int, highest: int) -> int | None:
    """Return a whole number, also one that is written as a text or with a fraction of zero."""
    given = value.get(key)
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,20}", given):
        given = int(given)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or not lowest <= given <= highest:
        return None
    return given


def read_time(given: str | None) -> int | None:
    match = TIME.fullmatch(given or "")
    if match is None:
        return None
    *parts, fraction, zone = match.groups()
    try:
        moment = datetime(*map(int, parts), tzinfo=UTC)  # type: ignore[arg-type, misc]
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{'+00:00' if zone in 'Zz' else zone}").utcoffset()
        moment -= offset or timedelta()
    except (ValueError, OverflowError):
        return None
    time = (moment - EPOCH) // timedelta(seconds=1) * 10**9 + int((fraction or "")[:9].ljust(9, "0"))
    return time if 0 <= time < 2**63 else None


def joins_to_itself(exec_id: str) -> tuple[str, int, int] | None:
    """Return node, ktime and pid of an exec id of the usual form."""
    try:
        node, ktime, pid = base64.b64decode(exec_id, validate=True).decode().rsplit(":", 2)
        parts = node, int(ktime), int(pid)
    except ValueError:
        return None
    same = base64.b64encode(f"{parts[0]}:{parts[1]}:{parts[2]}".encode()).decode() == exec_id
    return parts if same and 0 <= parts[1] < 2**63 and 0 <= parts[2] < 2**31 else None
