"""Threat marks as alert rules: the next event like a marked one alerts, on every host."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import orjson

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.tuning.marks import Mark, Verdict
from tetratui.core.wazuh.rule_file import THREAT_LEVEL, Threat
from tetratui.core.wazuh.socket_pattern import holders


def threats_of(marks: Iterable[Mark], level: int = THREAT_LEVEL) -> tuple[Threat, ...]:
    """Make an alert of each threat mark; marks of like events are one, and an event without a process makes none."""
    found: dict[Exclusion, Threat] = {}
    for mark in marks:
        exclusion = _like(mark) if mark.verdict is Verdict.THREAT else None
        if exclusion is not None:
            found.setdefault(exclusion, Threat(exclusion, f"threat mark: {_words(mark.kind, exclusion)}", level))
    return tuple(found.values())


def _like(mark: Mark) -> Exclusion | None:
    """Describe events with the same command under the same parent and, of a hook, the same function and destination."""
    if mark.kind not in WITH_PROCESS:
        return None
    try:
        body = orjson.loads(mark.line).get(mark.kind.json_key)
    except (orjson.JSONDecodeError, AttributeError):
        return None
    process = body.get("process") if isinstance(body, dict) else None
    if not isinstance(process, dict) or not isinstance(process.get("binary"), str):
        return None
    parent = body.get("parent")
    parent = parent if isinstance(parent, dict) else {}
    return Exclusion(
        (mark.kind,),
        binary=_exactly(process, "binary"),
        arguments=_exactly(process, "arguments"),
        parent_binary=_exactly(parent, "binary") if parent.get("binary") else (),
        functions=(str(body["function_name"]),) if body.get("function_name") else (),
        socket=_destination(body) if mark.kind is Kind.KPROBE else None,
    )


def _exactly(block: dict[str, Any], key: str) -> tuple[Pattern, ...]:
    return (Pattern.exactly(str(block.get(key, ""))),)


def _destination(body: dict[str, Any]) -> SocketMatch | None:
    """The first destination among a hook's arguments; None when there is none, or none that the kernel had set."""
    arguments = body.get("args")
    for argument in arguments if isinstance(arguments, list) else ():
        for holder, address, port in holders():
            held = argument.get(holder) if isinstance(argument, dict) else None
            if isinstance(held, dict):
                return _socket(held.get(address), held.get(port))
    return None


def _socket(address: object, port: object) -> SocketMatch | None:
    try:
        parsed = ip_address(str(address))
    except ValueError:
        return None
    if parsed.is_unspecified:
        return None
    ports = (port,) if isinstance(port, int) and port > 0 else ()
    return SocketMatch((f"{parsed}/{parsed.max_prefixlen}",), ports)


def _words(kind: Kind, exclusion: Exclusion) -> str:
    command = " ".join(text for pattern in (*exclusion.binary, *exclusion.arguments) if (text := pattern.literal))
    return f"{kind.word} of {command}"
