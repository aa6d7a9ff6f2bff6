"""Make a Rule of one `<rule>` element, with the manager's checks in the manager's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text
from tetratui.core.wazuh.engine.load.attributes import Attributes
from tetratui.core.wazuh.engine.load.body_reader import BodyReader
from tetratui.core.wazuh.engine.load.rule_body import LogMessage, RuleBody, RuleRefusedError, RuleSkippedError
from tetratui.core.wazuh.engine.load.rule_words import PATTERNS, STATIC_FIELDS
from tetratui.core.wazuh.engine.match.rule import Condition, Correlation, Rule
from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, WazuhPattern, compile_pattern
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex

ALERT_LEVEL = 3
"""`log_alert_level`: rules below this level match without an alert."""
_IF_SID = re.compile(rb"[0-9, ]+\n?")


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What reading a rule needs from outside the rule's element."""

    log: LogMessage
    log_early: LogMessage
    lists: Mapping[str, dict[bytes, bytes]]
    knows_decoder: Callable[[str], bool | None]
    file: str


def read_rule(element: Element, group: bytes, attributes: Attributes, context: RuleContext) -> Rule | None:
    """Return the rule of one element; None if the manager leaves it out.

    Raises:
        RuleRefusedError: the manager does not start.
    """
    assert attributes.id is not None and attributes.level is not None  # noqa: PT018 - checked by the caller
    if not element.children:
        context.log(
            "ERROR",
            f"Rule '{attributes.id}' without any option. It may lead to false positives and some "
            "other problems for the system. Exiting.",
            element,
        )
        raise RuleRefusedError
    reader = BodyReader(attributes.id, context.log, context.log_early, context.lists, context.knows_decoder, group)
    is_skipped = False
    try:
        reader.read(element)
    except RuleSkippedError:
        is_skipped = True
    # The manager checks if_sid even of a rule that it leaves out, and logs a second message.
    is_skipped |= not _is_if_sid_valid(reader.body, attributes.id, context.log, element)
    if is_skipped:
        return None
    return _RuleBuilder(element, attributes, reader.body, context).build()


def _is_if_sid_valid(body: RuleBody, rule: int, log: LogMessage, element: Element) -> bool:
    text = body.texts.get("if_sid")
    if text is None or _IF_SID.fullmatch(text):
        return True
    about = body.elements.get("if_sid", element)
    log("WARNING", f"(7618): Invalid 'if_sid' value: '{decode_text(text)}'. Rule '{rule}' will be ignored.", about)
    return False


@dataclass(slots=True)
class _RuleBuilder:
    """Builds a rule from its attributes and its elements."""

    element: Element
    attributes: Attributes
    body: RuleBody
    context: RuleContext

    def build(self) -> Rule:
        attributes, body = self.attributes, self.body
        assert attributes.id is not None and attributes.level is not None  # noqa: PT018 - checked by the caller
        self._check()
        level = attributes.level or 99
        rule = Rule(attributes.id, level * 100 if attributes.accuracy else level, self.context.file, self.element.line)
        rule.group = body.texts.get("group", b"")
        rule.description = body.texts["description"]
        rule.no_alert = attributes.noalert
        rule.logs = self._logs(attributes.level)
        rule.no_full_log = "no_full_log" in body.options
        rule.ignore_seconds, rule.max_size = attributes.ignore, attributes.maxsize
        rule.category = body.category or rule.category
        rule.decoded_as = body.decoded_as
        rule.fields = tuple(body.fields)
        # The manager links a third list to the second and forgets the first (OS_AddListRule).
        rule.lookups = tuple(body.lookups[-2:])
        rule.day_time, rule.days, rule.first_seen = body.day_time, body.days, body.first_seen
        rule.mitre = body.mitre
        rule.if_sid, rule.if_level = body.texts.get("if_sid"), body.texts.get("if_level")
        rule.if_group = body.texts.get("if_group")
        self._add_patterns(rule)
        self._add_addresses(rule)
        if body.correlates:
            rule.correlation, rule.looks_back = self._correlation(rule), True
        rule.unknown = tuple(dict.fromkeys(body.unknown))
        return rule

    def _refuse(self, text: str, tag: str = "") -> None:
        self.context.log("ERROR", text, self.body.elements.get(tag, self.element))
        raise RuleRefusedError

    def _check(self) -> None:
        if "description" not in self.body.texts:
            self._refuse(f"No such description at rule '{self.attributes.id}'.", "description")
        if (self.body.needs_correlation or self.attributes.frequency) and not self.body.correlates:
            self._refuse(
                f"Invalid use of frequency/context options. Missing if_matched on rule '{self.attributes.id}'."
            )

    def _logs(self, level: int) -> bool:
        logs = level >= ALERT_LEVEL
        for option in self.body.options:
            logs = {"log_alert": True, "no_log": False}.get(option, logs)
        return logs

    def _add_patterns(self, rule: Rule) -> None:
        raw: list[Condition] = []
        static: list[Condition] = []
        for tag in PATTERNS:
            text = self.body.texts.get(tag)
            if text is None:
                continue
            expression = self._compile(tag, text)
            kind, negated = self.body.types[tag], self.body.negated[tag]
            condition = Condition(STATIC_FIELDS.get(tag, tag.encode()), expression, negated, kind, text)
            condition = self.body.emulated_condition(tag, condition)
            if tag in ("match", "regex"):
                raw.append(condition)
            else:
                static.append(condition)
        rule.raw, rule.static = tuple(raw), tuple(static)

    def _compile(self, tag: str, text: bytes) -> WazuhPattern:
        try:
            return compile_pattern(self.body.types[tag], text)
        except PatternSyntaxError:
            named = decode_text(text) if tag == "protocol" else tag
            self._refuse(f"(5107): Syntax error on tag '{named}' in rule {self.attributes.id}", tag)
            raise

    def _add_addresses(self, rule: Rule) -> None:
        for tag, addresses in self.body.addresses.items():
            if not addresses.is_known:
                self.body.unknown.append(f"<{tag}> of 0.0.0.0/0")
            rule.static += (Condition(tag.encode(), addresses, self.body.negated[tag], "address", b""),)

    def _correlation(self, rule: Rule) -> Correlation:
        body = self.body
        group, sid = body.texts.get("if_matched_group"), body.matched_sid
        if not self.attributes.overwrite:
            if group is not None and rule.if_sid is None and rule.if_group is None:
                rule.if_group = group
            if sid and rule.if_sid is None and rule.if_group is None:
                rule.if_sid = b"%d" % sid
        return Correlation(
            sid=sid or None,
            group=group,
            regex=self._matched_regex(),
            frequency=self.attributes.frequency,
            timeframe=self.attributes.timeframe,
            same_fields=self._same("same_field"),
            different_fields=self._same("different_field"),
            same_static=self._same("same"),
            different_static=self._same("different"),
        )

    def _same(self, kind: str) -> tuple[bytes, ...]:
        return tuple(name for same_kind, name in self.body.same if same_kind == kind)

    def _matched_regex(self) -> OsRegex | None:
        text = self.body.texts.get("if_matched_regex")
        if text is None:
            return None
        try:
            return OsRegex(text)
        except PatternSyntaxError:
            self._refuse(f"(1450): Syntax error on regex: '{decode_text(text)}': 6.", "if_matched_regex")
            raise
