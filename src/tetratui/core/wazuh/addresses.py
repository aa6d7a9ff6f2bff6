"""`<srcip>` and `<dstip>`: addresses and networks that a static field is looked up in."""

from __future__ import annotations

import ipaddress
import re

_LOOKS_LIKE_ONE = re.compile(r"!?(?:any|[0-9a-fA-F.:/]+)")


class Addresses:
    """The addresses of one rule; any of them is enough."""

    exact: frozenset[bytes] | None = None

    def __init__(self, texts: list[bytes]) -> None:
        """Read them.

        Raises:
            ValueError: one is no address; its text is the argument.
        """
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        self.understood = True
        """Whether every text was read; Wazuh takes forms that are not followed here."""
        for text in texts:
            self._read(text.decode("latin-1"))

    def _read(self, text: str) -> None:
        if not _LOOKS_LIKE_ONE.fullmatch(text):
            raise ValueError(text)
        try:
            self._networks.append(ipaddress.ip_network("0.0.0.0/0" if text == "any" else text, strict=False))
        except ValueError:
            self.understood = False

    def matches(self, text: bytes) -> bool:
        """Whether the text is an address in one of them."""
        try:
            address = ipaddress.ip_address(text.decode("latin-1"))
        except ValueError:
            return False
        return any(address in network for network in self._networks)
