"""Write a rule as text that both of Wazuh's XML readers take: the manager's own, and the strict one of its API.

The manager's reader knows no entities and the strict one requires them. So no text of ours holds `<`, `>` or `&`, and
no comment holds `--` or `!>` (docs/wazuh.md, "What both readers take").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.errors import RefusedError

FIELD_TEXT_LIMIT = 20_000
"""Most bytes of a `<field>` pattern that we write; the manager's reader stops at 20,479."""
TEXT_LIMIT = 2_000
"""Most bytes of any other element; the manager drops a `<regex>` of 2,048 and its rule then matches every event."""
DESCRIPTION_LIMIT = 200

_HEX_IN_PATTERN = {"<": "\\x3c", ">": "\\x3e", "&": "\\x26", "\n": "\\n", "\t": "\\t"}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:/_()-]")


class NoSuppressionRuleError(RefusedError):
    """An exclusion, or a part of one, that no Wazuh rule can express exactly."""


def make_plain(text: str) -> str:
    """Return a text that is safe in a description or comment.

    Other than plain characters become `?`, runs of `-` become one, and it is cut at DESCRIPTION_LIMIT.
    """
    plain = re.sub("-{2,}", "-", _NOT_PLAIN.sub("?", text)).strip(" -")
    return plain if len(plain) <= DESCRIPTION_LIMIT else plain[: DESCRIPTION_LIMIT - 3] + "..."


def write_comment(text: str) -> str:
    """Write an XML comment that ends at the same character for both readers."""
    return f"<!-- {make_plain(text)} -->"


def escape_pattern(pattern: str, limit: int) -> str:
    """Write a pcre2 pattern as the text of an XML element.

    Raises:
        NoSuppressionRuleError: it is longer than `limit`.
    """
    text = "".join(_HEX_IN_PATTERN.get(character, character) for character in pattern)
    if len(text) > limit:
        raise NoSuppressionRuleError(
            f"a pattern of {len(text)} characters is longer than Wazuh takes", "no rule is written for it"
        )
    return text


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule without its id."""

    level: int
    description: str
    parent: int | None = None
    """The id of the rule of which this is a child; None for a root."""
    fields: tuple[tuple[str, str], ...] = ()
    """(field name, pcre2 pattern); all must match, and all fields must be present."""
    regex: str = ""
    """A pcre2 pattern on the raw line, or empty."""
    group: str = ""
    """Groups, each ended by a comma, because the manager appends this text to that of `<group name>`."""
    mitre: tuple[str, ...] = ()
    no_full_log: bool = False

    def xml(self, rule_id: int) -> str:
        """Write the rule with its id, indented by two.

        Raises:
            NoSuppressionRuleError: a pattern is longer than Wazuh takes.
        """
        return "\n".join([f'  <rule id="{rule_id}" level="{self.level}">', *self._options(), "  </rule>"])

    def _options(self) -> list[str]:
        lines = ["<decoded_as>json</decoded_as>" if self.parent is None else f"<if_sid>{self.parent}</if_sid>"]
        lines += [
            f'<field name="{name}" type="pcre2">{escape_pattern(pattern, FIELD_TEXT_LIMIT)}</field>'
            for name, pattern in self.fields
        ]
        if self.regex:
            lines.append(f'<regex type="pcre2">{escape_pattern(self.regex, TEXT_LIMIT)}</regex>')
        if self.no_full_log:
            lines.append("<options>no_full_log</options>")
        if self.mitre:
            lines.append("<mitre>" + "".join(f"<id>{technique}</id>" for technique in self.mitre) + "</mitre>")
        if self.group:
            lines.append(f"<group>{self.group}</group>")
        lines.append(f"<description>{make_plain(self.description)}</description>")
        return [f"    {line}" for line in lines]
