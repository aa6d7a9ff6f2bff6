"""One rule as text that both of Wazuh's XML readers take: the manager's own, and the strict one of its API.

The manager's reader knows no entities, the strict one wants them: so no text of ours holds `<`, `>` or `&`, and no
comment `--` or `!>` (docs/wazuh.md, "What both readers take").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.errors import RefusedError

FIELD_TEXT_LIMIT = 20_000
"""Bytes of a `<field>`'s pattern that we write; the manager's reader stops at 20,479."""
TEXT_LIMIT = 2_000
"""Bytes of any other element; a `<regex>` of 2,048 would be dropped and leave a rule that matches everything."""
DESCRIPTION_LIMIT = 200

_HEX_IN_PATTERN = {"<": "\\x3c", ">": "\\x3e", "&": "\\x26", "\n": "\\n", "\t": "\\t"}
_PLAIN_SENTENCE = re.compile(r"[^A-Za-z0-9 .,:/_()-]")


class NoSuppressionRuleError(RefusedError):
    """An exclusion, or a part of one, that no Wazuh rule can say exactly."""


def sentence(text: str) -> str:
    """Make any text fit for a description or comment: odd characters become `?`, runs of `-` one; it has a limit."""
    plain = re.sub("-{2,}", "-", _PLAIN_SENTENCE.sub("?", text)).strip(" -")
    return plain if len(plain) <= DESCRIPTION_LIMIT else plain[: DESCRIPTION_LIMIT - 3] + "..."


def comment(text: str) -> str:
    """Write a comment that ends where it should in both readers."""
    return f"<!-- {sentence(text)} -->"


def pattern_text(pattern: str, limit: int) -> str:
    """Write a pcre2 pattern as the text of an element.

    Raises:
        NoTwinError: it is longer than Wazuh takes.
    """
    text = "".join(_HEX_IN_PATTERN.get(character, character) for character in pattern)
    if len(text) > limit:
        raise NoSuppressionRuleError(
            f"a pattern of {len(text)} characters is longer than Wazuh takes", "no rule is written for it"
        )
    return text


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule without its id; `parent` is the id of the rule it hangs from, None for a root."""

    level: int
    description: str
    parent: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    """(field name, pcre2 pattern); all must match, and all fields must be present."""
    regex: str = ""
    """A pcre2 pattern on the raw line, or empty."""
    group: str = ""
    """Groups, each ended by a comma: the manager glues them to those of `<group name>`."""
    mitre: tuple[str, ...] = ()
    no_full_log: bool = False

    def xml(self, rule: int) -> str:
        """Write it with its id, indented by two.

        Raises:
            NoTwinError: a pattern is longer than Wazuh takes.
        """
        return "\n".join([f'  <rule id="{rule}" level="{self.level}">', *self._body(), "  </rule>"])

    def _body(self) -> list[str]:
        lines = ["<decoded_as>json</decoded_as>" if self.parent is None else f"<if_sid>{self.parent}</if_sid>"]
        lines += [
            f'<field name="{name}" type="pcre2">{pattern_text(pattern, FIELD_TEXT_LIMIT)}</field>'
            for name, pattern in self.fields
        ]
        if self.regex:
            lines.append(f'<regex type="pcre2">{pattern_text(self.regex, TEXT_LIMIT)}</regex>')
        if self.no_full_log:
            lines.append("<options>no_full_log</options>")
        if self.mitre:
            lines.append("<mitre>" + "".join(f"<id>{technique}</id>" for technique in self.mitre) + "</mitre>")
        if self.group:
            lines.append(f"<group>{self.group}</group>")
        lines.append(f"<description>{sentence(self.description)}</description>")
        return [f"    {line}" for line in lines]
