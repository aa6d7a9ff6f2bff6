"""One line of the export file as the fields that become columns; the line itself stays where it is.

There are two ways through, and they accept the same lines and give the same fields (tests/core/events/test_decode.py):
a typed one for lines shaped as Tetragon writes them, and a lenient one for every other JSON object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import orjson

from tetratui.core.events.kinds import JSON_KEYS, Kind
from tetratui.core.events.lenient import integer, section, sections, text
from tetratui.core.events.shapes import NO_BLOCK, Argument, Block, Body, Container, Line, Named, Path, Pod, Socket


class NotAnEventError(ValueError):
    """The line is no JSON object; its text says why."""


def _line_of(kind: Kind) -> type[Line]:
    return msgspec.defstruct(
        f"{kind.word}_line",
        [
            ("body", Body, msgspec.field(name=kind.json_key)),
            ("node_name", str | None, None),
            ("time", str | None, None),
        ],
        bases=(),
        gc=False,
        frozen=True,
    )  # type: ignore[return-value]  # The same fields as Line, under the kind's key.


DECODERS: dict[bytes, tuple[int, Callable[[bytes], Line]]] = {
    key.encode(): (int(kind), msgspec.json.Decoder(_line_of(kind)).decode) for kind, key in JSON_KEYS.items() if key
}
"""By the first key of a line: its kind and the typed decoder for it."""
_PREFIX = len(b'{"process_exec":')
_PREFIXES = {b'{"%b":' % key: known for key, known in DECODERS.items() if len(key) + 4 == _PREFIX}
"""The two commonest kinds, told without a search."""
_block = msgspec.json.Decoder(Block)
_blocks = msgspec.json.Decoder(list[Block])
_NOTHING = Body()


class Decoded(NamedTuple):
    """What a run of lines became; `kinds` and `whole` are as long as each other."""

    kinds: list[int]
    whole: list[Line]
    bad: list[tuple[int, str]]
    """Index and reason of each line that is no event."""


def decode_all(lines: Sequence[bytes]) -> Decoded:
    """Read lines (without line feeds) into their kinds and fields; whatever is no JSON object is bad.

    JSON is what orjson takes: strict UTF-8, no NaN, no bare control characters.
    """
    kinds: list[int] = []
    whole: list[Line] = []
    bad: list[tuple[int, str]] = []
    of_prefix = _PREFIXES.get
    for index, line in enumerate(lines):
        known = of_prefix(line[:_PREFIX]) or _known(line)
        try:
            if known is None:
                kind, decoded = decode_leniently(line)
            else:
                if not line.isascii():
                    # msgspec does not look at the bytes of the fields it skips.
                    line.decode()
                kind, decoded = known[0], known[1](line)
        except (ValueError, RecursionError):
            # Another shape, or no JSON at all: the lenient reader tells.
            try:
                kind, decoded = decode_leniently(line)
            except NotAnEventError as error:
                bad.append((index, str(error)))
                continue
        kinds.append(kind)
        whole.append(decoded)
    return Decoded(kinds, whole, bad)


def decode(line: bytes) -> tuple[int, Line]:
    """Read one line as `decode_all` does; raises NotAnEventError for what is no JSON object."""
    kinds, whole, bad = decode_all([line])
    if bad:
        raise NotAnEventError(bad[0][1])
    return kinds[0], whole[0]


def _known(line: bytes) -> tuple[int, Callable[[bytes], Line]] | None:
    return DECODERS.get(line[2 : line.find(b'"', 2)]) if line.startswith(b'{"') else None


def decode_leniently(line: bytes) -> tuple[int, Line]:
    """Do what `decode` does, for every shape, and slower."""
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotAnEventError(_reason(line, error)) from None
    if not isinstance(whole, dict):
        raise NotAnEventError(f"a JSON {type(whole).__name__}, not an object")
    kind, body = _kind_and_body(whole)
    return int(kind), Line(_body(body), text(whole.get("node_name")), text(whole.get("time")))


def _reason(line: bytes, error: orjson.JSONDecodeError) -> str:
    if not line.strip():
        return "a blank line"
    if b"\0" in line:
        return "NUL bytes"
    return error.msg


def _kind_and_body(whole: Mapping[str, Any]) -> tuple[Kind, Mapping[str, Any]]:
    for key, value in whole.items():
        known = DECODERS.get(key.encode())
        if known is not None and isinstance(value, dict):
            return Kind(known[0]), value
    return Kind.UNKNOWN, {}


def _body(body: Mapping[str, Any]) -> Body:
    if not body:
        return _NOTHING
    words = ("signal", "time", "function_name", "policy_name", "action", "path", "symbol", "name", "subsys", "event")
    returned = body.get("return")
    return Body(
        process=_raw(body.get("process")),
        parent=_raw(body.get("parent")),
        status=integer(body.get("status"), -0x80000000, 0xFFFFFFFF),
        args=[_argument(one) for one in sections(body.get("args"))] if body.get("args") is not None else None,
        returned=_argument(returned) if isinstance(returned, dict) else None,
        **{word: text(body.get(word)) for word in words},
    )


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(_lenient_block(value))) if isinstance(value, dict) else NO_BLOCK


def block_of(raw: bytes) -> Block:
    """Read a process block from the bytes of an object that `decode` has found to be JSON."""
    try:
        return _block.decode(raw)
    except (msgspec.ValidationError, RecursionError):
        return _lenient_block(orjson.loads(raw))


def blocks_of(raws: Sequence[bytes]) -> list[Block]:
    """Read many process blocks at once; raises ValueError or RecursionError if `block_of` must read them one by one."""
    return _blocks.decode(b"[" + b",".join(raws) + b"]")


def _lenient_block(block: Mapping[str, Any]) -> Block:
    words = ("exec_id", "binary", "arguments", "cwd", "flags", "start_time", "parent_exec_id", "docker")
    init = block.get("in_init_tree")
    return Block(
        pid=integer(block.get("pid"), 0, 0x7FFFFFFF),
        uid=integer(block.get("uid"), 0, 0xFFFFFFFF),
        auid=integer(block.get("auid"), 0, 0xFFFFFFFF),
        in_init_tree=init if isinstance(init, bool) else None,
        user=_named(block.get("user")),
        pod=_pod(block.get("pod")),
        **{word: text(block.get(word)) for word in words},
    )


def _named(value: Any) -> Named | None:
    return Named(text(value.get("name"))) if isinstance(value, dict) else None


def _pod(value: Any) -> Pod | None:
    if not isinstance(value, dict):
        return None
    inside = section(value.get("container"))
    container = None if inside is None else Container(text(inside.get("name")), _named(inside.get("image")))
    return Pod(text(value.get("namespace")), text(value.get("name")), container)


def _argument(value: Mapping[str, Any]) -> Argument:
    sockets = {key: _socket(value.get(key)) for key in ("sock_arg", "skb_arg", "sockaddr_arg")}
    paths = {key: _path(value.get(key)) for key in ("file_arg", "path_arg", "linux_binprm_arg")}
    return Argument(**sockets, **paths)  # type: ignore[arg-type]


def _path(value: Any) -> Path | None:
    return Path(text(value.get("path"))) if isinstance(value, dict) else None


def _socket(value: Any) -> Socket | None:
    if not isinstance(value, dict):
        return None
    words = {word: text(value.get(word)) for word in ("family", "protocol", "saddr", "daddr", "addr")}
    ports = {word: integer(value.get(word), 0, 0xFFFFFFFF) for word in ("sport", "dport", "port")}
    return Socket(**words, **ports)  # type: ignore[arg-type]
