"""What the checker found out about a CEL expression, read from the engine's serialized form of it.

The form is an `Any` with a `cel.expr.CheckedExpr`; only the types of its parts are described here, by field number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

_MESSAGES: dict[str, tuple[tuple[int, str, str], ...]] = {
    "Type": ((3, "primitive", "int32"), (4, "wrapper", "int32"), (9, "message_type", "string")),
    "Typed": ((1, "key", "int64"), (2, "value", "Type")),
    "Expr": ((2, "id", "int64"),),
    "Checked": ((3, "type_map", "Typed"), (4, "expr", "Expr")),
}
"""Messages with their fields; a map is on the wire a repeated pair."""
_SCALARS = {
    "int32": FieldDescriptor.TYPE_INT32,
    "int64": FieldDescriptor.TYPE_INT64,
    "string": FieldDescriptor.TYPE_STRING,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """The types in one expression."""

    messages: frozenset[str]
    """Full names of the messages that some part of it is."""
    is_wrapper: bool
    """Its result is a wrapper (`google.protobuf.BoolValue`), which Tetragon does not take for true or false."""


def checked(serialized: bytes) -> Checked:
    """Read the serialized form."""
    found = _message_class()()
    found.ParseFromString(any_pb2.Any.FromString(serialized).value)
    types: Iterable[Any] = found.type_map
    wrapper = any(one.value.wrapper for one in types if one.key == found.expr.id)
    return Checked(frozenset(one.value.message_type for one in types if one.value.message_type), wrapper)


@cache
def _message_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="checked.proto", package="checked", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field_name, kind in fields:
            field = message.field.add(name=field_name, number=number, label=FieldDescriptor.LABEL_OPTIONAL)
            if kind == "Typed":
                field.label = FieldDescriptor.LABEL_REPEATED
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type, field.type_name = FieldDescriptor.TYPE_MESSAGE, f".checked.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("checked.Checked"))
