"""Find what is dangerous, misleading or useless in a policy that loads.

The codes are stable; docs/policies.md explains each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final, Literal

from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.policy.argument_filters import OPERATORS_WITHOUT_VALUES, STRINGS, find_argument
from tetratui.core.tetragon.policy.load_checks import MAX_SELECTORS, LoadingAgent, expand_calls
from tetratui.core.tetragon.policy.policy import (
    ArgumentFilter,
    Hook,
    HookKind,
    Policy,
    PolicyMode,
    Selector,
    ValueFilter,
)
from tetratui.core.tetragon.policy.schema import V15, V17
from tetratui.core.tetragon.policy.yaml_tree import Node

Severity = Literal["error", "warning", "info"]
_PATHS_MADE_BY_RENAME = (
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/ld.so.cache",
    "/etc/resolv.conf",
    "/var/spool/cron/crontabs/",
)
_WRITE_CALLS = frozenset({"security_file_permission", "security_path_truncate", "file_permission"})
_READ_MASK = "4"
"""The access mask of a read; that of a write is 2."""
_HOT_CALLS = frozenset(
    {
        "security_file_permission", "security_file_open", "security_mmap_file", "security_file_ioctl",
        "security_inode_permission", "security_inode_getattr", "security_inode_follow_link", "security_path_truncate",
        "file_permission", "file_open", "mmap_file", "fd_install", "vfs_read", "vfs_write", "do_sys_openat2",
        "sys_read", "sys_write", "sys_openat", "sys_open", "sys_close", "sys_mmap", "sys_futex", "sys_ioctl",
        "sys_lseek", "tcp_sendmsg", "tcp_recvmsg", "udp_sendmsg", "udp_recvmsg", "ip_output", "__ip_local_out",
        "raw_syscalls/sys_enter", "raw_syscalls/sys_exit", "sched/sched_switch",
    }
)  # fmt: skip
_TOO_EARLY: Final = {
    "ip4_datagram_connect": "an argument of index 1 and type sockaddr, with SAddr",
    "ip6_datagram_connect": "an argument of index 1 and type sockaddr, with SAddr",
    "security_socket_connect": "an argument of index 1 and type sockaddr, with SAddr",
    "udp_sendmsg": "nothing: the address is not in the socket when sendto names it",
    "udpv6_sendmsg": "nothing: the address is not in the socket when sendto names it",
}
"""Calls in which the socket does not hold the destination yet, and what to look at instead."""
_CONNECT_CALLS = frozenset(
    {"ip4_datagram_connect", "ip6_datagram_connect", "security_socket_connect", "socket_connect"}
)
_EXEC_CALLS = frozenset({"security_bprm_check", "bprm_check_security", "security_bprm_creds_from_file"})
_UNSPECIFIED = frozenset({"0.0.0.0/32", "0.0.0.0", "::/128", "::"})  # noqa: S104 - values of a filter, nothing listens
_LINK_FOLDERS = ("/bin/", "/sbin/", "/lib/", "/lib64/")
_OFTEN_LINKS = frozenset(
    {"sh", "python", "python3", "awk", "vi", "editor", "pager", "nc", "java", "ruby", "perl6", "cc"}
)


@dataclass(frozen=True, slots=True)
class PolicyLint:
    """A finding on a policy."""

    code: str
    severity: Severity
    message: str
    """What the policy does there."""
    fix: str
    """What to write instead."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _HookCase:
    """A hook with what its checks may look at."""

    hook: Hook
    policy: Policy
    agent: LoadingAgent


def lint_policy(policy: Policy, agent: LoadingAgent) -> list[PolicyLint]:
    """Return the findings on a policy, in the order of the file."""
    lints = [*_lint_empty(policy), *_lint_scope(policy, agent), *_lint_enforcing(policy)]
    for hook in policy.hooks:
        case = _HookCase(hook, policy, agent)
        lints += [finding for check in _HOOK_CHECKS for finding in check(case)]
    return sorted(dict.fromkeys(lints), key=lambda finding: (finding.line, finding.column, finding.code))


