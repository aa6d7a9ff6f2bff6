"""The header of a log line that the manager cuts off before it decodes the rest (cleanevent.c).

It is known by signs at fixed places, not by its first character, so JSON can be mistaken for one; Tetragon's is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYSLOG = re.compile(
    rb"(?s)(?:(?P<bsd>.{3} .{2} .{2}:.{2}:.{2} .)"
    rb"|(?P<ftp>.{4}-.{2}-.{2} .{2}:.{2}:.{2},.{4})"
    rb"|(?P<iso>.{4}-.{2}-.{2}T.{2}:.{2}:.{5}:.{2} .{7})"
    rb"|(?P<fine>.{4}-.{2}-.{2}T.{2}:.{2}:.{2}\..{13})"
    rb"|(?P<year>[0-9].{3} .{3} .{2} .{2}:.{2}:.{2} )"
    rb"|(?P<mac>[0-9].{3}-.{2}-.{2} .{2}:.{2}:.{2}\..{6}[-+].{4} .))"
)
_LENGTHS = {"bsd": 16, "ftp": 24, "iso": 26, "year": 21, "mac": 32}
_OTHERS = (
    (re.compile(rb"(?s).{3} .{3} .{2} .{2}:.{2}:.{2} .{4} . ."), 25),
    (re.compile(rb"(?s).{2}/.{2}-.{2}:.{2}:.{2}\..{6} .{2}"), 23),
    (re.compile(rb"(?s).{2}/.{2}/.{4}-.{2}:.{2}:.{2}\..{6} ."), 28),
    (re.compile(rb"(?s)\[.{3} .{3} .{2} .{2}:.{2}:.{2} .{4}\]."), 27),
)
"""xferlog, snort, suricata, apache: what they look like, and how much of the line they are."""
_ASL = re.compile(rb"(?s)\[T.{3} .{4}\..{2}\..{2} .{2}:.{6}")
_SQUID = re.compile(rb"(?s)1[0-9]{3}.{6}\..{2}[0-9] (?:.{6} |.{7} )")
_NAME = re.compile(rb"[()\-./0-9@A-Za-z_]*")
_PROCESS = re.compile(rb"(?::|\[[0-9]+\]:) ?|\[[0-9]+\] ")
_AIX = re.compile(rb"\|[a-z][A-Za-z0-9]*:[A-Za-z0-9]* ")
_AIX_PROCESS = re.compile(rb": |\[[0-9]+\]: ")
_ID = re.compile(rb"\[ID [^\]]*\].?", re.DOTALL)
_CANDIDATE = re.compile(rb"(?s)[1\[]|.\xc3\xa4|../|... |....[- ]")
"""What every one of these forms begins with."""


@dataclass(frozen=True, slots=True)
class Headed:
    """A line without its header."""

    log: bytes
    program: bytes | None = None
    """The program that the header names."""
    is_emulated: bool = True
    """Whether it is known what the manager makes of the header: not of that of the macOS system log."""


def without_header(line: bytes) -> Headed:
    """Cut the header off a line; nearly every line has none."""
    if _CANDIDATE.match(line) is None:
        return Headed(line)
    # A German March has one byte more before its first sign, which the original steps over.
    looked_at = b"Ma" + line[3:] if line[1:3] == b"\xc3\xa4" else line
    syslog = _SYSLOG.match(looked_at)
    if syslog is not None:
        return _after_date(line[_length(syslog, looked_at) :])
    for pattern, length in _OTHERS:
        if pattern.match(looked_at):
            return Headed(line[length:])
    if _ASL.match(looked_at):
        return Headed(line, is_emulated=False)
    if len(line) >= 32 and _SQUID.match(looked_at):
        return Headed(line[14:].lstrip(b" "))
    return Headed(line)


def _length(match: re.Match[bytes], line: bytes) -> int:
    form = match.lastgroup or ""
    if form == "fine":
        return 30 if line[26:27] == b":" else 33 if line[29:30] == b":" else 32
    return _LENGTHS[form]


def _after_date(rest: bytes) -> Headed:
    rest = rest.removeprefix(b" ")
    name = _name(rest)
    after = rest[len(name) :]
    if after.startswith(b": "):
        # Solaris leaves the host out.
        return Headed(_without_id(after[2:]), name)
    if not after.startswith(b" "):
        return Headed(rest)
    return _after_host(after[1:])


def _after_host(rest: bytes) -> Headed:
    program = _name(rest)
    after = rest[len(program) :]
    process = _PROCESS.match(after)
    if process is not None:
        return Headed(_without_id(after[process.end() :]), program)
    aix = _AIX.match(after)
    if aix is None:
        return Headed(rest)
    program = _name(after[aix.end() :])
    after = after[aix.end() + len(program) :]
    process = _AIX_PROCESS.match(after)
    return Headed(_without_id(after[process.end() :] if process is not None else after), program)


def _name(text: bytes) -> bytes:
    name = _NAME.match(text)
    assert name is not None
    return name[0]


def _without_id(log: bytes) -> bytes:
    found = _ID.match(log)
    return log[found.end() :] if found is not None else log
