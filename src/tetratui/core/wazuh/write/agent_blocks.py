"""Write the Wazuh agent's `<localfile>` block, for one host or for a group of agents.

The block may hold `<ignore>` lines. They are the only thing that saves bandwidth and room in the agent's queue, because
the agent applies them to Tetragon's own line before anything else. What they drop is in no archive and seen by no rule.
They do not look at the host: every agent that gets the block obeys them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import ANYWHERE, Chars, Exclusion, Literal, Pattern
from tetratui.core.folders import DEFAULT_EXPORT_FILE
from tetratui.core.wazuh.write.alternatives import matches_empty
from tetratui.core.wazuh.write.base_rules import KINDS
from tetratui.core.wazuh.write.raw_line import OBJECT, TEXT
from tetratui.core.wazuh.write.rule_text import TEXT_LIMIT, NoSuppressionRuleError, escape_pattern, write_comment

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HOST_COMMENT = "Copy the localfile block into /var/ossec/etc/ossec.conf of the agent on the host, then restart it."
_GROUP_COMMENT = (
    "For agent.conf of the group whose hosts run Tetragon: /var/ossec/etc/shared/GROUP/agent.conf on the manager."
)
_IGNORE_COMMENT = (
    "Ignored at the agent: never sent, in no archive, seen by no rule. Remove a line to have its events again."
)
_CONTAINER_LOOKAHEAD = rf'(?=\{{(?:{TEXT}|[^"{{}}]++)*?"docker":"[^"])'

_KeyPatterns = tuple[tuple[str, tuple[Pattern, ...]], ...]
"""Keys of a process block, each with the patterns of which its text must match one; no patterns, no condition."""


def write_host_block(location: str = DEFAULT_EXPORT_FILE, ignores: Sequence[str] = ()) -> bytes:
    """Write `ossec-localfile.xml`, for the agent of one host.

    Raises:
        NoSuppressionRuleError: the agent's configuration cannot hold this location.
    """
    return _write_block("ossec_config", _HOST_COMMENT, location, ignores)


def write_group_block(location: str = DEFAULT_EXPORT_FILE, ignores: Sequence[str] = ()) -> bytes:
    """Write `agent-group.conf`, for a group of agents.

    Raises:
        NoSuppressionRuleError: the agents' configuration cannot hold this location.
    """
    return _write_block("agent_config", _GROUP_COMMENT, location, ignores)


def _write_block(root: str, comment: str, location: str, ignores: Sequence[str]) -> bytes:
    if any(sign in location for sign in "<>&\n"):
        raise NoSuppressionRuleError(
            f"the agent's configuration cannot name {location!r}", "choose a path without <, >, & and line breaks"
        )
    lines = [write_comment(comment), f"<{root}>", "  <localfile>", "    <log_format>json</log_format>"]
    lines.append(f"    <location>{location}</location>")
    if ignores:
        lines.append(f"    {write_comment(_IGNORE_COMMENT)}")
        lines += [f'    <ignore type="PCRE2">{pattern}</ignore>' for pattern in ignores]
    return "\n".join([*lines, "  </localfile>", f"</{root}>", ""]).encode()


def write_ignore_patterns(exclusion: Exclusion) -> list[str]:
    """Write the `<ignore>` patterns that drop, at the agent, what this exclusion's filter drops.

    Raises:
        NoSuppressionRuleError: no pattern on the raw line can express it (a hook's fields, an open character class).
    """
    if exclusion.socket or exclusion.policies or exclusion.functions:
        raise NoSuppressionRuleError(
            "a hook's own fields cannot be ignored at the agent", "leave it to the filter and its suppression rule"
        )
    if exclusion.place != ANYWHERE or exclusion.probe:
        raise NoSuppressionRuleError(
            "a pod cannot be ignored at the agent", "leave it to the filter and its suppression rule"
        )
    outside = (Pattern(()),) if exclusion.in_container is False else ()
    process = (("binary", exclusion.binary), ("arguments", exclusion.arguments), ("docker", outside))
    parent = (("binary", exclusion.parent_binary), ("arguments", exclusion.parent_arguments))
    inside = _CONTAINER_LOOKAHEAD if exclusion.in_container else ""
    return [_write_line_pattern(kind, process, parent, inside) for kind in KINDS if kind in exclusion.kinds]


def _write_line_pattern(kind: Kind, process: _KeyPatterns, parent: _KeyPatterns, inside: str) -> str:
    # After a comma Tetragon's encoder writes a space or none, fixed per build; after a colon it never writes one.
    pattern = rf'\A\{{"{kind.json_key}":\{{"process":{inside}{_write_lookaheads(process)}'
    if any(patterns for _, patterns in parent):
        pattern += rf'{OBJECT}(?:(?!"parent":)(?:{TEXT}|[^"{{}}]++))*+"parent":{_write_lookaheads(parent)}'
    return escape_pattern(pattern, TEXT_LIMIT)


def _write_lookaheads(keys: _KeyPatterns) -> str:
    return "".join(_write_lookahead(key, patterns) for key, patterns in keys if patterns)


def _write_lookahead(key: str, patterns: tuple[Pattern, ...]) -> str:
    bodies = "|".join(_write_json_body(pattern) for pattern in patterns if pattern.parts)
    # A key that must be there is looked for behind flat members only, one that must be missing behind objects too:
    # either way the doubtful line is not dropped.
    choices = [rf'(?=\{{(?:{TEXT}|[^"{{}}]++)*?"{key}":"(?:{bodies})")'] if bodies else []
    if any(matches_empty(pattern) for pattern in patterns):
        choices.append(rf'(?=\{{)(?!\{{(?:{TEXT}|[^"{{}}]++|{OBJECT})*?"{key}":)')
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"


def _write_json_body(pattern: Pattern) -> str:
    return "".join(_write_json_part(part) for part in pattern.parts)


def _write_json_part(part: Literal | Chars) -> str:
    if isinstance(part, Literal):
        return Literal("".join(_escape_json(character) for character in part.text)).to_pcre2()
    if part.negated or any(sign in part.chars for sign in '"\\'):
        raise NoSuppressionRuleError(
            f"[{part.chars}] also matches characters that JSON escapes",
            "leave it to the filter and its suppression rule",
        )
    return part.to_pcre2()


def _escape_json(character: str) -> str:
    """Escape a character as Tetragon's JSON encoder does."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\u{ord(character):04x}" if character < " " else character
