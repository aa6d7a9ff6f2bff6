"""What an event of the export file says about one call that a hook saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

HOOK_EVENTS: Final = ("process_kprobe", "process_lsm", "process_tracepoint", "process_uprobe", "process_usdt")
"""The keys of events that hooks make."""
EXEC_CALLS: Final = frozenset({"security_bprm_check", "security_bprm_creds_from_file"})
"""Calls that every started program passes: exec events answer for them."""
CONNECT_CALLS: Final = frozenset({"security_socket_connect"})
"""Calls that every TCP connection passes: events of tcp_connect answer for them."""
EXEC_EVENTS: Final = "exec events"
CONNECT_EVENTS: Final = "tcp_connect events"
_KEYS = {
    "file_arg": ("file", "path", "fd", "filename", "dentry", "kiocb"),
    "path_arg": ("path", "file", "dentry"),
    "string_arg": ("string", "char_buf", "filename", "data_loc", "net_device"),
    "bytes_arg": ("char_buf", "char_iovec", "const_buf", "iov_iter"),
    "linux_binprm_arg": ("linux_binprm",),
    "sock_arg": ("sock", "socket"),
    "skb_arg": ("skb",),
    "sockaddr_arg": ("sockaddr",),
    "sockaddrun_arg": ("sockaddr_un",),
    "int_arg": ("int", "sint32", "int32", "sint16", "int16", "sint8", "int8"),
    "uint_arg": ("uint32", "uint16", "uint8"),
    "long_arg": ("sint64", "int64", "long"),
    "size_arg": ("size_t", "uint64", "ulong"),
    "syscall_id": ("syscall64",),
    "net_dev_arg": ("net_device",),
}
"""The key of an argument in an event → the argument types that are written with it."""
_TEXT_KEYS = ("path", "name")


@dataclass(frozen=True, slots=True)
class EventSocket:
    """The addresses and ports of a socket argument."""

    family: str
    source: IPv4Address | IPv6Address | None
    destination: IPv4Address | IPv6Address | None
    source_port: int | None
    destination_port: int | None
    protocol: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class EventArgument:
    """An argument as the event holds it."""

    types: tuple[str, ...]
    """The argument types it may have been read with."""
    text: str | None = None
    number: int | None = None
    socket: EventSocket | None = None


@dataclass(frozen=True, slots=True)
class HookEvent:
    """One call, and the process that made it."""

    call: str
    """The function without a syscall prefix of the architecture, the LSM hook, or subsystem/event."""
    policy: str
    """The policy that reported it, empty if none did."""
    arguments: Sequence[EventArgument]
    returned: EventArgument | None
    process: Mapping[str, Any]
    parent: Mapping[str, Any]
    derived_from: str = ""
    """The other event from which this call was concluded; empty if it was reported itself."""
    complete: bool = field(default=True)
    """Whether each call of this kind makes such an event."""


def read_hook_event(event: Mapping[str, Any]) -> HookEvent | None:
    """Return the call that an event of a hook reports, None for other events."""
    for key in HOOK_EVENTS:
        body = event.get(key)
        if isinstance(body, dict):
            return HookEvent(
                call=_read_call(key, body),
                policy=_text(body, "policy_name"),
                arguments=[_read_argument(argument) for argument in _list(body, "args")],
                returned=_read_argument(body["return"]) if isinstance(body.get("return"), dict) else None,
                process=_dict(body, "process"),
                parent=_dict(body, "parent"),
            )
    return None


def conclude_calls(event: Mapping[str, Any]) -> list[HookEvent]:
    """Return the calls that must have been made for an event: a started program was checked, a connection asked for."""
    if isinstance(body := event.get("process_exec"), dict):
        process = _dict(body, "process")
        if "procFS" in _text(process, "flags").split():
            return []
        path = EventArgument(("linux_binprm",), text=_text(process, "binary"))
        # The check runs in the process as it was before: its binary is that of the parent's image, which a fork has.
        caller = _dict(body, "parent")
        return [HookEvent(call, "", [path], None, caller, {}, derived_from=EXEC_EVENTS) for call in sorted(EXEC_CALLS)]
    seen = read_hook_event(event)
    if seen is None or seen.call != "tcp_connect":
        return []
    addresses = [_as_destination(argument) for argument in seen.arguments if argument.socket is not None]
    return [
        HookEvent(call, "", addresses, None, seen.process, seen.parent, derived_from=CONNECT_EVENTS, complete=False)
        for call in sorted(CONNECT_CALLS)
    ]


def _as_destination(argument: EventArgument) -> EventArgument:
    socket = argument.socket
    assert socket is not None
    asked = EventSocket(socket.family, socket.destination, None, socket.destination_port, None)
    return EventArgument(("sockaddr",), socket=asked)


def normalize_call(call: str) -> str:
    """Return the name of a function without what the architecture or the kind of hook puts before it."""
    for prefix in ("__x64_", "__arm64_", "__ia32_"):
        call = call.removeprefix(prefix)
    return call


def _read_call(key: str, body: Mapping[str, Any]) -> str:
    if key == "process_tracepoint":
        return f"{_text(body, 'subsys')}/{_text(body, 'event')}"
    if key == "process_uprobe":
        return f"{_text(body, 'path')}:{_text(body, 'symbol')}"
    if key == "process_usdt":
        return f"{_text(body, 'path')}:{_text(body, 'provider')}:{_text(body, 'name')}"
    return normalize_call(_text(body, "function_name"))


def _read_argument(argument: Any) -> EventArgument:
    if not isinstance(argument, dict):
        return EventArgument(())
    key, value = next(((key, value) for key, value in argument.items() if key != "label"), ("", None))
    types = _KEYS.get(key, ())
    if key in ("sock_arg", "skb_arg") and isinstance(value, dict):
        return EventArgument(types, socket=_read_socket(value))
    if key == "sockaddr_arg" and isinstance(value, dict):
        family = _text(value, "family")
        return EventArgument(
            types, socket=EventSocket(family, _address(value.get("addr")), None, _port(value, "port"), None)
        )
    if isinstance(value, dict):
        return EventArgument(types, text=next((str(value[name]) for name in _TEXT_KEYS if name in value), None))
    if isinstance(value, bool):
        return EventArgument(types)
    if isinstance(value, int):
        return EventArgument(types, number=value)
    if isinstance(value, str):
        number = int(value) if key in ("long_arg", "size_arg", "ulong_arg") and value.lstrip("-").isdigit() else None
        return EventArgument(types, text=value if number is None else None, number=number)
    return EventArgument(types)


def _read_socket(value: Mapping[str, Any]) -> EventSocket:
    return EventSocket(
        _text(value, "family"),
        _address(value.get("saddr")),
        _address(value.get("daddr")),
        _port(value, "sport"),
        _port(value, "dport"),
        _text(value, "protocol"),
        _text(value, "state"),
    )


def _address(value: Any) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _port(value: Mapping[str, Any], name: str) -> int | None:
    # A port 0 is not written.
    port = value.get(name, 0)
    return port if isinstance(port, int) else None


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    return text if isinstance(text, str) else ""


def _dict(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    inner = value.get(name)
    return inner if isinstance(inner, list) else []
