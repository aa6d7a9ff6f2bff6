"""The fields, types and values of TracingPolicy and TracingPolicyNamespaced, with the version that brought each.

Sources: the custom resource definitions of the releases 1.3.0 to 1.7.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tetratui.core.tetragon.format.versions import OLDEST, Version

V14, V15, V16, V17 = (Version(1, minor) for minor in (4, 5, 6, 7))
STRICT_SINCE = V14
"""From this version a number is no text, and a field that must be there is missed."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, one of `choices` if there are any; each choice with the first version that knows it."""

    choices: Mapping[str, Version] | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number."""

    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; from version `since` on it may hold at most `most` values."""

    item: Shape
    most: int | None = None
    since: Version = OLDEST


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with keys of the user's choice."""

    value: Shape


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field of an object."""

    shape: Shape
    since: Version = OLDEST
    required: bool = False
    optional_since: Version | None = None
    """The version from which a required field may be absent."""
    defaulted: bool = False
    """The schema has a default, so that null counts as absent."""

    def is_required(self, version: Version) -> bool:
        """Return whether that version refuses a policy without this field."""
        return self.required and (self.optional_since is None or version < self.optional_since)


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with known fields."""

    name: str
    """What an error calls it."""
    fields: Mapping[str, SchemaField]


Shape = Text | Integer | Boolean | ListOf | MapOf | Object


def _choices(since: Version, words: str, *later: tuple[Version, str]) -> dict[str, Version]:
    choices = dict.fromkeys(words.split(), since)
    for version, more in later:
        choices |= dict.fromkeys(more.split(), version)
    return choices


_TEXT, _FLAG = SchemaField(Text()), SchemaField(Boolean())
_DEFAULTED_TEXT, _DEFAULTED_FLAG = SchemaField(Text(), defaulted=True), SchemaField(Boolean(), defaulted=True)
_TEXTS, _NUMBERS = ListOf(Text()), ListOf(Integer())
_REQUIRED_TEXTS = SchemaField(_TEXTS, required=True)
_TAGS = SchemaField(ListOf(Text(), most=16))

ARGUMENT_TYPES = _choices(
    OLDEST,
    "auto int int8 uint8 int16 uint16 uint32 int32 uint64 int64 char_buf char_iovec size_t skb sock string fd file "
    "filename path nop bpf_attr perf_event bpf_map user_namespace capability kiocb iov_iter cred load_info module "
    "syscall64 kernel_cap_t cap_inheritable cap_permitted cap_effective linux_binprm data_loc net_device bpf_cmd",
    (V14, "sockaddr socket dentry"),
    (V16, "bpf_prog"),
    (V17, "sint8 sint16 sint32 sint64 long ulong const_buf sockaddr_un"),
)
"""The types of an argument, each with the first version that knows it."""
OPERATORS = _choices(
    OLDEST,
    "Equal NotEqual Prefix NotPrefix Postfix NotPostfix GreaterThan LessThan GT LT Mask SPort NotSPort SPortPriv "
    "NotSportPriv DPort NotDPort DPortPriv NotDPortPriv SAddr NotSAddr DAddr NotDAddr Protocol Family State InMap "
    "NotInMap",
    (V15, "CapabilitiesGained"),
    (V16, "InRange NotInRange"),
    (V17, "SubString SubStringIgnCase CelExpr FileType NotFileType"),
)
"""The operators of an argument filter, each with the first version that knows it."""
ACTIONS = _choices(
    OLDEST,
    "Post FollowFD UnfollowFD Sigkill CopyFD Override GetUrl DnsLookup NoPost Signal TrackSock UntrackSock "
    "NotifyEnforcer CleanupEnforcerNotification",
    (V16, "Set"),
)
"""The actions, each with the first version that knows it."""
_BINARY_OPERATORS = _choices(OLDEST, "In NotIn Prefix NotPrefix Postfix NotPostfix")
_IN_OR_NOT = SchemaField(Text(_choices(OLDEST, "In NotIn")), required=True)
_NAMESPACES = _choices(OLDEST, "Uts Ipc Mnt Pid PidForChildren Net Time TimeForChildren Cgroup User")

