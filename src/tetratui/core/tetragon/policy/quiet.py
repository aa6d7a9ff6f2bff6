"""Change a policy so that it no longer reports chosen calls, and nothing else changes.

Each change is tried on the events before it is offered: none of the chosen calls may be reported, all others as before,
and what the policy blocks stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import product

from tetratui.core.tetragon.policy.argument_filters import STRINGS
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.edit import (
    Content,
    Insertion,
    add_field,
    append_item,
    apply_insertions,
    insert_item,
)
from tetratui.core.tetragon.policy.evaluate import Ancestors, HookOutcome, compare_binary, evaluate_hook
from tetratui.core.tetragon.policy.hook_event import HookEvent
from tetratui.core.tetragon.policy.lints import is_often_link
from tetratui.core.tetragon.policy.load_checks import MAX_ARGUMENT_FILTERS, MAX_SELECTORS, LoadingAgent
from tetratui.core.tetragon.policy.policy import Hook, HookArgument, Policy, Selector
from tetratui.core.tetragon.policy.policy_calls import names_of_calls
from tetratui.core.tetragon.policy.schema import V15
from tetratui.core.tetragon.policy.yaml_tree import ListNode, MapNode

MAX_CHANGES = 10
"""Changes of one hook."""
MAX_NEW_VALUES = 64
"""Values that one change may add; more would make a policy that nobody can read."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the policy reports."""

    row: int
    """Row id of the event."""
    event: HookEvent
    ancestors: Ancestors


@dataclass(frozen=True, slots=True)
class QuietChange:
    """A change of one hook."""

    call: str
    """The function of the hook."""
    explanation: str
    """What the change leaves out, in words."""
    insertions: tuple[Insertion, ...]
    values: int
    """Values that it adds."""


@dataclass(frozen=True, slots=True)
class QuietRefusal:
    """Chosen calls that no change keeps out without more."""

    call: str
    calls: int
    reason: str


@dataclass(frozen=True, slots=True)
class QuietPolicy:
    """A policy that reports less."""

    text: str
    changes: tuple[QuietChange, ...]
    refusals: tuple[QuietRefusal, ...]


def quieten_policy(
    text: str, policy: Policy, chosen: Sequence[Call], others: Sequence[Call], agent: LoadingAgent
) -> QuietPolicy:
    """Return a policy that reports none of the chosen calls and all others.

    `chosen` and `others` are calls of the policy's hooks. Calls that it does not report are left out of account.
    """
    changes, refusals, refused = list[QuietChange](), list[QuietRefusal](), set[int]()
    for number in range(len(policy.hooks)):
        # After each change the selectors are numbered anew, so each is found in the policy as it is by then.
        for _ in range(MAX_CHANGES):
            hook = policy.hooks[number]
            noise = _reported_by_selector(hook, policy, [call for call in chosen if id(call) not in refused], agent)
            if not noise:
                break
            kept = [call for calls in _reported_by_selector(hook, policy, others, agent).values() for call in calls]
            selector, calls = next(iter(noise.items()))
            change = _QuietCase(text, policy, number, selector, calls, kept, agent).find_change()
            if isinstance(change, QuietRefusal):
                refusals.append(change)
                refused.update(map(id, calls))
                continue
            changes.append(change)
            text = apply_insertions(text, change.insertions)
            checked = check_policy(text.encode(), agent).policy
            assert checked is not None, "a change is tried before it is taken"
            policy = checked
    return QuietPolicy(text, tuple(changes), tuple(refusals))


def _reported_by_selector(
    hook: Hook, policy: Policy, calls: Sequence[Call], agent: LoadingAgent
) -> dict[int | None, list[Call]]:
    by_selector: dict[int | None, list[Call]] = {}
    names = names_of_calls(hook, policy)
    for call in calls:
        if call.event.call not in names:
            continue
        outcome = evaluate_hook(hook, policy, call.event, call.ancestors, agent.version)
        if reports_call(hook, outcome):
            by_selector.setdefault(outcome.selector, []).append(call)
    return by_selector


