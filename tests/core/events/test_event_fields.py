"""The fields that events can have, by their names."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tetratui.core.events.event_fields import Field, Form, NoField, field_of, fields_of_kind, members_named, nearest
from tetratui.core.events.kinds import KIND_OF_KEY

CAPTURES = sorted((Path(__file__).parents[2] / "data" / "captures").glob("*.log.gz"))


def leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves((*path, key), member)
    else:
        yield ".".join(path), value


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_every_field_of_real_events_is_known_in_its_form(capture: Path) -> None:
    kinds: dict[str, Any] = {}
    for line in gzip.decompress(capture.read_bytes()).splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            kinds |= dict(leaves((), orjson.loads(line)))
    assert len(kinds) > 20
    for name, value in kinds.items():
        field = field_of(name)
        assert isinstance(field, Field), name
        assert field.name == name
        assert field.is_array is isinstance(value, list), name
        if isinstance(value, bool):
            assert field.form is Form.BOOL, name
        elif isinstance(value, int):
            assert field.form in (Form.UINT32, Form.INT32), name
        elif isinstance(value, str):
            assert field.form not in (Form.UINT32, Form.INT32, Form.BOOL, Form.OBJECT), name


@pytest.mark.parametrize(
    ("name", "form", "is_array"),
    [
        ("process_exec.process.binary", Form.PATH, False),
        ("PROCESS_EXEC.Process.UID", Form.UINT32, False),
        ("process_exec.process.pod.pod_labels.app.kubernetes.io/name", Form.TEXT, False),
        ("process_kprobe.args", Form.OBJECT, True),
        ("process_kprobe.return.int_arg", Form.INT32, False),
        ("process_exec.process.cap.effective", Form.WORD, True),
        ("process_exec.process", Form.OBJECT, False),
        ("node_labels.region", Form.TEXT, False),
        ("time", Form.TIME, False),
    ],
)
def test_a_field_is_found(name: str, form: Form, is_array: bool) -> None:
    field = field_of(name)
    assert isinstance(field, Field)
    assert (field.form, field.is_array) == (form, is_array)


@pytest.mark.parametrize(
    ("name", "within", "instead"),
    [
        ("process_exec.process.parent.binary", "process_exec.process", "process_exec.parent.binary"),
        ("process_exec.binary", "process_exec", "process_exec.process.binary"),
        ("process_exec.process.execId", "process_exec.process", "process_exec.process.exec_id"),
        ("process_exec.process.args", "process_exec.process", "process_exec.process.arguments"),
        ("process_exec.process.container.id", "process_exec.process", "process_exec.process.pod.container.id"),
        ("process_exec.process.binary.name", "process_exec.process.binary", None),
        ("process_kprobe.args.sock_arg.dport", "process_kprobe.args", None),
        ("data.process_exit.signal", None, "process_exit.signal"),
        ("cluster.name", None, None),
    ],
)
def test_a_name_that_no_event_has_is_told_where_it_goes_astray(
    name: str, within: str | None, instead: str | None
) -> None:
    missing = field_of(name)
    assert isinstance(missing, NoField)
    assert (missing.within.name if missing.within else None) == within
    alike = nearest(name)
    if instead is not None:
        assert alike is not None
        assert alike.name == instead


@pytest.mark.parametrize("key", sorted(KIND_OF_KEY))
def test_every_listed_field_is_found_by_its_name(key: str) -> None:
    for field in fields_of_kind(key):
        if field.form is not Form.MAP:
            assert field_of(field.name) == field
            assert field_of(field.name.upper()) == field


def test_members_of_an_argument_are_found_by_their_name() -> None:
    assert {"sock_arg.dport", "skb_arg.dport"} == {field.name for field in members_named("KprobeArgument", "dport")}
