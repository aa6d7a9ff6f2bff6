"""Write a policy that blocks what chosen events did, and refuse what would stop the machine or its guards.

Facts: which hooks stop what, and what they leave behind, was tried on a real 1.7.0 (docs/policies.md, "Block").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from tetratui.core.tetragon.policy.edit import Content, quote_yaml, write_block
from tetratui.core.tetragon.policy.hook_event import HookEvent
from tetratui.core.tetragon.policy.kernel import Kernel
from tetratui.core.tetragon.policy.lints import is_often_link
from tetratui.core.tetragon.policy.load_checks import MAX_BINARY_LENGTH

EPERM: Final = -1
EACCES: Final = -13
MAX_TARGETS: Final = 64
"""Programs, addresses or files that one policy blocks."""
_WRITE_MASK = "2"


class BlockKind(StrEnum):
    """What a blocking policy stops."""

    EXECUTABLE = "executable"
    """Starting a program."""
    DESTINATION = "destination"
    """Connecting to an address."""
    FILE_READ = "file-read"
    """Opening a file."""
    FILE_WRITE = "file-write"
    """Writing to a file."""


@dataclass(frozen=True, slots=True)
class BlockRequest:
    """What the operator asks for."""

    kind: BlockKind
    name: str
    targets: tuple[str, ...]
    """Resolved paths, or addresses."""
    sigkill: bool = False
    """Kill the process; else the call fails with `error`."""
    error: int = EPERM
    descendants_of: tuple[str, ...] = ()
    """Only for what these programs start, directly or not."""
    exceptions: tuple[str, ...] = ()
    """Programs that may go on."""
    namespace: str = ""
    """Only for the pods of a namespace."""
    containers_only: bool = False
    """Only for processes in another mount namespace than the host's."""
    enforce: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BlockRefusal:
    """A reason not to write the policy."""

    target: str
    """What must be named to allow it all the same."""
    reason: str
    overridable: bool = True
    """Whether naming the target allows it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A part of the machine that must not be stopped."""

    pattern: re.Pattern[str]
    what: str
    everybody_only: bool = field(default=False)
    """Whether it may be blocked for some processes."""


_GUARDS = (
    Guard(
        re.compile(r"(/usr)?/sbin/init|(/usr)?/lib/systemd/.*|.*/(runit|s6-svscan|dumb-init|tini)"), "the init system"
    ),
    Guard(re.compile(r".*/sshd(-session|-auth)?|.*/dropbear|.*/sftp-server"), "the SSH server"),
    Guard(re.compile(r".*/(tetragon|tetra|tetratui)"), "the sensor"),
    Guard(re.compile(r"/var/ossec/.*|.*/wazuh-[a-z]+"), "the Wazuh agent"),
    Guard(re.compile(r".*/(login|agetty|getty|su|sudo|unix_chkpwd|runuser)"), "logging in"),
    Guard(
        re.compile(
            r".*/(sh|bash|dash|zsh|ksh|ash|fish|busybox|env|python[0-9.]*|perl[0-9.]*|ruby[0-9.]*|node|php[0-9.]*)"
        ),
        "a shell or interpreter",
        everybody_only=True,
    ),
    Guard(
        re.compile(
            r".*/(apt|apt-get|apt-check|dpkg|dpkg-.*|rpm|dnf[0-9.]*|yum|zypper|apk|pacman|unattended-upgrades?)"
        ),
        "the package manager",
        everybody_only=True,
    ),
    Guard(
        re.compile(r".*/(containerd.*|runc|crun|dockerd|kubelet|crio|conmon)"),
        "the container runtime",
        everybody_only=True,
    ),
)
_GUARDED_FILES = re.compile(
    r"/|/(bin|sbin|lib|lib32|lib64|libx32|usr|boot|dev|proc|sys|run)(/.*)?|"
    r"/etc/(passwd|group|nsswitch\.conf|resolv\.conf|hosts|ld\.so\.(cache|conf|preload)|localtime|fstab)"
)


def find_guard(path: str, *, everybody: bool) -> str | None:
    """Return the part of the machine that a program belongs to and that must not be stopped, None if there is none."""
    for guard in _GUARDS:
        if guard.pattern.fullmatch(path) and (everybody or not guard.everybody_only):
            return guard.what
    return None


