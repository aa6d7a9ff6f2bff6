"""CDB lists: `key:value` lines that a rule looks a field up in; exact, with case (lists_make.c, lists_list.c)."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.patterns import WazuhPattern

LOOKUPS = (
    "match_key",
    "not_match_key",
    "match_key_value",
    "address_match_key",
    "not_address_match_key",
    "address_match_key_value",
)


def parse_list(data: bytes) -> dict[bytes, bytes]:
    """Read a list file: a key with a colon must be quoted, a line without one is skipped, the first key wins."""
    entries: dict[bytes, bytes] = {}
    for raw in data.split(b"\n"):
        entry = _entry(raw.split(b"\r", 1)[0])
        if entry is not None:
            entries.setdefault(*entry)
    return entries


def _entry(line: bytes) -> tuple[bytes, bytes] | None:
    quote, colon = line.find(b'"'), line.find(b":")
    key, rest = b"", line
    if 0 <= quote < colon:
        closing = line.find(b'"', quote + 1)
        if closing < 0:
            return None
        key, rest = line[quote + 1 : closing], line[closing + 1 :]
    before, found, value = rest.partition(b":")
    if not found:
        return None
    if b'"' in value:
        parts = value.split(b'"', 2)
        if len(parts) < 3:
            return None
        value = parts[1]
    return (key if 0 <= quote < colon else before, value)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One `<list>` of a rule."""

    name: bytes
    """Field name in lower case, or the static field's element name."""
    is_static: bool
    how: str
    """One of LOOKUPS."""
    entries: dict[bytes, bytes]
    value: WazuhPattern | None = None
    """Pattern on the value, for the `_value` lookups."""

    def holds(self, text: bytes) -> bool:
        """Whether a present text satisfies it."""
        key = self._key(text)
        match self.how:
            case "match_key" | "address_match_key":
                return key is not None
            case "not_match_key" | "not_address_match_key":
                return key is None
            case "match_key_value":
                return key is not None and self._value_holds(key)
            case _:
                # Wazuh has this one the wrong way round: it holds when the pattern fails or the key is absent.
                return key is None or not self._value_holds(key)

    def _key(self, text: bytes) -> bytes | None:
        if text in self.entries:
            return text
        if "address" in self.how:
            return next((text[:end] for end in _prefixes(text) if text[:end] in self.entries), None)
        return None

    def _value_holds(self, key: bytes) -> bool:
        return self.value is not None and self.value.matches(self.entries[key])


def _prefixes(text: bytes) -> list[int]:
    """Ends of the prefixes that end in a dot, the longest first: `10.1.` then `10.`."""
    return [end for end in range(len(text), 0, -1) if text[end - 1 : end] == b"."]
