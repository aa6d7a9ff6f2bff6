"""Read the elements inside one `<rule>` in order, as the manager does (analysisd/rules.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.formats.decoder import FIELD_LIMIT
from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text
from tetratui.core.wazuh.engine.load.attributes import atoi
from tetratui.core.wazuh.engine.load.element_checks import CHECKS
from tetratui.core.wazuh.engine.load.list_element import LookupRefusedError, read_lookup
from tetratui.core.wazuh.engine.load.mitre import MitreBlocks
from tetratui.core.wazuh.engine.load.rule_body import LogMessage, RuleBody, RuleRefusedError, RuleSkippedError
from tetratui.core.wazuh.engine.load.rule_words import (
    CORRELATING,
    EXACT_CASE,
    FIELD_NAMES_REFUSED,
    IGNORE_LISTS,
    NOT_EMULATED,
    OPTIONS,
    PATTERNS,
    RETIRED,
    SAME,
)
from tetratui.core.wazuh.engine.load.stock import CATEGORIES
from tetratui.core.wazuh.engine.match.addresses import Addresses
from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.match.times import read_time, read_weekday
from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, compile_pattern

TEXT_LIMIT = 2048
"""Bytes at which a text is dropped with an error, and the load goes on without it; the text of a `<field>` is not."""


@dataclass(slots=True)
class BodyReader:
    """Reads the elements of one rule into a RuleBody."""

    rule: int
    log: LogMessage
    log_early: LogMessage
    """Logs a message before all others of the file: the manager does not hold it back until the file is read."""
    lists: Mapping[str, dict[bytes, bytes]]
    knows_decoder: Callable[[str], bool | None]
    """Returns whether the manager has a decoder of a name; None if that is unknown."""
    group: bytes
    body: RuleBody = field(default_factory=RuleBody)
    _mitre: MitreBlocks = field(init=False)

    def __post_init__(self) -> None:
        self._mitre = MitreBlocks(self.rule, self.log)

    def read(self, element: Element) -> RuleBody:
        """Read all elements of a rule.

        Raises:
            RuleRefusedError: the manager does not start.
            RuleSkippedError: the manager leaves the rule out.
        """
        self.body.texts["group"] = self.group
        for child in element.children:
            self._read_element(child)
        self.body.mitre = self._mitre.techniques
        return self.body

    def _read_element(self, element: Element) -> None:
        tag = element.tag
        if tag in EXACT_CASE and decode_text(element.name) != tag:
            self._refuse(element, f"Invalid option '{decode_text(element.name)}' for rule '{self.rule}'.")
        self._check(element, tag)
        if tag in PATTERNS:
            self._read_pattern(element, tag)
        elif tag in CORRELATING:
            self.body.correlates = True
            self._collect(element, tag)
        elif tag in SAME:
            self.body.needs_correlation = True
            self.body.same.append(SAME[tag])
        elif tag == "global_frequency":
            # It only drops the comparison of agents, and the lines of one file come from one agent.
            self.body.needs_correlation = True
        elif tag in NOT_EMULATED:
            self.body.unknown.append(f"<{tag}>")
            self.body.correlates |= tag == "check_diff"
        elif tag == "time":
            self.body.day_time = read_time(decode_text(element.text))[0]
        elif tag == "weekday":
            self.body.days = read_weekday(decode_text(element.text))
        elif tag == "if_fts":
            self.body.first_seen = True
        elif tag in RETIRED:
            self.log("WARNING", f"Detected a deprecated field option for rule, {tag} is not longer available.", element)
        elif tag in ("if_sid", "if_group", "group", "cve", "info"):
            self._collect(element, tag)
        elif tag not in IGNORE_LISTS:
            self._read_special(element, tag)

    def _check(self, element: Element, tag: str) -> None:
        if tag not in CHECKS:
            return
        faults = CHECKS[tag](element)
        for text in faults.early:
            self.log_early("ERROR", text, element)
        for text in faults.messages:
            self.log("ERROR", text, element)
        if faults.refuses:
            raise RuleRefusedError

    def _read_special(self, element: Element, tag: str) -> None:
        readers: dict[str, Callable[[Element], None]] = {
            "field": self._read_field,
            "list": self._read_list,
            "description": self._read_description,
            "decoded_as": self._read_decoded_as,
            "srcip": self._read_address,
            "dstip": self._read_address,
            "category": self._read_category,
            "if_level": self._read_if_level,
            "if_matched_sid": self._read_if_matched_sid,
            "same_field": self._read_same_field,
            "different_field": self._read_same_field,
            "not_same_field": self._read_same_field,
            "options": self._read_options,
            "mitre": self._mitre.read,
        }
        if tag not in readers:
            self._refuse(element, f"Invalid option '{decode_text(element.name)}' for rule '{self.rule}'.")
        readers[tag](element)

    def _refuse(self, element: Element, *texts: str) -> None:
        for text in texts:
            self.log("ERROR", text, element)
        raise RuleRefusedError

    def _skip(self, element: Element, text: str) -> None:
        self.log("WARNING", text, element)
        raise RuleSkippedError

    def _collect(self, element: Element, tag: str) -> None:
        """Add an element's text to that of earlier elements of the name; drop both if one of them is too long."""
        text, before = element.text, self.body.texts.get(tag)
        self.body.elements[tag] = element
        # The first <group> is added to the name of the enclosing group, but the limit of a first text applies to it.
        is_first = before is None or tag == "group"
        is_too_long = max(len(text), len(before or b"")) > TEXT_LIMIT or (is_first and len(text) == TEXT_LIMIT)
        if is_too_long:
            self.log("ERROR", f"(1104): Maximum string size reached for: {decode_text(text)}.", element)
            self.body.texts.pop(tag, None)
        else:
            self.body.texts[tag] = (before or b"") + text

    def _read_pattern(self, element: Element, tag: str) -> None:
        self._collect(element, tag)
        self.body.negated[tag] = self._is_negated(element)
        self.body.types[tag] = self._pattern_type(element, PATTERNS[tag])

    def _is_negated(self, element: Element) -> bool:
        value = element.attribute(b"negate")
        if value is not None and value.lower() not in (b"yes", b"no"):
            self.log(
                "WARNING",
                f"(7600): Invalid value '{decode_text(value)}' for attribute 'negate' in rule {self.rule}.",
                element,
            )
        return value is not None and value.lower() == b"yes"

    def _pattern_type(self, element: Element, default: str) -> str:
        value = element.attribute(b"type")
        if value is None:
            return default
        if value.lower() in (b"osregex", b"osmatch", b"pcre2"):
            return value.lower().decode()
        self.log(
            "WARNING",
            f"(7600): Invalid value '{decode_text(value)}' for attribute 'type' in rule {self.rule}.",
            element,
        )
        return default

    def _read_field(self, element: Element) -> None:
        if len(self.body.fields) >= FIELD_LIMIT:
            self._refuse(element, f"Rule {self.rule} has exceeded the maximum number of allowed fields")
        if not element.attributes:
            raise RuleRefusedError
        name = element.attribute(b"name")
        if name is None:
            self._refuse(element, f"Failure to read rule {self.rule}. No such attribute 'name' for field.")
        assert name is not None
        if name.lower() in FIELD_NAMES_REFUSED:
            self._refuse(element, f"Failure to read rule {self.rule}. Field '{decode_text(name)}' is static.")
        if len(name) >= TEXT_LIMIT:
            self.log("ERROR", f"(1104): Maximum string size reached for: {decode_text(name)}.", element)
        kind, negated = self._pattern_type(element, "osregex"), self._is_negated(element)
        try:
            expression = compile_pattern(kind, element.text)
        except PatternSyntaxError:
            self._refuse(element, f"(5107): Syntax error on tag '{decode_text(name)}' in rule {self.rule}")
        condition = Condition(name.lower(), expression, negated, kind, element.text)
        self.body.fields.append(self.body.emulated_condition("field", condition))

    def _read_description(self, element: Element) -> None:
        element.text = element.text.replace(b"\n", b" ", 1)
        self._collect(element, "description")

    def _read_decoded_as(self, element: Element) -> None:
        name = decode_text(element.text)
        known = self.knows_decoder(name)
        if known is None:
            self.body.unknown.append(f"<decoded_as>{name}</decoded_as>")
        elif known:
            self.body.decoded_as = name
        else:
            self._refuse(element, f"Invalid decoder name: '{name}'.")

    def _read_address(self, element: Element) -> None:
        if not self.body.addresses.setdefault(element.tag, Addresses()).add(element.text):
            self._refuse(element, f"(1237): Invalid ip address: '{decode_text(element.text)}'.")
        self.body.negated[element.tag] = self._is_negated(element)

    def _read_category(self, element: Element) -> None:
        name = decode_text(element.text)
        if name not in CATEGORIES:
            self.log_early("ERROR", f"(1273): Invalid category '{name}' chosen.", element)
            raise RuleRefusedError
        self.body.category = name

    def _read_if_level(self, element: Element) -> None:
        if element.text and not element.text.isdigit():
            self._skip(
                element,
                f"(7609): Invalid 'if_level' value: '{decode_text(element.text)}'. Rule '{self.rule}' will be ignored.",
            )
        self._collect(element, "if_level")

    def _read_if_matched_sid(self, element: Element) -> None:
        self.body.correlates = True
        text = element.text
        if text and not text.isdigit():
            self._skip(
                element,
                f"(7615): Invalid 'if_matched_sid' value: '{decode_text(text)}'. Rule '{self.rule}' will be ignored.",
            )
        self.body.matched_sid = atoi(text)

    def _read_same_field(self, element: Element) -> None:
        self.body.needs_correlation = True
        kind = "same_field" if element.tag == "same_field" else "different_field"
        self.body.same.append((kind, element.text.lower()))

    def _read_options(self, element: Element) -> None:
        option = decode_text(element.text)
        if option not in OPTIONS:
            self._refuse(
                element,
                f"(1235): Invalid value for element 'options': {option}.",
                f"Invalid option '{decode_text(element.name)}' for rule '{self.rule}'.",
            )
        self.body.options.append(option)

    def _read_list(self, element: Element) -> None:
        try:
            lookup = read_lookup(element, self.lists)
        except LookupRefusedError as error:
            self._refuse(element, *error.messages)
            raise
        except KeyError:
            name = decode_text(element.text)
            self._skip(element, f"(7616): List '{name}' could not be loaded. Rule '{self.rule}' will be ignored.")
            raise
        self.body.lookups.append(lookup)
