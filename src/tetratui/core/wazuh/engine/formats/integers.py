"""Numbers in rule files as C's `atoi` reads them: the leading digits, clamped to 64 bits and then cut to 32."""

from __future__ import annotations

_LONG_MAX = 2**63 - 1


def atoi(digits: str | bytes) -> int:
    """Read the digits that a text begins with; none are 0, and 4294967296 is 0 too."""
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    leading = text[: len(text) - len(text.lstrip("0123456789"))]
    # More digits than these are clamped anyway, and Python does not convert texts of any length.
    value = min(int(leading.lstrip("0")[:20] or "0"), _LONG_MAX) & 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value
