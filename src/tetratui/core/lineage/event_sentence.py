"""Describe an event in a few words, for chains and reports. Texts of the event stay hostile: show them escaped."""

from __future__ import annotations

from tetratui.core.events.kinds import Kind
from tetratui.core.table.table_event import Event


def describe_event_briefly(event: Event) -> str:
    """Return what an event says besides its process: `exec /bin/sh -c id`, `tcp_connect 203.0.113.66:80`."""
    if event.kind is Kind.EXEC:
        return f"exec {_command(event)}"
    if event.kind is Kind.EXIT:
        return f"exit {_command(event)}{_how(event)}"
    details = [event.function or event.kind.word, _socket(event), event.file, _action(event)]
    return f"{' '.join(filter(None, details))} by {_command(event)}"


def _command(event: Event) -> str:
    return " ".join(filter(None, (event.binary, event.arguments))) or "an unknown program"


def _how(event: Event) -> str:
    if event.signal:
        return f" (signal {event.signal})"
    return f" (status {event.status})" if event.status else ""


def _socket(event: Event) -> str | None:
    if event.daddr is None:
        return None
    address = f"[{event.daddr}]" if ":" in event.daddr else event.daddr
    return address if event.dport is None else f"{address}:{event.dport}"


def _action(event: Event) -> str | None:
    return None if event.action in {None, "KPROBE_ACTION_POST"} else event.action
