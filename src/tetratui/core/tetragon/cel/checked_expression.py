"""Read, and change, the checked form of a CEL expression that the engine serializes.

The form is a protobuf `Any` that holds a `cel.expr.CheckedExpr`. Only the fields used here are described, by number;
the others keep their bytes. It tells which types and overloads the checker chose.
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
"""Messages with their fields: number, name and type, with `*` if repeated. On the wire a map is a repeated pair."""
_SCALARS = {
    "int32": FieldDescriptor.TYPE_INT32,
    "int64": FieldDescriptor.TYPE_INT64,
    "string": FieldDescriptor.TYPE_STRING,
}


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """What the checker found out about an expression."""

    messages: frozenset[str]
    """Full names of the message types that parts of it have."""
    accessed: frozenset[str]
    """Full names of the message types that it creates or reads a field of."""
    is_wrapper: bool
    """Whether its value is a wrapper (`google.protobuf.BoolValue`), which Tetragon refuses as true or false."""
    overloads: frozenset[str]
    """The overloads that the checker chose for the functions it calls."""
    not_a_value: str
    """A word that names no value (`dyn`, an enum) and is accepted by this checker only; empty if there is none."""


def read_checked(serialized: bytes) -> CheckedExpression:
    """Return what the serialized form says.

    Raises:
        google.protobuf.message.DecodeError: the expression is nested too deeply.
    """
    form = _read(serialized)
    types = {pair.key: pair.value for pair in form.types}
    accessed: set[str] = set()
    for node in _nodes(form.expr):
        accessed.add(node.struct.message_name)
        if node.HasField("select") and node.select.operand.id in types:
            accessed.add(types[node.select.operand.id].message_type)
    result = types.get(form.expr.id)
    return CheckedExpression(
        messages=frozenset(type_.message_type for type_ in types.values() if type_.message_type),
        accessed=frozenset(accessed - {""}),
        is_wrapper=bool(result and result.wrapper),
        overloads=frozenset(name for reference in form.references for name in reference.value.overloads),
        not_a_value=_find_not_a_value(form.references, types),
    )


def _find_not_a_value(references: Iterable[Any], types: Mapping[int, Any]) -> str:
    for reference in references:
        type_ = types.get(reference.key)
        if type_ is None or reference.value.overloads:
            continue
        if type_.type.HasField("error") or (reference.value.name == "dyn" and type_.HasField("type")):
            return str(reference.value.name)
    return ""


def replace_calls(serialized: bytes, replaced: dict[str, str]) -> bytes:
    """Return the serialized form with other functions called wherever the checker chose one of these overloads.

    `replaced` maps the id of an overload to the function to call instead. That function gets the target of a member
    call as its first argument. A function whose name begins with `+` gets the result of the original call. Calls for
    which the checker left several overloads open stay as they are.

    Raises:
        google.protobuf.message.DecodeError: the expression is nested too deeply.
    """
    form = _read(serialized)
    chosen = {pair.key: pair.value.overloads[0] for pair in form.references if len(pair.value.overloads) == 1}
    for node in list(_nodes(form.expr)):
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
    holder.value = form.SerializeToString()
    changed: bytes = holder.SerializeToString()
    return changed


def _nodes(expr: Any) -> Iterator[Any]:
    """Yield all expressions within an expression, inner ones first, and then the expression itself."""
    for _, part in expr.ListFields():
        if hasattr(part, "ListFields"):
            yield from _nodes(part)
        elif not isinstance(part, int | str):
            for inner in part:
                yield from _nodes(inner)
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