ARGUMENT = Object(
    "argument",
    {
        "index": SchemaField(Integer(minimum=0), required=True),
        "type": SchemaField(Text(ARGUMENT_TYPES), required=True, defaulted=True),
        "resolve": SchemaField(Text(), since=V14, defaulted=True),
        "sizeArgIndex": SchemaField(Integer(minimum=0)),
        "returnCopy": _DEFAULTED_FLAG,
        "maxData": _DEFAULTED_FLAG,
        "label": _TEXT,
        "source": SchemaField(Text(), since=V16),
        "btfType": SchemaField(Text(), since=V16),
    },
)
_ARGUMENTS = SchemaField(ListOf(ARGUMENT))
_BINARY_FILTER = Object(
    "binary filter",
    {
        "operator": SchemaField(Text(_BINARY_OPERATORS), required=True),
        "values": _REQUIRED_TEXTS,
        "followChildren": _DEFAULTED_FLAG,
    },
)
_ARGUMENT_FILTER = Object(
    "argument filter",
    {
        "index": SchemaField(Integer(minimum=0), required=True, optional_since=V16),
        "args": SchemaField(ListOf(Integer(minimum=0)), since=V15),
        "operator": SchemaField(Text(OPERATORS), required=True),
        "values": SchemaField(_TEXTS),
    },
)
_CAPABILITY_FILTER = Object(
    "capability filter",
    {
        "type": SchemaField(Text(_choices(OLDEST, "Effective Inheritable Permitted")), defaulted=True),
        "operator": _IN_OR_NOT,
        "isNamespaceCapability": _DEFAULTED_FLAG,
        "values": _REQUIRED_TEXTS,
    },
)
_ACTION = Object(
    "action",
    {
        "action": SchemaField(Text(ACTIONS), required=True),
        "argFd": SchemaField(Integer()),
        "argName": SchemaField(Integer()),
        "argUrl": _TEXT,
        "argFqdn": _TEXT,
        "argError": SchemaField(Integer()),
        "argSig": SchemaField(Integer()),
        "argSock": SchemaField(Integer()),
        "argIndex": SchemaField(Integer(), since=V16),
        "argValue": SchemaField(Integer(), since=V16),
        "argRegs": SchemaField(_TEXTS, since=V16),
        "rateLimit": _TEXT,
        "rateLimitScope": _TEXT,
        "kernelStackTrace": _FLAG,
        "userStackTrace": _FLAG,
        "imaHash": _FLAG,
    },
)
SELECTOR = Object(
    "selector",
    {
        "matchPIDs": SchemaField(
            ListOf(
                Object(
                    "PID filter",
                    {
                        "operator": _IN_OR_NOT,
                        "values": SchemaField(_NUMBERS, required=True),
                        "isNamespacePID": _DEFAULTED_FLAG,
                        "followForks": _DEFAULTED_FLAG,
                    },
                )
            )
        ),
        "matchArgs": SchemaField(ListOf(_ARGUMENT_FILTER)),
        "matchData": SchemaField(ListOf(_ARGUMENT_FILTER), since=V16),
        "matchActions": SchemaField(ListOf(_ACTION)),
        "matchReturnArgs": SchemaField(ListOf(_ARGUMENT_FILTER)),
        "matchReturnActions": SchemaField(ListOf(_ACTION)),
        "matchBinaries": SchemaField(ListOf(_BINARY_FILTER, most=1, since=V17)),
        "matchParentBinaries": SchemaField(ListOf(_BINARY_FILTER, most=1), since=V17),
        "matchNamespaces": SchemaField(
            ListOf(
                Object(
                    "namespace filter",
                    {
                        "namespace": SchemaField(Text(_NAMESPACES), required=True),
                        "operator": _IN_OR_NOT,
                        "values": _REQUIRED_TEXTS,
                    },
                )
            )
        ),
        "matchNamespaceChanges": SchemaField(
            ListOf(Object("namespace change filter", {"operator": _IN_OR_NOT, "values": _REQUIRED_TEXTS}))
        ),
        "matchCapabilities": SchemaField(ListOf(_CAPABILITY_FILTER)),
        "matchCapabilityChanges": SchemaField(ListOf(_CAPABILITY_FILTER)),
        "macros": SchemaField(_TEXTS, since=V17),
    },
)
"""A selector; `matchPIDs` and the rest are alike for every kind of hook."""
_SELECTORS = SchemaField(ListOf(SELECTOR))
_IGNORE = SchemaField(Object("ignore", {"callNotFound": _FLAG}), since=V15)
_KPROBE = Object(
    "kprobe",
    {
        "call": SchemaField(Text(), required=True),
        "return": _DEFAULTED_FLAG,
        "syscall": _DEFAULTED_FLAG,
        "message": _TEXT,
        "args": _ARGUMENTS,
        "data": SchemaField(ListOf(ARGUMENT), since=V16),
        "returnArg": SchemaField(ARGUMENT),
        "returnArgAction": _TEXT,
        "selectors": _SELECTORS,
        "tags": _TAGS,
        "ignore": _IGNORE,
    },
)
_TRACEPOINT = Object(
    "tracepoint",
    {
        "subsystem": SchemaField(Text(), required=True),
        "event": SchemaField(Text(), required=True),
        "message": _TEXT,
        "args": _ARGUMENTS,
        "selectors": _SELECTORS,
        "tags": _TAGS,
        "raw": SchemaField(Boolean(), since=V15),
    },
)
_UPROBE = Object(
    "uprobe",
    {
        "path": SchemaField(Text(), required=True),
        "btfPath": SchemaField(Text(), since=V17),
        "symbols": SchemaField(_TEXTS, required=True, optional_since=V15),
        "offsets": SchemaField(_NUMBERS, since=V15),
        "addrs": SchemaField(_NUMBERS, since=V16),
        "refCtrOffsets": SchemaField(_NUMBERS, since=V15),
        "message": _TEXT,
        "selectors": _SELECTORS,
        "args": _ARGUMENTS,
        "data": SchemaField(ListOf(ARGUMENT), since=V17),
        "tags": _TAGS,
        "return": SchemaField(Boolean(), since=V17, defaulted=True),
        "returnArg": SchemaField(ARGUMENT, since=V17),
    },
)
_USDT = Object(
    "usdt",
    {
        "path": SchemaField(Text(), required=True),
        "btfPath": SchemaField(Text(), since=V16),
        "provider": SchemaField(Text(), required=True),
        "name": SchemaField(Text(), required=True),
        "tags": _TAGS,
        "message": _TEXT,
        "args": _ARGUMENTS,
        "selectors": _SELECTORS,
    },
)
_LSM_HOOK = Object(
    "LSM hook",
    {
        "hook": SchemaField(Text(), required=True),
        "message": _TEXT,
        "args": _ARGUMENTS,
        "selectors": _SELECTORS,
        "tags": _TAGS,
    },
)
_LABEL_SELECTOR = Object(
    "label selector",
    {
        "matchLabels": SchemaField(MapOf(Text(max_length=63))),
        "matchExpressions": SchemaField(
            ListOf(
                Object(
                    "label expression",
                    {
                        "key": SchemaField(Text(), required=True),
                        "operator": SchemaField(Text(_choices(OLDEST, "In NotIn Exists DoesNotExist")), required=True),
                        "values": SchemaField(_TEXTS),
                    },
                )
            )
        ),
    },
)
SPEC = Object(
    "spec",
    {
        "kprobes": SchemaField(ListOf(_KPROBE)),
        "tracepoints": SchemaField(ListOf(_TRACEPOINT)),
        "loader": _FLAG,
        "uprobes": SchemaField(ListOf(_UPROBE)),
        "lsmhooks": SchemaField(ListOf(_LSM_HOOK)),
        "usdts": SchemaField(ListOf(_USDT), since=V16),
        "fentries": SchemaField(ListOf(_KPROBE), since=V17),
        "podSelector": SchemaField(_LABEL_SELECTOR),
        "containerSelector": SchemaField(_LABEL_SELECTOR),
        "hostSelector": SchemaField(_LABEL_SELECTOR, since=V17),
        "lists": SchemaField(
            ListOf(
                Object(
                    "list",
                    {
                        "name": SchemaField(Text(), required=True),
                        "values": SchemaField(_TEXTS),
                        "type": SchemaField(Text(_choices(OLDEST, "syscalls generated_syscalls generated_ftrace"))),
                        "pattern": _TEXT,
                        "validated": _FLAG,
                    },
                )
            )
        ),
        "enforcers": SchemaField(ListOf(Object("enforcer", {"calls": SchemaField(_TEXTS, required=True)}))),
        "options": SchemaField(ListOf(Object("option", {"name": SchemaField(Text(), required=True), "value": _TEXT}))),
        "selectorsMacros": SchemaField(MapOf(SELECTOR), since=V17),
    },
)
"""The `spec` of a policy."""
HOOK_LISTS = ("kprobes", "tracepoints", "uprobes", "lsmhooks", "usdts", "fentries")
"""The fields of `spec` that hold hooks."""
