"""Lines of all captures and vectors, and ways to damage a line."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random
from typing import Any

import orjson

DATA = Path(__file__).parents[3] / "data"
FILES = (
    *sorted((DATA / "captures").glob("*")),
    *sorted((DATA / "rotation").glob("*.log*")),
    DATA / "kubernetes" / "events.jsonl.gz",
    DATA / "tetragon" / "events.jsonl.gz",
)
TOKENS = (
    *(b"null", b"true", b"1.5", b"-0", b"1e3", b"1E999", b"-", b'"', b"\\", b"{}", b"[", b"]", b"{", b"}", b",", b":"),
    *(
        b"\\u00zz",
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"\\u0000",
        b"\\/",
        b"\\x",
        b"\0",
        b"\x1f",
        b"\x7f",
        b"\n",
        b"\r",
        b" ",
    ),
    *(
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x80\xa8",
        b"\xc3",
        "é".encode(),
        "🙂".encode(),
    ),
    *(
        b"18446744073709551616",
        b"9223372036854775807",
        b"4294967296",
        b"-2147483649",
        b"00",
        b"1" * 400,
        b"0." + b"3" * 40,
    ),
    *(b'"process":{}', b'"process_exec":{}', b'"time":"x"', b'"args":[{"sock_arg":{"dport":"80"}}],', b'"other":{},'),
    *(b'"status":-1,', b'"a":' + b"[" * 70 + b"]" * 70 + b",", b'"pid":"7",', b'"pod_labels":{"b":"1","a":"2"},'),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 2**31, 2**32, 2**63 - 1, 2**64 - 1, 1.0, 1.5, "", "12", "-1", "0", 'é\n\0"\\', "🙂"),
    *({}, [], [1], {"name": 3}, {"path": None}, {"path": "/x"}, [{"sock_arg": {"dport": "80"}}], {"name": "n"}),
    *("2026-11-23T19:12:51Z", "2026-11-23T19:12:51.5+01:00", "2026-02-30T00:00:00Z", "2262-04-11T23:47:16.854775807Z"),
    *("bm9kZToxOjE=", "bm9kZToxOjF=", "bm9kZTowMToxOg==", "w6k6MTox", "/zoxOjE=", "bjo5MjIzMzcyMDM2ODU0Nzc1ODA4OjE="),
)


def read_file(path: Path) -> list[bytes]:
    """Return the lines of a file of events."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).split(b"\n")
    return lines if lines[-1] else lines[:-1]


def damage_bytes(line: bytes, random: Random) -> bytes:
    """Put tokens and other bytes into a line, or take some out."""
    damaged = bytearray(line)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at, size = random.randrange(len(damaged) + 1), random.choice((0, 0, 1, 1, 2, 5))
        damaged[at : at + size] = random.choice(TOKENS) if random.random() < 0.8 else random.randbytes(2)
    return bytes(damaged[: random.randrange(len(damaged) + 1)]) if random.random() < 0.1 else bytes(damaged)


def change_value(line: bytes, random: Random) -> bytes:
    """Give fields of a line other values, names, spaces or places: it stays JSON."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    holders = [event] if isinstance(event, dict) else []
    for holder in holders:
        inside = holder.values() if isinstance(holder, dict) else holder
        holders.extend(value for value in inside if isinstance(value, dict | list) and value)
    for _ in range(random.choice((1, 2, 4))):
        if holders:
            _change(random.choice(holders), random)
    return orjson.dumps(event, option=random.choice((None, orjson.OPT_SORT_KEYS)))


def _change(holder: Any, random: Random) -> None:
    key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder))) if holder else None
    if key is None:
        return
    if isinstance(holder, dict) and random.random() < 0.3:
        # Behind all others.
        holder[key] = holder.pop(key)
    elif isinstance(holder, dict) and random.random() < 0.1:
        del holder[key]
    else:
        holder[key] = random.choice(VALUES)


def damage(line: bytes, random: Random) -> bytes:
    """Return a line with damage of one sort or the other."""
    return random.choice((damage_bytes, change_value))(line, random).replace(b"\n", b"\r")
