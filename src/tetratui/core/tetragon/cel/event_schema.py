"""Build the protobuf descriptors of the messages that a CEL expression of Tetragon sees, one set for each version.

Fields, types and numbers are facts of Tetragon's API (docs/tetragon.md, "CEL"). An expression with a field that its
version lacks is a build error, so each field that came later carries its first version.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, timestamp_pb2, wrappers_pb2  # type: ignore[import-untyped]
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

from tetratui.core.events.event_messages import ACTIONS, MESSAGES
from tetratui.core.tetragon.format.capabilities import NAMES
from tetratui.core.tetragon.format.versions import EventType, Features, Version

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
    "KprobeAction": {f"KPROBE_ACTION_{name}": number for number, name in enumerate(ACTIONS.split())},
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
"""Names of the opaque types of the address functions. Here each is a message that holds a text, because the engine
passes no other values of such types."""


@cache
def build_pool(version: Version) -> Any:
    """Return the descriptor pool of a version."""
    pool = descriptor_pool.DescriptorPool()
    for module in (wrappers_pb2, timestamp_pb2):
        copied = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(copied)
        pool.Add(copied)
    pool.Add(_tetragon_file(version))
    pool.Add(_address_file())
    return pool


def message_name(json_key: str) -> str:
    """Return the message type behind a key of the export file: `tetragon.ProcessExec` for `process_exec`."""
    return "tetragon." + "".join(part.capitalize() for part in json_key.split("_"))


def variable_types(features: Features) -> dict[str, str]:
    """Return the variables that an expression may use, with their message types."""
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
    for block in MESSAGES.strip().replace("\n  ", " ").splitlines():
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
