"""A host that is reached by the system's `ssh`, as the operator's own configuration says."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tetratui.core.hosts.followed_file import FollowingHost
from tetratui.core.hosts.quoting import quote_words

CONFIG_VARIABLE = "TETRATUI_SSH_CONFIG"
"""The environment variable that names a configuration file for `ssh -F`."""


class SshHost(FollowingHost):
    """A host by SSH. Its keys, agent, jump hosts, shared connections and known hosts are those of `ssh`."""

    def __init__(self, host: str, *, user: str = "", port: int | None = None, silent: bool = True) -> None:
        """Name the host as in `~/.ssh/config`; `silent` lets `ssh` ask for nothing (BatchMode), as screens need it."""
        address = f"[{host}]" if ":" in host else host
        super().__init__(host, f"ssh://{f'{user}@' if user else ''}{address}{f':{port}' if port else ''}")
        self._host = host
        self._user = user
        self._port = port
        self._silent = silent

    @property
    def is_silent(self) -> bool:
        """Whether `ssh` never asks anything at the terminal."""
        return self._silent

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the `ssh` command: no terminal, no forwarding, and the words quoted for the host's shell."""
        config = os.environ.get(CONFIG_VARIABLE)
        return [
            "ssh",
            *(["-F", config] if config else []),
            *(["-o", "BatchMode=yes"] if self._silent else []),
            *("-T", "-a", "-x", "-o", "ClearAllForwardings=yes"),
            *(["-l", self._user] if self._user else []),
            *(["-p", str(self._port)] if self._port else []),
            # A host named -oProxyCommand=… must not be read as an option.
            *("--", self._host),
            quote_words(argv),
        ]
