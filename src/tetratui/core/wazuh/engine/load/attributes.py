"""The attributes of `<rule>`, read as the manager reads them: digits by `scanf`, names without case."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.integers import atoi
from tetratui.core.wazuh.engine.formats.osxml import Element, shown

DEFAULT_TIMEFRAME = 360
"""Seconds (`analysisd.default_timeframe`)."""


class AttributeRefusedError(ValueError):
    """An attribute that stops the manager; the text is its own message."""


@dataclass(slots=True)
class Attributes:
    """Values of one rule's attributes."""

    id: int | None = None
    level: int | None = None
    maxsize: int = 0
    timeframe: int = DEFAULT_TIMEFRAME
    frequency: int = 0
    """As written, less two."""
    accuracy: int = 1
    noalert: bool = False
    ignore: int = 0
    overwrite: bool = False
    warnings: tuple[str, ...] = ()


def read_attributes(element: Element) -> Attributes:
    """Read them in order.

    Raises:
        AttributeRefusedError: with the manager's message.
    """
    out = Attributes()
    for name, value in element.attributes:
        _one(out, shown(name), shown(value))
    return out


def _one(out: Attributes, name: str, value: str) -> None:
    match name.lower():
        case "id":
            if not _digits(value) or len(value) > 6:
                raise AttributeRefusedError(f"rules_op: Invalid rule id: {value}. Must be integer (max 6 digits)")
            out.id = int(value) if value else out.id
        case "level":
            _level(out, value)
        case "frequency":
            _frequency(out, value)
        case "maxsize":
            out.maxsize = _scanned(value, 4, "maxsize", "Must be integer", out.maxsize)
        case "timeframe":
            out.timeframe = _scanned(value, 5, "timeframe", "Must be integer (max 5 digits)", out.timeframe)
        case "accuracy":
            out.accuracy = _scanned(value, 4, "accuracy", "Must be integer", out.accuracy)
        case "ignore":
            out.ignore = _scanned(value, 6, "ignore_time", "Must be integer (max 6 digits)", out.ignore)
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


def _digits(value: str) -> bool:
    """Whether it holds nothing but digits; an empty text does."""
    return not value or (value.isascii() and value.isdigit())


def _scanned(value: str, most: int, name: str, wanted: str, default: int) -> int:
    if not _digits(value):
        raise AttributeRefusedError(f"rules_op: Invalid {name}: {value}. {wanted}")
    return int(value[:most]) if value else default


def _level(out: Attributes, value: str) -> None:
    # What is no number is passed over in silence: then the rule has no level, which is refused in other words.
    if _digits(value):
        level = atoi(value)
        if not 0 <= level <= 16:
            raise AttributeRefusedError(f"rules_op: Invalid level: {level}. Must be an integer between 0 and 16.")
        out.level = level


def _frequency(out: Attributes, value: str) -> None:
    if not _digits(value):
        raise AttributeRefusedError(f"rules_op: Invalid frequency: {value}. Must be integer")
    frequency = atoi(value)
    if not 2 <= frequency <= 9999:
        raise AttributeRefusedError(
            f"rules_op: Invalid frequency: {frequency}. Must be higher than 1 and lower than 10000."
        )
    out.frequency = frequency - 2
