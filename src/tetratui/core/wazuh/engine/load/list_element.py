"""Read the element `<list>` of a rule: the field, the list in which it is looked up, and how."""

from __future__ import annotations

from collections.abc import Mapping

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text
from tetratui.core.wazuh.engine.load.element_checks import invalid_element
from tetratui.core.wazuh.engine.load.rule_words import LIST_FIELDS
from tetratui.core.wazuh.engine.match.lists import LOOKUPS, Lookup
from tetratui.core.wazuh.engine.patterns import WazuhPattern, compile_pattern


class LookupRefusedError(ValueError):
    """A `<list>` stops the manager."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def read_lookup(element: Element, lists: Mapping[str, dict[bytes, bytes]]) -> Lookup:
    """Return the lookup of a `<list>`.

    Raises:
        LookupRefusedError: the manager does not start.
        KeyError: the list does not exist; the manager leaves the rule out.
    """
    message = invalid_element(element)
    if not element.attributes:
        raise LookupRefusedError("List must have a correctly formatted field attribute", message)
    how, name, value = _read_attributes(element, message)
    if name is None:
        raise LookupRefusedError('List requires the field="" attribute', message)
    entries = lists[decode_text(element.text).removesuffix(".cdb")]
    static = LIST_FIELDS.get(name.lower())
    plain = name.strip(b" ").split(b" ", 1)[0].lower()
    return Lookup(static or plain, static is not None, how, entries, value)


def _read_attributes(element: Element, message: str) -> tuple[str, bytes | None, WazuhPattern | None]:
    how, name, value = "match_key", None, None
    for key, content in element.attributes:
        match decode_text(key).lower():
            case "lookup":
                how = decode_text(content).lower()
                if how not in LOOKUPS:
                    raise LookupRefusedError(message, f'List match lookup="{decode_text(content)}" is not valid.')
            case "field":
                name = content
            case "check_value":
                value = compile_pattern("osmatch", content)
            case _:
                raise LookupRefusedError(f'List field="{decode_text(content)}" is not valid', message)
    return how, name, value
