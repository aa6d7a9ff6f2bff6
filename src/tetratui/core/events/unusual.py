"""A line of any shape, read by its values: slower than `decode`, and what it falls back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from tetratui.core.events.kinds import KIND_OF_KEY, OF_PROCESSES, Kind
from tetratui.core.events.lenient import integer, section, sections, text
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


class NotAnEventError(ValueError):
    """The line is no JSON object; its text says why."""


def decode_leniently(line: bytes) -> tuple[int, EventLine]:
    """Do what `decode` does, for every shape, and slower."""
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotAnEventError(_reason(line, error)) from None
    if not isinstance(whole, dict):
        raise NotAnEventError(f"a JSON {type(whole).__name__}, not an object")
    kind, body = _kind_and_body(whole)
    return int(kind), EventLine(_body(kind, body), text(whole.get("node_name")), text(whole.get("time")))


def _reason(line: bytes, error: orjson.JSONDecodeError) -> str:
    if not line.strip():
        return "a blank line"
    if b"\0" in line:
        return "NUL bytes"
    return error.msg


def _kind_and_body(whole: Mapping[str, Any]) -> tuple[Kind, Mapping[str, Any]]:
    for key, value in whole.items():
        known = KIND_OF_KEY.get(key)
        if known is not None and isinstance(value, dict):
            return known, value
    return Kind.UNKNOWN, {}


def _body(kind: Kind, body: Mapping[str, Any]) -> EventBody | ProcessBody:
    if kind in OF_PROCESSES:
        return ProcessBody(
            process=_raw(body.get("process")),
            parent=_raw(body.get("parent")),
            status=_status(body),
            signal=text(body.get("signal")),
            time=text(body.get("time")),
        )
    words = ("signal", "time", "function_name", "policy_name", "action", "path", "symbol", "name", "subsys", "event")
    throttle = ("type", "cgroup")
    returned = body.get("return")
    return EventBody(
        process=_raw(body.get("process")),
        parent=_raw(body.get("parent")),
        status=_status(body),
        args=[_argument(one) for one in sections(body.get("args"))] if body.get("args") is not None else None,
        returned=_argument(returned) if isinstance(returned, dict) else None,
        dropped=integer(body.get("number_of_dropped_process_events"), 0, MOST),
        **{word: text(body.get(word)) for word in (*words, *throttle)},
    )


def _status(body: Mapping[str, Any]) -> int | None:
    return integer(body.get("status"), -0x80000000, 0xFFFFFFFF)


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(lenient_block(value))) if isinstance(value, dict) else NO_BLOCK


def lenient_block(block: Mapping[str, Any]) -> Block:
    """Read a process block of any shape."""
    words = ("exec_id", "binary", "arguments", "cwd", "flags", "start_time", "parent_exec_id", "docker")
    init = block.get("in_init_tree")
    return Block(
        pid=integer(block.get("pid"), 0, 0x7FFFFFFF),
        uid=integer(block.get("uid"), 0, 0xFFFFFFFF),
        auid=integer(block.get("auid"), 0, 0xFFFFFFFF),
        in_init_tree=init if isinstance(init, bool) else None,
        user=_named(block.get("user")),
        pod=_pod(block.get("pod")),
        **{word: text(block.get(word)) for word in words},
    )


def _named(value: Any) -> Named | None:
    return Named(text(value.get("name"))) if isinstance(value, dict) else None


def _pod(value: Any) -> Pod | None:
    if not isinstance(value, dict):
        return None
    inside = section(value.get("container"))
    container = None if inside is None else Container(text(inside.get("name")), _named(inside.get("image")))
    return Pod(text(value.get("namespace")), text(value.get("name")), container)


def _argument(value: Mapping[str, Any]) -> Argument:
    sockets = {key: _socket(value.get(key)) for key in ("sock_arg", "skb_arg", "sockaddr_arg")}
    paths = {key: _path(value.get(key)) for key in ("file_arg", "path_arg", "linux_binprm_arg")}
    return Argument(**sockets, **paths)  # type: ignore[arg-type]


def _path(value: Any) -> Path | None:
    return Path(text(value.get("path"))) if isinstance(value, dict) else None


def _socket(value: Any) -> Socket | None:
    if not isinstance(value, dict):
        return None
    words = {word: text(value.get(word)) for word in ("family", "protocol", "saddr", "daddr", "addr")}
    ports = {word: integer(value.get(word), 0, 0xFFFFFFFF) for word in ("sport", "dport", "port")}
    return Socket(**words, **ports)  # type: ignore[arg-type]