def lint_together(policies: Sequence[tuple[str, Policy]]) -> Iterator[tuple[str, PolicyLint]]:
    """Yield the findings on policies that would be loaded together, each with the name of the file it is on."""
    names: dict[tuple[str, str], str] = {}
    calls: dict[str, tuple[str, str]] = {}
    for file, policy in policies:
        key = policy.namespace, policy.name
        if key in names:
            message = f"{names[key]} has a policy {policy.name!r} too: Tetragon does not start with two of one name"
            yield file, _finding(policy.node, "same-name", "error", message, "rename one of them")
        names.setdefault(key, file)
        for hook in policy.hooks:
            for call in expand_calls(hook, policy)[0]:
                first = calls.setdefault(call, (file, policy.name))
                if first[1] != policy.name:
                    message = f"{first[1]!r} hooks {call} too: one call makes two events, microseconds apart"
                    yield file, _finding(hook.node, "same-function", "info", message, "count by policy, not by event")


def _finding(node: Node, code: str, severity: Severity, message: str, fix: str) -> PolicyLint:
    return PolicyLint(code, severity, message, fix, node.line, node.column)


def _lint_empty(policy: Policy) -> Iterator[PolicyLint]:
    if not policy.hooks and not policy.loader:
        yield _finding(policy.node, "no-hooks", "warning", "the policy has no hooks: it does nothing", "add a hook")


def _lint_scope(policy: Policy, agent: LoadingAgent) -> Iterator[PolicyLint]:
    selectors = [policy.pod_selector, policy.container_selector, policy.host_selector]
    if policy.namespace or any(selector is not None for selector in selectors):
        if not policy.covers_host:
            message = "processes outside pods are not seen: a policy of pods switches the host off"
            fix = "add hostSelector: {} (Tetragon 1.7.0)" if not policy.namespace else "write a TracingPolicy for it"
            yield _finding(policy.node, "host-off", "info", message, fix)
        if agent.policy_filter is None:
            message = "it loads only on an agent with enable-policy-filter (the Helm chart sets it)"
            yield _finding(policy.node, "needs-policy-filter", "info", message, "look at the agent's options")
    if policy.container_selector is not None:
        known = {"name"} if agent.version < V15 else {"name", "repo"}
        keys = [key for key, _ in policy.container_selector.labels]
        keys += [key for key, _, _ in policy.container_selector.expressions]
        for key in keys:
            if key not in known:
                message = f"containers have no field {key!r}: the policy matches nothing"
                fix = f"use {' or '.join(sorted(known))}"
                yield _finding(policy.container_selector.node, "matches-nothing", "error", message, fix)
    for selector in selectors:
        for key, operator, values in selector.expressions if selector else ():
            if selector and operator == "In" and not values:
                message = f"{key} In without values matches nothing"
                yield _finding(selector.node, "matches-nothing", "error", message, "name the values")


def _lint_enforcing(policy: Policy) -> Iterator[PolicyLint]:
    enforcing = [selector for hook in policy.hooks for selector in hook.selectors if selector.enforcing]
    if enforcing and policy.mode is PolicyMode.ENFORCE:
        message = "it blocks from the moment it is loaded"
        fix = "load it in monitor mode first: spec.options with name policy-mode and value monitor"
        yield _finding(enforcing[0].node, "enforces-at-once", "warning", message, fix)


def _lint_unnarrowed(case: _HookCase) -> Iterator[PolicyLint]:
    calls, syscall = expand_calls(case.hook, case.policy)
    for call in calls:
        hot = call in _HOT_CALLS or (syscall and f"sys_{call.removeprefix('sys_')}" in _HOT_CALLS)
        open_selectors = [selector for selector in case.hook.selectors if _is_open(selector) and selector.reports]
        if hot and (not case.hook.selectors or open_selectors):
            where = open_selectors[0].node if open_selectors else case.hook.node
            message = f"{call} is called thousands of times a second, and every call is reported"
            fix = "narrow it by matchArgs or matchBinaries, or add rateLimit to the action Post"
            yield _finding(where, "hot-hook", "warning", message, fix)
            return


