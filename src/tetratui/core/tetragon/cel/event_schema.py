"""The messages that a CEL expression of Tetragon sees, as descriptors of our own, one set for each version.

Fields with their types and numbers are facts of Tetragon's API (docs/tetragon.md, "CEL"); what a version lacks is a
build error there, so each younger field carries its first version.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, timestamp_pb2, wrappers_pb2  # type: ignore[import-untyped]
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

from tetratui.core.tetragon.format.capabilities import NAMES
from tetratui.core.tetragon.format.versions import EventType, Features, Version

# One message a block: its name, then `number name type [since]`; `*` repeats, `map` is text to text, `?` is in the
# oneof, whose fields must stand together.
_MESSAGES = """
Image: 1 id string, 2 name string
SecurityContext: 1 privileged bool
Container: 1 id string, 2 name string, 3 image Image, 4 start_time Timestamp, 5 pid UInt32Value, 13 maybe_exec_probe
  bool, 14 security_context SecurityContext 1.5
Pod: 1 namespace string, 2 name string, 3 uid string 1.6, 4 container Container, 5 pod_labels map, 6 workload string,
  7 workload_kind string, 8 pod_annotations map 1.5
Capabilities: 1 permitted *CapabilitiesType, 2 effective *CapabilitiesType, 3 inheritable *CapabilitiesType
Namespace: 1 inum uint32, 2 is_host bool
Namespaces: 1 uts Namespace, 2 ipc Namespace, 3 mnt Namespace, 4 pid Namespace, 5 pid_for_children Namespace, 6 net
  Namespace, 7 time Namespace, 8 time_for_children Namespace, 9 cgroup Namespace, 10 user Namespace
UserNamespace: 1 level Int32Value, 2 uid UInt32Value, 3 gid UInt32Value, 4 ns Namespace
ProcessCredentials: 1 uid UInt32Value, 2 gid UInt32Value, 3 euid UInt32Value, 4 egid UInt32Value, 5 suid UInt32Value,
  6 sgid UInt32Value, 7 fsuid UInt32Value, 8 fsgid UInt32Value, 9 securebits *SecureBitsType, 10 caps Capabilities, 11
  user_ns UserNamespace
InodeProperties: 1 number uint64, 2 links UInt32Value
FileProperties: 1 inode InodeProperties, 2 path string
BinaryProperties: 1 setuid UInt32Value, 2 setgid UInt32Value, 3 privileges_changed *ProcessPrivilegesChanged, 4 file
  FileProperties
UserRecord: 1 name string
EnvVar: 1 Key string, 2 Value string
Process: 1 exec_id string, 2 pid UInt32Value, 3 uid UInt32Value, 4 cwd string, 5 binary string, 6 arguments string, 7
  flags string, 8 start_time Timestamp, 9 auid UInt32Value, 10 pod Pod, 11 docker string, 12 parent_exec_id string, 13
  refcnt uint32, 14 cap Capabilities, 15 ns Namespaces, 16 tid UInt32Value, 17 process_credentials ProcessCredentials,
  18 binary_properties BinaryProperties, 19 user UserRecord, 20 in_init_tree BoolValue, 21 environment_variables
  *EnvVar 1.7
ProcessExec: 1 process Process, 2 parent Process, 3 ancestors *Process
ProcessExit: 1 process Process, 2 parent Process, 3 signal string, 4 status uint32, 5 time Timestamp, 6 ancestors
  *Process 1.4
KprobeSock: 1 family string, 2 type string, 3 protocol string, 4 mark uint32, 5 priority uint32, 6 saddr string, 7
  daddr string, 8 sport uint32, 9 dport uint32, 10 cookie uint64, 11 state string
KprobeSkb: 1 hash uint32, 2 len uint32, 3 priority uint32, 4 mark uint32, 5 saddr string, 6 daddr string, 7 sport
  uint32, 8 dport uint32, 9 proto uint32, 10 sec_path_len uint32, 11 sec_path_olen uint32, 12 protocol string, 13
  family string
