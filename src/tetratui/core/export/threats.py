"""Threat marks as alert rules: the next event like a marked one alerts, on every host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import orjson

from tetratui.core.errors import UsageError
from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.tuning.marks import Mark, Verdict
from tetratui.core.tuning.safety.techniques import TECHNIQUE, technique_of
from tetratui.core.wazuh.write.rule_file import THREAT_GROUPS, THREAT_LEVEL, Threat
from tetratui.core.wazuh.write.socket_pattern import SOCKET_ARGUMENTS

_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class AlertForm:
    """How threat marks alert; it reads `12 tetratui_threat T1059.004`, in any order, with blanks or commas between."""

    level: int = THREAT_LEVEL
    groups: tuple[str, ...] = THREAT_GROUPS
    techniques: tuple[str, ...] = ()
    """ATT&CK ids of every alert; without one each takes that of the recorded command most like it."""

    @classmethod
    def read(cls, text: str) -> AlertForm:
        """Read the words; what is not named is as by default.

        Raises:
            UsageError: a word that is no level, group or ATT&CK id.
        """
        words = re.split(r"[\s,]+", text.strip()) if text.strip() else []
        levels = [int(word) for word in words if word.isascii() and word.isdigit()]
        techniques = tuple(word for word in words if TECHNIQUE.fullmatch(word))
        groups = tuple(word for word in words if _GROUP.fullmatch(word) and word not in techniques)
        wrong = [word for word in words if not (word.isascii() and word.isdigit()) and word not in techniques + groups]
        if wrong or len(levels) > 1 or any(not 1 <= level <= 16 for level in levels):
            raise UsageError(
                f"{text!r} does not say how to alert",
                "name one level from 1 to 16, groups and ATT&CK ids: 12 tetratui_threat T1059.004",
            )
        return cls(levels[0] if levels else THREAT_LEVEL, groups or THREAT_GROUPS, techniques)

    def __str__(self) -> str:
        """Write the words that `read` reads."""
        return " ".join((str(self.level), *self.groups, *self.techniques))


def threats_of(marks: Iterable[Mark], form: AlertForm | None = None) -> tuple[Threat, ...]:
    """Make an alert of each threat mark; marks of like events are one, and an event without a process makes none."""
    form = form or AlertForm()
    found: dict[Exclusion, Threat] = {}
    for mark in marks:
        exclusion = _like(mark) if mark.verdict is Verdict.THREAT else None
        if exclusion is not None and exclusion not in found:
            words = f"threat mark: {_words(mark.kind, exclusion)}"
            techniques = form.techniques or _techniques(exclusion)
            found[exclusion] = Threat(exclusion, words, form.level, form.groups, techniques)
    return tuple(found.values())


def _techniques(exclusion: Exclusion) -> tuple[str, ...]:
    binary, arguments = (
        "".join(one.literal or "" for one in texts) for texts in (exclusion.binary, exclusion.arguments)
    )
    technique = technique_of(binary, arguments)
    return (technique,) if technique else ()


def _like(mark: Mark) -> Exclusion | None:
    """Describe events with the same command under the same parent and, of a hook, the same function and destination."""
    if mark.kind not in WITH_PROCESS:
        return None
    try:
        body = orjson.loads(mark.line).get(mark.kind.json_key)
    except (orjson.JSONDecodeError, AttributeError):
        return None
    process = body.get("process") if isinstance(body, dict) else None
    if not isinstance(process, dict) or not isinstance(process.get("binary"), str):
        return None
    parent = body.get("parent")
    parent = parent if isinstance(parent, dict) else {}
    return Exclusion(
        (mark.kind,),
        binary=_exactly(process, "binary"),
        arguments=_exactly(process, "arguments"),
        parent_binary=_exactly(parent, "binary") if parent.get("binary") else (),
        functions=(str(body["function_name"]),) if body.get("function_name") else (),
        socket=_destination(body) if mark.kind is Kind.KPROBE else None,
    )


def _exactly(block: dict[str, Any], key: str) -> tuple[Pattern, ...]:
    return (Pattern.exactly(str(block.get(key, ""))),)


def _destination(body: dict[str, Any]) -> SocketMatch | None:
    """The first destination among a hook's arguments; None when there is none, or none that the kernel had set."""
    arguments = body.get("args")
    for argument in arguments if isinstance(arguments, list) else ():
        for holder, address, port in SOCKET_ARGUMENTS:
            held = argument.get(holder) if isinstance(argument, dict) else None
            if isinstance(held, dict):
                return _socket(held.get(address), held.get(port))
    return None


def _socket(address: object, port: object) -> SocketMatch | None:
    try:
        parsed = ip_address(str(address))
    except ValueError:
        return None
    if parsed.is_unspecified:
        return None
    ports = (port,) if isinstance(port, int) and port > 0 else ()
    return SocketMatch((f"{parsed}/{parsed.max_prefixlen}",), ports)


def _words(kind: Kind, exclusion: Exclusion) -> str:
    command = " ".join(text for pattern in (*exclusion.binary, *exclusion.arguments) if (text := pattern.literal))
    return f"{kind.word} of {command}"
