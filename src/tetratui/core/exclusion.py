"""Describe which events an operator wants to hide, independently of Tetragon and Wazuh.

`core.tetragon` writes an `Exclusion` as filters, `core.wazuh` as rules, and both must select the same events. Its
`Pattern`s match whole texts and consist of literals and explicit ASCII classes only, because RE2 and PCRE2 agree on
nothing else (docs/drafts.md, "Patterns").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.events.kinds import Kind

_SPECIAL = re.compile(r"[^a-zA-Z0-9/_ :,@%=~!\"'&;<>`\xa0-\U0010ffff-]")
"""Matches characters that need an escape in RE2 outside a class."""
_PLAIN_PCRE2 = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_ -:,@%=~!\"';")
"""Bytes that need no escape in PCRE2 outside a class and that neither of Wazuh's two XML parsers changes."""
_ESCAPED_PCRE2 = frozenset(b".+*?()[]{}^|\\")
"""Bytes that PCRE2 escapes with a backslash; every other byte becomes `\\xHH`."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A part of a pattern that matches exactly one text."""

    text: str

    def to_re2(self) -> str:
        """Return the expression for Tetragon: special characters escaped, control characters as `\\x{…}`."""
        return _SPECIAL.sub(_escape_re2, self.text)

    def to_pcre2(self) -> str:
        """Return the expression for Wazuh, escaped byte by byte for PCRE2 and its XML parsers."""
        return "".join(_escape_pcre2(byte) for byte in self.text.encode("utf-8"))


def _escape_pcre2(byte: int) -> str:
    if byte in _PLAIN_PCRE2:
        return chr(byte)
    return f"\\{chr(byte)}" if byte in _ESCAPED_PCRE2 else f"\\x{byte:02x}"


def _escape_re2(special: re.Match[str]) -> str:
    character = special.group()
    if character < " " or character >= "\x7f":
        return f"\\x{{{ord(character):x}}}"
    return "\\" + character


@dataclass(frozen=True, slots=True)
class Chars:
    """A part of a pattern that matches a run of characters of one class."""

    chars: str
    """What stands inside the brackets of the class, ASCII only: `0-9a-f`, `^ `."""
    low: int = 1
    """Fewest characters."""
    high: int | None = None
    """Most characters, or None for no limit.

    A negated class allows `+` or `*` only: it matches non-ASCII text, which RE2 counts in characters, PCRE2 in bytes.
    """

    def __post_init__(self) -> None:
        if not self.chars.isascii():
            raise ValueError(f"a class must be ASCII: {self.chars!r}")
        if self.negated and (self.low, self.high) not in {(1, None), (0, None)}:
            raise ValueError("a negated class allows + or * only")

    def _quantifier(self) -> str:
        if self.high is None:
            return {0: "*", 1: "+"}.get(self.low, f"{{{self.low},}}")
        if self.low == self.high:
            return "" if self.low == 1 else f"{{{self.low}}}"
        return f"{{{self.low},{self.high}}}"

    def to_re2(self) -> str:
        """Return the expression for Tetragon."""
        return f"[{self.chars}]{self._quantifier()}"

    @property
    def negated(self) -> bool:
        """Return whether the class matches all but its characters, and so non-ASCII ones too."""
        return self.chars.startswith("^")

    def to_pcre2_after_open_run(self) -> str:
        """Return the expression for Wazuh of a negated class after another run without a limit.

        PCRE2 matches bytes here: this form matches whole UTF-8 characters only, so that it starts where one starts.
        """
        return f"(?:[{self._escape_class()}\\x80-\\xff]|[\\xc2-\\xf4][\\x80-\\xbf]+){self._quantifier()}"

    def to_pcre2(self) -> str:
        """Return the expression for Wazuh; characters that its XML parsers refuse or trim become `\\xHH`."""
        return f"[{self._escape_class()}]{self._quantifier()}"

    def _escape_class(self) -> str:
        return "".join(f"\\x{ord(character):02x}" if character in " <>&$" else character for character in self.chars)


Part = Literal | Chars