def reports_call(hook: Hook, outcome: HookOutcome) -> bool:
    """Return whether a hook certainly writes an event for a call with that outcome."""
    return bool(outcome.matched) and (outcome.selector is None or hook.selectors[outcome.selector].reports)


@dataclass(frozen=True, slots=True)
class _Criterion:
    """A property that all chosen calls have with one of some values."""

    kind: str
    values: tuple[str, ...]
    argument: HookArgument | None
    """The argument it looks at; None for the program."""

    def filter(self, *, negative: bool) -> Content:
        """Return the filter that matches the values, or all but the values."""
        prefix = "Not" if negative else ""
        if self.argument is None:
            return {"operator": f"{prefix}In", "values": self.values}
        operator = {
            "destination": "SAddr" if self.argument.type == "sockaddr" else "DAddr",
            "port": "SPort" if self.argument.type == "sockaddr" else "DPort",
            "path": "Equal",
            "folder": "Prefix",
        }[self.kind]
        return {"index": self.argument.index, "operator": f"{prefix}{operator}", "values": self.values}

    @property
    def field(self) -> str:
        """The field of a selector that holds the filter."""
        return "matchBinaries" if self.argument is None else "matchArgs"

    def describe(self) -> str:
        """Return the criterion in words."""
        shown = ", ".join(self.values[:4]) + (f" and {len(self.values) - 4} more" if len(self.values) > 4 else "")
        words = {"program": "by", "destination": "to", "port": "to port", "path": "on", "folder": "under"}
        return f"{words[self.kind]} {shown}"


