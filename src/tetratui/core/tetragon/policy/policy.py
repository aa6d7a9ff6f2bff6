"""A policy as values: its hooks, their selectors, and where each stands in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tetratui.core.tetragon.policy.schema import HOOK_LISTS
from tetratui.core.tetragon.policy.validate import NAMESPACED_KIND, read_text
from tetratui.core.tetragon.policy.yaml_tree import ListNode, MapNode, Node, Scalar, ScalarNode

ENFORCING: Final = frozenset({"Sigkill", "Override", "Signal", "NotifyEnforcer"})
"""Actions that stop a process or a call."""


class HookKind(StrEnum):
    """The field of `spec` in which a hook stands."""

    KPROBE = "kprobes"
    TRACEPOINT = "tracepoints"
    UPROBE = "uprobes"
    LSM = "lsmhooks"
    USDT = "usdts"
    FENTRY = "fentries"


class PolicyMode(StrEnum):
    """What a loaded policy does with its enforcing actions."""

    ENFORCE = "enforce"
    MONITOR = "monitor"
    """Reports as if it had acted, and does not act."""


@dataclass(frozen=True, slots=True)
class HookArgument:
    """An argument that a hook reads."""

    index: int
    type: str
    resolve: str
    label: str
    node: Node


@dataclass(frozen=True, slots=True)
class ArgumentFilter:
    """One of `matchArgs`, `matchData` or `matchReturnArgs`."""

    index: int
    args: tuple[int, ...]
    """Positions in the hook's `args`; the first replaces `index`."""
    operator: str
    values: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class ValueFilter:
    """A filter that holds a process to a set: binaries, PIDs, namespaces, capabilities."""

    name: str
    """The namespace or the kind of capabilities; empty for binaries and PIDs."""
    operator: str
    values: tuple[str, ...]
    follow: bool
    """`followChildren` or `followForks`: descendants count too."""
    node: Node


@dataclass(frozen=True, slots=True)
class Action:
    """What happens when a selector matches."""

    name: str
    error: int
    """`argError`: what an overridden function returns."""
    signal: int
    rate_limit: str
    rate_limit_scope: str
    stack_trace: bool
    node: Node


@dataclass(frozen=True, slots=True)
class Selector:
    """Filters that must all match, and the actions then taken. Without actions a match is reported."""

    arguments: tuple[ArgumentFilter, ...]
    data: tuple[ArgumentFilter, ...]
    return_arguments: tuple[ArgumentFilter, ...]
    actions: tuple[Action, ...]
    return_actions: tuple[Action, ...]
    binaries: tuple[ValueFilter, ...]
    parent_binaries: tuple[ValueFilter, ...]
    pids: tuple[ValueFilter, ...]
    namespaces: tuple[ValueFilter, ...]
    namespace_changes: tuple[ValueFilter, ...]
    capabilities: tuple[ValueFilter, ...]
    capability_changes: tuple[ValueFilter, ...]
    macros: tuple[str, ...]
    node: Node

    @property
    def reports(self) -> bool:
        """Whether a match is written to the export file."""
        return not any(action.name == "NoPost" for action in self.actions)

    @property
    def enforcing(self) -> tuple[Action, ...]:
        """The actions that stop a process or a call."""
        return tuple(action for action in (*self.actions, *self.return_actions) if action.name in ENFORCING)