@dataclass(frozen=True, slots=True)
class Pattern:
    """Matches a whole text: its parts one after the other, from the first character to the last."""

    parts: tuple[Part, ...]

    @classmethod
    def exactly(cls, text: str) -> Pattern:
        """Return a pattern that matches this text and no other."""
        return cls((Literal(text),) if text else ())

    @property
    def literal(self) -> str | None:
        """Return the only text that the pattern matches, or None if it is a template."""
        if all(isinstance(part, Literal) for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Literal))
        return None

    @property
    def display_text(self) -> str:
        """Return the text for a reader, with a class for each varying part: `-n [0-9]+`. Never match with it."""
        return "".join(part.text if isinstance(part, Literal) else part.to_re2() for part in self.parts)

    def to_re2(self) -> str:
        """Return the expression for Tetragon: `^…$` (without flags, `$` is the end of the text in RE2)."""
        return "^" + "".join(part.to_re2() for part in self.parts) + "$"

    def to_pcre2(self) -> str:
        """Return the expression for Wazuh: `\\A…\\z` (`$` also matches before a last newline in PCRE2)."""
        return f"\\A{self.to_pcre2_body()}\\z"

    def to_pcre2_body(self) -> str:
        """Return the expression for Wazuh without anchors, for use in an alternation."""
        body = ""
        after_open_run = False
        for part in self.parts:
            if isinstance(part, Literal):
                body += part.to_pcre2()
                after_open_run = after_open_run and not part.text
                continue
            # Two adjacent runs without a limit must not split the bytes of one character between them.
            body += part.to_pcre2_after_open_run() if part.negated and after_open_run else part.to_pcre2()
            after_open_run = part.negated or (after_open_run and part.low == 0)
        return body


@dataclass(frozen=True, slots=True)
class SocketMatch:
    """A destination: one of these networks and one of these ports; empty means any."""

    networks: tuple[str, ...] = ()
    """In CIDR notation: `203.0.113.9/32`."""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Kubernetes a process runs: every field must match one of its values; an empty field matches anything."""

    namespaces: tuple[str, ...] = ()
    """Exact names; the empty name is that of processes without a pod, as in Tetragon's `namespace`."""
    workloads: tuple[tuple[str, str], ...] = ()
    """Pairs of kind and name, exact; only CEL and Wazuh can select them."""
    pods: tuple[Pattern, ...] = ()
    """Names of pods."""
    labels: tuple[tuple[str, str], ...] = ()
    """Pairs of key and value, all of which the pod must have."""
    containers: tuple[str, ...] = ()
    """Names of containers in the pod, exact."""

    @property
    def name(self) -> str:
        """The word of the place: `container`, `workload`, `namespace` or, without any condition, `anywhere`."""
        if self.containers or self.namespaces == ("",):
            return "container"
        if self.workloads or self.pods or self.labels:
            return "workload"
        return "namespace" if self.namespaces else "anywhere"


ANYWHERE = Place()
"""No condition on where a process runs."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Selects events of these kinds: every field must match one of its values; an empty field matches anything."""

    kinds: tuple[Kind, ...]
    binary: tuple[Pattern, ...] = ()
    arguments: tuple[Pattern, ...] = ()
    parent_binary: tuple[Pattern, ...] = ()
    parent_arguments: tuple[Pattern, ...] = ()
    policies: tuple[str, ...] = ()
    """Policy names, exact."""
    functions: tuple[str, ...] = ()
    """Names of hooked functions, exact; only CEL and Wazuh can select them."""
    socket: SocketMatch | None = None
    """A destination; only CEL and Wazuh can select it."""
    in_container: bool | None = None
    """True: processes in a container only; False: processes in none; None: wherever they run."""
    place: Place = ANYWHERE
    """The pods that it is about; without a condition it is about processes without a pod as well."""
    probe: bool = False
    """Whether it selects only what Tetragon flags as a probe of Kubernetes: the process, or its parent."""
    hosts: tuple[str, ...] = ()
    """The `node_name`s of the marks. Suppression rules are limited to them; an export list is per host anyway."""

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("an exclusion needs at least one kind")

    @property
    def place_name(self) -> str:
        """Where it applies: `namespace`, `workload`, `container`, `host` (outside containers) or `anywhere`."""
        if self.place != ANYWHERE:
            return self.place.name
        return {True: "container", False: "host", None: "anywhere"}[self.in_container]

    @property
    def is_about_place_only(self) -> bool:
        """Whether it asks nothing of the command, its parent or a hook: only where a process runs, or whether it is a
        probe.
        """
        patterns = (self.binary, self.arguments, self.parent_binary, self.parent_arguments)
        return not any((*patterns, self.policies, self.functions, self.socket))
