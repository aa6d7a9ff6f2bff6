"""What an operator wants to be rid of, said once, before it becomes Tetragon filters and Wazuh rules.

An `Exclusion` is neutral: `core.tetragon` writes it as a `Filter`, `core.wazuh` as rules, and both must mean the same
events. It is built of `Pattern`s, which are whole-text patterns over literals and explicit ASCII classes only, because
RE2 and PCRE2 agree on nothing else (docs/drafts.md, "Patterns").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.events.kinds import Kind

_SPECIAL = re.compile(r"[^a-zA-Z0-9/_ :,@%=~!\"'&;<>`\xa0-\U0010ffff-]")
"""Characters that need an escape in RE2 outside a class."""
_PLAIN_PCRE2 = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_ -:,@%=~!\"';")
"""Bytes that need no escape in PCRE2 outside a class and that neither of Wazuh's XML readers touches."""
_ESCAPED_PCRE2 = frozenset(b".+*?()[]{}^|\\")
"""Bytes that take a backslash in PCRE2; every other byte becomes `\\xHH`."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that must stand there, character for character."""

    text: str

    def re2(self) -> str:
        """Write it for Tetragon: readable, every special character escaped, control characters as `\\x{…}`."""
        return _SPECIAL.sub(_re2, self.text)

    def pcre2(self) -> str:
        """Write it for Wazuh, byte for byte and as readable as its XML readers allow."""
        return "".join(_pcre2(byte) for byte in self.text.encode("utf-8"))


def _pcre2(byte: int) -> str:
    if byte in _PLAIN_PCRE2:
        return chr(byte)
    return f"\\{chr(byte)}" if byte in _ESCAPED_PCRE2 else f"\\x{byte:02x}"


def _re2(special: re.Match[str]) -> str:
    character = special.group()
    if character < " " or character >= "\x7f":
        return f"\\x{{{ord(character):x}}}"
    return "\\" + character


@dataclass(frozen=True, slots=True)
class Chars:
    """A run of characters of one class: `chars` is the inside of a bracket, ASCII only (`0-9a-f`, `^ `)."""

    chars: str
    low: int = 1
    high: int | None = None
    """Most characters, or None for no bound.

    A negated class takes `+` or `*` only: RE2 counts characters, PCRE2 bytes.
    """

    def __post_init__(self) -> None:
        if not self.chars.isascii():
            raise ValueError(f"a class is ASCII only: {self.chars!r}")
        if self.negated and (self.low, self.high) not in {(1, None), (0, None)}:
            raise ValueError("a negated class takes + or * only")

    def _times(self) -> str:
        if self.high is None:
            return {0: "*", 1: "+"}.get(self.low, f"{{{self.low},}}")
        if self.low == self.high:
            return "" if self.low == 1 else f"{{{self.low}}}"
        return f"{{{self.low},{self.high}}}"

    def re2(self) -> str:
        """Write it for Tetragon."""
        return f"[{self.chars}]{self._times()}"

    @property
    def negated(self) -> bool:
        """Whether it takes everything but its characters, so also what is not ASCII."""
        return self.chars.startswith("^")

    def pcre2_from_a_character(self) -> str:
        """Write a negated one for Wazuh so that it begins where a character of UTF-8 begins."""
        return f"(?:[{self._inside()}\\x80-\\xff]|[\\xc2-\\xf4][\\x80-\\xbf]+){self._times()}"

    def pcre2(self) -> str:
        """Write it for Wazuh; what an XML reader would trip over or trim becomes `\\xHH`."""
        return f"[{self._inside()}]{self._times()}"

    def _inside(self) -> str:
        return "".join(f"\\x{ord(character):02x}" if character in " <>&$" else character for character in self.chars)


Part = Literal | Chars


@dataclass(frozen=True, slots=True)
class Pattern:
    """A whole text: its parts one after the other, from the first character to the last."""

    parts: tuple[Part, ...]

    @classmethod
    def exactly(cls, text: str) -> Pattern:
        """Match this text and no other."""
        return cls((Literal(text),) if text else ())

    @property
    def literal(self) -> str | None:
        """The one text it matches, or None if it is a template."""
        if all(isinstance(part, Literal) for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Literal))
        return None

    @property
    def words(self) -> str:
        """The text as it is read, with a class for each varying part: `-n [0-9]+`; never to be matched with."""
        return "".join(part.text if isinstance(part, Literal) else part.re2() for part in self.parts)

    def re2(self) -> str:
        """Write it for Tetragon: `^…$` (without flags `$` is the end of the text there)."""
        return "^" + "".join(part.re2() for part in self.parts) + "$"

    def pcre2(self) -> str:
        """Write it for Wazuh: `\\A…\\z` (`$` would also match before a last newline there)."""
        return f"\\A{self.pcre2_body()}\\z"

    def pcre2_body(self) -> str:
        """Write it for Wazuh without anchors, to stand in an alternation."""
        body = ""
        after_open_run = False
        for part in self.parts:
            if isinstance(part, Literal):
                body += part.pcre2()
                after_open_run = after_open_run and not part.text
                continue
            # Two open runs side by side must not share the bytes of one character.
            body += part.pcre2_from_a_character() if part.negated and after_open_run else part.pcre2()
            after_open_run = part.negated or (after_open_run and part.low == 0)
        return body


@dataclass(frozen=True, slots=True)
class SocketMatch:
    """A destination: any of these networks and any of these ports (empty = any)."""

    networks: tuple[str, ...] = ()
    """CIDR texts, `203.0.113.9/32`."""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Events of these kinds whose fields match: AND across fields, OR within one; an empty tuple asks nothing."""

    kinds: tuple[Kind, ...]
    binary: tuple[Pattern, ...] = ()
    arguments: tuple[Pattern, ...] = ()
    parent_binary: tuple[Pattern, ...] = ()
    parent_arguments: tuple[Pattern, ...] = ()
    policies: tuple[str, ...] = ()
    """Policy names, exact."""
    functions: tuple[str, ...] = ()
    """Hooked function names, exact (CEL and Wazuh only)."""
    socket: SocketMatch | None = None
    """A destination (CEL and Wazuh only)."""
    in_container: bool | None = None
    """True: processes in a container only; False: processes in none; None: wherever they run."""
    hosts: tuple[str, ...] = ()
    """The `node_name`s the marks came from; the Wazuh suppression rule is bound to them, the export list is per host anyway."""

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("an exclusion names its kinds")

    @property
    def place(self) -> str:
        """Where it applies: `container`, `host` (outside containers) or `anywhere`."""
        return {True: "container", False: "host", None: "anywhere"}[self.in_container]
