"""What only hooks say: their arguments, what they returned, the policy's message and tags; from the whole event."""

from __future__ import annotations

from typing import Any

import orjson

from tetratui.core.events.kinds import Kind
from tetratui.core.table import Event
from tetratui.ui.render.detail_line import DetailLine

LONGEST = 2_000
"""Characters of one argument."""


def message_of(event: Event, whole: dict[str, Any]) -> dict[str, Any]:
    """Give the part of the whole event that its kind names; empty where there is none."""
    message = whole.get(Kind(event.kind).json_key)
    return message if isinstance(message, dict) else {}


def hook_lines(event: Event, whole: dict[str, Any]) -> list[DetailLine]:
    """Tell a hook's arguments one by one; for other kinds nothing."""
    message = message_of(event, whole)
    arguments = message.get("args")
    told = [_argument(one) for one in arguments] if isinstance(arguments, list) else []
    lines = [DetailLine(f"arg {number}", text) for number, text in enumerate(told)]
    tags = message.get("tags")
    return [
        *lines,
        DetailLine("returned", _argument(message["return"]) if message.get("return") else ""),
        DetailLine("message", str(message.get("message") or "")),
        DetailLine("tags", " ".join(map(str, tags)) if isinstance(tags, list) else ""),
    ]


def _argument(argument: object) -> str:
    """Write `{"file_arg": {"path": "/x"}}` as `file path=/x`, a bare value as `int 3`."""
    if not isinstance(argument, dict):
        return str(argument)[:LONGEST]
    parts = []
    for name, value in argument.items():
        kind = name.removesuffix("_arg")
        said = " ".join(f"{key}={_short(one)}" for key, one in value.items()) if isinstance(value, dict) else value
        parts.append(f"{kind} {said}")
    return " ".join(parts)[:LONGEST]


def _short(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
