"""The elements inside one `<rule>`, read in order into what a Rule is made of (analysisd/rules.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tetratui.core.wazuh.engine.formats.decoder import FIELD_LIMIT
from tetratui.core.wazuh.engine.formats.integers import atoi
from tetratui.core.wazuh.engine.formats.osxml import Element, shown
from tetratui.core.wazuh.engine.load.element_checks import CHECKS
from tetratui.core.wazuh.engine.load.list_element import LookupRefusedError, read_lookup
from tetratui.core.wazuh.engine.load.mitre import Mitre
from tetratui.core.wazuh.engine.load.rule_words import (
    CONTEXT,
    EXACT_CASE,
    FIELD_NAMES_REFUSED,
    IGNORING,
    NOT_FOLLOWED,
    OPTIONS,
    PATTERNS,
    RETIRED,
    SAME,
)
from tetratui.core.wazuh.engine.load.stock import CATEGORIES
from tetratui.core.wazuh.engine.match.addresses import Addresses
from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.match.times import DayTime, read_time, read_weekday
from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, compile_pattern, unknown_part

TEXT_LIMIT = 2048
"""Bytes of any text but a `<field>`'s: at this length it is dropped with an error, and the load goes on without it."""


class RuleRefusedError(ValueError):
    """The rule stops the manager; what there is to say has been said."""


class RuleSkippedError(ValueError):
    """The rule is left out, and the manager starts."""


Say = Callable[[str, str, Element], None]
"""Say a message: level, text, the element it is about."""


@dataclass(slots=True)
class RuleBody:
    """What the elements of one rule said."""

    texts: dict[str, bytes] = field(default_factory=dict)
    """Texts by element name, repeated elements joined."""
    types: dict[str, str] = field(default_factory=dict)
    negated: dict[str, bool] = field(default_factory=dict)
    lines: dict[str, Element] = field(default_factory=dict)
    fields: list[Condition] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    decoded_as: str | None = None
    category: str | None = None
    context: bool = False
    asks_context: bool = False
    """Whether it uses what needs an `if_matched_*`."""
    matched_sid: int | None = None
    same: list[tuple[str, bytes]] = field(default_factory=list)
    """(`same_field`, `different_field`, `same` or `different`; the field)."""
    options: list[str] = field(default_factory=list)
    addresses: dict[str, Addresses] = field(default_factory=dict)
    day_time: DayTime | None = None
    days: frozenset[int] | None = None
    first_seen: bool = False
    """Whether it asks for what a decoder has never seen before (`if_fts`)."""
    mitre: tuple[str, ...] = ()
    """Technique ids."""
    unknown: list[str] = field(default_factory=list)

    def followed(self, tag: str, condition: Condition) -> Condition:
        """Return a condition as it is followed.

        One with an unknown pattern is noted, and holds wherever there is a text: the rule is then found to be unknown
        where it would be next to decide.
        """
        part = unknown_part(condition.expression)
        if not part:
            return condition
        self.unknown.append(f"in <{tag}>, {part}")
        return replace(condition, expression=compile_pattern("osmatch", b""), negated=False)


