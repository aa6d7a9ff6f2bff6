"""Matching events against loaded rules, one session in order: what the rule tester of the manager answers.

Siblings are tried in their order, each with its own conditions first, then its children; a child that matches wins over
its parent. Of `ignore` the tester's way is followed: the rule is shown without an alert (the daemon alerts the parent).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tetratui.core.events.times import UNKNOWN_TIME, nanoseconds
from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent, Decoder
from tetratui.core.wazuh.engine.load.rule_words import OF_THE_SENDER
from tetratui.core.wazuh.engine.match.child_index import ChildIndex
from tetratui.core.wazuh.engine.match.condition_cache import FieldTest, Memo, RawTest, raw_tests
from tetratui.core.wazuh.engine.match.event_history import EventHistory, Past
from tetratui.core.wazuh.engine.match.rule import Condition, Rule
from tetratui.core.wazuh.engine.match.rule_tree import Node, RuleTree
from tetratui.core.wazuh.engine.match.sender import HOST_FIELD, Origin, Sender


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What the manager does with one event."""

    rule: int | None
    """The rule that wins, or None when none matches."""
    level: int | None
    path: tuple[int, ...]
    """Ids from the top of the tree to the rule, without the stock root."""
    groups: tuple[str, ...]
    alert: bool
    """Whether an alert is written."""
    unknown: tuple[int, ...] = ()
    """Rules that would have been next to decide, and that this engine does not follow."""

    @property
    def suppressed(self) -> bool:
        """Whether a rule of level 0 took it."""
        return self.level == 0


_TIME_FIELD = b"time"
_NOTHING = RuleVerdict(None, None, (), (), False)


@dataclass(slots=True)
class _Place:
    """A node made ready for matching."""

    node: Node
    json_only: bool
    fields: tuple[FieldTest, ...]
    raw: tuple[RawTest, ...]
    asks_more: bool
    """Whether there are conditions besides the decoder, fields and the raw line."""
    index: ChildIndex
    children: list[_Place]


class RuleSession:
    """One session over loaded rules; it remembers what correlation and `ignore` need."""

    def __init__(
        self,
        tree: RuleTree,
        clock: Callable[[DecodedEvent], float] | None = None,
        sender: Sender | None = None,
        *,
        counted: bool = False,
    ) -> None:
        """Begin.

        Args:
            tree: the loaded rules.
            clock: seconds since the epoch at which an event arrives. By default all arrive at once, as they do in the
                rule tester; rules that ask for the hour or the day are given the time that the event names.
            sender: where the events come from, as far as it was given.
            counted: take it that what a rule counts has come, so that the event given may be the last of a chain.
        """
        rules = tree.rules()
        self._decoder = Decoder(_wanted(rules))
        self._history = EventHistory(rules)
        self._remembers = self._history.is_needed and not counted
        self._clock = clock or (lambda _: 0.0)
        self._arrival = clock or _named_time
        self._origin = Origin(sender or {})
        self._of_sender = {rule.id: names for rule in rules if (names := _sender_names(rule))}
        """What rules ask of the sender, by their ids."""
        self._memo = Memo()
        self._tests: dict[tuple[bytes, str, bytes, bool], FieldTest] = {}
        self._ignored_since: dict[int, float] = {}
        self._roots = [self._place(root) for root in tree.roots if root.rule.category == "syslog"]
        self._unknown: list[int] = []
        self._past: Past | None = None
        self._looks_at_lines = any(rule.raw for rule in rules)
        self._lower = b""

    def _place(self, node: Node) -> _Place:
        ready: dict[int, _Place] = {}
        work = [node]
        order: list[Node] = []
        while work:
            current = work.pop()
            order.append(current)
            work += current.children
        for current in reversed(order):
            ready[id(current)] = self._ready(current, [ready[id(child)] for child in current.children])
        return ready[id(node)]

    def _ready(self, node: Node, children: list[_Place]) -> _Place:
        rule = node.rule
        more = (rule.max_size, rule.static, rule.lookups, rule.unknown, rule.never, rule.first_seen)
        fields = tuple(self._test(condition) for condition in rule.fields)
        index = ChildIndex(node.children)
        return _Place(
            node,
            rule.decoded_as is not None,
            fields,
            raw_tests(rule.raw),
            any(more) or rule.looks_back or rule.asks_when,
            index,
            children,
        )

    def _test(self, condition: Condition) -> FieldTest:
        key = (condition.name, condition.kind, condition.pattern, condition.negated)
        if key not in self._tests:
            self._tests[key] = FieldTest(condition, self._memo)
        return self._tests[key]

    def decode(self, line: bytes) -> DecodedEvent:
        """Decode a line to the fields that the rules of this session look at."""
        event = self._decoder.event(line)
        if self._of_sender:
            event.static.update(self._origin.of(event.fields.get(HOST_FIELD)))
        return event

    def match(self, line: bytes) -> RuleVerdict:
        """Match one line, without its newline, as the next event of the session."""
        event = self.decode(line)
        self._unknown = []
        self._lower = event.line.lower() if self._looks_at_lines else b""
        self._past = Past(event, self._clock(event)) if self._remembers else None
        if not event.is_emulated:
            nodes = (node for root in self._roots for node in (root.node, *root.node.children))
            return replace(_NOTHING, unknown=tuple(node.rule.id for node in nodes if node.rule.file))
        for root in self._roots:
            place = self._first(root, event)
            if place is not None:
                return self._verdict(place.node, event)
        return _NOTHING if not self._unknown else replace(_NOTHING, unknown=tuple(self._unknown))

    def _first(self, place: _Place, event: DecodedEvent) -> _Place | None:
        """Walk down from a place: the first match, with no child that matches, in the order of siblings."""
        if not self._holds(place, event):
            return None
        # A stack, not recursion: a chain of parents may be longer than Python's.
        stack = [(place, iter(place.index.candidates(event.fields)))]
        while stack:
            here, untried = stack[-1]
            child = next((child for at in untried if self._holds(child := here.children[at], event)), None)
            if child is not None:
                stack.append((child, iter(child.index.candidates(event.fields))))
            elif here.node.rule.no_alert:
                stack.pop()
            else:
                return here
        return None

    def _holds(self, place: _Place, event: DecodedEvent) -> bool:
        if place.json_only and not (event.is_json and place.node.rule.decoded_as == "json"):
            return False
        fields = event.fields
        for test in place.fields:
            text = fields.get(test.name)
            if text is None or not test.holds(text):
                return False
        for raw in place.raw:
            if not raw.holds(event.line, self._lower):
                return False
        return not place.asks_more or self._holds_besides(place.node.rule, event)

    def _holds_besides(self, rule: Rule, event: DecodedEvent) -> bool:
        if rule.max_size and len(event.line) < rule.max_size:
            return False
        known = self._of_sender.get(rule.id, frozenset()) <= event.static.keys()
        if rule.static and not all(_static_holds(condition, event) for condition in rule.static):
            return False
        if rule.lookups and not _lookups_hold(rule, event):
            return False
        if rule.asks_when:
            when = self._arrival(event)
            known &= when is not None
            if when is not None and not rule.holds_at(when):
                return False
        if not known or rule.unknown or (rule.first_seen and not event.is_json):
            self._unknown.append(rule.id)
            return False
        if rule.never or rule.first_seen:
            return False
        return not rule.looks_back or self._past is None or self._history.fires(rule, self._past)

    def _verdict(self, node: Node, event: DecodedEvent) -> RuleVerdict:
        rule = node.rule
        path: list[int] = []
        current: Node | None = node
        while current is not None:
            if current.rule.file:
                path.append(current.rule.id)
            current = current.parent
        counts = rule.level > 0 and not self._is_ignored(rule, event)
        if counts and self._past is not None:
            self._history.remember(self._past, rule)
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