def refuse_request(request: BlockRequest) -> list[BlockRefusal]:
    """Return why a request must not become a policy, whatever the events say."""
    refusals: list[BlockRefusal] = []
    if not request.targets:
        refusals.append(BlockRefusal("", f"the selected events name no {_NOUNS[request.kind]}", overridable=False))
    if len(request.targets) > MAX_TARGETS:
        text = f"{len(request.targets)} targets: at most {MAX_TARGETS} go into one policy"
        refusals.append(BlockRefusal("", text, overridable=False))
    for target in request.targets:
        refusals += _refuse_target(request, target)
    if request.enforce and len(request.reason.split()) < 3:
        text = "enforce needs a reason: a sentence that the next operator understands"
        refusals.append(BlockRefusal("", text, overridable=False))
    return refusals


_NOUNS = {
    BlockKind.EXECUTABLE: "program",
    BlockKind.DESTINATION: "address",
    BlockKind.FILE_READ: "file",
    BlockKind.FILE_WRITE: "file",
}


def _refuse_target(request: BlockRequest, target: str) -> list[BlockRefusal]:
    if request.kind is BlockKind.DESTINATION:
        return _refuse_address(target)
    if not target.startswith("/") or len(target.encode()) > MAX_BINARY_LENGTH:
        return [BlockRefusal(target, "no full path of at most 255 bytes", overridable=False)]
    if "\ufffd" in target:
        return [BlockRefusal(target, "the path is not UTF-8: the event does not hold its bytes", overridable=False)]
    if request.kind is not BlockKind.EXECUTABLE:
        if _GUARDED_FILES.fullmatch(target):
            return [BlockRefusal(target, "the system needs this file")]
        return []
    everybody = not (request.descendants_of or request.namespace or request.containers_only)
    guarded = find_guard(target, everybody=everybody)
    if guarded:
        return [BlockRefusal(target, f"it would stop {guarded}")]
    if is_often_link(target):
        text = f"a symbolic link on most systems: name what readlink -f {target} says"
        return [BlockRefusal(target, text)]
    return []


def _refuse_address(target: str) -> list[BlockRefusal]:
    try:
        address = ip_address(target)
    except ValueError:
        return [BlockRefusal(target, "no address", overridable=False)]
    if address.is_unspecified:
        return [BlockRefusal(target, "not a destination: the socket had none yet", overridable=False)]
    if address.is_loopback or (address.version == 6 and address.ipv4_mapped and address.ipv4_mapped.is_loopback):
        return [BlockRefusal(target, "this machine itself: its services talk to one another there")]
    if address.is_multicast or address.is_link_local:
        return [BlockRefusal(target, "an address of the local network's own services")]
    return []


def find_targets(kind: BlockKind, calls: Sequence[HookEvent]) -> tuple[str, ...]:
    """Return the programs, addresses or files that calls went to, sorted."""
    targets: set[str] = set()
    for call in calls:
        for argument in call.arguments:
            if kind is BlockKind.EXECUTABLE and "linux_binprm" in argument.types and argument.text:
                targets.add(argument.text)
            elif kind is BlockKind.DESTINATION and argument.socket is not None:
                is_sockaddr = "sockaddr" in argument.types
                address = argument.socket.source if is_sockaddr else argument.socket.destination
                targets.update([str(address)] if address is not None else [])
            elif kind in (BlockKind.FILE_READ, BlockKind.FILE_WRITE) and "file" in argument.types and argument.text:
                targets.add(argument.text)
    return tuple(sorted(targets))


def write_block_policy(request: BlockRequest, kernel: Kernel) -> str:
    """Return the policy as YAML, with what it does and how to take it back as comments."""
    hook = _hook(request, kernel)
    options: list[Content] = []
    if not request.enforce:
        options.append({"name": "policy-mode", "value": "monitor"})
    multi = kernel.kprobe_multi is not False and not request.sigkill and "kprobes" in hook
    if multi:
        # Where kprobe_multi is used, Override of a security_ function does not load.
        options.append({"name": "disable-kprobe-multi", "value": "1"})
    spec: dict[str, Content] = {**({"options": options} if options else {}), **hook}
    metadata: dict[str, Content] = {"name": request.name}
    if request.namespace:
        metadata["namespace"] = request.namespace
    document: dict[str, Content] = {
        "apiVersion": "cilium.io/v1alpha1",
        "kind": "TracingPolicyNamespaced" if request.namespace else "TracingPolicy",
        "metadata": metadata,
        "spec": spec,
    }
    return "\n".join([*_header(request), *write_block(document, 0)]) + "\n"


