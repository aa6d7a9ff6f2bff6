"""Match events in order against loaded rules, with the answers of the manager's rule tester (wazuh-logtest).

Siblings are tried in their order. A rule's own conditions come first, then its children; a child that matches wins over
its parent. `ignore` works as in the rule tester, which shows the rule without an alert; the daemon alerts the parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tetratui.core.events.times import UNKNOWN_TIME, parse_rfc3339
from tetratui.core.wazuh.engine.formats.custom_decoder import CustomDecoder
from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent, Decoder
from tetratui.core.wazuh.engine.match.event_history import EventHistory, PastEvent
from tetratui.core.wazuh.engine.match.prepared_nodes import NodePreparer, PreparedNode
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleNode, RuleTree
from tetratui.core.wazuh.engine.match.sender import HOST_FIELD, EventSender, Sender
from tetratui.core.wazuh.engine.match.static_fields import condition_holds, lookups_hold, sender_fields


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What the manager does with one event."""

    rule: int | None
    """The rule that wins; None if none matches."""
    level: int | None
    path: tuple[int, ...]
    """Ids of the rules from the top of the tree down to the winner, without the stock root."""
    groups: tuple[str, ...]
    alert: bool
    """Whether an alert is written."""
    unknown: tuple[int, ...] = ()
    """Rules that are not emulated and may win instead."""

    @property
    def suppressed(self) -> bool:
        """Whether a rule of level 0 wins."""
        return self.level == 0


_TIME_FIELD = b"time"
_NO_MATCH = RuleVerdict(None, None, (), (), False)


