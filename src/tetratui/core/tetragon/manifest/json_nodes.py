"""Read a JSON file, such as the output of `kubectl get configmap -o json`, as nodes with offsets."""

from __future__ import annotations

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.format.scanner import FilterError, Scanner
from tetratui.core.tetragon.manifest.nodes import ManifestMap, ManifestNode, ManifestScalar, ManifestSequence, MapPair

_DEEPEST = 100


def read_json(text: str, name: str) -> ManifestNode:
    """Return the root of a JSON text, which may begin with a byte order mark.

    Raises:
        RefusedError: the text is not one JSON value, or a key stands twice in one object.
    """
    scan = Scanner(text.encode("utf-8", "surrogatepass"))
    scan.offset = len(text) - len(text.lstrip("\ufeff"))
    try:
        root = _read(scan, 0)
        scan.skip_space()
        if not scan.at_end:
            raise scan.error("something stands after the JSON value", "remove it")
    except FilterError as error:
        where = f"line {error.line}, column {error.column}"
        raise RefusedError(f"{name}, {where}: broken JSON: {error.message}", error.remedy) from error
    return root


def _read(scan: Scanner, depth: int) -> ManifestNode:
    if depth > _DEEPEST:
        raise scan.error(f"more than {_DEEPEST} levels of nesting", "name a ConfigMap")
    first = scan.peek()
    start = scan.offset
    if first == "{":
        return _read_object(scan, start, depth)
    if first == "[":
        scan.offset += 1
        node = ManifestSequence(start, start)
        scan.read_items("]", lambda: node.items.append(_read(scan, depth + 1)))
        node.stop = scan.offset
        return node
    value = scan.read_scalar()
    if isinstance(value, str):
        return ManifestScalar(start, scan.offset, value, "json")
    return ManifestScalar(start, scan.offset, scan.text[start : scan.offset], "json", is_text=False)


def _read_object(scan: Scanner, start: int, depth: int) -> ManifestMap:
    scan.offset += 1
    node = ManifestMap(start, start, is_flow=True)

    def read_member() -> None:
        if scan.peek() != '"':
            raise scan.error("a key without quotes", 'write "key": …')
        key_start = scan.offset
        key = scan.read_string()
        key_stop = scan.offset
        if node.own(key) is not None:
            raise scan.error(f"{key!r} stands there twice", "delete one of them", key_start)
        scan.expect(":", "a colon", f'write "{key}": and its value')
        node.pairs.append(MapPair(key, key_start, key_stop, _read(scan, depth + 1)))

    scan.read_items("}", read_member)
    node.stop = scan.offset
    return node
