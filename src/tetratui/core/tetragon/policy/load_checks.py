"""Find why a policy that the parser takes would not load: the selector compiler's limits, the kernel's abilities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tetratui.core.tetragon.format.versions import LATEST, Version
from tetratui.core.tetragon.policy.argument_filters import MAX_POSTFIX, MAX_PREFIX, check_argument_filter, parse_number
from tetratui.core.tetragon.policy.kernel import UNKNOWN_KERNEL, Kernel
from tetratui.core.tetragon.policy.policy import Action, Hook, HookKind, Policy, Selector, ValueFilter
from tetratui.core.tetragon.policy.policy_error import PolicyError, Stage
from tetratui.core.tetragon.policy.schema import V17
from tetratui.core.tetragon.policy.yaml_tree import Node

MAX_SELECTORS: Final = 5
"""Selectors of a hook. 1.3 to 1.6 take more without a word, and the kernel looks at the first five."""
MAX_ARGUMENT_FILTERS: Final = 5
MAX_ACTIONS: Final = 3
MAX_ARGUMENTS: Final = 5
MAX_BINARY_LENGTH: Final = 255
MAX_NAMESPACE_VALUES: Final = 4
_RATE_LIMIT = re.compile(r"[0-9]{1,10}[sSmMhH]?")
_SCOPES = ("", "thread", "process", "global")
_LSM_ACTIONS = ("Sigkill", "Signal", "NoPost", "Override", "Post")
_OPTION_VALUES = {
    "policy-mode": ("enforce", "monitor"),
    "override-method": ("fmod-ret", "override-return"),
    "disable-kprobe-multi": ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"),
    "disable-uprobe-multi": ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"),
}
_TRUE = ("1", "t", "T", "TRUE", "true", "True")


@dataclass(frozen=True, slots=True)
class LoadingAgent:
    """The agent that would load a policy: its version, its kernel, and options that decide."""

    version: Version = LATEST
    kernel: Kernel = UNKNOWN_KERNEL
    parents_map: bool = False
    """Option `parents-map-enabled`, off by default."""
    policy_filter: bool | None = None
    """Option `enable-policy-filter`; off by default, on in the Helm chart. None: not known."""


def find_load_failures(policy: Policy, agent: LoadingAgent) -> Iterator[PolicyError]:
    """Yield why the policy would fail to load; what depends on something unknown is not named."""
    yield from _check_spec(policy, agent)
    for hook in policy.hooks:
        yield from _check_hook(hook, policy, agent)


def _check_spec(policy: Policy, agent: LoadingAgent) -> Iterator[PolicyError]:
    kinds = dict.fromkeys(hook.kind for hook in policy.hooks)
    if len(kinds) > 1:
        second = next(hook for hook in policy.hooks if hook.kind is not policy.hooks[0].kind)
        names = " and ".join(kinds)
        yield _error(second.node, f"one policy holds {names}: Tetragon loads one kind of hook a policy; split it")
    for name, value, node in policy.options:
        allowed = _OPTION_VALUES.get(name)
        if allowed and value not in allowed:
            yield _error(node, f"option {name} is {value!r}: it must be {' or '.join(allowed[:2])}")
    if policy.host_selector is not None:
        if policy.namespace:
            yield _error(policy.host_selector.node, "a policy of a namespace cannot have a hostSelector")
        elif not policy.host_selector.is_empty:
            yield _error(policy.host_selector.node, "hostSelector takes no labels: write hostSelector: {}")
    selectors = (policy.pod_selector, policy.container_selector, policy.host_selector)
    if agent.policy_filter is False and (policy.namespace or any(selector is not None for selector in selectors)):
        where = next((selector.node for selector in selectors if selector is not None), policy.node)
        yield _error(where, "the agent runs without enable-policy-filter: it loads no policy of a namespace or of pods")


def _check_hook(hook: Hook, policy: Policy, agent: LoadingAgent) -> Iterator[PolicyError]:
    yield from _check_call(hook, policy)
    yield from _check_arguments(hook)
    if hook.kind in (HookKind.KPROBE, HookKind.FENTRY):
        yield from _check_return(hook, agent.version)
    if hook.kind is HookKind.LSM:
        yield from _check_lsm(hook, agent.kernel)
    if len(hook.selectors) > MAX_SELECTORS and agent.version >= V17:
        yield _error(hook.node, f"{hook.call} has {len(hook.selectors)} selectors: at most {MAX_SELECTORS} load")
    for selector in hook.selectors:
        yield from _check_selector(selector, hook, policy, agent)


def _check_call(hook: Hook, policy: Policy) -> Iterator[PolicyError]:
    if hook.call in ("", "/", ":"):
        yield _error(hook.node, "the hook names no function")
    elif hook.kind in (HookKind.KPROBE, HookKind.FENTRY) and hook.call.startswith("list:"):
        name = hook.call.removeprefix("list:")
        if name not in {named.name for named in policy.lists}:
            yield _error(hook.node, f"no list in spec.lists has the name {name!r}")


def _check_arguments(hook: Hook) -> Iterator[PolicyError]:
    if len(hook.arguments) + len(hook.data) > MAX_ARGUMENTS:
        count = len(hook.arguments) + len(hook.data)
        yield _error(hook.node, f"{hook.call} reads {count} arguments: at most {MAX_ARGUMENTS} load")
    if hook.kind in (HookKind.TRACEPOINT, HookKind.USDT):
        return
    for argument in hook.arguments:
        if argument.index >= MAX_ARGUMENTS:
            yield _error(argument.node, f"index {argument.index}: a function has arguments 0 to {MAX_ARGUMENTS - 1}")
        if argument.type in ("auto", "syscall64") and hook.kind is HookKind.KPROBE:
            yield _error(argument.node, f"a kprobe needs the type of each argument, {argument.type!r} is none")
    for item in hook.data:
        if not item.resolve:
            yield _error(item.node, "data needs resolve: the path of what to read")


def _check_return(hook: Hook, version: Version) -> Iterator[PolicyError]:
    if hook.returns and hook.return_argument is None:
        yield _error(hook.node, "return is true and returnArg is missing")
    action = hook.return_action
    if action and version >= V17 and action not in ("TrackSock", "UntrackSock"):
        yield _error(
            hook.node.fields["returnArgAction"],
            f"returnArgAction {action!r} is not supported since 1.7: leave it out, returnArg is reported anyway",
        )


def _check_lsm(hook: Hook, kernel: Kernel) -> Iterator[PolicyError]:
    if kernel.bpf_lsm is False:
        yield _error(hook.node, f"{kernel.name} has no BPF LSM (CONFIG_BPF_LSM, and bpf in lsm=): use a kprobe")
    for selector in hook.selectors:
        if selector.return_arguments:
            yield _error(selector.node, "an LSM hook cannot have matchReturnArgs")
        for action in selector.actions:
            if action.name not in _LSM_ACTIONS:
                yield _error(action.node, f"an LSM hook cannot have the action {action.name}")
            elif action.name == "Post" and action.stack_trace:
                yield _error(action.node, "an LSM hook cannot take stack traces")


def _check_selector(selector: Selector, hook: Hook, policy: Policy, agent: LoadingAgent) -> Iterator[PolicyError]:
    for name in selector.macros:
        if name not in policy.macros:
            yield _error(selector.node, f"no macro in spec.selectorsMacros has the name {name!r}")
    if len(selector.arguments) + len(selector.data) > MAX_ARGUMENT_FILTERS:
        yield _error(selector.node, f"more than {MAX_ARGUMENT_FILTERS} matchArgs and matchData")
    for filter_ in selector.arguments:
        yield from check_argument_filter(filter_, hook.arguments, agent.version)
    if hook.return_argument is not None:
        for filter_ in selector.return_arguments:
            yield from check_argument_filter(filter_, (hook.return_argument,), agent.version)
    yield from _check_binaries(selector.binaries, "matchBinaries")
    yield from _check_binaries(selector.parent_binaries, "matchParentBinaries")
    if selector.parent_binaries and not agent.parents_map:
        yield _error(selector.node, "matchParentBinaries needs an agent with parents-map-enabled, off by default")
    for namespace in selector.namespaces:
        yield from _check_namespace(namespace)
    for actions in (selector.actions, selector.return_actions):
        if len(actions) > MAX_ACTIONS:
            yield _error(selector.node, f"a selector has {len(actions)} actions: at most {MAX_ACTIONS} load")
        for action in actions:
            yield from _check_action(action, hook, policy, agent.kernel)


def _check_binaries(filters: Sequence[ValueFilter], name: str) -> Iterator[PolicyError]:
    if len(filters) > 1:
        yield _error(filters[1].node, f"a selector takes one {name}: put the paths into its values")
    for filter_ in filters:
        most = MAX_BINARY_LENGTH
        if "Prefix" in filter_.operator or "Postfix" in filter_.operator:
            most = MAX_PREFIX if "Prefix" in filter_.operator else MAX_POSTFIX
            if filter_.follow:
                yield _error(filter_.node, f"followChildren works with In and NotIn, not with {filter_.operator}")
        for value in filter_.values:
            if len(value.encode()) > most:
                yield _error(filter_.node, f"{name}: a path has {len(value.encode())} bytes, more than {most}")


def _check_namespace(filter_: ValueFilter) -> Iterator[PolicyError]:
    if len(filter_.values) > MAX_NAMESPACE_VALUES:
        yield _error(filter_.node, f"matchNamespaces takes at most {MAX_NAMESPACE_VALUES} values")
    for value in filter_.values:
        number = parse_number(value)
        if value != "host_ns" and (number is None or not 0 <= number < 1 << 32):
            yield _error(filter_.node, f"{value!r} is no namespace: a number or host_ns")


def _check_action(action: Action, hook: Hook, policy: Policy, kernel: Kernel) -> Iterator[PolicyError]:
    if action.rate_limit:
        if action.name != "Post":
            yield _error(action.node, f"rateLimit works with Post, not with {action.name}")
        elif not _RATE_LIMIT.fullmatch(action.rate_limit) or int(action.rate_limit.rstrip("sSmMhH")) >= 1 << 32:
            yield _error(action.node, f"rateLimit is {action.rate_limit!r}: write 5, 5s, 5m or 5h")
        elif action.rate_limit_scope not in _SCOPES:
            yield _error(action.node, f"rateLimitScope is {action.rate_limit_scope!r}: thread, process or global")
    if action.stack_trace and action.name != "Post" and hook.kind is not HookKind.LSM:
        yield _error(action.node, f"stack traces are taken with Post, not with {action.name}")
    if action.name == "NotifyEnforcer":
        if not policy.enforcers:
            yield _error(action.node, "NotifyEnforcer needs spec.enforcers")
        elif kernel.override_return is False:
            yield _error(action.node, f"{kernel.name} cannot run enforcers: it has no bpf_override_return")
    if action.name == "Override" and hook.kind is HookKind.KPROBE:
        yield from _check_override(action, hook, policy, kernel)


def _check_override(action: Action, hook: Hook, policy: Policy, kernel: Kernel) -> Iterator[PolicyError]:
    calls, syscall = expand_calls(hook, policy)
    security = [call for call in calls if call.startswith("security_")]
    multi = kernel.kprobe_multi and not any(
        name == "disable-kprobe-multi" and value in _TRUE for name, value, _ in policy.options
    )
    if security and kernel.modify_return is False:
        yield _error(action.node, f"{kernel.name} cannot override security_ functions: it has no fmod_ret")
    elif security and multi:
        remedy = "add the option disable-kprobe-multi with value '1'"
        yield _error(action.node, f"Override of {security[0]} does not work with kprobe_multi: {remedy}")
    elif len(security) < len(calls) and not syscall:
        function = next(call for call in calls if not call.startswith("security_"))
        yield _error(action.node, f"Override works on syscalls and security_ functions, not on {function}")
    elif len(security) < len(calls) and kernel.override_return is False:
        remedy = "use Sigkill, or a security_ function"
        yield _error(action.node, f"{kernel.name} cannot override syscalls (CONFIG_BPF_KPROBE_OVERRIDE): {remedy}")


def expand_calls(hook: Hook, policy: Policy) -> tuple[tuple[str, ...], bool]:
    """Return the functions of a hook, and whether they are syscalls; of a generated list only what is written."""
    if not hook.call.startswith("list:"):
        return (hook.call,), hook.syscall
    named = next((named for named in policy.lists if named.name == hook.call.removeprefix("list:")), None)
    if named is None:
        return (), hook.syscall
    return named.values, hook.syscall or named.type in ("syscalls", "generated_syscalls")


def _error(node: Node, message: str) -> PolicyError:
    return node.error(message, Stage.LOAD)