class _QuietCase:
    """The chosen calls that one selector of one hook reports."""

    def __init__(
        self,
        text: str,
        policy: Policy,
        hook: int,
        selector: int | None,
        calls: Sequence[Call],
        kept: Sequence[Call],
        agent: LoadingAgent,
    ) -> None:
        self._text, self._policy, self._number, self._selector_number = text, policy, hook, selector
        self._hook = policy.hooks[hook]
        self._selector: Selector | None = None if selector is None else self._hook.selectors[selector]
        self._calls, self._kept, self._agent = calls, kept, agent

    def find_change(self) -> QuietChange | QuietRefusal:
        """Return the change with the fewest new values that does just what is asked, else why there is none."""
        if self._selector is not None and self._selector.enforcing:
            return self._refuse("the selector blocks these calls: what it blocks is reported")
        changes = sorted(self._propose(), key=lambda change: change.values)
        for change in changes:
            if change.values <= MAX_NEW_VALUES and self._does_just_that(change):
                return change
        if self._looks_like_links():
            return self._refuse("the programs may be links or scripts: the kernel compares the resolved path")
        return self._refuse("no program, destination, port or path tells them from calls that must stay")

    def _refuse(self, reason: str) -> QuietRefusal:
        return QuietRefusal(self._hook.call, len(self._calls), reason)

    def _propose(self) -> Iterator[QuietChange]:
        criteria = list(self._criteria())
        for criterion in criteria:
            if not any(criterion_matches(criterion, call) for call in self._kept) and not self._ends_ipv6(criterion):
                yield from self._narrow(criterion)
        for criterion in criteria:
            yield from self._split((criterion,))
        programs = [criterion for criterion in criteria if criterion.argument is None]
        rest = [criterion for criterion in criteria if criterion.argument is not None]
        for pair in product(programs, rest):
            yield from self._split(pair)

    def _criteria(self) -> Iterator[_Criterion]:
        for kind, argument in self._dimensions():
            values = [_value(kind, argument, call) for call in self._calls]
            if all(value is not None for value in values):
                distinct = sorted({value for value in values if value is not None})
                yield _Criterion(kind, tuple(distinct), argument)
                if kind == "path" and (folder := _common_folder(distinct)):
                    yield _Criterion("folder", (folder,), argument)

    def _dimensions(self) -> Iterator[tuple[str, HookArgument | None]]:
        for argument in self._hook.arguments:
            if argument.type in ("sock", "sockaddr"):
                yield "destination", argument
                yield "port", argument
            elif argument.type in STRINGS:
                yield "path", argument
        if not self._looks_like_links():
            yield "program", None

    def _looks_like_links(self) -> bool:
        binaries = {str(call.event.process.get("binary", "")) for call in self._calls}
        return any(is_often_link(binary) or compare_binary("Prefix", "\0", binary) is None for binary in binaries)

    def _ends_ipv6(self, criterion: _Criterion) -> bool:
        """Return whether a negative filter on addresses would end the reports of the other family."""
        return criterion.kind == "destination" and self._agent.version < V15

    def _narrow(self, criterion: _Criterion) -> Iterator[QuietChange]:
        """Yield the change that adds a negative filter to the selector, or values to one that it has."""
        explanation = f"leaves out calls {criterion.describe()}"
        content = criterion.filter(negative=True)
        if self._selector is None:
            selectors: Content = [{criterion.field: [content]}]
            insertion = add_field(self._text, self._hook.node, "selectors", selectors)
            yield QuietChange(self._hook.call, explanation, (insertion,), len(criterion.values))
            return
        node = self._selector.node
        if self._selector.macros or not isinstance(node, MapNode):
            return
        existing = self._find_filter(criterion, node)
        if existing is not None:
            present = {str(getattr(item, "value", "")) for item in existing.items}
            fresh = [value for value in criterion.values if value not in present]
            content_list = [append_item(self._text, existing, value) for value in fresh] if existing.items else []
            if content_list:
                merged = Insertion(content_list[0].offset, "".join(insertion.text for insertion in content_list))
                yield QuietChange(self._hook.call, explanation, (merged,), len(fresh))
            return
        filters = node.fields.get(criterion.field)
        if isinstance(filters, ListNode) and filters.items:
            full = criterion.argument is None or len(filters.items) >= MAX_ARGUMENT_FILTERS
            if full:
                return
            insertion = append_item(self._text, filters, content)
        else:
            insertion = add_field(self._text, node, criterion.field, [content])
        yield QuietChange(self._hook.call, explanation, (insertion,), len(criterion.values))

    def _find_filter(self, criterion: _Criterion, selector: MapNode) -> ListNode | None:
        """Return the values of the selector's filter that has the criterion's operator, None if there is none."""
        wanted = criterion.filter(negative=True)
        filters = selector.fields.get(criterion.field)
        assert isinstance(wanted, dict)
        for item in filters.items if isinstance(filters, ListNode) else ():
            if not isinstance(item, MapNode):
                continue
            same = all(
                str(getattr(item.fields.get(key), "value", None)) == str(wanted[key])
                for key in ("index", "operator")
                if key in wanted
            )
            values = item.fields.get("values")
            if same and isinstance(values, ListNode):
                return values
        return None

    def _split(self, criteria: Sequence[_Criterion]) -> Iterator[QuietChange]:
        """Yield the change that puts a selector without reports before the one that reports the calls."""
        if len(self._hook.selectors) + (1 if self._selector else 2) > MAX_SELECTORS:
            return
        content = self._copy_filters()
        if content is None:
            return
        for criterion in criteria:
            filters = content.setdefault(criterion.field, [])
            if criterion.argument is None and filters:
                return
            filters.append(criterion.filter(negative=False))
        if len(content.get("matchArgs", [])) > MAX_ARGUMENT_FILTERS:
            return
        selector: dict[str, Content] = {**content, "matchActions": [{"action": "NoPost"}]}
        explanation = "leaves out calls " + " ".join(criterion.describe() for criterion in criteria)
        count = sum(len(criterion.values) for criterion in criteria) + 1
        selectors = self._hook.node.fields.get("selectors")
        if self._selector is None or not isinstance(selectors, ListNode):
            everything: Content = {"matchActions": [{"action": "Post"}]}
            insertion = add_field(self._text, self._hook.node, "selectors", [selector, everything])
        else:
            assert self._selector_number is not None
            insertion = insert_item(self._text, selectors, self._selector_number, selector)
        yield QuietChange(self._hook.call, explanation, (insertion,), count)

    def _copy_filters(self) -> dict[str, list[Content]] | None:
        """Return the filters of the selector to write again, None if they cannot be."""
        if self._selector is None:
            return {}
        selector = self._selector
        others = (
            *selector.data, *selector.return_arguments, *selector.parent_binaries, *selector.pids,
            *selector.namespaces, *selector.namespace_changes, *selector.capabilities, *selector.capability_changes,
        )  # fmt: skip
        if selector.macros or others:
            return None
        content: dict[str, list[Content]] = {}
        for filter_ in selector.arguments:
            item: dict[str, Content] = {"index": filter_.index, "operator": filter_.operator, "values": filter_.values}
            if filter_.args:
                return None
            content.setdefault("matchArgs", []).append(item)
        for binary in selector.binaries:
            # A program that is let through by NotIn is named by In alone.
            if binary.operator == "NotIn" and not binary.follow:
                continue
            written: dict[str, Content] = {"operator": binary.operator, "values": binary.values}
            content["matchBinaries"] = [written | ({"followChildren": True} if binary.follow else {})]
        return content

    def _does_just_that(self, change: QuietChange) -> bool:
        """Return whether the changed policy loads, reports none of the chosen calls, and does all else as before."""
        content = apply_insertions(self._text, change.insertions).encode()
        checked = check_policy(content, self._agent)
        if checked.policy is None or not checked.loads or len(checked.policy.hooks) != len(self._policy.hooks):
            return False
        hook, policy = checked.policy.hooks[self._number], checked.policy
        for call in self._calls:
            outcome = evaluate_hook(hook, policy, call.event, call.ancestors, self._agent.version)
            if outcome.matched is None or reports_call(hook, outcome):
                return False
        for call in self._kept:
            outcome = evaluate_hook(hook, policy, call.event, call.ancestors, self._agent.version)
            if not reports_call(hook, outcome):
                return False
        return True


