"""Match 100,000 real events against 250 level-0 suppression rules and 50 rules on the raw line.

Run `python -m benchmarks.wazuh_rules`.
"""

from __future__ import annotations

import gzip
import time
from collections import Counter
from importlib import resources
from itertools import cycle, islice

import orjson

from tetratui.core.exclusion import Literal
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

EVENTS = 100_000
SUPPRESSION_RULES = 250
RAW_RULES = 50
KINDS = ("process_exec", "process_exit", "process_kprobe")
RAW = (
    "<match>No space left on device {0}</match>",
    '<regex type="pcre2">"daddr":"10\\.{0}\\.[0-9]+\\.[0-9]+"</regex>',
    "<regex>secret{0}\\.+token</regex>",
    '<regex type="pcre2">(?i)password{0}=\\S+</regex>',
    '<regex type="pcre2" negate="yes">"arguments":"[^"]*{0}"</regex><match>zzqq{0}</match>',
)


def lines() -> list[bytes]:
    """Return the events of the bundled capture, repeated up to the number that is measured."""
    packed = resources.files("tetratui.core.demo").joinpath("capture.log.gz").read_bytes()
    return list(islice(cycle(line for line in gzip.decompress(packed).split(b"\n") if line), EVENTS))


def commands(events: list[bytes]) -> list[tuple[str, str, str]]:
    """Return the (kind, binary, parent binary) of the events, the most frequent first."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for line in events[: EVENTS // 4]:
        for kind, block in orjson.loads(line).items():
            if kind in KINDS and isinstance(block, dict):
                process, parent = block.get("process") or {}, block.get("parent") or {}
                counted[kind, process.get("binary", ""), parent.get("binary", "")] += 1
    return [command for command, _ in counted.most_common()]


def rules(commands: list[tuple[str, str, str]]) -> bytes:
    """Return a rule file: a root for each kind, suppression rules below it, rules on the raw line below all roots."""
    roots = {kind: 700000 + 2 * index for index, kind in enumerate(KINDS)}
    out = []
    for kind, root in roots.items():
        shape = rf'<field name="{kind}.process.exec_id" type="pcre2">\A[A-Za-z0-9\x2b/]+={{0,2}}\z</field>'
        out.append(_rule(root, 0, f"<decoded_as>json</decoded_as>{shape}"))
        out.append(_rule(root + 1, 5, f"<if_sid>{root}</if_sid>"))
    for number, (kind, binary, parent) in enumerate(islice(cycle(commands), SUPPRESSION_RULES)):
        # Every second suppression rule asks for arguments that no event has, so that events get past it.
        extra = f'<field name="{kind}.process.arguments" type="pcre2">\\Azz[0-9]{{{number}}}\\z</field>' * (number % 2)
        fields = f"{_exact(kind, 'process.binary', binary)}{_exact(kind, 'parent.binary', parent)}{extra}"
        out.append(_rule(700010 + number, 0, f"<if_sid>{roots[kind]}</if_sid>{fields}"))
    parents = ", ".join(map(str, roots.values()))
    for number in range(RAW_RULES):
        raw = RAW[number % len(RAW)].format(number)
        out.append(_rule(720000 + number, 3 + number % 10, f"<if_sid>{parents}</if_sid>{raw}"))
    return f'<group name="tetragon,">{"".join(out)}</group>'.encode()


def _rule(identity: int, level: int, body: str) -> str:
    return f'<rule id="{identity}" level="{level}">{body}<description>d</description></rule>'


def _exact(kind: str, name: str, text: str) -> str:
    return f'<field name="{kind}.{name}" type="pcre2">\\A{Literal(text).to_pcre2()}\\z</field>'


def measure() -> tuple[float, Counter[int | None]]:
    """Return the seconds for all events, and how often each rule won."""
    events = lines()
    ruleset = Ruleset.of({"bench.xml": rules(commands(events))})
    assert ruleset.loads, ruleset.errors
    session = ruleset.session()
    start = time.perf_counter()
    wins = Counter(session.match(line).rule for line in events)
    return time.perf_counter() - start, wins


if __name__ == "__main__":
    seconds, wins = measure()
    print(f"{EVENTS:,} events × {SUPPRESSION_RULES} suppression rules and {RAW_RULES} rules on the raw line:", end=" ")
    print(f"{seconds:.1f} s")
    print(f"{len(wins)} different rules won")