class RuleSession:
    """A session over loaded rules; it remembers earlier events for correlation and `ignore`."""

    def __init__(
        self,
        tree: RuleTree,
        clock: Callable[[DecodedEvent], float] | None = None,
        sender: Sender | None = None,
        *,
        counted: bool = False,
        decoders: Sequence[CustomDecoder] = (),
    ) -> None:
        """Start a session.

        Args:
            tree: the loaded rules.
            clock: returns the time at which an event arrives, in seconds since the epoch. By default all events arrive
                at once, as in the rule tester, and rules with a schedule get the event's own time.
            sender: where the events come from, as far as that is given.
            counted: take it that the events a rule counts have come, so that an event may be the last of a chain.
            decoders: custom decoders in front of the stock's.
        """
        rules = tree.rules()
        self._decoder = Decoder(_tested_fields(rules), decoders)
        self._history = EventHistory(rules)
        self._remembers = self._history.is_needed and not counted
        self._clock = clock or (lambda _: 0.0)
        self._arrival = clock or _event_time
        self._sender = EventSender(sender or {})
        self._sender_fields = {rule.id: names for rule in rules if (names := sender_fields(rule))}
        """Sender fields that rules test, by rule id."""
        self._ignored_since: dict[int, float] = {}
        preparer = NodePreparer()
        # The decoder json has the category syslog: only that root's rules see JSON events.
        self._roots = [preparer.prepare(root) for root in tree.roots if root.rule.category == "syslog"]
        self._unknown: list[int] = []
        self._current: PastEvent | None = None
        self._looks_at_lines = any(rule.raw for rule in rules)
        self._lower = b""

    def decode(self, line: bytes) -> DecodedEvent:
        """Decode a line to the fields that the rules of this session test."""
        event = self._decoder.decode(line)
        if self._sender_fields:
            event.static.update(self._sender.fields_for(event.fields.get(HOST_FIELD)))
        return event

    def match(self, line: bytes) -> RuleVerdict:
        """Return the verdict on one line, given without its newline, as the next event of the session."""
        event = self.decode(line)
        self._unknown = []
        self._lower = event.line.lower() if self._looks_at_lines else b""
        self._current = PastEvent(event, self._clock(event)) if self._remembers else None
        if not event.is_emulated:
            nodes = (node for root in self._roots for node in (root.node, *root.node.children))
            return replace(_NO_MATCH, unknown=tuple(node.rule.id for node in nodes if node.rule.file))
        for root in self._roots:
            winner = self._find_winner(root, event)
            if winner is not None:
                return self._verdict(winner.node, event)
        return _NO_MATCH if not self._unknown else replace(_NO_MATCH, unknown=tuple(self._unknown))

    def _find_winner(self, root: PreparedNode, event: DecodedEvent) -> PreparedNode | None:
        """Return the first node, in the order of siblings, that matches and has no child that does."""
        if not self._holds(root, event):
            return None
        # A stack, not recursion: a chain of parents may be longer than Python's stack.
        stack = [(root, iter(root.index.candidates(event.fields)))]
        while stack:
            node, untried = stack[-1]
            child = next((child for index in untried if self._holds(child := node.children[index], event)), None)
            if child is not None:
                stack.append((child, iter(child.index.candidates(event.fields))))
            elif node.node.rule.no_alert:
                # A rule with `noalert` never wins itself: the search goes on with the next sibling.
                stack.pop()
            else:
                return node
        return None

    def _holds(self, node: PreparedNode, event: DecodedEvent) -> bool:
        if node.json_only and not (event.is_json and node.node.rule.decoded_as == "json"):
            return False
        fields = event.fields
        for test in node.fields:
            text = fields.get(test.name)
            if text is None or not test.holds(text):
                return False
        for raw in node.raw:
            if not raw.holds(event.line, self._lower):
                return False
        return not node.has_more or self._holds_besides(node.node.rule, event)

    def _holds_besides(self, rule: Rule, event: DecodedEvent) -> bool:
        if rule.max_size and len(event.line) < rule.max_size:
            return False
        # What is unknown matters only if all that is known holds: so it is judged last.
        known = self._sender_fields.get(rule.id, frozenset()) <= event.static.keys()
        if rule.static and not all(condition_holds(condition, event) for condition in rule.static):
            return False
        if rule.lookups and not lookups_hold(rule, event):
            return False
        if rule.has_schedule:
            when = self._arrival(event)
            known &= when is not None
            if when is not None and not rule.holds_at(when):
                return False
        if not known or rule.unknown or (rule.first_seen and not event.is_json):
            self._unknown.append(rule.id)
            return False
        if rule.never_matches or rule.first_seen:
            return False
        return not rule.looks_back or self._current is None or self._history.fires(rule, self._current)

    def _verdict(self, node: RuleNode, event: DecodedEvent) -> RuleVerdict:
        rule = node.rule
        path: list[int] = []
        current: RuleNode | None = node
        while current is not None:
            if current.rule.file:
                path.append(current.rule.id)
            current = current.parent
        counts = rule.level > 0 and not self._is_ignored(rule, event)
        if counts and self._current is not None:
            self._history.remember(self._current, rule)
        alert = counts and rule.logs
        return RuleVerdict(rule.id, rule.level, tuple(reversed(path)), rule.groups, alert, tuple(self._unknown))

    def _is_ignored(self, rule: Rule, event: DecodedEvent) -> bool:
        if not rule.ignore_seconds:
            return False
        now = self._clock(event)
        since = self._ignored_since.get(rule.id)
        if since is None:
            self._ignored_since[rule.id] = now
        elif now - since < rule.ignore_seconds:
            return True
        else:
            del self._ignored_since[rule.id]
        return False


def _tested_fields(rules: list[Rule]) -> set[bytes]:
    """Return the names of all fields that a rule tests."""
    names = {condition.name for rule in rules for condition in rule.fields}
    names |= {lookup.name for rule in rules for lookup in rule.lookups if not lookup.is_static}
    for rule in rules:
        if rule.correlation is not None:
            names |= {*rule.correlation.same_fields, *rule.correlation.different_fields}
    names |= {_TIME_FIELD for rule in rules if rule.has_schedule}
    return names | {HOST_FIELD for rule in rules if sender_fields(rule)}


def _event_time(event: DecodedEvent) -> float | None:
    """Return the time in an event, in seconds since the epoch; None if it has none."""
    time = parse_rfc3339(event.fields.get(_TIME_FIELD, b"").decode("utf-8", "replace"))
    return None if time == UNKNOWN_TIME else time / 1e9
