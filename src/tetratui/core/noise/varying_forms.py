"""Parts of a text that differ at every run by their form alone: kernel threads, container ids, temporary names.

No second value needs to be seen to know that these vary, so even the narrowest exclusion writes them as classes. What
varies without showing it, as a pid or a port does, is told by its values (`varying`, `tuning.halves`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from tetratui.core.exclusion import Chars, Literal, Part, Pattern

_WORKER = re.compile(r"\[kworker/[0-9A-Za-z:_.+/@-]+\]")
_WORKER_CHARS = Chars("0-9A-Za-z:_.+/@-")
_THREAD = re.compile(r"\[[^\[\]]+\]")
_DIGITS = re.compile(r"[0-9]+")

_ID = (
    r"(?P<id>(?<![0-9A-Za-z])(?<!sha256:)[0-9a-f]{64}(?![0-9A-Za-z]))"
    r"|(?P<short>(?:(?<=[ /])|(?<=^))(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12}(?=[ /]|$))"
    r"|(?P<pid>(?<=/proc/)(?!1/)[0-9]+(?=/(?!mem\b|environ\b|maps\b)))"
)
_TEMP = (
    r"(?P<dotted>(?<=/tmp\.)[A-Za-z0-9]{6,})"
    r"|(?P<python>(?<=/tmp/tmp)[a-z0-9_]{8}(?![A-Za-z0-9_]))"
    r"|(?P<folder>(?:(?<=[ =\"':])|(?<=^))(?:/tmp|/var/tmp|/dev/shm|/run|/var/run)/[^ \"'=:,;]+)"
)
IDS = re.compile(_ID)
"""Container ids, whole or cut to twelve digits, and pids in `/proc`; a digest (`sha256:…`) names content: it stays."""
ALL = re.compile(f"{_ID}|{_TEMP}")
"""These, and names made by mktemp and its kind; `folder` is a whole path, of which only such names vary."""
_NAMES = (
    IDS,
    re.compile(r"(?P<dotted>(?<=/tmp\.)[A-Za-z0-9]{6,})|(?P<python>(?<=/tmp/tmp)[a-z0-9_]{8}(?![A-Za-z0-9_]))"),
    re.compile(r"(?P<number>(?<![0-9])[0-9]{6,}(?=$|[/.]))"),
    re.compile(r"(?P<name>(?<=[._-])[A-Za-z0-9]{6,}(?=$|[/.]))"),
)
"""What varies within such a path; what an earlier one finds is not looked at by a later."""
_CLUE = re2.compile(r"(?:^|[ /])[0-9a-f]{12}(?:[ /\n]|$)|[0-9a-f]{64}|/proc/[0-9]|/tmp|/run/|/shm/")


def _may_vary(text: str) -> bool:
    """Return whether a text can have any of these parts. Most have none, and to search for the parts takes long."""
    return _CLUE.search(text) is not None


def of_binary(text: str) -> Pattern:
    """Match a binary: a kernel thread by its kind, any other by its path with ids as classes."""
    if _WORKER.fullmatch(text):
        return Pattern((Literal("[kworker/"), _WORKER_CHARS, Literal("]")))
    if _THREAD.fullmatch(text):
        return Pattern(tuple(_parts(text, _DIGITS)))
    return Pattern(tuple(_parts(text, IDS))) if _may_vary(text) else Pattern.exactly(text)


def of_arguments(text: str, temporary: bool = True) -> Pattern:
    """Match arguments, with the parts as classes that differ at every run; `temporary` also takes temporary names."""
    if not _may_vary(text):
        return Pattern.exactly(text)
    return Pattern(tuple(_parts(text, ALL if temporary else IDS)))


def parts_of(text: str) -> list[Part]:
    """Cut arguments at what differs at every run."""
    return list(_parts(text, ALL)) if _may_vary(text) else [Literal(text)]


def _parts(text: str, finder: re.Pattern[str]) -> Iterator[Part]:
    """Yield the fixed pieces of a text as literals, joined, and a class for each part between."""
    waiting, end = "", 0
    for match in finder.finditer(text):
        waiting, end = waiting + text[end : match.start()], match.end()
        for part in _classes(str(match.lastgroup), match.group()):
            if isinstance(part, Literal):
                waiting += part.text
                continue
            if waiting:
                yield Literal(waiting)
            waiting = ""
            yield part
    if waiting + text[end:]:
        yield Literal(waiting + text[end:])


def _classes(kind: str, value: str) -> Iterator[Part]:
    if kind in {"id", "short"}:
        yield Chars("0-9a-f", len(value), len(value))
    elif kind == "python":
        yield Chars("0-9a-z_", len(value), len(value))
    elif kind in {"dotted", "name"}:
        yield Chars("0-9A-Za-z_", len(value), len(value))
    elif kind == "folder":
        yield from _of_folder(value)
    else:
        yield Chars("0-9")


def _of_folder(path: str) -> Iterator[Part]:
    """Cut a path in a temporary folder at the ids and names in it that look made at random."""
    end = 0
    for match in _varying(path):
        yield Literal(path[end : match.start()])
        yield from _classes(str(match.lastgroup), match.group())
        end = match.end()
    yield Literal(path[end:])


def _varying(path: str) -> list[re.Match[str]]:
    taken: list[re.Match[str]] = []
    for match in (match for finder in _NAMES for match in finder.finditer(path)):
        free = all(match.end() <= other.start() or match.start() >= other.end() for other in taken)
        if free and (match.lastgroup != "name" or _random(match.group())):
            taken.append(match)
    return sorted(taken, key=lambda match: match.start())


def _random(name: str) -> bool:
    """Return whether a name looks random: with capitals inside, or digits anywhere but at its end."""
    within = any(character.isupper() for character in name[1:]) and not name.isupper()
    return within or any(character.isdecimal() for character in name.rstrip("0123456789"))