def _is_open(selector: Selector) -> bool:
    narrowing = (
        selector.arguments,
        selector.binaries,
        selector.parent_binaries,
        selector.pids,
        selector.return_arguments,
    )
    limited = any(action.rate_limit for action in selector.actions)
    return not any(narrowing) and not limited


def _lint_selector_count(case: _HookCase) -> Iterator[PolicyLint]:
    if len(case.hook.selectors) > MAX_SELECTORS and case.agent.version < V17:
        message = f"{case.hook.call} has {len(case.hook.selectors)} selectors: only {MAX_SELECTORS} are tried"
        yield _finding(case.hook.node, "too-many-selectors", "error", message, "split the policy")


def _lint_return_action(case: _HookCase) -> Iterator[PolicyLint]:
    if (
        case.hook.return_action
        and case.agent.version < V17
        and case.hook.return_action not in ("TrackSock", "UntrackSock")
    ):
        message = (
            f"returnArgAction {case.hook.return_action}: 1.7.0 refuses it, the policy would not load after an upgrade"
        )
        yield _finding(
            case.hook.node, "return-action", "warning", message, "leave it out: returnArg is reported anyway"
        )


def _lint_rate_limit(case: _HookCase) -> Iterator[PolicyLint]:
    if not any(argument.type == "sock" for argument in case.hook.arguments):
        return
    for selector in case.hook.selectors:
        for action in selector.actions:
            if action.rate_limit:
                message = "rateLimit compares the arguments; a sock has another source port each time: it limits little"
                fix = "leave known destinations out with NotDAddr or matchBinaries NotIn"
                yield _finding(action.node, "rate-limit-of-sock", "warning", message, fix)


def _lint_arguments(case: _HookCase) -> Iterator[PolicyLint]:
    calls = expand_calls(case.hook, case.policy)[0]
    for selector in case.hook.selectors:
        for filter_ in selector.arguments:
            argument = find_argument(filter_, case.hook.arguments)
            if argument is None:
                continue
            if not filter_.values and filter_.operator not in OPERATORS_WITHOUT_VALUES:
                yield from _lint_no_values(filter_)
            if argument.type in ("sock", "socket") and filter_.operator.endswith(("Addr", "Port")):
                yield from _lint_early(filter_, calls)
            if filter_.operator.endswith("Addr"):
                yield from _lint_families(filter_, calls, case.agent.version)
            if (
                filter_.operator == "Equal"
                and argument.type in STRINGS
                and _WRITE_CALLS & set(calls)
                and not _only_reads(selector)
            ):
                yield from _lint_renamed(filter_)
            if argument.type in ("string", "filename") and case.hook.syscall and "exec" in case.hook.call:
                message = "the path is as the caller wrote it: a relative path or a symbolic link goes past the filter"
                fix = "hook security_bprm_check with an argument of type linux_binprm: its path is resolved"
                yield _finding(filter_.node, "path-as-given", "warning", message, fix)


def _only_reads(selector: Selector) -> bool:
    return any(filter_.operator == "Equal" and filter_.values == (_READ_MASK,) for filter_ in selector.arguments)


def _lint_no_values(filter_: ArgumentFilter) -> Iterator[PolicyLint]:
    effect = "always matches" if filter_.operator.startswith("Not") else "never matches"
    message = f"{filter_.operator} without values {effect}"
    yield _finding(filter_.node, "no-values", "error", message, "name the values, or remove the filter")


def _lint_early(filter_: ArgumentFilter, calls: Sequence[str]) -> Iterator[PolicyLint]:
    for call in calls:
        if call in _TOO_EARLY:
            message = f"{call}: the socket does not hold the destination yet, it is 0.0.0.0 without a port"
            yield _finding(filter_.node, "address-not-set", "error", message, f"use {_TOO_EARLY[call]}")


