"""Recognise the parts of a command line that vary by nature, and choose the narrowest character class for values.

A shape is a command line with a mark instead of every generalised part. A mark is a lone surrogate that stands for the
`Chars` of the part. No text decoded from JSON holds one, so a shape is still an ordinary text: it can be split at
spaces and compared.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from tetratui.core.exclusion import Chars, Literal, Part, Pattern
from tetratui.core.noise import varying_forms as forms

_FIRST_MARK = 0xD801
"""The surrogate before it separates the places of a skeleton (`templates`)."""
_MARKS = 0x7FF

_HEX = "[0-9a-fA-F]"
VARYING = re.compile(
    rf"(?P<uuid>(?<![0-9a-zA-Z]){_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![0-9a-zA-Z]))"
    r"|(?P<temp>(?<=/tmp\.)[A-Za-z0-9]{6,}|(?<=/tmp)[a-z0-9_]{8}(?![A-Za-z0-9_]))"
    rf"|(?P<ipv6>(?<![0-9a-zA-Z:])(?={_HEX}*:[0-9a-fA-F:]*(?:::|[a-fA-F]))(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{0,4}}(?![0-9a-zA-Z:]))"
    r"|(?P<hex>(?<![0-9a-zA-Z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{6,}(?![0-9a-zA-Z])"
    r"|(?<![0-9a-zA-Z])(?=[0-9]*[A-F])(?=[A-F]*[0-9])[0-9A-F]{6,}(?![0-9a-zA-Z]))"
    r"|(?P<decimal>[0-9]+)"
)
"""UUIDs, names from mktemp, IPv6 addresses, hex numbers of six and more digits, decimal numbers; ASCII only.

IPv4 addresses, dates and times are decimal numbers between fixed signs.
"""

_UUID_LENGTHS = (8, 4, 4, 4, 12)
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/")  # noqa: S108 - folders that command lines name
SEGMENT = Chars("^/ ")
"""A segment of a path."""
TOKEN = Chars("^ ")
"""A word."""
REST = Chars(r"^\n", 0)
"""Everything up to the end of the line."""

_SENSITIVE = re.compile(
    r"/etc/|\.ssh|id_(?:rsa|dsa|ecdsa|ed25519)|authorized_keys|shadow|passwd|sudoers|secret|token|credential|password"
    r"|\.(?:pem|key|p12|pfx|kdbx)\b|\.kube|\.aws|\.gnupg|/proc/[0-9]+/mem|/dev/tcp/|://",
    re.IGNORECASE,
)
_CODE = frozenset({"-c", "-e", "-r", "-E", "--eval", "-m", "-ec", "-lc", "-ic"})


def is_sensitive(text: str) -> bool:
    """Return whether a wrong generalisation would cost much: settings, keys, credentials, URLs, code in an argument."""
    return _SENSITIVE.search(text) is not None or not _CODE.isdisjoint(text.split(" ")[:2])


class VaryingParts:
    """The character classes of a set of shapes, with a mark for each."""

    def __init__(self) -> None:
        self._marks: dict[Chars, str] = {}
        self._parts: dict[str, Chars] = {}

    def mark(self, part: Chars) -> str:
        """Return the mark of a class."""
        if part not in self._marks and len(self._marks) >= _MARKS - 64:
            # Nearly all marks are in use. Classes that differ in length only share one from now on.
            part = Chars(part.chars)
        if part not in self._marks:
            mark = chr(_FIRST_MARK + len(self._marks))
            self._marks[part] = mark
            self._parts[mark] = part
        return self._marks[part]

    def mark_values(self, kind: str, values: Iterable[str]) -> str:
        """Return the marks for values that `VARYING` finds in one slot; `kind` is the name of its group."""
        if kind == "uuid":
            return self._uuid(values)
        lengths = {len(value) for value in values}
        least, most = min(lengths), max(lengths)
        same = least == most
        if kind == "decimal":
            # Pids and ports may grow by a digit. Timestamps and dates, of eight digits or more, do not.
            return self.mark(Chars("0-9", most, most) if same and most >= 8 else Chars("0-9"))
        if kind == "hex":
            upper = any(character in "ABCDEF" for value in values for character in value)
            return self.mark(Chars("0-9A-F" if upper else "0-9a-f", least, most))
        if kind == "ipv6":
            return self.mark(Chars("0-9a-fA-F:", 2, 39))
        return self.mark(Chars("0-9A-Za-z_", least, most))

    def formed(self, text: str) -> str:
        """Put marks in place of what differs at every run by its form."""
        return "".join(part.text if isinstance(part, Literal) else self.mark(part) for part in forms.parts_of(text))

    def _uuid(self, values: Iterable[str]) -> str:
        upper = any(character in "ABCDEF" for value in values for character in value)
        chars = "0-9a-fA-F" if upper else "0-9a-f"
        return "-".join(self.mark(Chars(chars, length, length)) for length in _UUID_LENGTHS)

    def mark_words(self, values: Sequence[str]) -> str:
        """Return one word for all of these: their common ends, and between them a mark for the narrowest class."""
        head, tail = _ends(values)
        middles = [value[len(head) : len(value) - len(tail)] for value in values]
        if "" in middles:
            return self.mark(Chars("^ ", 0))
        if head.startswith(_TEMPORARY) and all(middle.isascii() and middle.isalnum() for middle in middles):
            lengths = {len(middle) for middle in middles}
            return head + self.mark(Chars("0-9A-Za-z", min(lengths), max(lengths))) + tail
        if any("/" in middle for middle in middles):
            return head + self.mark(TOKEN) + tail
        return head + self.mark(SEGMENT) + tail

    def pattern(self, shape: str) -> Pattern:
        """Return the pattern that a shape stands for."""
        parts: list[Part] = []
        for piece in re.split("([\ud800-\udfff])", shape):
            known = self._parts.get(piece)
            if known is not None:
                parts.append(known)
            elif piece:
                parts.append(Literal(piece))
        return Pattern(tuple(parts))


def _common_start(values: Sequence[str]) -> str:
    """Return the longest start that all values share."""
    # All values sort between the first and the last, so these two share no more than all do.
    least, most = min(values), max(values)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(least, most, strict=False))
    return "".join(character for character, _ in same)


def _ends(values: Sequence[str]) -> tuple[str, str]:
    """Return what all values start and end with, cut after `/`, `=` or `:`, and before `/` or an extension."""
    head = _common_start(values)
    cut = max(head.rfind("/"), head.rfind("="), head.rfind(":")) + 1
    head = head[:cut]
    reversed_tail = _common_start([value[len(head) :][::-1] for value in values])
    tail = reversed_tail[::-1]
    cuts = [index for index in (tail.find("/"), tail.rfind(".")) if index >= 0]
    return head, tail[min(cuts) :] if cuts else ""
