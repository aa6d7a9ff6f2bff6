"""Read a line of any shape: what the fast reader of `core.table.ingest` refuses, and so what a line means.

`table/ingest/refused_line.py` takes off first what is wrapped round a single line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tetratui.core.events.event_keys import find_event_key, is_event, name_keys
from tetratui.core.events.kinds import KIND_OF_KEY, LIFECYCLE_KINDS, Kind
from tetratui.core.events.times import format_rfc3339, parse_rfc3339

OTHER_KIND = "other"
"""The key for the body of an event whose kind is not known."""
LONGEST_LINE = 64 << 20
"""Bytes of the longest line that is read: more than any event has."""
_DIGITS = re.compile(r"-?[0-9]{1,20}")
_MOST = 0x7FFFFFFFFFFFFFFF
_TEXTS_OF_BODY = (
    *("function_name", "policy_name", "action", "message", "path", "symbol", "name", "subsys", "event"),
    # Of a throttle event: whether it began or ended, and of which processes.
    *("type", "cgroup"),
)
_TEXTS_OF_BLOCK = ("exec_id", "binary", "arguments", "cwd", "flags", "parent_exec_id", "docker")


class NotAnEventError(ValueError):
    """The line holds no event; the message is the reason."""


def read_leniently(line: bytes) -> bytes:
    """Return what a line of any shape says as a line of the usual shape, which the fast reader takes.

    A value of the wrong type is left out, but the line is still an event. An event of a kind that is not known yet
    (`process_something` with a process) keeps its name as its function. Raise NotAnEventError for what holds no event.
    """
    if len(line) > LONGEST_LINE:
        raise NotAnEventError(f"longer than {LONGEST_LINE >> 20} MiB")
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotAnEventError(_explain(line, error)) from None
    if not isinstance(whole, dict):
        raise NotAnEventError(f"a JSON {type(whole).__name__}, not an object")
    if not is_event(whole):
        raise NotAnEventError(f"a JSON object without an event (keys: {name_keys(whole)})")
    key = find_event_key(whole)
    kind = KIND_OF_KEY.get(key or "", Kind.UNKNOWN)
    body: Mapping[str, Any] = {} if key is None else whole[key]
    usual = {kind.json_key or OTHER_KIND: _read_body(kind, body) | _name_new_kind(kind, key, body)}
    usual |= _texts(whole, ("node_name", "cluster_name")) | _time(_text(whole.get("time")) or _text(body.get("time")))
    return orjson.dumps(usual)


def _explain(line: bytes, error: orjson.JSONDecodeError) -> str:
    if not line.strip():
        return "a blank line"
    # A hole in a truncated file reads as NUL bytes; the parser's own message would not say so.
    if b"\0" in line:
        return "NUL bytes"
    return error.msg


def _name_new_kind(kind: Kind, key: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the name of a kind that is not known yet as a function, and its connection as an argument.

    The addresses of such an event stand beside its process.
    """
    if kind is not Kind.UNKNOWN or key is None:
        return {}
    named: dict[str, Any] = {"function_name": key}
    if not any(_objects(body.get("args"))) and ("destination_ip" in body or "source_ip" in body):
        names = {"protocol": "protocol", "saddr": "source_ip", "daddr": "destination_ip"}
        ports = {"sport": "source_port", "dport": "destination_port"}
        socket = {name: body[given] for name, given in names.items() if isinstance(body.get(given), str)}
        numbers = {name: _integer(body.get(given), 0, 0xFFFF) for name, given in ports.items()}
        socket |= {name: number for name, number in numbers.items() if number is not None}
        named["args"] = [{"sock_arg": socket}]
    return named


def _read_body(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    blocks = {key: _read_block(body[key]) for key in ("process", "parent") if isinstance(body.get(key), dict)}
    usual = blocks | _integers(body, {"status": (-0x80000000, 0xFFFFFFFF)}) | _texts(body, ("signal",))
    if kind in LIFECYCLE_KINDS:
        return usual
    usual |= _texts(body, _TEXTS_OF_BODY)
    usual["args"] = [_read_argument(value) for value in _objects(body.get("args"))]
    if isinstance(body.get("return"), dict):
        usual["return"] = _read_argument(body["return"])
    if isinstance(body.get("tags"), list):
        usual["tags"] = [tag for tag in body["tags"] if isinstance(tag, str)]
    if kind is Kind.RATE_LIMIT:
        # Tetragon writes this number as a text.
        usual |= _integers(body, {"number_of_dropped_process_events": (0, _MOST)})
    return usual


def _read_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a process block of any shape in the usual one."""
    usual = _texts(block, _TEXTS_OF_BLOCK) | _time(_text(block.get("start_time")), "start_time")
    usual |= _integers(block, {"pid": (0, 0x7FFFFFFF), "uid": (0, 0xFFFFFFFF), "auid": (0, 0xFFFFFFFF)})
    usual |= _flags(block, "in_init_tree") | _named(block, "user")
    if isinstance(block.get("pod"), dict):
        usual["pod"] = _read_pod(block["pod"])
    return usual


def _read_pod(pod: Mapping[str, Any]) -> dict[str, Any]:
    usual = _texts(pod, ("namespace", "name", "workload", "workload_kind"))
    labels = pod.get("pod_labels")
    if isinstance(labels, dict):
        usual["pod_labels"] = {key: value for key, value in sorted(labels.items()) if isinstance(value, str)}
    container = pod.get("container")
    if isinstance(container, dict):
        named = _texts(container, ("id", "name")) | _named(container, "image")
        usual["container"] = named | _flags(container, "maybe_exec_probe")
    return usual


def _read_argument(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the socket and the file of an argument under one key each, whatever their forms."""
    usual: dict[str, Any] = {}
    socket = _first_object(value, ("sock_arg", "skb_arg", "sockaddr_arg"))
    if socket is not None:
        ports = _integers(socket, dict.fromkeys(("sport", "dport", "port"), (0, 0xFFFFFFFF)))
        usual["sock_arg"] = _texts(socket, ("family", "protocol", "saddr", "daddr", "addr")) | ports
    file = _first_object(value, ("file_arg", "path_arg", "linux_binprm_arg"))
    if file is not None:
        usual["file_arg"] = _texts(file, ("path",))
    return usual


def _first_object(value: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any] | None:
    return next((value[key] for key in keys if isinstance(value.get(key), dict)), None)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; an object that is not in a list counts as a list of one."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _named(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    holder = value.get(key)
    return {key: _texts(holder, ("name",))} if isinstance(holder, dict) else {}


def _texts(value: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in keys if isinstance(value.get(key), str)}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _time(text: str | None, key: str = "time") -> dict[str, Any]:
    """Return a time in the usual form; nothing for one that cannot be read."""
    written = format_rfc3339(parse_rfc3339(text)) if text else None
    return {key: written} if written is not None else {}


def _flags(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {key: value[key]} if isinstance(value.get(key), bool) else {}


def _integers(value: Mapping[str, Any], bounds: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    numbers = {key: _integer(value.get(key), *bound) for key, bound in bounds.items()}
    return {key: number for key, number in numbers.items() if number is not None}


def _integer(value: Any, lowest: int, highest: int) -> int | None:
    """Return a whole number in [lowest, highest], also from a text of digits or a float without a fraction."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if lowest <= value <= highest else None
