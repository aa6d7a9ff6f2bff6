"""What the checker made of a CEL expression, read from the engine's serialized form of it, and changed there.

The form is an `Any` with a `cel.expr.CheckedExpr`. Only what is looked at is described here, by field number; what is
not described keeps its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

_MESSAGES: dict[str, tuple[tuple[int, str, str], ...]] = {
    "Type": (
        (3, "primitive", "int32"),
        (4, "wrapper", "int32"),
        (9, "message_type", "string"),
        (11, "type", "Type"),
        (12, "error", "Error"),
    ),
    "Error": (),
    "Typed": ((1, "key", "int64"), (2, "value", "Type")),
    "Reference": ((1, "name", "string"), (3, "overloads", "*string")),
    "Referred": ((1, "key", "int64"), (2, "value", "Reference")),
    "Select": ((1, "operand", "Expr"),),
    "Call": ((1, "target", "Expr"), (2, "function", "string"), (3, "args", "*Expr")),
    "List": ((1, "elements", "*Expr"),),
    "Entry": ((3, "map_key", "Expr"), (4, "value", "Expr")),
    "Struct": ((1, "message_name", "string"), (2, "entries", "*Entry")),
    "Fold": (
        (2, "iter_range", "Expr"),
        (4, "accu_init", "Expr"),
        (5, "loop_condition", "Expr"),
        (6, "loop_step", "Expr"),
        (7, "result", "Expr"),
    ),
    "Expr": (
        (2, "id", "int64"),
        (5, "select", "Select"),
        (6, "call", "Call"),
        (7, "list", "List"),
        (8, "struct", "Struct"),
        (9, "fold", "Fold"),
    ),
    "Checked": ((2, "references", "*Referred"), (3, "types", "*Typed"), (4, "expr", "Expr")),
}
"""Messages with their fields, `*` for repeated ones; a map is on the wire a repeated pair."""
_SCALARS = {
    "int32": FieldDescriptor.TYPE_INT32,
    "int64": FieldDescriptor.TYPE_INT64,
    "string": FieldDescriptor.TYPE_STRING,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of one expression."""

    messages: frozenset[str]
    """Full names of the messages that some part of it is."""
    opened: frozenset[str]
    """Full names of the messages of which it makes one or reads a field."""
    is_wrapper: bool
    """Its result is a wrapper (`google.protobuf.BoolValue`), which Tetragon does not take for true or false."""
    overloads: frozenset[str]
    """The overloads of the functions it calls, where the checker chose some."""
    nameless: str
    """A word that the checker here takes and that names no value (`dyn`, the name of an enum), or nothing."""


def checked(serialized: bytes) -> Checked:
    """Read the serialized form; raises google.protobuf.message.DecodeError when it is nested too deeply."""
    found = _read(serialized)
    types = {one.key: one.value for one in found.types}
    opened: set[str] = set()
    for node in _nodes(found.expr):
        opened.add(node.struct.message_name)
        if node.HasField("select") and node.select.operand.id in types:
            opened.add(types[node.select.operand.id].message_type)
    result = types.get(found.expr.id)
    return Checked(
        frozenset(one.message_type for one in types.values() if one.message_type),
        frozenset(opened - {""}),
        bool(result and result.wrapper),
        frozenset(name for one in found.references for name in one.value.overloads),
        _nameless(found.references, types),
    )


def _nameless(references: Iterable[Any], types: Mapping[int, Any]) -> str:
    for one in references:
        kind = types.get(one.key)
        if kind is None or one.value.overloads:
            continue
        if kind.type.HasField("error") or (one.value.name == "dyn" and kind.HasField("type")):
            return str(one.value.name)
    return ""


def with_functions(serialized: bytes, replaced: dict[str, str]) -> bytes:
    """Call other functions where the checker chose one of these overloads and no other.

    `replaced` gives for the id of an overload the function to call instead, which takes the target of a member call as
    its first argument; a name that begins with `+` is called with the result of the original call. Raises DecodeError
    when the expression is nested too deeply.
    """
    found = _read(serialized)
    chosen = {one.key: one.value.overloads[0] for one in found.references if len(one.value.overloads) == 1}
    for node in list(_nodes(found.expr)):
        name = replaced.get(chosen.get(node.id, ""), "")
        if name.startswith("+"):
            inner = type(node).FromString(node.SerializeToString())
            node.Clear()
            node.call.function = name
            node.call.args.append(inner)
        elif name:
            arguments = [*([node.call.target] if node.call.HasField("target") else ()), *node.call.args]
            call = type(node.call)(function=name, args=arguments)
            node.call.CopyFrom(call)
    holder = any_pb2.Any.FromString(serialized)
    holder.value = found.SerializeToString()
    changed: bytes = holder.SerializeToString()
    return changed


def _nodes(expr: Any) -> Iterator[Any]:
    """Give an expression and all that it is made of, the inner parts first."""
    for _, part in expr.ListFields():
        if hasattr(part, "ListFields"):
            yield from _nodes(part)
        elif not isinstance(part, int | str):
            for one in part:
                yield from _nodes(one)
    if expr.DESCRIPTOR.name == "Expr":
        yield expr


def _read(serialized: bytes) -> Any:
    return _message_class().FromString(any_pb2.Any.FromString(serialized).value)


@cache
def _message_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="checked.proto", package="checked", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field_name, kind in fields:
            field = message.field.add(name=field_name, number=number, label=FieldDescriptor.LABEL_OPTIONAL)
            if kind.startswith("*"):
                field.label = FieldDescriptor.LABEL_REPEATED
            kind = kind.lstrip("*")
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type, field.type_name = FieldDescriptor.TYPE_MESSAGE, f".checked.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("checked.Checked"))
