"""The parts of a command line that vary by nature, and the narrowest class for a set of values.

A shape is a command line in which every generalised part is one lone surrogate, a mark that stands for its `Chars`: no
text decoded from JSON holds one, so a shape stays an ordinary text that can be cut at spaces and compared.
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
"""UUID, name from mktemp, IPv6 address, hex of six and more, decimal; IPv4 addresses, dates and times are decimals
between fixed signs. ASCII only."""

_UUID_LENGTHS = (8, 4, 4, 4, 12)
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/")  # noqa: S108 - folders that command lines name
SEGMENT = Chars("^/ ")
"""One segment of a path."""
TOKEN = Chars("^ ")
"""One word."""
REST = Chars(r"^\n", 0)
"""Everything up to the end of the line."""

_SENSITIVE = re.compile(
    r"/etc/|\.ssh|id_(?:rsa|dsa|ecdsa|ed25519)|authorized_keys|shadow|passwd|sudoers|secret|token|credential|password"
    r"|\.(?:pem|key|p12|pfx|kdbx)\b|\.kube|\.aws|\.gnupg|/proc/[0-9]+/mem|/dev/tcp/|://",
    re.IGNORECASE,
)
_CODE = frozenset({"-c", "-e", "-r", "-E", "--eval", "-m", "-ec", "-lc", "-ic"})


def sensitive(text: str) -> bool:
    """Say whether a wrong generalisation would cost much: settings, keys, credentials, URLs, code in an argument."""
    return _SENSITIVE.search(text) is not None or not _CODE.isdisjoint(text.split(" ")[:2])


class VaryingParts:
    """The classes of one set of shapes, each known by its mark."""

    def __init__(self) -> None:
        self._marks: dict[Chars, str] = {}
        self._parts: dict[str, Chars] = {}

    def mark(self, part: Chars) -> str:
        """Give the one character that stands for this class; beyond 2,048 classes lengths are no longer told apart."""
        if part not in self._marks and len(self._marks) >= _MARKS - 64:
            part = Chars(part.chars)
        if part not in self._marks:
            mark = chr(_FIRST_MARK + len(self._marks))
            self._marks[part] = mark
            self._parts[mark] = part
        return self._marks[part]

    def of_column(self, kind: str, values: Iterable[str]) -> str:
        """Give the marks for values that `VARYING` found at one place; `kind` is the name of its group."""
        if kind == "uuid":
            return self._uuid(values)
        lengths = {len(value) for value in values}
        least, most = min(lengths), max(lengths)
        same = least == most
        if kind == "decimal":
            # A pid or a port grows by a digit; a stamp or a date of eight digits does not.
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

    def of_tokens(self, values: Sequence[str]) -> str:
        """Write one word for all of these: fixed ends kept, the narrowest class between them."""
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
        """Turn a shape into the pattern it stands for."""
        parts: list[Part] = []
        for piece in re.split("([\ud800-\udfff])", shape):
            known = self._parts.get(piece)
            if known is not None:
                parts.append(known)
            elif piece:
                parts.append(Literal(piece))
        return Pattern(tuple(parts))


def _shared(values: Sequence[str]) -> str:
    """Find the longest beginning that all have, character by character."""
    least, most = min(values), max(values)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(least, most, strict=False))
    return "".join(character for character, _ in same)


def _ends(values: Sequence[str]) -> tuple[str, str]:
    """Find what all begin and end with, cut where a reader would cut it: after a slash or `=`, before an extension."""
    head = _shared(values)
    cut = max(head.rfind("/"), head.rfind("="), head.rfind(":")) + 1
    head = head[:cut]
    reversed_tail = _shared([value[len(head) :][::-1] for value in values])
    tail = reversed_tail[::-1]
    places = [place for place in (tail.find("/"), tail.rfind(".")) if place >= 0]
    return head, tail[min(places) :] if places else ""