KprobeSockaddr: 1 family string, 2 addr string, 3 port uint32
KprobeSockaddrUn: 1 family string, 2 path string
KprobeError: 1 Message string
KprobeNetDev: 1 name string
KprobePath: 1 mount string, 2 path string, 3 flags string, 4 permission string
KprobeFile: 1 mount string, 2 path string, 3 flags string, 4 permission string
KprobeTruncatedBytes: 1 bytes_arg bytes, 2 orig_size uint64
KprobeCred: 1 permitted *CapabilitiesType, 2 effective *CapabilitiesType, 3 inheritable *CapabilitiesType
KprobeLinuxBinprm: 1 path string, 2 flags string, 3 permission string
KprobeCapability: 1 value Int32Value, 2 name string
KprobeUserNamespace: 1 level Int32Value, 2 owner UInt32Value, 3 group UInt32Value, 4 ns Namespace
KprobeBpfAttr: 1 ProgType string, 2 InsnCnt uint32, 3 ProgName string
KprobeBpfProg: 1 ProgType string, 2 InsnCnt uint32, 3 ProgName string
KprobePerfEvent: 1 KprobeFunc string, 2 Type string, 3 Config uint64, 4 ProbeOffset uint64
KprobeBpfMap: 1 MapType string, 2 KeySize uint32, 3 ValueSize uint32, 4 MaxEntries uint32, 5 MapName string
SyscallId: 1 id uint32, 2 abi string
KernelModule: 1 name string, 2 signature_ok BoolValue, 3 tainted *TaintedBitsType
KprobeArgument: 18 label string, 1 string_arg ?string, 2 int_arg ?int32, 3 skb_arg ?KprobeSkb, 4 size_arg ?uint64, 5
  bytes_arg ?bytes, 6 path_arg ?KprobePath, 7 file_arg ?KprobeFile, 8 truncated_bytes_arg ?KprobeTruncatedBytes, 9
  sock_arg ?KprobeSock, 10 cred_arg ?KprobeCred, 11 long_arg ?int64, 12 bpf_attr_arg ?KprobeBpfAttr, 13 perf_event_arg
  ?KprobePerfEvent, 14 bpf_map_arg ?KprobeBpfMap, 15 uint_arg ?uint32, 16 user_namespace_arg ?KprobeUserNamespace, 17
  capability_arg ?KprobeCapability, 19 process_credentials_arg ?ProcessCredentials, 20 user_ns_arg ?UserNamespace, 21
  module_arg ?KernelModule, 22 kernel_cap_t_arg ?string, 23 cap_inheritable_arg ?string, 24 cap_permitted_arg ?string,
  25 cap_effective_arg ?string, 26 linux_binprm_arg ?KprobeLinuxBinprm, 27 net_dev_arg ?KprobeNetDev, 28 bpf_cmd_arg
  ?BpfCmd, 29 syscall_id ?SyscallId, 30 sockaddr_arg ?KprobeSockaddr 1.4, 31 bpf_prog_arg ?KprobeBpfProg 1.5, 32
  sockaddrun_arg ?KprobeSockaddrUn 1.7, 33 error_arg ?KprobeError 1.7
StackTraceEntry: 1 address uint64, 2 offset uint64, 3 symbol string, 4 module string
ProcessKprobe: 1 process Process, 2 parent Process, 3 function_name string, 4 args *KprobeArgument, 5 return
  KprobeArgument, 6 action KprobeAction, 7 kernel_stack_trace *StackTraceEntry, 8 policy_name string, 9 return_action
  KprobeAction, 10 message string, 11 tags *string, 12 user_stack_trace *StackTraceEntry, 13 ancestors *Process 1.4,
  14 data *KprobeArgument 1.5
ProcessTracepoint: 1 process Process, 2 parent Process, 4 subsys string, 5 event string, 6 args *KprobeArgument, 7
  policy_name string, 8 action KprobeAction, 9 message string, 10 tags *string, 11 ancestors *Process 1.4
ProcessUprobe: 1 process Process, 2 parent Process, 3 path string, 4 symbol string, 5 policy_name string, 6 message
  string, 7 args *KprobeArgument, 8 tags *string, 9 ancestors *Process 1.4, 10 offset uint64 1.5, 11 ref_ctr_offset
  uint64 1.5, 12 action KprobeAction 1.6, 13 data *KprobeArgument 1.6
