"""Say in one sentence why a host could not be reached, from what `ssh`, `docker` or `kubectl` print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tetratui.core.hosts.interface import CommandResult, HostError, HostRefused

SSH_FAILED = 255
"""The exit code of `ssh` itself; commands on the host very rarely have it."""
_CANNOT_RUN, _NOT_FOUND = 126, 127
"""The exit codes of a shell and of an engine for a program that may not be run, or is not there."""

_WRONG_KEY, _UNKNOWN_KEY = "its host key is not the one that is known", "its host key is not known"
_KEY_REFUSED = "it accepts no key of yours"
_LASTING = frozenset({_WRONG_KEY, _UNKNOWN_KEY, _KEY_REFUSED})
"""Causes for which trying again soon does not help, and may lock the operator out."""
_SSH_CAUSES: Sequence[tuple[str, str, str]] = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* has changed",
        _WRONG_KEY,
        "somebody else may answer, and nothing was sent: compare the key with the host's own, then change known_hosts",
    ),
    (r"Host key verification failed", _UNKNOWN_KEY, "connect once by hand and compare it: ssh {name} true"),
    (
        r"Permission denied \(|Too many authentication failures|no mutual signature",
        _KEY_REFUSED,
        "load a key into the agent or name one in ~/.ssh/config (no password is asked for); try: ssh {name} true",
    ),
    (r"Could not resolve hostname|Name or service not known", "its name is not known", "check the name"),
    (r"Connection refused", "no SSH server answers there", "check host and port"),
    (
        r"timed out|No route to host|Network is unreachable|Host is down",
        "it cannot be reached",
        "check the network and ProxyJump",
    ),
    (
        r"Connection (to \S+ )?(closed|reset)|Broken pipe|kex_exchange_identification|Timeout, server",
        "the connection was closed",
        "",
    ),
    (r"Bad (owner|permissions)|Bad configuration option|terminating, \d+ bad", "ssh cannot read its configuration", ""),
)
"""An expression over what `ssh` prints, the cause in words, the remedy."""
_SSH_OWN = re.compile(r"^(ssh|kex_\w+|mux_\w+|client_loop|Connection|Received|Disconnected|Bad|\S+@\S+:)", re.MULTILINE)


def explain_failure(name: str, result: CommandResult) -> HostError | None:
    """Return why `ssh` did not reach a host; None if the command ran there, whatever became of it."""
    if result.returncode != SSH_FAILED:
        return None
    text = result.stderr.decode("utf-8", "replace")
    error = find_ssh_cause(name, text)
    if error is not None or (text.strip() and not _SSH_OWN.search(text)):
        return error
    return HostError(f"{name}: ssh failed: {result.reason}", f"try: ssh {name} true")


def find_ssh_cause(name: str, text: str) -> HostError | None:
    """Return the error for what `ssh` printed; None if it is nothing that is known."""
    for pattern, cause, remedy in _SSH_CAUSES:
        if re.search(pattern, text):
            kind = HostRefused if cause in _LASTING else HostError
            return kind(f"{name}: {cause}", remedy.format(name=name))
    return None


def is_missing_program(result: CommandResult) -> bool:
    """Return whether a shell or an engine could not start the program."""
    if result.returncode not in {_CANNOT_RUN, _NOT_FOUND}:
        return False
    return bool(re.search(rb"not found|Permission denied|executable file|no such file", result.stderr))