def _hook(request: BlockRequest, kernel: Kernel) -> dict[str, Content]:
    lsm = bool(kernel.bpf_lsm) and not request.sigkill and kernel.modify_return is False
    calls = {
        BlockKind.EXECUTABLE: ("security_bprm_check", "bprm_check_security", (0, "linux_binprm")),
        BlockKind.DESTINATION: ("security_socket_connect", "socket_connect", (1, "sockaddr")),
        BlockKind.FILE_READ: ("security_file_open", "file_open", (0, "file")),
        BlockKind.FILE_WRITE: ("security_file_permission", "file_permission", (0, "file")),
    }
    call, lsm_hook, (index, type_) = calls[request.kind]
    arguments: list[Content] = [{"index": index, "type": type_}]
    filters: list[Content] = [
        {"index": index, "operator": "SAddr" if type_ == "sockaddr" else "Equal", "values": list(_values(request))}
    ]
    if request.kind is BlockKind.FILE_WRITE:
        arguments.append({"index": 1, "type": "int"})
        filters.append({"index": 1, "operator": "Equal", "values": [_WRITE_MASK]})
    selector: dict[str, Content] = {"matchArgs": filters}
    if request.descendants_of:
        selector["matchBinaries"] = [{"operator": "In", "values": list(request.descendants_of), "followChildren": True}]
    elif request.exceptions:
        selector["matchBinaries"] = [{"operator": "NotIn", "values": list(request.exceptions)}]
    if request.containers_only:
        selector["matchNamespaces"] = [{"namespace": "Mnt", "operator": "NotIn", "values": ["host_ns"]}]
    action: dict[str, Content] = {"action": "Sigkill"} if request.sigkill else {"action": "Override"}
    if not request.sigkill:
        action["argError"] = request.error
    selector["matchActions"] = [action]
    body: dict[str, Content] = {"args": arguments, "selectors": [selector]}
    if lsm:
        return {"lsmhooks": [{"hook": lsm_hook, **body}]}
    return {"kprobes": [{"call": call, "syscall": False, **body}]}


def _values(request: BlockRequest) -> tuple[str, ...]:
    if request.kind is not BlockKind.DESTINATION:
        return request.targets
    values: list[str] = []
    for target in request.targets:
        address = ip_address(target)
        values.append(str(address))
        if address.version == 4:
            # A socket of both families shows the same destination with this prefix.
            values.append(f"::ffff:{address}")
    return tuple(dict.fromkeys(values))


def _header(request: BlockRequest) -> list[str]:
    what = {
        BlockKind.EXECUTABLE: "starting",
        BlockKind.DESTINATION: "connecting to",
        BlockKind.FILE_READ: "opening",
        BlockKind.FILE_WRITE: "writing to",
    }[request.kind]
    effect = "the calling process is killed" if request.sigkill else f"the call fails with {request.error}"
    whom = "everybody"
    if request.descendants_of:
        whom = "what descends from " + ", ".join(map(quote_yaml, request.descendants_of))
    elif request.exceptions:
        whom = "everybody but " + ", ".join(map(quote_yaml, request.exceptions))
    if request.namespace:
        whom += f" in the pods of {request.namespace}"
    if request.containers_only:
        whom += " in containers"
    mode = "It blocks." if request.enforce else "It reports what it would block, and blocks nothing (monitor mode)."
    lines = [
        f"# Blocks {what} {_count(len(request.targets), _NOUNS[request.kind])}, for {whom}: {effect}.",
        f"# {mode}",
    ]
    if request.reason:
        lines.append(f"# Reason: {quote_yaml(request.reason)}")
    if request.kind is BlockKind.FILE_WRITE:
        lines.append("# Opening and creating the file still succeed: an empty file may be left behind.")
    lines += [
        "# In order: add it in monitor mode, look, enforce; and back:",
        "#   tetra tracingpolicy add --mode monitor FILE",
        "#   tetra tracingpolicy list                        (NMONITOR counts what would be blocked)",
        f"#   tetra tracingpolicy set-mode {request.name} enforce",
        f"#   tetra tracingpolicy set-mode {request.name} monitor",
        f"#   tetra tracingpolicy delete {request.name}",
        "# What is added so is gone after a restart. A file in tetragon.tp.d stays, and loads in the mode it names.",
    ]
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"
