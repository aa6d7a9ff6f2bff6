"""Makes events for the tests of noise groups."""

from __future__ import annotations

import orjson


def event(kind: str, arguments: str, parent: str, uid: int, host: str, second: int) -> bytes:
    process = {"exec_id": "", "pid": 7, "uid": uid, "binary": "/usr/bin/tool", "arguments": arguments}
    block = {"exec_id": "", "pid": 6, "binary": "/usr/bin/sh", "arguments": parent}
    time = f"2026-01-01T00:00:{second:02d}Z"
    body = {"process": process} | ({"parent": block} if parent else {})
    return orjson.dumps({kind: body, "node_name": host, "time": time})
