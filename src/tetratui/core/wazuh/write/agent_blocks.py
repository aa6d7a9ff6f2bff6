"""The agent's side: the `<localfile>` block for one host or a group, with `<ignore>` lines where they are wished for.

`<ignore>` is the only thing that saves bandwidth and the agent's queue: it works on Tetragon's own line before anything
else. What it drops is in no archive, no rule sees it, and it knows no hosts: all agents that get the block obey it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern
from tetratui.core.wazuh.write.base_rules import KINDS
from tetratui.core.wazuh.write.raw_line import OBJECT, TEXT
from tetratui.core.wazuh.write.rule_text import TEXT_LIMIT, NoSuppressionRuleError, comment, pattern_text

EXPORT_FILE = "/var/log/tetragon/tetragon.log"
"""Where Tetragon's packages make it write."""

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LOCAL_WORDS = "Copy the localfile block into /var/ossec/etc/ossec.conf of the agent on the host, then restart it."
_GROUP_WORDS = (
    "For agent.conf of the group whose hosts run Tetragon: /var/ossec/etc/shared/GROUP/agent.conf on the manager."
)
_COST = "Ignored at the agent: never sent, in no archive, seen by no rule. Remove a line to have its events again."


def host_block(location: str = EXPORT_FILE, ignores: Sequence[str] = ()) -> bytes:
    """Write `ossec-localfile.xml`."""
    return _block("ossec_config", _LOCAL_WORDS, location, ignores)


def group_block(location: str = EXPORT_FILE, ignores: Sequence[str] = ()) -> bytes:
    """Write `agent-group.conf`."""
    return _block("agent_config", _GROUP_WORDS, location, ignores)


def _block(root: str, words: str, location: str, ignores: Sequence[str]) -> bytes:
    if any(sign in location for sign in "<>&\n"):
        raise NoSuppressionRuleError(f"the agent's configuration cannot name {location!r}", "choose a plain path")
    lines = [comment(words), f"<{root}>", "  <localfile>", "    <log_format>json</log_format>"]
    lines.append(f"    <location>{location}</location>")
    if ignores:
        lines.append(f"    {comment(_COST)}")
        lines += [f'    <ignore type="PCRE2">{pattern}</ignore>' for pattern in ignores]
    return "\n".join([*lines, "  </localfile>", f"</{root}>", ""]).encode()


def ignore_patterns(exclusion: Exclusion) -> list[str]:
    """Write the `<ignore>` patterns that drop, at the agent, what this exclusion's filter drops.

    Raises:
        NoTwinError: it asks for what these patterns cannot say (a hook's arguments, an open class of characters).
    """
    if exclusion.socket or exclusion.policies or exclusion.functions:
        raise NoSuppressionRuleError(
            "a hook's own fields cannot be ignored at the agent", "leave it to the filter and its suppression rule"
        )
    asked = (("binary", exclusion.binary), ("arguments", exclusion.arguments))
    parent = (("binary", exclusion.parent_binary), ("arguments", exclusion.parent_arguments))
    return [_line_pattern(kind, asked, parent) for kind in KINDS if kind in exclusion.kinds]


_Asked = tuple[tuple[str, tuple[Pattern, ...]], ...]


def _line_pattern(kind: Kind, process: _Asked, parent: _Asked) -> str:
    # After a comma Tetragon's encoder writes a blank or none, fixed per binary; after a colon never one.
    pattern = rf'\A\{{"{kind.json_key}":\{{"process":{_conditions(process)}'
    if any(patterns for _, patterns in parent):
        pattern += rf'{OBJECT}(?:(?!"parent":)(?:{TEXT}|[^"{{}}]++))*+"parent":{_conditions(parent)}'
    return pattern_text(pattern, TEXT_LIMIT)


def _conditions(asked: _Asked) -> str:
    return "".join(_lookahead(key, patterns) for key, patterns in asked if patterns)


def _lookahead(key: str, patterns: tuple[Pattern, ...]) -> str:
    bodies = "|".join(_body(pattern) for pattern in patterns if pattern.parts)
    # What stands before a text may only be flat; what must not stand there is looked for behind nested objects too.
    told = [rf'(?=\{{(?:{TEXT}|[^"{{}}]++)*?"{key}":"(?:{bodies})")'] if bodies else []
    if any(_takes_nothing(pattern) for pattern in patterns):
        told.append(rf'(?=\{{)(?!\{{(?:{TEXT}|[^"{{}}]++|{OBJECT})*?"{key}":)')
    return told[0] if len(told) == 1 else f"(?:{'|'.join(told)})"


def _takes_nothing(pattern: Pattern) -> bool:
    return all(part.low == 0 if isinstance(part, Chars) else not part.text for part in pattern.parts)


def _body(pattern: Pattern) -> str:
    return "".join(_escaped(part) for part in pattern.parts)


def _escaped(part: Literal | Chars) -> str:
    if isinstance(part, Literal):
        return Literal("".join(_json(character) for character in part.text)).to_pcre2()
    if part.negated or any(sign in part.chars for sign in '"\\'):
        raise NoSuppressionRuleError(
            f"[{part.chars}] also takes what JSON escapes", "leave it to the filter and its suppression rule"
        )
    return part.to_pcre2()


def _json(character: str) -> str:
    """Spell a character as Tetragon's encoder does."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\u{ord(character):04x}" if character < " " else character