@dataclass(frozen=True, slots=True)
class Hook:
    """One place in the kernel or in a program, with selectors tried in order: the first match counts."""

    kind: HookKind
    call: str
    """The function, the LSM hook, `subsystem/event` or `path:symbol`."""
    syscall: bool
    returns: bool
    """Whether the hook waits for the return value."""
    return_argument: HookArgument | None
    return_action: str
    arguments: tuple[HookArgument, ...]
    data: tuple[HookArgument, ...]
    selectors: tuple[Selector, ...]
    message: str
    tags: tuple[str, ...]
    ignores_missing_call: bool
    node: MapNode


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A pod, container or host selector."""

    labels: tuple[tuple[str, str], ...]
    expressions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Key, operator and values."""
    node: Node

    @property
    def is_empty(self) -> bool:
        """Whether it selects everything of its kind."""
        return not self.labels and not self.expressions


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of functions that hooks name as `list:NAME`."""

    name: str
    type: str
    values: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that the parser takes."""

    name: str
    namespace: str
    """Empty for a policy of the whole cluster."""
    hooks: tuple[Hook, ...]
    pod_selector: LabelSelector | None
    container_selector: LabelSelector | None
    host_selector: LabelSelector | None
    lists: tuple[NamedList, ...]
    enforcers: tuple[str, ...]
    options: tuple[tuple[str, str, Node], ...]
    """Name, value and where it stands."""
    macros: tuple[str, ...]
    """Names of the macros that are defined."""
    loader: bool
    node: Node

    @property
    def mode(self) -> PolicyMode:
        """The mode in which it loads."""
        values = [value for name, value, _ in self.options if name == "policy-mode"]
        return PolicyMode.MONITOR if values[-1:] == ["monitor"] else PolicyMode.ENFORCE

    @property
    def covers_host(self) -> bool:
        """Whether processes outside pods are seen: any selector switches the host off, but for `hostSelector: {}`."""
        if self.namespace:
            return False
        selected = self.pod_selector is not None or self.container_selector is not None
        return self.host_selector is not None or not selected


def build_policy(root: MapNode) -> Policy:
    """Return the values of a tree in which `find_refusals` found nothing."""
    metadata, spec = _map(root, "metadata"), _map(root, "spec")
    macros = _map(spec, "selectorsMacros")
    hooks = [_hook(HookKind(name), node, macros) for name in HOOK_LISTS for node in _items(spec, name)]
    lists = [
        NamedList(_text(node, "name"), _text(node, "type"), _texts(node, "values"), node)
        for node in _items(spec, "lists")
    ]
    return Policy(
        name=_text(metadata, "name"),
        namespace=_text(metadata, "namespace") if read_text(root, "kind") == NAMESPACED_KIND else "",
        hooks=tuple(hooks),
        pod_selector=_label_selector(spec, "podSelector"),
        container_selector=_label_selector(spec, "containerSelector"),
        host_selector=_label_selector(spec, "hostSelector"),
        lists=tuple(lists),
        enforcers=tuple(call for node in _items(spec, "enforcers") for call in _texts(node, "calls")),
        options=tuple((_text(node, "name"), _text(node, "value"), node) for node in _items(spec, "options")),
        macros=tuple(macros.fields),
        loader=_flag(spec, "loader"),
        node=root,
    )


def _hook(kind: HookKind, node: MapNode, macros: MapNode) -> Hook:
    return Hook(
        kind=kind,
        call=_call(kind, node),
        syscall=_flag(node, "syscall", default=kind in (HookKind.KPROBE, HookKind.FENTRY)),
        returns=_flag(node, "return"),
        return_argument=_argument(_map(node, "returnArg")) if "returnArg" in node.fields else None,
        return_action=_text(node, "returnArgAction"),
        arguments=tuple(_argument(item) for item in _items(node, "args")),
        data=tuple(_argument(item) for item in _items(node, "data")),
        selectors=tuple(_selector(item, macros) for item in _items(node, "selectors")),
        message=_text(node, "message"),
        tags=_texts(node, "tags"),
        ignores_missing_call=_flag(_map(node, "ignore"), "callNotFound"),
        node=node,
    )


def _call(kind: HookKind, node: MapNode) -> str:
    match kind:
        case HookKind.TRACEPOINT:
            return f"{_text(node, 'subsystem')}/{_text(node, 'event')}"
        case HookKind.UPROBE:
            return f"{_text(node, 'path')}:{','.join(_texts(node, 'symbols'))}"
        case HookKind.USDT:
            return f"{_text(node, 'path')}:{_text(node, 'provider')}:{_text(node, 'name')}"
        case HookKind.LSM:
            return _text(node, "hook")
        case _:
            return _text(node, "call")


