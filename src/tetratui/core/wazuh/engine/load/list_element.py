"""The element `<list>` of a rule: which field is looked up in which list, and how."""

from __future__ import annotations

from collections.abc import Mapping

from tetratui.core.wazuh.engine.formats.osxml import Element, shown
from tetratui.core.wazuh.engine.load.rule_words import LIST_FIELDS
from tetratui.core.wazuh.engine.match.lists import LOOKUPS, Lookup
from tetratui.core.wazuh.engine.patterns import WazuhPattern, compile_pattern


class LookupRefusedError(ValueError):
    """A `<list>` that stops the manager."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def read_lookup(element: Element, lists: Mapping[str, dict[bytes, bytes]]) -> Lookup:
    """Read one `<list>`.

    Raises:
        LookupRefusedError: the manager does not start.
        KeyError: the list is not there, and the rule is left out.
    """
    wrong = f"(1274): Invalid configuration. Element '{shown(element.name)}': {shown(element.text)}."
    if not element.attributes:
        raise LookupRefusedError("List must have a correctly formatted field attribute", wrong)
    how, name, value = _attributes(element, wrong)
    if name is None:
        raise LookupRefusedError('List requires the field="" attribute', wrong)
    entries = lists[shown(element.text).removesuffix(".cdb")]
    static = LIST_FIELDS.get(name.lower())
    plain = name.strip(b" ").split(b" ", 1)[0].lower()
    return Lookup(static or plain, static is not None, how, entries, value)


def _attributes(element: Element, wrong: str) -> tuple[str, bytes | None, WazuhPattern | None]:
    how, name, value = "match_key", None, None
    for key, content in element.attributes:
        match shown(key).lower():
            case "lookup":
                how = shown(content).lower()
                if how not in LOOKUPS:
                    raise LookupRefusedError(wrong, f'List match lookup="{shown(content)}" is not valid.')
            case "field":
                name = content
            case "check_value":
                value = compile_pattern("osmatch", content)
            case _:
                raise LookupRefusedError(f'List field="{shown(content)}" is not valid', wrong)
    return how, name, value
