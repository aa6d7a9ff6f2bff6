"""One line of the export file as the fields that become columns; the line itself stays where it is.

There are two ways through, and they accept the same lines and give the same fields (tests/core/events/test_decode.py):
a typed one for lines shaped as Tetragon writes them, and a lenient one for every other JSON object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
import orjson

from tetratui.core.events.kinds import JSON_KEYS, Kind
from tetratui.core.events.lenient import integer, section, sections, text

Unsigned = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)]
Pid = Annotated[int, msgspec.Meta(ge=0, le=0x7FFFFFFF)]
Signed = Annotated[int, msgspec.Meta(ge=-0x80000000, le=0xFFFFFFFF)]
NO_BLOCK = msgspec.Raw(b"")
"""What stands for a process block that the line has not."""


class NotAnEventError(ValueError):
    """The line is no JSON object; its text says why."""


class Named(msgspec.Struct, gc=False, frozen=True):
    """`{"name": …}`: a user, an image, a kernel module."""

    name: str | None = None


class Container(msgspec.Struct, gc=False, frozen=True):
    """`process.pod.container`, what of it becomes a column."""

    name: str | None = None
    image: Named | None = None


class Pod(msgspec.Struct, gc=False, frozen=True):
    """`process.pod`, what of it becomes a column."""

    namespace: str | None = None
    name: str | None = None
    container: Container | None = None


class Block(msgspec.Struct, gc=False, frozen=True, omit_defaults=True):
    """A `process` or `parent` block; None where the field is absent or of no use."""

    exec_id: str | None = None
    pid: Pid | None = None
    uid: Unsigned | None = None
    auid: Unsigned | None = None
    binary: str | None = None
    arguments: str | None = None
    cwd: str | None = None
    flags: str | None = None
    start_time: str | None = None
    parent_exec_id: str | None = None
    in_init_tree: bool | None = None
    docker: str | None = None
    user: Named | None = None
    pod: Pod | None = None


class Socket(msgspec.Struct, gc=False, frozen=True):
    """`sock_arg` and `skb_arg`; `addr` and `port` are `sockaddr_arg`'s."""

    family: str | None = None
    protocol: str | None = None
    saddr: str | None = None
    daddr: str | None = None
    sport: Unsigned | None = None
    dport: Unsigned | None = None
    addr: str | None = None
    port: Unsigned | None = None


class Path(msgspec.Struct, gc=False, frozen=True):
    """`file_arg`, `path_arg`, `linux_binprm_arg`."""

    path: str | None = None


class Argument(msgspec.Struct, gc=False, frozen=True):
    """One element of `args`, or `return`: only what becomes a column."""

    sock_arg: Socket | None = None
    skb_arg: Socket | None = None
    sockaddr_arg: Socket | None = None
    file_arg: Path | None = None
    path_arg: Path | None = None
    linux_binprm_arg: Path | None = None

    @property
    def socket(self) -> Socket | None:
        """The socket it holds, if any."""
        return self.sock_arg or self.skb_arg or self.sockaddr_arg

    @property
    def file(self) -> str | None:
        """The path of the file it names, if any."""
        holder = self.file_arg or self.path_arg or self.linux_binprm_arg
        return holder.path if holder is not None else None


class Body(msgspec.Struct, gc=False, frozen=True, rename={"returned": "return"}):
    """What stands under the kind's key."""

    process: msgspec.Raw = NO_BLOCK
    parent: msgspec.Raw = NO_BLOCK
    status: Signed | None = None
    signal: str | None = None
    time: str | None = None
    function_name: str | None = None
    policy_name: str | None = None
    action: str | None = None
    path: str | None = None
    symbol: str | None = None
    name: str | None = None
    subsys: str | None = None
    event: str | None = None
    args: list[Argument] | None = None
    returned: Argument | None = None


class Line(msgspec.Struct, gc=False, frozen=True):
    """A whole line."""

    body: Body
    node_name: str | None = None
    time: str | None = None


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
