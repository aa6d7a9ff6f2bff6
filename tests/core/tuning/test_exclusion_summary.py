"""Exclusions in a few words: enough to tell one draft from another."""

from __future__ import annotations

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.tuning.exclusion_summary import summarise


def exclusion(*binaries: str, args: tuple[str, ...] = (), parent: str = "", pargs: str = "") -> Exclusion:
    exact = Pattern.exactly
    return Exclusion(
        (Kind.EXEC,),
        tuple(map(exact, binaries)),
        tuple(map(exact, args)),
        (exact(parent),) if parent else (),
        (exact(pargs),) if pargs else (),
    )


def test_one_command_line_is_written_whole() -> None:
    command = exclusion("/usr/bin/md5sum", args=("/etc/a.conf",), parent="/usr/bin/find", pargs="/etc -name x")
    assert summarise([command]) == "md5sum /etc/a.conf ← find /etc -name x"


def test_a_script_is_named_by_its_file() -> None:
    command = exclusion("/usr/bin/tar", parent="/usr/bin/bash", pargs="/opt/ops/backup-loop.sh 1")
    assert summarise([command]) == "tar ← backup-loop.sh 1"


def test_many_binaries_are_counted() -> None:
    names = [exclusion(f"/usr/bin/{name}") for name in ("apt", "find", "tar", "gzip")]
    assert summarise(names) == "apt, find, tar … (4)"


def test_arguments_are_counted_where_there_are_several() -> None:
    assert summarise([exclusion("/bin/a", args=("x", "y"))]) == "a x … (2)"


def test_without_a_binary_all_is_hidden() -> None:
    assert summarise([exclusion(parent="/usr/sbin/cron")]) == "all ← cron"


def test_varying_parts_are_classes_and_sockets_are_named() -> None:
    pattern = Pattern((Literal("-n "), Chars("0-9")))
    hook = Exclusion(
        (Kind.KPROBE,), (Pattern.exactly("/bin/a"),), (pattern,), socket=SocketMatch(("10.0.0.0/24",), (443,))
    )
    assert summarise([hook]) == "a -n [0-9]+ → 10.0.0.0/24, 443"
