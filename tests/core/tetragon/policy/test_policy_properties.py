"""Whatever stands in a policy file, it is read or refused with a line and a column, and never raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.tetragon.format.versions import OLDEST, SUPPORTED, Version
from tetratui.core.tetragon.policy.argument_filters import parse_number
from tetratui.core.tetragon.policy.check_policy import CheckedPolicy, check_policy
from tetratui.core.tetragon.policy.describe import describe_blocks, describe_reports
from tetratui.core.tetragon.policy.load_checks import LoadingAgent

DATA = Path(__file__).parents[3] / "data" / "policies" / "published"
POLICIES = [path.read_bytes() for path in sorted(DATA.glob("*.yaml"))]
PARTS = sorted({line.strip() for policy in POLICIES for line in policy.decode().splitlines()})


def _check_whole(content: bytes, version: Version) -> CheckedPolicy:
    checked = check_policy(content, LoadingAgent(version=version))
    lines = content.decode("utf-8-sig", "replace").split("\n")
    for error in checked.errors:
        assert 1 <= error.line <= len(lines) + 1
        assert error.column >= 1
        assert error.message
    if checked.policy is not None:
        for hook in checked.policy.hooks:
            assert describe_reports(hook) != ""
            assert describe_blocks(hook, checked.policy) != ""
    else:
        assert checked.errors
    return checked


@given(st.sampled_from(POLICIES), st.data(), st.sampled_from(SUPPORTED))
def test_changed_policy_is_read_or_refused(policy: bytes, data: st.DataObject, version: Version) -> None:
    lines = policy.decode().splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["delete", "repeat", "swap", "cut", "insert"])):
            case "delete":
                del lines[index]
            case "repeat":
                lines.insert(index, lines[index])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
            case "cut":
                lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))]
            case _:
                indent = " " * data.draw(st.integers(0, 12))
                lines.insert(index, f"{indent}{data.draw(st.sampled_from(PARTS))}\n")
        lines = lines or [""]
    _check_whole("".join(lines).encode(), version)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    assert not _check_whole(content, OLDEST).loads


@given(st.sampled_from(POLICIES), st.integers(0, 2000))
def test_truncated_policy_is_read_or_refused(policy: bytes, size: int) -> None:
    _check_whole(policy[:size], SUPPORTED[-1])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", 10),
        ("-10", -10),
        ("0x1f", 31),
        ("010", 8),
        ("0o17", 15),
        ("0b11", 3),
        ("0", 0),
        ("08", None),
        ("1_0", None),
    ],
)
def test_numbers_are_read_as_go_reads_them(text: str, number: int | None) -> None:
    assert parse_number(text) == number


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (n + 1, n + 1, *([n] * 8)) for n in range(97, 110)
)


@pytest.mark.parametrize("content", [BOMB, b"[" * 5000, b"a: " * 2000, b"kind: " + b"x" * 100_000], ids=len)
def test_hostile_yaml_is_refused(content: bytes) -> None:
    assert not _check_whole(content, OLDEST).loads
