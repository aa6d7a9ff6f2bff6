"""Events whose texts try to act: on a terminal, on a markup parser, on a layout."""

from __future__ import annotations

import orjson

TEXTS = (
    "[/foo]",
    "[@click=app.quit]x[/]",
    "[bold red]x",
    "\x1b]0;pwned\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m\x90\x9d",
    "\u202egnp.exe\u202c\u2066x\u2069",
    "a\u200bb\u200dc\ufeff",
    "漢字テスト" * 20,
    "e\u0301" * 40 + "Z" + "\u0336" * 60,
    "one\ntwo\r\nthree\ttab",
    "\u2028\u2029\u0085",
    "x" * 200_000,
    "$(reboot) `reboot` ' \"",
    "\U000e0041\U000e0042 \ud7ff",
)


def event(text: str, number: int) -> bytes:
    """Make an exec event that says the text wherever it can."""
    process = {
        "exec_id": f"aG9zdDox{number:04d}",
        "pid": 100 + number,
        "uid": 0,
        "cwd": text[:300],
        "binary": f"/bin/{text[:200]}",
        "arguments": text,
        "flags": text[:20],
        "start_time": "2026-11-23T19:21:45.000000000Z",
        "process_credentials": None,
        "pod": {"namespace": text[:50], "name": text[:50], "container": {"id": text[:50], "name": text[:50]}},
    }
    parent = process | {"exec_id": "aG9zdDoxcGFyZW50", "pid": 1}
    whole = {
        "process_exec": {"process": process, "parent": parent},
        "node_name": text[:60],
        "time": f"2026-11-23T19:21:45.{number:09d}Z",
        text[:40]: text[:40],
    }
    return orjson.dumps(whole)


LINES = tuple(event(text, number) for number, text in enumerate(TEXTS))
FORBIDDEN = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))] + list("\u202e\u2066\u200b\ufeff\u2028")
"""What must never be drawn."""
