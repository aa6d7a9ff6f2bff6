"""The five tests in C that `<compiled_rule>` may name (compiled_rules/generic_samples.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Static = Mapping[bytes, bytes]
"""Static fields of an event by name."""
_CRAWLERS = (b"66.249.", b"72.14.", b"209.85.", b"65.55.", b"207.46.", b"74.6.", b"72.30.", b"67.195.")


def _same_users(_: bytes, static: Static) -> bool:
    source, destination = static.get(b"srcuser"), static.get(b"dstuser")
    return source is None or destination is None or source == destination


def _long_id(_: bytes, static: Static) -> bool:
    return len(static.get(b"id", b"")) >= 10


def _other_caller(line: bytes, _: Static) -> bool:
    target = _after_colon(line, b"Target Account Name")
    caller = _after_colon(line, b"Caller User Name")
    if target is None or caller is None:
        return False
    for at, byte in enumerate(target):
        if caller[at : at + 1] != bytes([byte]):
            return True
        if byte == 9 or target[at : at + 2] == b"  ":
            break
    return False


def _after_colon(line: bytes, words: bytes) -> bytes | None:
    start = line.find(words)
    colon = line.find(b":", start) if start >= 0 else -1
    return line[colon + 1 :] if colon >= 0 else None


def _simple_request(_: bytes, static: Static) -> bool:
    return b"url" in static and b"?" not in static[b"url"]


def _crawler(line: bytes, _: Static) -> bool:
    return line.startswith(_CRAWLERS)


COMPILED: Mapping[str, Callable[[bytes, Static], bool]] = {
    "comp_srcuser_dstuser": _same_users,
    "check_id_size": _long_id,
    "comp_mswin_targetuser_calleruser_diff": _other_caller,
    "is_simple_http_request": _simple_request,
    "is_valid_crawler": _crawler,
}
"""By the name that a rule writes; each is asked of the line and the static fields."""
