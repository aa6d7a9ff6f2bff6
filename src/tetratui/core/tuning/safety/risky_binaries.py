"""Binaries that run or move whatever their arguments name, and folders where anybody may put a binary."""

from __future__ import annotations

import re

from tetratui.core.exclusion import Exclusion

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "ash", "busybox", "rbash"})
INTERPRETERS = frozenset(
    {"python", "perl", "ruby", "node", "nodejs", "php", "lua", "awk", "gawk", "mawk", "tclsh", "wish", "java", "pwsh"}
    | {"osascript", "expect", "gdb", "vim", "vi", "ed", "sed", "find", "xargs", "env", "sudo", "su", "doas", "ssh"}
    | {"nsenter", "unshare", "chroot", "timeout", "nohup", "setsid", "stdbuf", "strace", "ltrace", "watch", "make"}
    | {"systemd-run", "runuser", "setpriv", "flock", "script", "tmux", "screen"}
    | {"docker", "podman", "kubectl", "crictl"}
)
"""Interpreters, and commands that start what their arguments name."""
DOWNLOADERS = frozenset(
    {"curl", "wget", "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "socat", "ftp", "tftp", "scp", "sftp"}
    | {"rsync", "aria2c", "lynx", "links", "telnet", "openssl", "git", "pip", "npm", "gem", "dig", "nslookup"}
)
_WRITABLE = re.compile(r"^(?:/tmp|/var/tmp|/dev/shm|/run/user|/home|/proc|/dev/fd|/srv|/mnt|/media|/var/www)/|/\.[^/]")
_VERSION = re.compile(r"-?[0-9][0-9.]*$")


def name_of(binary: str) -> str:
    """Return the bare name of a binary without its version: `python` for `/usr/bin/python3.11`."""
    name = binary.rsplit("/", 1)[-1].removesuffix(" (deleted)")
    return _VERSION.sub("", name) or name


def is_writable_path(binary: str) -> bool:
    """Return whether users other than root can usually put a file there; also true for what is no absolute path."""
    return not binary.startswith("/") or _WRITABLE.search(binary) is not None


def is_interpreter(binary: str) -> bool:
    """Return whether it runs what its arguments or its standard input contain."""
    return name_of(binary) in SHELLS | INTERPRETERS


def dangerous_alone(binary: str) -> str | None:
    """Return why hiding this binary with any arguments needs a typed reason; None if it does not."""
    name = name_of(binary)
    if name in SHELLS:
        return f"{binary} is a shell"
    if name in INTERPRETERS:
        return f"{binary} runs what its arguments say"
    if name in DOWNLOADERS:
        return f"{binary} moves data over the network"
    if is_writable_path(binary):
        return f"{binary} is in a folder where others may write"
    return None


def needs_reason(exclusion: Exclusion) -> str | None:
    """Return why this exclusion needs a typed reason, by its form alone; None if it does not."""
    if exclusion.is_about_place_only and not exclusion.probe:
        return f"all of {', '.join(exclusion.place.namespaces)} would be hidden, an attack there too"
    if not exclusion.arguments and not exclusion.parent_binary:
        for pattern in exclusion.binary:
            risk = dangerous_alone(pattern.display_text)
            if risk is not None:
                return risk
    return None