def criterion_matches(criterion: _Criterion, call: Call) -> bool:
    """Return whether a call has one of the values of a criterion."""
    kind = "path" if criterion.kind == "folder" else criterion.kind
    value = _value(kind, criterion.argument, call)
    if value is None:
        return True
    return value.startswith(criterion.values) if criterion.kind == "folder" else value in criterion.values


def _value(kind: str, argument: HookArgument | None, call: Call) -> str | None:
    """Return the value that a call has, None if the event does not tell."""
    if argument is None:
        binary = call.event.process.get("binary")
        return binary if isinstance(binary, str) and binary else None
    found = next((item for item in call.event.arguments if argument.type in item.types), None)
    if found is None:
        return None
    if kind == "path":
        return found.text or None
    socket = found.socket
    if socket is None:
        return None
    if kind == "port":
        port = socket.source_port if argument.type == "sockaddr" else socket.destination_port
        return None if port is None else str(port)
    address = socket.source if argument.type == "sockaddr" else socket.destination
    if address is None:
        return None
    if socket.family == "AF_INET6" and address.version == 4:
        # Up to 1.6 a mapped address is printed as an IPv4 one.
        return str(ip_address(f"::ffff:{address}"))
    return str(address)


def _common_folder(paths: Sequence[str]) -> str | None:
    """Return the folder that holds all paths, None if it is the root or there is one path."""
    if len(paths) < 2 or not all(path.startswith("/") for path in paths):
        return None
    parts = [path.split("/")[:-1] for path in paths]
    common = [names[0] for names in zip(*parts, strict=False) if len(set(names)) == 1]
    for length in range(len(common), 1, -1):
        folder = "/".join(common[:length]) + "/"
        if all(path.startswith(folder) for path in paths):
            return folder
    return None
