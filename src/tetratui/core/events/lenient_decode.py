"""Decode a line of any shape, value by value.

`decode` falls back to this for lines that are not shaped as Tetragon writes them. It is slower. A value of the wrong
type is read as absent, but the line still becomes an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from tetratui.core.events.event_keys import find_event_key, is_event, name_keys
from tetratui.core.events.kinds import KIND_OF_KEY, LIFECYCLE_KINDS, Kind
from tetratui.core.events.shapes import (
    MOST,
    NO_BLOCK,
    Argument,
    Block,
    Container,
    EventBody,
    EventLine,
    Named,
    Path,
    Pod,
    ProcessBody,
    Socket,
)

_DIGITS = re.compile(r"-?[0-9]{1,20}")


class NotAnEventError(ValueError):
    """The line holds no event; the message is the reason."""


def decode_leniently(line: bytes) -> tuple[int, EventLine]:
    """Return the kind and the fields of a line of any shape; raise NotAnEventError if it holds no event.

    An event of a kind that is not known yet (`process_something` with a process) keeps its name as its function.
    """
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotAnEventError(_explain(line, error)) from None
    if not isinstance(whole, dict):
        raise NotAnEventError(f"a JSON {type(whole).__name__}, not an object")
    if not is_event(whole):
        raise NotAnEventError(f"a JSON object without an event (keys: {name_keys(whole)})")
    key = find_event_key(whole) or ""
    kind = KIND_OF_KEY.get(key, Kind.UNKNOWN)
    body = _read_body(kind, whole.get(key, {}))
    if key and isinstance(body, EventBody) and kind is Kind.UNKNOWN:
        body = msgspec.structs.replace(body, function_name=key, args=body.args or _read_addresses(whole[key]))
    return int(kind), EventLine(body, _text(whole.get("node_name")), _text(whole.get("time")))


def _read_addresses(body: Mapping[str, Any]) -> list[Argument] | None:
    """Return the connection of an event of a new kind, whose addresses stand beside its process; None without one."""
    if "destination_ip" not in body and "source_ip" not in body:
        return None
    names = {"protocol": "protocol", "saddr": "source_ip", "daddr": "destination_ip"}
    ports = {"sport": "source_port", "dport": "destination_port"}
    texts = {name: _text(body.get(key)) for name, key in names.items()}
    numbers = {name: _integer(body.get(key), 0, 0xFFFF) for name, key in ports.items()}
    return [Argument(sock_arg=Socket(**texts, **numbers))]  # type: ignore[arg-type]


def _explain(line: bytes, error: orjson.JSONDecodeError) -> str:
    if not line.strip():
        return "a blank line"
    # A hole in a truncated file reads as NUL bytes; the parser's own message would not say so.
    if b"\0" in line:
        return "NUL bytes"
    return error.msg


def _read_body(kind: Kind, body: Mapping[str, Any]) -> EventBody | ProcessBody:
    if kind in LIFECYCLE_KINDS:
        return ProcessBody(
            process=_encode_block(body.get("process")),
            parent=_encode_block(body.get("parent")),
            status=_read_status(body),
            signal=_text(body.get("signal")),
            time=_text(body.get("time")),
        )
    keys = ("signal", "time", "function_name", "policy_name", "action", "path", "symbol", "name", "subsys", "event")
    throttle_keys = ("type", "cgroup")
    returned = body.get("return")
    return EventBody(
        process=_encode_block(body.get("process")),
        parent=_encode_block(body.get("parent")),
        status=_read_status(body),
        args=[_read_argument(value) for value in _objects(body.get("args"))] if body.get("args") is not None else None,
        returned=_read_argument(returned) if isinstance(returned, dict) else None,
        dropped=_integer(body.get("number_of_dropped_process_events"), 0, MOST),
        **{key: _text(body.get(key)) for key in (*keys, *throttle_keys)},
    )


def _read_status(body: Mapping[str, Any]) -> int | None:
    return _integer(body.get("status"), -0x80000000, 0xFFFFFFFF)


def _encode_block(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(decode_block_leniently(value))) if isinstance(value, dict) else NO_BLOCK


def decode_block_leniently(block: Mapping[str, Any]) -> Block:
    """Return a process block of any shape."""
    keys = ("exec_id", "binary", "arguments", "cwd", "flags", "start_time", "parent_exec_id", "docker")
    init = block.get("in_init_tree")
    return Block(
        pid=_integer(block.get("pid"), 0, 0x7FFFFFFF),
        uid=_integer(block.get("uid"), 0, 0xFFFFFFFF),
        auid=_integer(block.get("auid"), 0, 0xFFFFFFFF),
        in_init_tree=init if isinstance(init, bool) else None,
        user=_read_named(block.get("user")),
        pod=_read_pod(block.get("pod")),
        **{key: _text(block.get(key)) for key in keys},
    )


def _read_named(value: Any) -> Named | None:
    return Named(_text(value.get("name"))) if isinstance(value, dict) else None


def _read_pod(value: Any) -> Pod | None:
    if not isinstance(value, dict):
        return None
    holder = value.get("container")
    container = None
    if isinstance(holder, dict):
        container = Container(_text(holder.get("name")), _read_named(holder.get("image")))
    return Pod(_text(value.get("namespace")), _text(value.get("name")), container)


def _read_argument(value: Mapping[str, Any]) -> Argument:
    sockets = {key: _read_socket(value.get(key)) for key in ("sock_arg", "skb_arg", "sockaddr_arg")}
    paths = {key: _read_path(value.get(key)) for key in ("file_arg", "path_arg", "linux_binprm_arg")}
    return Argument(**sockets, **paths)  # type: ignore[arg-type]


def _read_path(value: Any) -> Path | None:
    return Path(_text(value.get("path"))) if isinstance(value, dict) else None


def _read_socket(value: Any) -> Socket | None:
    if not isinstance(value, dict):
        return None
    texts = {key: _text(value.get(key)) for key in ("family", "protocol", "saddr", "daddr", "addr")}
    ports = {key: _integer(value.get(key), 0, 0xFFFFFFFF) for key in ("sport", "dport", "port")}
    return Socket(**texts, **ports)  # type: ignore[arg-type]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: Any, lowest: int, highest: int) -> int | None:
    """Return a whole number in [lowest, highest], also from a string of digits or a float without a fraction."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if lowest <= value <= highest else None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; an object that is not in a list counts as a list of one."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
