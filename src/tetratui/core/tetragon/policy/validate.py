"""Check a policy as the agent's parser does: what it refuses, each fault with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tetratui.core.nearest import did_you_mean
from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.policy.policy_error import PolicyError
from tetratui.core.tetragon.policy.schema import (
    SPEC,
    STRICT_SINCE,
    Boolean,
    Integer,
    ListOf,
    MapOf,
    Object,
    Shape,
    Text,
)
from tetratui.core.tetragon.policy.yaml_tree import ListNode, MapNode, Node, ScalarNode, describe_type

CLUSTER_KIND: Final = "TracingPolicy"
NAMESPACED_KIND: Final = "TracingPolicyNamespaced"
API_VERSION: Final = "cilium.io/v1alpha1"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_NAME = 253
_TOP_FIELDS = ("apiVersion", "kind", "metadata", "spec")


def find_refusals(root: Node, version: Version) -> Iterator[PolicyError]:
    """Yield what the parser of that version refuses, in the order of the file; nothing if it takes the policy."""
    if not isinstance(root, MapNode):
        yield root.error(f"a policy is a mapping with apiVersion, kind, metadata and spec, not a {describe_type(root)}")
        return
    kind = read_text(root, "kind")
    if kind not in (CLUSTER_KIND, NAMESPACED_KIND):
        where = root.fields.get("kind", root)
        yield where.error(f"kind is {kind!r}: it must be {CLUSTER_KIND} or {NAMESPACED_KIND}")
        return
    checker = _Checker(version)
    yield from checker.unknown_fields(root, _TOP_FIELDS, "policy")
    api_version = read_text(root, "apiVersion")
    if api_version != API_VERSION and version < STRICT_SINCE:
        yield root.fields.get("apiVersion", root).error(f"apiVersion is {api_version!r}: {version} wants {API_VERSION}")
    yield from _check_metadata(root, namespaced=kind == NAMESPACED_KIND)
    if "spec" not in root.fields:
        yield root.error("spec is missing")
    else:
        yield from checker.check(root.fields["spec"], SPEC, "spec")


def read_text(node: MapNode, name: str) -> str | None:
    """Return the text of a field, None if it is absent or no text."""
    value = node.fields.get(name)
    return value.value if isinstance(value, ScalarNode) and isinstance(value.value, str) else None


def _check_metadata(root: MapNode, *, namespaced: bool) -> Iterator[PolicyError]:
    metadata = root.fields.get("metadata")
    if not isinstance(metadata, MapNode):
        yield (metadata or root).error("metadata with a name is missing")
        return
    name = metadata.fields.get("name")
    text = read_text(metadata, "name")
    if not text:
        yield (name or metadata).error("metadata.name is missing, or no text")
    elif len(text) > _MAX_NAME or not _NAME.fullmatch(text):
        yield (name or metadata).error(
            f"metadata.name {text!r}: only lower-case letters, digits, '-' and '.', a letter or digit at both ends, "
            f"at most {_MAX_NAME} characters"
        )
    namespace = metadata.fields.get("namespace")
    if namespaced and not read_text(metadata, "namespace"):
        yield metadata.error(f"metadata.namespace is missing: a {NAMESPACED_KIND} belongs to a namespace")
    elif not namespaced and namespace is not None and read_text(metadata, "namespace") != "":
        yield namespace.error(f"metadata.namespace is not allowed in a {CLUSTER_KIND}: use {NAMESPACED_KIND}")


@dataclass(frozen=True, slots=True)
class _Checker:
    version: Version

    def check(self, node: Node, shape: Shape, path: str) -> Iterator[PolicyError]:
        """Yield what is wrong in a value that must have a shape."""
        match shape, node:
            case Object(), MapNode():
                yield from self._check_object(node, shape, path)
            case ListOf(), ListNode():
                if shape.most is not None and len(node.items) > shape.most and self.version >= shape.since:
                    yield node.error(f"{path} has {len(node.items)} values: at most {shape.most} are allowed")
                for index, item in enumerate(node.items):
                    yield from self.check(item, shape.item, f"{path}[{index}]")
            case MapOf(), MapNode():
                for key, value in node.fields.items():
                    yield from self.check(value, shape.value, f"{path}.{key}")
            case ((Text() | Integer() | Boolean()), ScalarNode()):
                yield from self._check_scalar(node, shape, path)
            case _:
                yield node.error(f"{path} must be {_describe(shape)}, not {_with_article(describe_type(node))}")

    def unknown_fields(self, node: MapNode, known: tuple[str, ...], name: str) -> Iterator[PolicyError]:
        """Yield an error for each key that is no field."""
        for key, where in node.keys.items():
            if key not in known:
                hint = did_you_mean(key, known, "known are")
                yield where.error(f"unknown field {key!r} in {_with_article(name)}: {hint}")

    def _check_object(self, node: MapNode, shape: Object, path: str) -> Iterator[PolicyError]:
        known = {name: field for name, field in shape.fields.items() if field.since <= self.version}
        for key, where in node.keys.items():
            later = shape.fields.get(key)
            if later is not None and later.since > self.version:
                yield where.error(f"{path}.{key} exists since Tetragon {later.since}, not in {self.version}")
        yield from self.unknown_fields(node, tuple(shape.fields), shape.name)
        for name, field in known.items():
            value = node.fields.get(name)
            if _is_null(value) and (field.defaulted or self.version < STRICT_SINCE):
                continue
            if value is None:
                if field.is_required(self.version) and not field.defaulted and self.version >= STRICT_SINCE:
                    yield node.error(f"{path}.{name} is missing")
                continue
            yield from self.check(value, field.shape, f"{path}.{name}")

    def _check_scalar(self, node: ScalarNode, shape: Text | Integer | Boolean, path: str) -> Iterator[PolicyError]:
        value = node.value
        wrong = f"{path} must be {_describe(shape)}, not {_with_article(describe_type(node))}"
        if isinstance(shape, Boolean):
            if not isinstance(value, bool):
                yield node.error(wrong)
        elif isinstance(shape, Integer):
            if isinstance(value, bool) or not isinstance(value, int):
                yield node.error(wrong)
            elif shape.minimum is not None and value < shape.minimum:
                yield node.error(f"{path} is {value}: at least {shape.minimum} is allowed")
        elif not isinstance(value, str):
            # 1.3 turns a number into the text it was written as.
            if self.version >= STRICT_SINCE or value is None:
                yield node.error(f"{wrong}: write it in quotes")
        else:
            yield from self._check_text(node, value, shape, path)

    def _check_text(self, node: ScalarNode, value: str, shape: Text, path: str) -> Iterator[PolicyError]:
        if shape.max_length is not None and len(value) > shape.max_length:
            yield node.error(f"{path} has {len(value)} characters: at most {shape.max_length} are allowed")
        if shape.choices is None:
            return
        since = shape.choices.get(value)
        if since is None:
            hint = did_you_mean(value, shape.choices, "known are")
            yield node.error(f"{path} is {value!r}, which Tetragon does not know: {hint}")
        elif since > self.version:
            yield node.error(f"{path}: {value} exists since Tetragon {since}, not in {self.version}")


def _is_null(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _describe(shape: Shape) -> str:
    match shape:
        case Text():
            return "a text"
        case Integer():
            return "a whole number"
        case Boolean():
            return "true or false"
        case ListOf():
            return "a list"
        case _:
            return "a mapping"


def _with_article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else word if word == "null" else f"a {word}"