@dataclass(slots=True)
class BodyReader:
    """Reads the elements of one rule."""

    rule: int
    say: Say
    say_at_once: Say
    """Say what the manager does not keep until the file is read: it stands before all else of the file."""
    lists: Mapping[str, dict[bytes, bytes]]
    knows_decoder: Callable[[str], bool | None]
    """Whether the manager has a decoder of a name; None where that is not known."""
    group: bytes
    body: RuleBody = field(default_factory=RuleBody)
    _mitre: Mitre = field(init=False)

    def __post_init__(self) -> None:
        self._mitre = Mitre(self.rule, self.say)

    def read(self, element: Element) -> RuleBody:
        """Read them all.

        Raises:
            RuleRefusedError: the manager does not start.
            RuleSkippedError: the rule is left out.
        """
        self.body.texts["group"] = self.group
        for child in element.children:
            self._element(child)
        self.body.mitre = self._mitre.techniques
        return self.body

    def _element(self, element: Element) -> None:
        tag = element.tag
        if tag in EXACT_CASE and shown(element.name) != tag:
            self._refuse(element, f"Invalid option '{shown(element.name)}' for rule '{self.rule}'.")
        self._check(element, tag)
        if tag in PATTERNS:
            self._pattern(element, tag)
        elif tag in CONTEXT:
            self.body.context = True
            self._collect(element, tag)
        elif tag in SAME:
            self.body.asks_context = True
            self.body.same.append(SAME[tag])
        elif tag == "global_frequency":
            # It drops the comparison of agents; the lines of one file come from one agent.
            self.body.asks_context = True
        elif tag in NOT_FOLLOWED:
            self.body.unknown.append(f"<{tag}>")
            self.body.context |= tag == "check_diff"
        elif tag == "time":
            self.body.day_time = read_time(shown(element.text))[0]
        elif tag == "weekday":
            self.body.days = read_weekday(shown(element.text))
        elif tag == "if_fts":
            self.body.first_seen = True
        elif tag in RETIRED:
            self.say("WARNING", f"Detected a deprecated field option for rule, {tag} is not longer available.", element)
        elif tag in ("if_sid", "if_group", "group", "cve", "info"):
            self._collect(element, tag)
        elif tag not in IGNORING:
            self._special(element, tag)

    def _check(self, element: Element, tag: str) -> None:
        if tag not in CHECKS:
            return
        faults = CHECKS[tag](element)
        for text in faults.at_once:
            self.say_at_once("ERROR", text, element)
        for text in faults.said:
            self.say("ERROR", text, element)
        if faults.refuses:
            raise RuleRefusedError

    def _special(self, element: Element, tag: str) -> None:
        readers: dict[str, Callable[[Element], None]] = {
            "field": self._field,
            "list": self._list,
            "description": self._description,
            "decoded_as": self._decoded_as,
            "srcip": self._address,
            "dstip": self._address,
            "category": self._category,
            "if_level": self._if_level,
            "if_matched_sid": self._if_matched_sid,
            "same_field": self._same_field,
            "different_field": self._same_field,
            "not_same_field": self._same_field,
            "options": self._options,
            "mitre": self._mitre.read,
        }
        if tag not in readers:
            self._refuse(element, f"Invalid option '{shown(element.name)}' for rule '{self.rule}'.")
        readers[tag](element)

    def _refuse(self, element: Element, *texts: str) -> None:
        for text in texts:
            self.say("ERROR", text, element)
        raise RuleRefusedError

    def _skip(self, element: Element, text: str) -> None:
        self.say("WARNING", text, element)
        raise RuleSkippedError

    def _collect(self, element: Element, tag: str) -> None:
        """Join a repeated text; one that is too long is dropped, with what stood before it."""
        text, before = element.text, self.body.texts.get(tag)
        self.body.lines[tag] = element
        # A <group> follows the group's name, and is held to the limit of a first text all the same.
        is_first = before is None or tag == "group"
        too_long = max(len(text), len(before or b"")) > TEXT_LIMIT or (is_first and len(text) == TEXT_LIMIT)
        if too_long:
            self.say("ERROR", f"(1104): Maximum string size reached for: {shown(text)}.", element)
            self.body.texts.pop(tag, None)
        else:
            self.body.texts[tag] = (before or b"") + text

    def _pattern(self, element: Element, tag: str) -> None:
        self._collect(element, tag)
        self.body.negated[tag] = self._negate(element)
        self.body.types[tag] = self._type(element, PATTERNS[tag])

    def _negate(self, element: Element) -> bool:
        value = element.attribute(b"negate")
        if value is not None and value.lower() not in (b"yes", b"no"):
            self.say(
                "WARNING",
                f"(7600): Invalid value '{shown(value)}' for attribute 'negate' in rule {self.rule}.",
                element,
            )
        return value is not None and value.lower() == b"yes"

    def _type(self, element: Element, default: str) -> str:
        value = element.attribute(b"type")
        if value is None:
            return default
        if value.lower() in (b"osregex", b"osmatch", b"pcre2"):
            return value.lower().decode()
        self.say(
            "WARNING", f"(7600): Invalid value '{shown(value)}' for attribute 'type' in rule {self.rule}.", element
        )
        return default

    def _field(self, element: Element) -> None:
        if len(self.body.fields) >= FIELD_LIMIT:
            self._refuse(element, f"Rule {self.rule} has exceeded the maximum number of allowed fields")
        if not element.attributes:
            raise RuleRefusedError
        name = element.attribute(b"name")
        if name is None:
            self._refuse(element, f"Failure to read rule {self.rule}. No such attribute 'name' for field.")
        assert name is not None
        if name.lower() in FIELD_NAMES_REFUSED:
            self._refuse(element, f"Failure to read rule {self.rule}. Field '{shown(name)}' is static.")
        if len(name) >= TEXT_LIMIT:
            self.say("ERROR", f"(1104): Maximum string size reached for: {shown(name)}.", element)
        kind, negated = self._type(element, "osregex"), self._negate(element)
        try:
            expression = compile_pattern(kind, element.text)
        except PatternSyntaxError:
            self._refuse(element, f"(5107): Syntax error on tag '{shown(name)}' in rule {self.rule}")
        condition = Condition(name.lower(), expression, negated, kind, element.text)
        self.body.fields.append(self.body.followed("field", condition))

    def _description(self, element: Element) -> None:
        element.text = element.text.replace(b"\n", b" ", 1)
        self._collect(element, "description")

    def _decoded_as(self, element: Element) -> None:
        name = shown(element.text)
        known = self.knows_decoder(name)
        if known is None:
            self.body.unknown.append(f"<decoded_as>{name}</decoded_as>")
        elif known:
            self.body.decoded_as = name
        else:
            self._refuse(element, f"Invalid decoder name: '{name}'.")

    def _address(self, element: Element) -> None:
        if not self.body.addresses.setdefault(element.tag, Addresses()).add(element.text):
            self._refuse(element, f"(1237): Invalid ip address: '{shown(element.text)}'.")
        self.body.negated[element.tag] = self._negate(element)

    def _category(self, element: Element) -> None:
        name = shown(element.text)
        if name not in CATEGORIES:
            self.say_at_once("ERROR", f"(1273): Invalid category '{name}' chosen.", element)
            raise RuleRefusedError
        self.body.category = name

    def _if_level(self, element: Element) -> None:
        if element.text and not element.text.isdigit():
            self._skip(
                element,
                f"(7609): Invalid 'if_level' value: '{shown(element.text)}'. Rule '{self.rule}' will be ignored.",
            )
        self._collect(element, "if_level")

    def _if_matched_sid(self, element: Element) -> None:
        self.body.context = True
        text = element.text
        if text and not text.isdigit():
            self._skip(
                element, f"(7615): Invalid 'if_matched_sid' value: '{shown(text)}'. Rule '{self.rule}' will be ignored."
            )
        self.body.matched_sid = atoi(text)

    def _same_field(self, element: Element) -> None:
        self.body.asks_context = True
        kind = "same_field" if element.tag == "same_field" else "different_field"
        self.body.same.append((kind, element.text.lower()))

    def _options(self, element: Element) -> None:
        option = shown(element.text)
        if option not in OPTIONS:
            self._refuse(
                element,
                f"(1235): Invalid value for element 'options': {option}.",
                f"Invalid option '{shown(element.name)}' for rule '{self.rule}'.",
            )
        self.body.options.append(option)

    def _list(self, element: Element) -> None:
        try:
            lookup = read_lookup(element, self.lists)
        except LookupRefusedError as error:
            self._refuse(element, *error.messages)
            raise
        except KeyError:
            name = shown(element.text)
            self._skip(element, f"(7616): List '{name}' could not be loaded. Rule '{self.rule}' will be ignored.")
            raise
        self.body.lookups.append(lookup)