def _argument(node: MapNode) -> HookArgument:
    return HookArgument(
        _number(node, "index"), _text(node, "type") or "auto", _text(node, "resolve"), _text(node, "label"), node
    )


def _selector(node: MapNode, macros: MapNode) -> Selector:
    """Return a selector with the filters of its macros behind its own."""
    names = _texts(node, "macros")
    parts = [node, *(_map(macros, name) for name in names)]

    def items(name: str) -> list[MapNode]:
        return [item for part in parts for item in _items(part, name)]

    return Selector(
        arguments=tuple(map(_argument_filter, items("matchArgs"))),
        data=tuple(map(_argument_filter, items("matchData"))),
        return_arguments=tuple(map(_argument_filter, items("matchReturnArgs"))),
        actions=tuple(map(_action, items("matchActions"))),
        return_actions=tuple(map(_action, items("matchReturnActions"))),
        binaries=tuple(map(_value_filter, items("matchBinaries"))),
        parent_binaries=tuple(map(_value_filter, items("matchParentBinaries"))),
        pids=tuple(map(_value_filter, items("matchPIDs"))),
        namespaces=tuple(map(_value_filter, items("matchNamespaces"))),
        namespace_changes=tuple(map(_value_filter, items("matchNamespaceChanges"))),
        capabilities=tuple(map(_value_filter, items("matchCapabilities"))),
        capability_changes=tuple(map(_value_filter, items("matchCapabilityChanges"))),
        macros=names,
        node=node,
    )


def _argument_filter(node: MapNode) -> ArgumentFilter:
    positions = tuple(int(text) for text in _texts(node, "args"))
    return ArgumentFilter(_number(node, "index"), positions, _text(node, "operator"), _texts(node, "values"), node)


def _value_filter(node: MapNode) -> ValueFilter:
    name = _text(node, "namespace") or _text(node, "type")
    follow = _flag(node, "followChildren") or _flag(node, "followForks")
    return ValueFilter(name, _text(node, "operator"), _texts(node, "values"), follow, node)


def _action(node: MapNode) -> Action:
    return Action(
        name=_text(node, "action"),
        error=_number(node, "argError"),
        signal=_number(node, "argSig"),
        rate_limit=_text(node, "rateLimit"),
        rate_limit_scope=_text(node, "rateLimitScope"),
        stack_trace=_flag(node, "kernelStackTrace") or _flag(node, "userStackTrace"),
        node=node,
    )


def _label_selector(spec: MapNode, name: str) -> LabelSelector | None:
    node = spec.fields.get(name)
    if not isinstance(node, MapNode):
        return None
    labels = tuple((key, str(_scalar(value))) for key, value in _map(node, "matchLabels").fields.items())
    expressions = tuple(
        (_text(item, "key"), _text(item, "operator"), _texts(item, "values"))
        for item in _items(node, "matchExpressions")
    )
    return LabelSelector(labels, expressions, node)


def _map(node: MapNode, name: str) -> MapNode:
    value = node.fields.get(name)
    return value if isinstance(value, MapNode) else MapNode(node.line, node.column, {})


def _items(node: MapNode, name: str) -> list[MapNode]:
    value = node.fields.get(name)
    return [item for item in value.items if isinstance(item, MapNode)] if isinstance(value, ListNode) else []


def _texts(node: MapNode, name: str) -> tuple[str, ...]:
    value = node.fields.get(name)
    return tuple(str(_scalar(item)) for item in value.items) if isinstance(value, ListNode) else ()


def _scalar(node: Node | None) -> Scalar:
    return node.value if isinstance(node, ScalarNode) else None


def _text(node: MapNode, name: str) -> str:
    value = _scalar(node.fields.get(name))
    return "" if value is None else str(value)


def _number(node: MapNode, name: str) -> int:
    value = _scalar(node.fields.get(name))
    return value if isinstance(value, int) else 0


def _flag(node: MapNode, name: str, *, default: bool = False) -> bool:
    value = _scalar(node.fields.get(name))
    return value if isinstance(value, bool) else default
