"""The capabilities of Linux under the names that Tetragon prints and reads."""

from __future__ import annotations

NAMES = (
    "CAP_CHOWN",
    "DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
)
"""The index is the kernel's number. Tetragon itself writes `DAC_OVERRIDE` without the prefix."""

NUMBER_OF = {name: number for number, name in enumerate(NAMES)}


def name_of(number: int) -> str | int:
    """Return a capability as Tetragon prints it: its name, or the number if it has none."""
    return NAMES[number] if 0 <= number < len(NAMES) else number


def number_of(value: object) -> int | None:
    """Return the number of a capability in an event, None for any other value.

    An event holds the name of a capability, or its number where the agent knew no name.
    """
    if isinstance(value, int):
        return value
    return NUMBER_OF.get(value) if isinstance(value, str) else None