def _wanted(rules: list[Rule]) -> set[bytes]:
    """Names of all fields that some rule looks at."""
    names = {condition.name for rule in rules for condition in rule.fields}
    names |= {lookup.name for rule in rules for lookup in rule.lookups if not lookup.is_static}
    for rule in rules:
        if rule.correlation is not None:
            names |= {*rule.correlation.same_fields, *rule.correlation.different_fields}
    names |= {_TIME_FIELD for rule in rules if rule.asks_when}
    return names | {HOST_FIELD for rule in rules if _sender_names(rule)}


def _named_time(event: DecodedEvent) -> float | None:
    """Read the time that an event names, in seconds; None if it names none."""
    time = nanoseconds(event.fields.get(_TIME_FIELD, b"").decode("utf-8", "replace"))
    return None if time == UNKNOWN_TIME else time / 1e9


def _sender_names(rule: Rule) -> frozenset[bytes]:
    names = {condition.name for condition in rule.static}
    return OF_THE_SENDER & (names | {lookup.name for lookup in rule.lookups if lookup.is_static})


def _static_holds(condition: Condition, event: DecodedEvent) -> bool:
    text = _static(event, (b"dstuser", b"srcuser") if condition.name == b"user" else (condition.name,))
    if text is None:
        # What is not known of the sender is no reason to say that it differs.
        return condition.name in OF_THE_SENDER
    return condition.holds(text)


def _static(event: DecodedEvent, names: tuple[bytes, ...]) -> bytes | None:
    if names == (b"program_name",):
        return event.program
    return next((event.static[name] for name in names if name in event.static), None)


def _lookups_hold(rule: Rule, event: DecodedEvent) -> bool:
    for lookup in rule.lookups:
        names = (b"srcuser", b"dstuser") if lookup.name == b"srcuser" else (lookup.name,)
        text = _static(event, names) if lookup.is_static else event.fields.get(lookup.name)
        if text is None and lookup.is_static and lookup.name in OF_THE_SENDER:
            continue
        if text is None or not lookup.holds(text):
            return False
    return True
