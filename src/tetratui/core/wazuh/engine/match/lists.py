"""CDB lists: `key:value` lines in which a rule looks up a field, with case (lists_make.c, lists_list.c)."""

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
    """Return the entries of a list file: a key with a colon is quoted, a line without a colon is skipped.

    Of equal keys the first wins.
    """
    entries: dict[bytes, bytes] = {}
    for raw in data.split(b"\n"):
        entry = _parse_entry(raw.split(b"\r", 1)[0])
        if entry is not None:
            entries.setdefault(*entry)
    return entries


def _parse_entry(line: bytes) -> tuple[bytes, bytes] | None:
    quote, colon = line.find(b'"'), line.find(b":")
    key, rest = b"", line
    if 0 <= quote < colon:
        closing = line.find(b'"', quote + 1)
        if closing < 0:
            return None
        key, rest = line[quote + 1 : closing], line[closing + 1 :]
    before, separator, value = rest.partition(b":")
    if not separator:
        return None
    if b'"' in value:
        parts = value.split(b'"', 2)
        if len(parts) < 3:
            return None
        value = parts[1]
    return (key if 0 <= quote < colon else before, value)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A `<list>` of a rule."""

    name: bytes
    """Field name in lower case, or the static field's element name."""
    is_static: bool
    how: str
    """One of LOOKUPS."""
    entries: dict[bytes, bytes]
    value: WazuhPattern | None = None
    """Pattern on the value, for the `_value` lookups."""

    def holds(self, text: bytes) -> bool:
        """Return whether the field's text satisfies the lookup."""
        key = self._find_key(text)
        match self.how:
            case "match_key" | "address_match_key":
                return key is not None
            case "not_match_key" | "not_address_match_key":
                return key is None
            case "match_key_value":
                return key is not None and self._value_holds(key)
            case _:
                # Wazuh has this lookup the wrong way round: it holds if the pattern fails or the key is absent.
                return key is None or not self._value_holds(key)

    def _find_key(self, text: bytes) -> bytes | None:
        if text in self.entries:
            return text
        if "address" in self.how:
            return next((text[:end] for end in _prefix_ends(text) if text[:end] in self.entries), None)
        return None

    def _value_holds(self, key: bytes) -> bool:
        return self.value is not None and self.value.matches(self.entries[key])


def _prefix_ends(text: bytes) -> list[int]:
    """Return the ends of the prefixes that end in a dot, the longest first: `10.1.`, then `10.`."""
    return [end for end in range(len(text), 0, -1) if text[end - 1 : end] == b"."]
