"""Try a policy's selectors on a call as the kernel does, and say "unknown" where the event does not tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from tetratui.core.tetragon.format.versions import LATEST, Version
from tetratui.core.tetragon.policy.argument_filters import find_argument, parse_number
from tetratui.core.tetragon.policy.hook_event import EXEC_EVENTS, EventArgument, EventSocket, HookEvent
from tetratui.core.tetragon.policy.policy import (
    ArgumentFilter,
    Hook,
    HookArgument,
    LabelSelector,
    Policy,
    Selector,
    ValueFilter,
)
from tetratui.core.tetragon.policy.schema import V15

Truth = bool | None
"""None where the event does not tell."""
Ancestors = Callable[[], tuple[Sequence[str], bool]]
"""Returns the binaries of the ancestors of the calling process, and whether they reach the first process."""
_AS_BINARY = {"Equal": "In", "Prefix": "Prefix", "Postfix": "Postfix"}
_PRIVILEGED: Final = 1024
_MERGED = re.compile(r"/(?:bin|sbin|lib|lib64)/")
_VERSION_TAIL = re.compile(r"[-.0-9]+$")
_INTERPRETERS = frozenset(
    {"sh", "bash", "dash", "zsh", "ksh", "ash", "perl", "python", "ruby", "node", "php", "lua", "tclsh", "busybox"}
)
_SCRIPT = re.compile(r"\.(?:sh|bash|py|pl|rb|js|php|lua|tcl)$")
_PROGRAM_FOLDERS = ("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/lib")
_PROTOCOLS = {"IPPROTO_ICMP": 1, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17, "IPPROTO_ICMPV6": 58, "IPPROTO_SCTP": 132}
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17}
_STATES = {
    "TCP_ESTABLISHED": 1, "TCP_SYN_SENT": 2, "TCP_SYN_RECV": 3, "TCP_FIN_WAIT1": 4, "TCP_FIN_WAIT2": 5,
    "TCP_TIME_WAIT": 6, "TCP_CLOSE": 7, "TCP_CLOSE_WAIT": 8, "TCP_LAST_ACK": 9, "TCP_LISTEN": 10, "TCP_CLOSING": 11,
    "TCP_NEW_SYN_RECV": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HookOutcome:
    """What a hook does at a call."""

    selector: int | None
    """The number of the selector that decides; None if none matches, or a hook without selectors reports it."""
    matched: Truth
    reason: str = ""
    """Why it is unknown."""


def evaluate_hook(
    hook: Hook, policy: Policy, event: HookEvent, ancestors: Ancestors, version: Version = LATEST
) -> HookOutcome:
    """Return which selector of a hook decides about a call."""
    covered = covers_process(policy, event.process)
    if covered is False:
        return HookOutcome(None, False)
    if covered is None:
        return HookOutcome(None, None, "the event does not tell the pod")
    if not hook.selectors:
        return HookOutcome(None, True)
    trial = _Trial(hook, policy, event, ancestors, version)
    for number, selector in enumerate(hook.selectors):
        matched = trial.matches(selector)
        if matched is None:
            return HookOutcome(number, None, trial.reason)
        if matched:
            return HookOutcome(number, True)
    return HookOutcome(None, False)


def covers_process(policy: Policy, process: Any) -> Truth:
    """Return whether a policy looks at a process at all, by the pod it belongs to."""
    selective = policy.namespace or policy.pod_selector is not None or policy.container_selector is not None
    if not selective:
        return True
    pod = process.get("pod")
    if not isinstance(pod, dict):
        # A container's process may lack its pod.
        return None if process.get("docker") else policy.covers_host
    if policy.namespace and pod.get("namespace") != policy.namespace:
        return False
    labels = dict(pod.get("pod_labels") or {})
    labels["k8s:io.kubernetes.pod.namespace"] = pod.get("namespace", "")
    container = pod.get("container") or {}
    image = str((container.get("image") or {}).get("id", ""))
    fields = {"name": container.get("name", ""), "repo": image.partition("@")[0]}
    return _selects(policy.pod_selector, labels) and _selects(policy.container_selector, fields)


def _selects(selector: LabelSelector | None, labels: dict[str, str]) -> bool:
    if selector is None:
        return True
    if any(labels.get(key) != value for key, value in selector.labels):
        return False
    for key, operator, values in selector.expressions:
        value = labels.get(key)
        holds = {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds[operator]:
            return False
    return True


def all_hold(truths: Sequence[Truth]) -> Truth:
    """Return False if one is False, else None if one is unknown, else True."""
    if False in truths:
        return False
    return None if None in truths else True


def any_holds(truths: Sequence[Truth]) -> Truth:
    """Return True if one is True, else None if one is unknown, else False."""
    if True in truths:
        return True
    return None if None in truths else False


def negate(truth: Truth) -> Truth:
    """Return the opposite; what is unknown stays unknown."""
    return None if truth is None else not truth


class _Trial:
    """One call tried on the selectors of one hook."""

    def __init__(self, hook: Hook, policy: Policy, event: HookEvent, ancestors: Ancestors, version: Version) -> None:
        self._hook, self._event, self._ancestors, self._version = hook, event, ancestors, version
        self._same_policy = event.policy == policy.name
        self.reason = ""

    def matches(self, selector: Selector) -> Truth:
        truths: list[Truth] = [self._argument(filter_) for filter_ in selector.arguments]
        truths += [self._returned(filter_) for filter_ in selector.return_arguments]
        truths += [self._binary(filter_, self._event.process) for filter_ in selector.binaries]
        truths += [self._binary(filter_, self._event.parent) for filter_ in selector.parent_binaries]
        truths += [self._pid(filter_) for filter_ in selector.pids]
        for name, filters in (
            ("data", selector.data),
            ("namespaces", selector.namespaces),
            ("namespace changes", selector.namespace_changes),
            ("capabilities", selector.capabilities),
            ("capability changes", selector.capability_changes),
        ):
            if filters:
                truths.append(self._unknown(f"events do not tell {name} as the kernel compares them"))
        return all_hold(truths)

    def _unknown(self, reason: str) -> Truth:
        self.reason = self.reason or reason
        return None

    def _argument(self, filter_: ArgumentFilter) -> Truth:
        declared = find_argument(filter_, self._hook.arguments)
        if declared is None:
            return self._unknown("the hook does not read the argument")
        argument = self._find(declared)
        if argument is None:
            return self._unknown(f"the events of {self._event.call} held do not have its argument {declared.index}")
        return self._compare(filter_, argument)

    def _find(self, declared: HookArgument) -> EventArgument | None:
        """Return the argument of the event that a declared one would be.

        Another policy may have read other arguments: then those of the same type are paired in order.
        """
        position = self._hook.arguments.index(declared)
        if self._same_policy and not self._event.derived_from and position < len(self._event.arguments):
            argument = self._event.arguments[position]
            # A policy of the same name may have been another when the event was made.
            return argument if not argument.types or declared.type in argument.types else None
        alike = [argument for argument in self._event.arguments if declared.type in argument.types]
        before = sum(argument.type == declared.type for argument in self._hook.arguments[:position])
        return alike[before] if before < len(alike) else None

    def _returned(self, filter_: ArgumentFilter) -> Truth:
        if self._event.returned is None:
            return self._unknown(f"the events of {self._event.call} held do not have a return value")
        return self._compare(filter_, self._event.returned)

    def _compare(self, filter_: ArgumentFilter, argument: EventArgument) -> Truth:
        negative, operator = split_operator(filter_.operator)
        if not filter_.values and not operator.endswith("Priv"):
            return negative
        if argument.socket is not None:
            truth = self._compare_socket(operator, filter_.values, argument.socket, negative=negative)
        elif argument.number is not None:
            truth = compare_number(operator, filter_.values, argument.number)
        elif argument.text is not None:
            truth = self._compare_text(operator, filter_.values, argument.text)
        else:
            truth = None
        if truth is None:
            return self._unknown(f"{filter_.operator} cannot be answered from the events held")
        return negate(truth) if negative else truth

    def _compare_text(self, operator: str, values: Sequence[str], text: str) -> Truth:
        if self._event.derived_from == EXEC_EVENTS and operator in _AS_BINARY:
            return any_holds([compare_binary(_AS_BINARY[operator], value, text) for value in values])
        return compare_text(operator, values, text)

    def _compare_socket(self, operator: str, values: Sequence[str], socket: EventSocket, *, negative: bool) -> Truth:
        match operator:
            case "SAddr" | "DAddr":
                address = socket.source if operator == "SAddr" else socket.destination
                if address is None:
                    return None
                networks = [ip_network(value, strict=False) for value in values]
                six = socket.family == "AF_INET6"
                family = [network for network in networks if isinstance(network, IPv6Network) == six]
                if not family:
                    # Without a map for its family a negative filter matched no socket before 1.5, every one since.
                    return negative if self._version < V15 else False
                return any(_contains(network, address) for network in family)
            case "SPort" | "DPort" | "SPortPriv" | "DPortPriv":
                port = socket.source_port if operator[0] == "S" else socket.destination_port
                if port is None:
                    return None
                return port < _PRIVILEGED if operator.endswith("Priv") else compare_number("InMap", values, port)
            case "Protocol":
                return _compare_named(values, socket.protocol, _PROTOCOLS)
            case "Family":
                return _compare_named(values, socket.family, _FAMILIES)
            case "State":
                return _compare_named(values, socket.state, _STATES)
            case _:
                return None

    def _binary(self, filter_: ValueFilter, process: Any) -> Truth:
        binary = process.get("binary")
        if not isinstance(binary, str) or not binary:
            return self._unknown("the event does not tell the program")
        negative, operator = split_operator(filter_.operator)
        if not filter_.values:
            return True
        truths = [compare_binary(operator, value, binary) for value in filter_.values]
        if filter_.follow:
            chain, complete = self._ancestors()
            truths += [compare_binary(operator, value, parent) for value in filter_.values for parent in chain]
            truths += [] if complete else [None]
        truth = any_holds(truths)
        if truth is None:
            return self._unknown("the kernel compares the resolved path, the event has the path as it was called")
        return negate(truth) if negative else truth

    def _pid(self, filter_: ValueFilter) -> Truth:
        pid = self._event.process.get("pid")
        if not isinstance(pid, int) or filter_.follow:
            return self._unknown("the event does not tell the process as matchPIDs compares it")
        holds = any(parse_number(value) == pid for value in filter_.values)
        return not holds if filter_.operator == "NotIn" else holds


def split_operator(operator: str) -> tuple[bool, str]:
    """Return whether an operator is negative, and its positive form."""
    if operator.startswith("Not"):
        positive = operator.removeprefix("Not")
        return True, "SPortPriv" if positive == "SportPriv" else positive
    return False, operator


def compare_text(operator: str, values: Sequence[str], text: str) -> Truth:
    """Return whether a positive operator holds for a text; None for operators on other types."""
    match operator:
        case "Equal":
            return text in values
        case "Prefix":
            return any(text.startswith(value) for value in values)
        case "Postfix":
            return any(text.endswith(value) for value in values)
        case "SubString":
            return any(value in text for value in values)
        case "SubStringIgnCase":
            return any(value.casefold() in text.casefold() for value in values)
        case _:
            return None


def compare_number(operator: str, values: Sequence[str], number: int) -> Truth:
    """Return whether a positive operator holds for a number; None for operators on other types."""
    match operator:
        case "Equal" | "InMap" | "InRange":
            ranges = [_parse_range(value) for value in values]
            if None in ranges:
                return None
            return any(span is not None and span[0] <= number <= span[1] for span in ranges)
        case "GT" | "GreaterThan":
            return any((limit := parse_number(value)) is not None and number > limit for value in values)
        case "LT" | "LessThan":
            return any((limit := parse_number(value)) is not None and number < limit for value in values)
        case "Mask":
            return any((mask := parse_number(value)) is not None and bool(number & mask) for value in values)
        case _:
            return None


def compare_binary(operator: str, value: str, binary: str) -> Truth:
    """Return whether the kernel's path of a program satisfies a filter, from the path with which it was called.

    The kernel compares the resolved path of the executable: that of the interpreter for a script, the target of a
    symbolic link. Unknown where the path as called may be either.
    """
    if operator == "In":
        if _merge(value) == _merge(binary):
            return True
        return None if _may_be_same_program(value, binary) else False
    holds = binary.startswith(value) if operator == "Prefix" else binary.endswith(value)
    if holds:
        return True
    return None if _may_be_link_or_script(binary) else False


def _merge(path: str) -> str:
    """Return a path as it is where /bin and its like are links into /usr."""
    return f"/usr{path}" if _MERGED.match(path) else path


def _may_be_same_program(value: str, binary: str) -> bool:
    name, called = value.rpartition("/")[2], binary.rpartition("/")[2]
    if _VERSION_TAIL.sub("", name) == _VERSION_TAIL.sub("", called):
        return True
    return _VERSION_TAIL.sub("", name) in _INTERPRETERS and _may_be_link_or_script(binary)


def _may_be_link_or_script(binary: str) -> bool:
    name = binary.rpartition("/")[2]
    return bool(_SCRIPT.search(name)) or not binary.startswith(
        ("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/lib")
    )


def _parse_range(text: str) -> tuple[int, int] | None:
    low, _, high = text.partition(":")
    first, last = parse_number(low), parse_number(high or low)
    return None if first is None or last is None else (first, last)


def _contains(network: IPv4Network | IPv6Network, address: Any) -> bool:
    if isinstance(network, IPv6Network) and address.version == 4:
        # Up to 1.6 a mapped address is printed as an IPv4 one.
        mapped = network.network_address.ipv4_mapped
        if mapped is None:
            return network.prefixlen <= 80 and int(network.network_address) == 0
        return address in ip_network(f"{mapped}/{max(network.prefixlen - 96, 0)}", strict=False)
    return address in network


def _compare_named(values: Sequence[str], name: str, numbers: dict[str, int]) -> Truth:
    if not name:
        return None
    number = numbers.get(name, int(name) if name.isdigit() else None)
    for value in values:
        if value.upper() in (name, name.partition("_")[2]):
            return True
        if number is not None and compare_number("InMap", [value], number):
            return True
    return False
