"""Read the attributes of `<rule>`, and numbers in rule files, as the manager does."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text

DEFAULT_TIMEFRAME = 360
"""Seconds (`analysisd.default_timeframe`)."""
_LONG_MAX = 2**63 - 1


class AttributeRefusedError(ValueError):
    """An attribute stops the manager; the text is the manager's message."""


@dataclass(slots=True)
class Attributes:
    """The values of one rule's attributes."""

    id: int | None = None
    level: int | None = None
    maxsize: int = 0
    timeframe: int = DEFAULT_TIMEFRAME
    frequency: int = 0
    """The written frequency, less two."""
    accuracy: int = 1
    noalert: bool = False
    ignore: int = 0
    overwrite: bool = False
    warnings: tuple[str, ...] = ()


def read_attributes(element: Element) -> Attributes:
    """Read the attributes of a `<rule>` in order; names compare without case.

    Raises:
        AttributeRefusedError: an attribute stops the manager.
    """
    out = Attributes()
    for name, value in element.attributes:
        _read_attribute(out, decode_text(name), decode_text(value))
    return out


def _read_attribute(out: Attributes, name: str, value: str) -> None:
    match name.lower():
        case "id":
            if not _is_digits(value) or len(value) > 6:
                raise AttributeRefusedError(f"rules_op: Invalid rule id: {value}. Must be integer (max 6 digits)")
            out.id = int(value) if value else out.id
        case "level":
            _read_level(out, value)
        case "frequency":
            _read_frequency(out, value)
        case "maxsize":
            out.maxsize = _read_digits(value, 4, "maxsize", "Must be integer", out.maxsize)
        case "timeframe":
            out.timeframe = _read_digits(value, 5, "timeframe", "Must be integer (max 5 digits)", out.timeframe)
        case "accuracy":
            out.accuracy = _read_digits(value, 4, "accuracy", "Must be integer", out.accuracy)
        case "ignore":
            out.ignore = _read_digits(value, 6, "ignore_time", "Must be integer (max 6 digits)", out.ignore)
        case "noalert":
            if value in ("0", "1"):
                out.noalert = value == "1"
            else:
                out.warnings += ("Invalid value for attribute 'noalert'",)
        case "overwrite":
            if value not in ("yes", "no"):
                raise AttributeRefusedError(f"rules_op: Invalid overwrite: {value}. Can only by 'yes' or 'no'.")
            out.overwrite = value == "yes"
        case _:
            raise AttributeRefusedError(
                f'rules_op: Invalid attribute "{name}". Only id, level, maxsize, accuracy, noalert, ignore, frequency '
                "and timeframe are allowed."
            )


def _is_digits(value: str) -> bool:
    """Return whether a text has only digits, as an empty text does."""
    return not value or (value.isascii() and value.isdigit())


def _read_digits(value: str, length: int, name: str, rule: str, default: int) -> int:
    if not _is_digits(value):
        raise AttributeRefusedError(f"rules_op: Invalid {name}: {value}. {rule}")
    return int(value[:length]) if value else default


def _read_level(out: Attributes, value: str) -> None:
    # The manager skips a level that is not a number. It then refuses the rule because it has no level.
    if _is_digits(value):
        level = atoi(value)
        if not 0 <= level <= 16:
            raise AttributeRefusedError(f"rules_op: Invalid level: {level}. Must be an integer between 0 and 16.")
        out.level = level


def _read_frequency(out: Attributes, value: str) -> None:
    if not _is_digits(value):
        raise AttributeRefusedError(f"rules_op: Invalid frequency: {value}. Must be integer")
    frequency = atoi(value)
    if not 2 <= frequency <= 9999:
        raise AttributeRefusedError(
            f"rules_op: Invalid frequency: {frequency}. Must be higher than 1 and lower than 10000."
        )
    out.frequency = frequency - 2


def atoi(digits: str | bytes) -> int:
    """Return the leading digits of a text as C's `atoi` does: clamped to 64 bits, then cut to 32.

    A text without leading digits is 0, and so is 4294967296.
    """
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    leading = text[: len(text) - len(text.lstrip("0123456789"))]
    # More digits than these are clamped anyway, and Python refuses to convert texts of any length.
    value = min(int(leading.lstrip("0")[:20] or "0"), _LONG_MAX) & 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value
