"""Binaries that do whatever their arguments say, and places where anybody may put one."""

from __future__ import annotations

import re

from tetratui.core.exclusion import Exclusion

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "ash", "busybox", "rbash"})
INTERPRETERS = frozenset(
    {"python", "perl", "ruby", "node", "nodejs", "php", "lua", "awk", "gawk", "mawk", "tclsh", "wish", "java", "pwsh"}
    | {"osascript", "expect", "gdb", "vim", "vi", "ed", "sed", "find", "xargs", "env", "sudo", "su", "doas", "ssh"}
    | {"nsenter", "unshare", "chroot", "timeout", "nohup", "setsid", "stdbuf", "strace", "ltrace", "watch", "make"}
    | {
        "systemd-run",
        "runuser",
        "setpriv",
        "flock",
        "script",
        "tmux",
        "screen",
        "docker",
        "podman",
        "kubectl",
        "crictl",
    }
)
"""Interpreters, and commands that start what their arguments name."""
DOWNLOADERS = frozenset(
    {"curl", "wget", "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "socat", "ftp", "tftp", "scp", "sftp"}
    | {"rsync", "aria2c", "lynx", "links", "telnet", "openssl", "git", "pip", "npm", "gem", "dig", "nslookup"}
)
_WRITABLE = re.compile(r"^(?:/tmp|/var/tmp|/dev/shm|/run/user|/home|/proc|/dev/fd|/srv|/mnt|/media|/var/www)/|/\.[^/]")
_VERSION = re.compile(r"-?[0-9][0-9.]*$")


def name_of(binary: str) -> str:
    """Give the bare name of a binary without its version: `/usr/bin/python3.11` is `python`."""
    name = binary.rsplit("/", 1)[-1].removesuffix(" (deleted)")
    return _VERSION.sub("", name) or name


def writable_place(binary: str) -> bool:
    """Say whether users who are not root can usually put a file there, or whether it is no absolute path at all."""
    return not binary.startswith("/") or _WRITABLE.search(binary) is not None


def interpreter(binary: str) -> bool:
    """Say whether it runs what its arguments or its standard input say."""
    return name_of(binary) in SHELLS | INTERPRETERS


def dangerous_alone(binary: str) -> str | None:
    """Say why hiding this binary whatever its arguments needs a reason; None if it does not."""
    name = name_of(binary)
    if name in SHELLS:
        return f"{binary} is a shell"
    if name in INTERPRETERS:
        return f"{binary} starts what its arguments say"
    if name in DOWNLOADERS:
        return f"{binary} moves data over the network"
    if writable_place(binary):
        return f"{binary} lies where others may write"
    return None


def needs_reason(exclusion: Exclusion) -> str | None:
    """Say why this exclusion should not stand without a typed reason, by its form alone; None if it may."""
    if not exclusion.arguments and not exclusion.parent_binary:
        for pattern in exclusion.binary:
            why = dangerous_alone(pattern.display_text)
            if why is not None:
                return why
    return None