def _lint_families(filter_: ArgumentFilter, calls: Sequence[str], version: Version) -> Iterator[PolicyLint]:
    try:
        families = {ip_network(value, strict=False).version for value in filter_.values}
    except ValueError:
        return
    if not filter_.operator.startswith("Not") or not families:
        return
    if families == {4} and "ip4_datagram_connect" not in calls:
        effect = "every IPv6 connection is reported" if version >= V15 else "no IPv6 connection is reported"
        message = f"{filter_.operator} names IPv4 networks only: {effect}, ::1 and ::ffff:127.0.0.1 included"
        fix = "add the IPv6 networks: ::1, and ::ffff:127.0.0.0/104 for 127.0.0.0/8"
        yield _finding(filter_.node, "ipv4-only", "warning", message, fix)
    if _CONNECT_CALLS & set(calls) and not _UNSPECIFIED & set(filter_.values):
        message = "sshd and resolvers connect to 0.0.0.0 and :: to sort addresses: such calls are reported too"
        yield _finding(filter_.node, "unspecified-address", "info", message, "add 0.0.0.0/32 and ::/128")


def _lint_renamed(filter_: ArgumentFilter) -> Iterator[PolicyLint]:
    for value in filter_.values:
        if any(value == path or (path.endswith("/") and value.startswith(path)) for path in _PATHS_MADE_BY_RENAME):
            message = f"{value} is written under another name and renamed: Equal does not see the write"
            fix = f"use Prefix {value.rpartition('/')[0] + '/'!r}, or hook security_path_rename as well"
            yield _finding(filter_.node, "renamed-into-place", "warning", message, fix)


def _lint_binaries(case: _HookCase) -> Iterator[PolicyLint]:
    for selector in case.hook.selectors:
        for name, filters in (("matchBinaries", selector.binaries), ("matchParentBinaries", selector.parent_binaries)):
            for filter_ in filters:
                yield from _lint_binary_filter(filter_, name)


def _lint_binary_filter(filter_: ValueFilter, name: str) -> Iterator[PolicyLint]:
    if not filter_.values:
        message = f"{name} without values is ignored: every process matches"
        yield _finding(filter_.node, "no-values", "error", message, "name the programs, or remove the filter")
    for value in filter_.values:
        if filter_.operator in ("In", "NotIn") and not value.startswith("/"):
            message = f"{value!r} is no full path: it never matches"
            yield _finding(filter_.node, "no-path", "error", message, "write the full path, or use Postfix")
        elif is_often_link(value):
            message = f"{value} is a symbolic link on most systems: the kernel compares the resolved path"
            yield _finding(filter_.node, "unresolved-path", "warning", message, f"write what readlink -f {value} says")


def is_often_link(path: str) -> bool:
    """Return whether a program's path is a symbolic link on most systems."""
    return path.startswith(_LINK_FOLDERS) or path.rpartition("/")[2] in _OFTEN_LINKS


def _lint_blocked_writes(case: _HookCase) -> Iterator[PolicyLint]:
    if case.hook.call not in ("security_file_permission", "file_permission"):
        return
    for selector in case.hook.selectors:
        if selector.enforcing:
            message = "open and creat succeed before the write is stopped: an empty file is left behind"
            yield _finding(selector.node, "leaves-empty-file", "info", message, "hook security_file_open as well")


def _lint_lsm(case: _HookCase) -> Iterator[PolicyLint]:
    overrides = any(action.name == "Override" for selector in case.hook.selectors for action in selector.actions)
    if case.hook.kind is HookKind.LSM and case.hook.call in _EXEC_CALLS and overrides:
        message = "a program that tries again makes an event each time, hundreds a second were seen"
        yield _finding(case.hook.node, "many-events", "info", message, "watch the rate after loading it")


_HOOK_CHECKS: tuple[Callable[[_HookCase], Iterator[PolicyLint]], ...] = (
    _lint_unnarrowed,
    _lint_selector_count,
    _lint_return_action,
    _lint_rate_limit,
    _lint_arguments,
    _lint_binaries,
    _lint_blocked_writes,
    _lint_lsm,
)