ProcessUsdt: 1 process Process, 2 parent Process, 3 path string, 4 provider string, 5 name string, 6 policy_name
  string, 7 message string, 8 args *KprobeArgument, 9 tags *string, 10 ancestors *Process, 11 action KprobeAction, 12
  flags string
ProcessLsm: 1 process Process, 2 parent Process, 3 function_name string, 5 policy_name string, 6 message string, 7
  args *KprobeArgument, 8 action KprobeAction, 9 tags *string, 10 ancestors *Process 1.4, 11 ima_hash string
ProcessLoader: 1 process Process, 2 path string, 3 buildid bytes, 4 parent Process 1.7, 5 ancestors *Process 1.7
ProcessThrottle: 1 type ThrottleType, 2 cgroup string
Test: 1 arg0 uint64, 2 arg1 uint64, 3 arg2 uint64, 4 arg3 uint64
RateLimitInfo: 1 number_of_dropped_process_events uint64
"""

_ACTIONS = (
    "UNKNOWN POST FOLLOWFD SIGKILL UNFOLLOWFD OVERRIDE COPYFD GETURL DNSLOOKUP NOPOST SIGNAL TRACKSOCK UNTRACKSOCK "
    "NOTIFYENFORCER CLEANUPENFORCERNOTIFICATION SET"
)
_BPF_COMMANDS = """
MAP_CREATE MAP_LOOKUP_ELEM MAP_UPDATE_ELEM MAP_DELETE_ELEM MAP_GET_NEXT_KEY PROG_LOAD OBJ_PIN OBJ_GET PROG_ATTACH
PROG_DETACH PROG_TEST_RUN PROG_GET_NEXT_ID MAP_GET_NEXT_ID PROG_GET_FD_BY_ID MAP_GET_FD_BY_ID OBJ_GET_INFO_BY_FD
PROG_QUERY RAW_TRACEPOINT_OPEN BTF_LOAD BTF_GET_FD_BY_ID TASK_FD_QUERY MAP_LOOKUP_AND_DELETE_ELEM MAP_FREEZE
BTF_GET_NEXT_ID MAP_LOOKUP_BATCH MAP_LOOKUP_AND_DELETE_BATCH MAP_UPDATE_BATCH MAP_DELETE_BATCH LINK_CREATE LINK_UPDATE
LINK_GET_FD_BY_ID LINK_GET_NEXT_ID ENABLE_STATS ITER_CREATE LINK_DETACH PROG_BIND_MAP TOKEN_CREATE
"""
_ENUMS: dict[str, dict[str, int]] = {
    "EventType": {event_type.name: int(event_type) for event_type in EventType},
    "CapabilitiesType": {name: number for number, name in enumerate(NAMES)},
    "KprobeAction": {f"KPROBE_ACTION_{name}": number for number, name in enumerate(_ACTIONS.split())},
    "ThrottleType": {"THROTTLE_UNKNOWN": 0, "THROTTLE_START": 1, "THROTTLE_STOP": 2},
    "TaintedBitsType": {
        "TAINT_UNSET": 0,
        "TAINT_PROPRIETARY_MODULE": 1,
        "TAINT_FORCED_MODULE": 2,
        "TAINT_FORCED_UNLOAD_MODULE": 4,
        "TAINT_STAGED_MODULE": 1024,
        "TAINT_OUT_OF_TREE_MODULE": 4096,
        "TAINT_UNSIGNED_MODULE": 8192,
        "TAINT_KERNEL_LIVE_PATCH_MODULE": 32768,
        "TAINT_TEST_MODULE": 262144,
    },
    "SecureBitsType": {
        "SecBitNotSet": 0,
        "SecBitNoRoot": 1,
        "SecBitNoRootLocked": 2,
        "SecBitNoSetUidFixup": 4,
        "SecBitNoSetUidFixupLocked": 8,
        "SecBitKeepCaps": 16,
        "SecBitKeepCapsLocked": 32,
        "SecBitNoCapAmbientRaise": 64,
        "SecBitNoCapAmbientRaiseLocked": 128,
    },
    "ProcessPrivilegesChanged": {
        "PRIVILEGES_CHANGED_UNSET": 0,
        "PRIVILEGES_RAISED_EXEC_FILE_CAP": 1,
        "PRIVILEGES_RAISED_EXEC_FILE_SETUID": 2,
        "PRIVILEGES_RAISED_EXEC_FILE_SETGID": 3,
    },
    "BpfCmd": {f"BPF_{name}": number for number, name in enumerate(_BPF_COMMANDS.split())},
}

_SCALARS = {
    "string": FieldDescriptor.TYPE_STRING,
    "bytes": FieldDescriptor.TYPE_BYTES,
    "bool": FieldDescriptor.TYPE_BOOL,
    "uint32": FieldDescriptor.TYPE_UINT32,
    "int32": FieldDescriptor.TYPE_INT32,
    "uint64": FieldDescriptor.TYPE_UINT64,
    "int64": FieldDescriptor.TYPE_INT64,
}
_WELL_KNOWN = {"Timestamp", "UInt32Value", "Int32Value", "BoolValue"}

ADDRESS_TYPES = ("net.IP", "net.CIDR")
"""Names of the opaque types of the address functions; here messages of one text, because only such values pass."""


@cache
def pool_of(version: Version) -> Any:
    """Build the descriptor pool for a version."""
    pool = descriptor_pool.DescriptorPool()
    for module in (wrappers_pb2, timestamp_pb2):
        copied = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(copied)
        pool.Add(copied)
    pool.Add(_tetragon_file(version))
    pool.Add(_address_file())
    return pool


def message_name(json_key: str) -> str:
    """Name the message behind a key of the export file: `process_exec` is `tetragon.ProcessExec`."""
    return "tetragon." + "".join(part.capitalize() for part in json_key.split("_"))


def variables(features: Features) -> dict[str, str]:
    """Give the variables of an expression with their messages."""
    return {key: message_name(key) for key in features.kind_of_key}


def _address_file() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="net.proto", package="net", syntax="proto3")
    for name in ADDRESS_TYPES:
        message = file.message_type.add(name=name.partition(".")[2])
        message.field.add(name="text", number=1, type=FieldDescriptor.TYPE_STRING, label=FieldDescriptor.LABEL_OPTIONAL)
    return file


def _tetragon_file(version: Version) -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="tetragon.proto",
        package="tetragon",
        syntax="proto3",
        dependency=["google/protobuf/wrappers.proto", "google/protobuf/timestamp.proto"],
    )
    for name, values in _ENUMS.items():
        enum = file.enum_type.add(name=name)
        for text, number in values.items():
            if name == "EventType" and EventType(number).since > version:
                continue
            enum.value.add(name=text, number=number)
    for block in _MESSAGES.strip().replace("\n  ", " ").splitlines():
        name, _, body = block.partition(":")
        message = file.message_type.add(name=name)
        for field in body.split(","):
            _add_field(message, version, *field.split())
    return file


def _add_field(message: Any, version: Version, number: str, name: str, kind: str, since: str = "1.3") -> None:
    if Version.parse(since) > version:
        return
    field = message.field.add(name=name, number=int(number), label=FieldDescriptor.LABEL_OPTIONAL)
    if kind.startswith("?"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="arg")
        field.oneof_index = 0
    if kind.startswith("*"):
        field.label = FieldDescriptor.LABEL_REPEATED
    kind = kind.lstrip("?*")
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    elif kind in _ENUMS:
        field.type, field.type_name = FieldDescriptor.TYPE_ENUM, f".tetragon.{kind}"
    elif kind == "map":
        _add_map(message, field)
    else:
        field.type = FieldDescriptor.TYPE_MESSAGE
        field.type_name = f".google.protobuf.{kind}" if kind in _WELL_KNOWN else f".tetragon.{kind}"


def _add_map(message: Any, field: Any) -> None:
    entry = message.nested_type.add(name="".join(part.capitalize() for part in field.name.split("_")) + "Entry")
    entry.options.map_entry = True
    for number, name in ((1, "key"), (2, "value")):
        entry.field.add(
            name=name, number=number, type=FieldDescriptor.TYPE_STRING, label=FieldDescriptor.LABEL_OPTIONAL
        )
    field.type, field.label = FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.LABEL_REPEATED
    field.type_name = f".tetragon.{message.name}.{entry.name}"
