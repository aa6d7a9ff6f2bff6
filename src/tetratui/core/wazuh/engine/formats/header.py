"""Cut off the log header of a line, as the manager does before it decodes the rest (cleanevent.c).

The manager recognises a header by characters at fixed offsets, not by its first character. So it can mistake JSON for a
header, but not the JSON that Tetragon writes.
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
"""The headers of xferlog, snort, suricata and apache, with their lengths in bytes."""
_ASL = re.compile(rb"(?s)\[T.{3} .{4}\..{2}\..{2} .{2}:.{6}")
_SQUID = re.compile(rb"(?s)1[0-9]{3}.{6}\..{2}[0-9] (?:.{6} |.{7} )")
_NAME = re.compile(rb"[()\-./0-9@A-Za-z_]*")
_PROCESS = re.compile(rb"(?::|\[[0-9]+\]:) ?|\[[0-9]+\] ")
_AIX = re.compile(rb"\|[a-z][A-Za-z0-9]*:[A-Za-z0-9]* ")
_AIX_PROCESS = re.compile(rb": |\[[0-9]+\]: ")
_ID = re.compile(rb"\[ID [^\]]*\].?", re.DOTALL)
_CANDIDATE = re.compile(rb"(?s)[1\[]|.\xc3\xa4|../|... |....[- ]")
"""What every header begins with: a quick test, because nearly no line has one."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A line without its header."""

    log: bytes
    program: bytes | None = None
    """The program that the header names."""
    is_emulated: bool = True
    """False for a header of the macOS system log, which is not emulated."""


def cut_header(line: bytes) -> LogRecord:
    """Return a line without its header; nearly every line has none."""
    if _CANDIDATE.match(line) is None:
        return LogRecord(line)
    # The German "Mär" is one byte longer than other month names; the manager skips that byte.
    text = b"Ma" + line[3:] if line[1:3] == b"\xc3\xa4" else line
    syslog = _SYSLOG.match(text)
    if syslog is not None:
        return _cut_host(line[_length(syslog, text) :])
    for pattern, length in _OTHERS:
        if pattern.match(text):
            return LogRecord(line[length:])
    if _ASL.match(text):
        return LogRecord(line, is_emulated=False)
    if len(line) >= 32 and _SQUID.match(text):
        return LogRecord(line[14:].lstrip(b" "))
    return LogRecord(line)


def _length(match: re.Match[bytes], line: bytes) -> int:
    form = match.lastgroup or ""
    if form == "fine":
        return 30 if line[26:27] == b":" else 33 if line[29:30] == b":" else 32
    return _LENGTHS[form]


def _cut_host(rest: bytes) -> LogRecord:
    rest = rest.removeprefix(b" ")
    name = _name(rest)
    after = rest[len(name) :]
    if after.startswith(b": "):
        # Solaris writes no host.
        return LogRecord(_cut_message_id(after[2:]), name)
    if not after.startswith(b" "):
        return LogRecord(rest)
    return _cut_program(after[1:])


def _cut_program(rest: bytes) -> LogRecord:
    program = _name(rest)
    after = rest[len(program) :]
    process = _PROCESS.match(after)
    if process is not None:
        return LogRecord(_cut_message_id(after[process.end() :]), program)
    aix = _AIX.match(after)
    if aix is None:
        return LogRecord(rest)
    program = _name(after[aix.end() :])
    after = after[aix.end() + len(program) :]
    process = _AIX_PROCESS.match(after)
    return LogRecord(_cut_message_id(after[process.end() :] if process is not None else after), program)


def _name(text: bytes) -> bytes:
    name = _NAME.match(text)
    assert name is not None
    return name[0]


def _cut_message_id(log: bytes) -> bytes:
    message_id = _ID.match(log)
    return log[message_id.end() :] if message_id is not None else log
